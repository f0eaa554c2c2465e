//! The inventory as one JSON object. `docs/inventory.md` explains its fields; within one [`SCHEMA_VERSION`] fields are only added.

use std::io::{self, Write as _};

use serde::Serialize;

use super::{Inventory, Mask, Row, Summary};

/// Version of the shape: raised when a field changes its meaning or goes away.
const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Whole<'a> {
    schema_version: u32,
    tool: Tool<'a>,
    complete: bool,
    exit_code: u8,
    summary: Summary,
    notices: Vec<Gap>,
    credentials: Vec<Credential<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
    rule_pack: &'a str,
    fingerprint_key: &'a str,
}

#[derive(Serialize)]
struct Gap {
    cause: &'static str,
    subject: String,
    detail: String,
    incomplete: bool,
}

#[derive(Serialize)]
struct Credential<'a> {
    kind: String,
    provider: Option<String>,
    name: Option<String>,
    lifetime: &'a str,
    environments: Vec<String>,
    stored_in: Option<&'a str>,
    used_in: Vec<Used>,
    owners: Vec<String>,
    projects: Vec<String>,
    first_seen: Option<&'a str>,
    last_rotation: Option<&'a str>,
    age: Age<'a>,
    state: &'a str,
    fingerprint: Option<&'a str>,
}

#[derive(Serialize)]
struct Used {
    origin: &'static str,
    place: String,
    path: Option<String>,
    line: Option<u64>,
    bytes: Bytes,
}

#[derive(Serialize)]
struct Bytes {
    start: u64,
    end: u64,
}

#[derive(Serialize)]
struct Age<'a> {
    days: Option<u64>,
    limit: Option<&'a str>,
    limit_source: Option<&'a str>,
    due: &'static str,
}

impl<'a> Credential<'a> {
    fn new(row: &'a Row, mask: &Mask) -> Self {
        let all = |texts: &[String]| texts.iter().map(|text| mask.text(text)).collect();
        let some = |text: &str| (!text.is_empty()).then(|| mask.text(text));
        Self {
            kind: mask.text(&row.kind),
            provider: some(&row.provider),
            name: some(&row.name),
            lifetime: row.lifetime,
            environments: all(&row.environments),
            stored_in: row.store,
            used_in: row
                .uses
                .iter()
                .map(|it| Used {
                    origin: it.origin.kind(),
                    place: mask.origin(&it.origin),
                    path: it.origin.outermost().path().map(|path| mask.path(path).display()),
                    line: (!it.origin.is_name()).then_some(it.line),
                    bytes: Bytes { start: it.span.start, end: it.span.end },
                })
                .collect(),
            owners: all(&row.owners),
            projects: all(&row.projects),
            first_seen: row.first_seen.as_deref(),
            last_rotation: row.last_rotation.as_deref(),
            age: Age {
                days: row.age.days,
                limit: row.age.limit.as_deref(),
                limit_source: row.age.source.as_deref(),
                due: row.age.due.id(),
            },
            state: row.state.id(),
            fingerprint: row.fingerprint.as_deref(),
        }
    }
}

pub(super) fn write(inventory: &Inventory<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mask = inventory.mask();
    let whole = Whole {
        schema_version: SCHEMA_VERSION,
        tool: Tool {
            name: "keysieve",
            version: inventory.version,
            rule_pack: inventory.pack,
            fingerprint_key: inventory.fingerprint_key,
        },
        complete: inventory.complete,
        exit_code: inventory.exit_code(),
        summary: Summary::of(inventory.rows),
        notices: inventory
            .notices
            .iter()
            .map(|notice| Gap {
                cause: notice.cause.id(),
                subject: mask.text(&notice.subject),
                detail: mask.text(&notice.detail),
                incomplete: inventory.incomplete_causes.contains(&notice.cause),
            })
            .collect(),
        credentials: inventory.rows.iter().map(|row| Credential::new(row, &mask)).collect(),
    };
    let mut out = io::BufWriter::with_capacity(1 << 16, out);
    serde_json::to_writer_pretty(&mut out, &whole)?;
    out.write_all(b"\n")?;
    out.flush()
}
