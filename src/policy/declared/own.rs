//! Checks of the user's own: `[[check]]` entries with `case`, in a control file or a pack.
//!
//! They are written in the words of [`schema`](super::schema), with what stands on the page of a built-in check in fields of
//! its own: the page is made of these, so that reports and `explain` know no difference. What they must find and must not
//! (`[[check.bad]]`, `[[check.good]]`) is tried by `keysieve rules test`.

use std::fmt::Write as _;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use crate::config::ConfigError;
use crate::config::checks::CheckSource;
use crate::config::policy::PolicySettings;
use crate::finding::Severity;
use crate::policy::Preset;
use crate::policy::trial::Block;

use super::schema::{CaseTable, Fault, fault};
use super::{Declared, Head, declare, family};

/// What is known of a user's check beside what it asks.
#[derive(Debug)]
pub(crate) struct Own {
    /// `keysieve.toml:7`: where it begins.
    pub(crate) place: String,
    /// Files in which it must find something.
    pub(crate) bad: Vec<Block>,
    /// Files in which it must not.
    pub(crate) good: Vec<Block>,
}

/// The `[[check]]` entries of a text; whatever else it says is none of ours.
#[derive(Deserialize)]
struct File {
    check: Vec<Spanned<CheckTable>>,
}

/// One entry, as it is written. What a check cannot do without is missed by name: an entry may also be a switch.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct CheckTable {
    id: Spanned<String>,
    severity: Spanned<String>,
    title: Option<Spanned<String>>,
    family: Option<Spanned<String>>,
    preset: Option<Preset>,
    message: Option<Spanned<String>>,
    what: Option<Spanned<String>>,
    why: Option<Spanned<String>>,
    #[serde(default)]
    fix: Vec<Spanned<String>>,
    #[serde(default)]
    references: Vec<Spanned<String>>,
    #[serde(default)]
    cwe: Vec<u32>,
    #[serde(default)]
    nearest: Vec<Spanned<String>>,
    case: Option<Vec<Spanned<CaseTable>>>,
    #[serde(default)]
    bad: Vec<Spanned<BadTable>>,
    #[serde(default)]
    good: Vec<GoodTable>,
}

/// `[[check.bad]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BadTable {
    file: String,
    text: String,
    finds: Vec<String>,
    #[serde(default)]
    tracked: bool,
}

/// `[[check.good]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GoodTable {
    file: String,
    text: String,
    #[serde(default)]
    tracked: bool,
}

/// Reads the checks that these texts declare, for this policy if it is known. What is read lives as long as the program.
///
/// # Errors
/// What is wrong with each text, and where.
pub fn read(sources: &[CheckSource], policy: Option<&PolicySettings>) -> Result<Vec<Declared>, Vec<ConfigError>> {
    let mut checks = Vec::new();
    let mut errors = Vec::new();
    for source in sources {
        match toml::from_str::<File>(&source.text) {
            Ok(file) => {
                for entry in file.check {
                    let span = entry.span();
                    match entry.into_inner().check(source, &span, policy) {
                        Ok(check) => checks.extend(check),
                        Err(fault) => errors.push(source.error(fault.span.start, fault.reason)),
                    }
                }
            }
            Err(fault) => {
                let offset = fault.span().map_or(0, |span| span.start);
                errors.push(source.error(offset, fault.message().to_owned()));
            }
        }
    }
    if errors.is_empty() { Ok(checks) } else { Err(errors) }
}

impl CheckTable {
    /// The check; none if the entry is a switch.
    fn check(
        self,
        source: &CheckSource,
        span: &Range<usize>,
        policy: Option<&PolicySettings>,
    ) -> Result<Option<Declared>, Fault> {
        let Some(cases) = &self.case else { return Ok(None) };
        let id = self.id.get_ref();
        let is_kebab = |id: &str| id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if id.is_empty() || !is_kebab(id) {
            return Err(fault(&self.id, "id: small letters, digits and `-`, as in `vault-lease-too-long`"));
        }
        if cases.is_empty() {
            return Err(fault(&self.id, "case: a check reads something: add `[[check.case]]`"));
        }
        let needed = |value: &Option<Spanned<String>>, key: &str| {
            let reason = format!("`{id}` has no `{key}`, which a check of your own needs");
            value.clone().ok_or_else(|| Fault { span: self.id.span(), reason })
        };
        let title = needed(&self.title, "title")?;
        let family = family(&needed(&self.family, "family")?)?;
        let word = self.severity.get_ref();
        let severity = Severity::ALL.into_iter().find(|severity| severity.id() == word).ok_or_else(|| {
            fault(&self.severity, format!("severity: {word:?} is none: critical, high, medium, low or info"))
        })?;
        one_line("title", &title)?;
        self.message.iter().try_for_each(|message| one_line("message", message))?;
        for (key, texts) in [("fix", &self.fix), ("references", &self.references), ("nearest", &self.nearest)] {
            texts.iter().try_for_each(|text| one_line(key, text))?;
        }
        for (key, text) in [("what", &self.what), ("why", &self.why)] {
            text.iter().try_for_each(|text| plain(key, text))?;
        }
        let (bad, good) = (self.bad()?, self.good());
        let head = Head {
            id: id.clone(),
            title: title.get_ref().clone(),
            family,
            severity,
            preset: self.preset.unwrap_or(Preset::Minimal),
            cwe: self.cwe.clone(),
            nearest: self.nearest.iter().map(|text| text.get_ref().clone()).collect(),
            message: self.message.as_ref().map(|message| message.get_ref().clone()),
            page: self.page(title.get_ref(), &bad, &good),
        };
        let check = declare(head, cases)?;
        if let Some(fault) = policy.and_then(|policy| cases.iter().find_map(|it| it.get_ref().without_scopes(policy))) {
            return Err(fault);
        }
        let place = match source.line(span.start) {
            Some(line) => format!("{}:{line}", source.name),
            None => source.name.clone(),
        };
        Ok(Some(Declared { own: Some(Own { place, bad, good }), ..check }))
    }

    fn bad(&self) -> Result<Vec<Block>, Fault> {
        let block = |table: &Spanned<BadTable>| {
            let BadTable { file, text, finds, tracked } = table.get_ref();
            if finds.is_empty() {
                return Err(fault(table, "finds: say which bytes of the text are found, once for each finding"));
            }
            Ok(Block::new(file, finds, *tracked, text))
        };
        self.bad.iter().map(block).collect()
    }

    fn good(&self) -> Vec<Block> {
        self.good.iter().map(|table| Block::new(&table.file, &[], table.tracked, &table.text)).collect()
    }

    /// The page, with the sections that those of the built-in checks have.
    fn page(&self, title: &str, bad: &[Block], good: &[Block]) -> String {
        let text = |text: &Option<Spanned<String>>| text.as_ref().map(|text| text.get_ref().trim().to_owned());
        let listed = |texts: &[Spanned<String>]| -> String {
            texts.iter().map(|text| format!("- {}\n", text.get_ref().trim())).collect()
        };
        let mut page = format!("# {title}\n\n## What\n\n{}\n", text(&self.what).unwrap_or_else(|| format!("{title}.")));
        let fenced = |blocks: &[Block]| blocks.iter().map(Block::fenced).collect::<Vec<_>>().join("\n");
        let mut references: String = self.references.iter().map(|text| format!("- <{}>\n", text.get_ref())).collect();
        if !self.nearest.is_empty() {
            let nearest: Vec<&str> = self.nearest.iter().map(|text| text.get_ref().as_str()).collect();
            let _ = writeln!(references, "- Nearest: {}.", nearest.join(", "));
        }
        for (heading, text) in [
            ("Why", text(&self.why).unwrap_or_default()),
            ("Bad", fenced(bad)),
            ("Good", fenced(good)),
            ("How to fix", listed(&self.fix)),
            ("References", references),
        ] {
            if !text.is_empty() {
                let _ = write!(page, "\n## {heading}\n\n{}\n", text.trim_end());
            }
        }
        page
    }
}

/// Text that stands in one line of a report.
fn one_line(key: &str, text: &Spanned<String>) -> Result<(), Fault> {
    match text.get_ref().trim().is_empty() || text.get_ref().chars().any(char::is_control) {
        true => Err(fault(text, format!("{key}: one line of text, without control characters"))),
        false => Ok(()),
    }
}

/// Text that reports print as it is.
fn plain(key: &str, text: &Spanned<String>) -> Result<(), Fault> {
    match text.get_ref().chars().any(|c| c.is_control() && c != '\n') {
        true => Err(fault(text, format!("{key}: no control characters but line ends"))),
        false => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::config::{Inputs, load};
    use crate::policy::trial::trial_own;
    use crate::policy::{Checks, page};

    const CHECK: &str = r#"[[check]]
id = "own-lease"
title = "Own lease"
family = "lifetime"
severity = "high"
message = "{address}: {value} is longer than {limit}"
what = "A lease of ours."
fix = ["Shorten it."]
references = ["https://wiki.example.com/leases"]
cwe = [324]

[[check.case]]
in = "document"
files = ["leases/*.yaml"]
select = "leases.*"
require = [
  { at = "ttl", exists = true },
  { any = [{ at = "ttl", duration-at-most = "lifetime.lease" }, { at = "owner", equals = "ops", default = "nobody" }] },
]

[[check.bad]]
file = "leases/a.yaml"
finds = ["9000h", "name"]
text = """
leases:
  - name: a
    ttl: 9000h
  - name: b
"""

[[check.good]]
file = "leases/a.yaml"
text = """
leases:
  - {name: a, ttl: 12h}
  - {name: b, ttl: 9000h, owner: ops}
  - {name: c, ttl: "${TTL}"}
"""
"#;

    /// The checks of a control file of this text, or what is wrong.
    fn read_text(text: &str) -> Result<Vec<Declared>, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keysieve.toml");
        std::fs::write(&path, text).unwrap();
        let shown = |errors: Vec<ConfigError>| {
            let place = |error: &ConfigError| format!("{}: {}", error.line.unwrap_or(0), error.reason);
            errors.iter().map(place).collect::<Vec<_>>().join("\n")
        };
        let config = load(&Inputs { file: Some(&path), ..Inputs::default() }).map_err(shown)?;
        read(&config.checks, Some(&config.policy)).map_err(shown)
    }

    #[test]
    fn a_check_is_made_of_its_fields() {
        let checks = read_text(CHECK).unwrap();
        let meta = checks[0].meta;
        assert_eq!(
            (meta.id, meta.title, meta.preset, meta.cwe),
            ("own-lease", "Own lease", Preset::Minimal, &[324][..])
        );
        assert_eq!(meta.threshold, Some("policy.lifetime.lease"));
        assert_eq!(page::description(meta.page), "A lease of ours.");
        assert_eq!(page::steps(meta.page), ["Shorten it."]);
        assert!(page::section(meta.page, "Bad").contains("```yaml file=leases/a.yaml"));
        assert_eq!(page::section(meta.page, "References"), "- <https://wiki.example.com/leases>");
        let trial = trial_own(&checks[0], &crate::config::policy::PolicySettings::default());
        assert_eq!((trial.examples, trial.wrong), (2, Vec::new()));
        let found = Checks::with(checks);
        assert!(found.find("own-lease").is_some() && found.find("workflow-write-all").is_some());
        assert_eq!(found.all().len(), Checks::default().all().len() + 1);
    }

    #[test]
    fn an_example_that_goes_wrong_is_said() {
        let checks = read_text(&CHECK.replace("\"9000h\", \"name\"", "\"9000h\"")).unwrap();
        let trial = trial_own(&checks[0], &crate::config::policy::PolicySettings::default());
        assert!(trial.wrong[0].starts_with("leases/a.yaml under [[check.bad]]: found"), "{:?}", trial.wrong);
    }

    #[test]
    fn faults_have_their_line() {
        let at = |part: &str| CHECK.lines().position(|line| line.contains(part)).unwrap() + 1;
        for (from, to, line, reason) in [
            ("id = \"own-lease\"", "id = \"Own lease\"", at("id ="), "small letters"),
            ("title = \"Own lease\"\n", "", 2, "no `title`"),
            ("family = \"lifetime\"", "family = \"life\"", at("family"), "there is no `life`"),
            ("severity = \"high\"", "severity = \"off\"", at("severity"), "critical"),
            ("title = \"Own lease\"", "title = \"a\\nb\"", at("title"), "one line"),
            ("in = \"document\"", "in = \"documents\"", at("in ="), "no dialect"),
            ("\"leases/*.yaml\"", "\"[\"", at("files"), "files"),
            ("select = \"leases.*\"", "select = \"a..b\"", at("select"), "a key is missing"),
            ("exists = true", "", at("exists = true"), "without a test"),
            ("\"lifetime.lease\"", "\"soon\"", at("any = "), "`soon` is no limit"),
            ("\"lifetime.lease\"", "\"lifetime.leas\"", at("any = "), "no lifetime of `leas`"),
            ("exists = true", "exits = true", at("exists = true"), "exits"),
            ("equals = \"ops\"", "scopes = \"acme\"", at("any = "), "no list of scopes `acme`"),
            ("equals = \"ops\"", "cel = \"self ==\"", at("any = "), "cel: "),
            ("finds = [\"9000h\", \"name\"]", "finds = []", at("[[check.bad]]"), "finds"),
            ("message = ", "notice = ", at("message"), "notice"),
        ] {
            assert!(CHECK.contains(from), "{from}");
            let said = read_text(&CHECK.replace(from, to)).unwrap_err();
            assert!(said.starts_with(&format!("{line}: ")) && said.contains(reason), "{to}: {said}");
        }
    }
}
