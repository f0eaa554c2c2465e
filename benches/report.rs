//! Each format, over 30,000 findings: how long it takes, and on Linux how much memory the process has at most, its findings
//! included.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::{self, Write as _};

use criterion::{Criterion, Throughput};
use keysieve::finding::{Confidence, Excerpt, Finding, Kind, Place, Reason, Severity, Shared, Weight};
use keysieve::notice::{Cause, Coverage};
use keysieve::place::{FilePath, Origin, Position, Span};
use keysieve::report::{Checkout, Descriptor, Formats, Report, Show};
use keysieve::secret::{FingerprintKey, Secret};

const FINDINGS: u64 = 30_000;
const RULES: u64 = 40;

fn descriptor(number: u64) -> Descriptor {
    Descriptor {
        id: format!("acme-token-{number:02}"),
        kind: Kind::Secret,
        title: format!("Acme token {number}"),
        description: "A token of the Acme service, with which one can read and write everything.".repeat(2),
        help: "## What to do\n\n1. Revoke it.\n2. Make another one.\n".repeat(8),
        steps: vec!["Revoke it.".to_owned(), "Make another one and keep it out of the repository.".to_owned()],
        severity: Severity::High,
        precision: Confidence::High,
        group: "Acme".to_owned(),
        docs: Some("https://acme.example/tokens".to_owned()),
        cwe: vec![798],
        lifetime: "long-lived".to_owned(),
    }
}

fn finding(number: u64) -> Finding {
    let rule = descriptor(number % RULES);
    let secret = Secret::new(format!("acme_{:032x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15)).as_bytes(), 5);
    let position = |column| Position { line: 1 + number % 900, column, column_utf16: column };
    Finding {
        kind: Kind::Secret,
        message: format!("{} in plain text: {}", rule.title, secret.redacted()),
        rule: rule.id.into(),
        title: rule.title.into(),
        severity: rule.severity,
        confidence: rule.precision,
        fingerprint: secret.fingerprint("acme", &FingerprintKey::unkeyed()),
        secret: Some(secret),
        reasons: vec![Reason::new("format", Weight::Supports, "the format is the provider's own")].into(),
        places: vec![Place {
            origin: Origin::File(FilePath::from(
                format!("services/area-{}/config-{number}.yaml", number % 97).as_str(),
            )),
            span: Span::new(100 * number, 100 * number + 37),
            start: position(16),
            end: position(53),
            excerpt: Some(Excerpt { text: "  api_token: \"acme_********\" # live".into(), start: 14, end: 27 }),
            decoding: Vec::new(),
            introduced: None,
        }],
        facts: Shared::default(),
        related: Vec::new(),
        threshold: None,
        life: None,
    }
}

/// Kilobytes that the process had at most since they were last forgotten; none where the system does not tell.
fn most_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok())
}

/// Says how much memory each format needs when it writes to a file, which keeps nothing.
fn memory(report: &Report<'_>) -> io::Result<()> {
    for format in Formats::ALL {
        // Forgets the peak so far (proc(5), clear_refs).
        if std::fs::write("/proc/self/clear_refs", "5").is_err() {
            return Ok(());
        }
        format.writer(false).write(black_box(report), &mut io::sink())?;
        if let Some(kilobytes) = most_memory() {
            writeln!(io::stderr(), "report/{format}: {} MB at most", kilobytes / 1000)?;
        }
    }
    Ok(())
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let mut findings: Vec<Finding> = (0..FINDINGS).map(finding).collect();
    findings.sort_by(|a, b| a.order().cmp(&b.order()));
    let descriptors: Vec<Descriptor> = (0..RULES).map(descriptor).collect();
    let coverage = Coverage { files: FINDINGS, file_bytes: 1 << 30, ..Coverage::default() };
    let causes: Vec<Cause> = Cause::ALL.into_iter().filter(|cause| cause.is_incomplete()).collect();
    let report = Report {
        version: "0.0.0",
        pack: "0123456789abcdef",
        fingerprint_key: "unkeyed",
        findings: &findings,
        explained: &[],
        min_confidence: Confidence::Medium,
        below_confidence: 0,
        masked: &[],
        suppressed: &[],
        hidden_remarks: 0,
        notes: &[],
        fail_on: Severity::Medium,
        failing: FINDINGS,
        descriptors: &descriptors,
        coverage: &coverage,
        notices: &[],
        incomplete_causes: &causes,
        complete: true,
        exit_code: 1,
        has_baseline: false,
        checkout: &Checkout::default(),
        owners: &BTreeMap::new(),
        show: Show::default(),
        time: None,
    };
    memory(&report).expect("a sink takes everything");
    let mut group = criterion.benchmark_group("report");
    group.throughput(Throughput::Elements(FINDINGS)).sample_size(10);
    for format in Formats::ALL {
        group.bench_function(format.id(), |bencher| {
            bencher.iter(|| {
                let mut out = Vec::new();
                format.writer(false).write(black_box(&report), &mut out).expect("memory takes all that is written");
                out
            });
        });
    }
    group.finish();
    criterion.final_summary();
}
