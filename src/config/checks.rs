//! Checks that users declare: `[[check]]` entries with `case`, in control files and packs.
//!
//! What such an entry says is for the linter to read. Here is only which text declares which checks, so that switches and
//! exceptions can name them, and that no two checks have one name.

use serde::Deserialize;

use super::ConfigError;
use super::policy::CheckEntry;
use super::read::line_at;
use crate::rule::foreign::is_foreign;
use crate::rule::set::RuleSet;

/// A text that declares checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckSource {
    /// The file, as findings print it; or `--set`.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// The ids, and where in the text they stand.
    ids: Vec<(String, usize)>,
}

impl CheckSource {
    /// The text if some of its entries are checks.
    pub(super) fn of(name: &str, text: &str, entries: &[CheckEntry]) -> Option<Self> {
        let checks = entries.iter().filter(|entry| entry.is_check());
        let ids: Vec<(String, usize)> =
            checks.map(|entry| (entry.id.get_ref().clone(), entry.id.span().start)).collect();
        (!ids.is_empty()).then(|| Self { name: name.to_owned(), text: text.to_owned(), ids })
    }

    /// The ids of its checks, in the order of the text.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().map(|(id, _)| id.as_str())
    }

    /// What is wrong at an offset of the text.
    #[must_use]
    pub fn error(&self, offset: usize, reason: String) -> ConfigError {
        ConfigError { file: self.name.clone(), line: self.line(offset), reason }
    }

    /// The line of an offset; a flag has none.
    #[must_use]
    pub fn line(&self, offset: usize) -> Option<u64> {
        (!self.name.starts_with("--")).then(|| line_at(&self.text, offset))
    }
}

/// What a pack says of checks.
#[derive(Deserialize)]
struct PackChecks {
    #[serde(default)]
    check: Vec<CheckEntry>,
}

/// The checks of a pack: it may declare them, but switches none.
pub(super) fn of_pack(name: &str, text: &str) -> Result<Option<CheckSource>, Vec<ConfigError>> {
    if is_foreign(text) {
        return Ok(None);
    }
    let error =
        |offset, reason: String| ConfigError { file: name.to_owned(), line: Some(line_at(text, offset)), reason };
    let pack: PackChecks = toml::from_str(text)
        .map_err(|fault| vec![error(fault.span().map_or(0, |span| span.start), fault.message().to_owned())])?;
    let switches = pack.check.iter().filter(|entry| !entry.is_check());
    let wrong: Vec<ConfigError> = switches
        .map(|entry| {
            let reason = "a pack declares checks, with `[[check.case]]`; they are switched in keysieve.toml";
            error(entry.id.span().start, reason.to_owned())
        })
        .collect();
    if wrong.is_empty() { Ok(CheckSource::of(name, text, &pack.check)) } else { Err(wrong) }
}

/// Checks whose name is taken: by a built-in check or one of a pack of Rego, by a rule, or by another of the user's.
pub(super) fn clashes(sources: &[CheckSource], built_in: &[&str], rules: &RuleSet) -> Vec<ConfigError> {
    let mut seen: Vec<&str> = Vec::new();
    let mut errors = Vec::new();
    for source in sources {
        for (id, offset) in &source.ids {
            let is_known = built_in.contains(&id.as_str());
            let reason = if is_known && id.starts_with("rego-") {
                "is a rule of a pack of Rego, which an entry can only switch, with `id` and `severity`: give yours another name"
            } else if is_known {
                "is a built-in check, which an entry can only switch, with `id` and `severity`: give yours another name"
            } else if rules.by_id(id).is_some() {
                "is a rule of the scanner: give the check another name"
            } else if seen.contains(&id.as_str()) {
                "is already the name of another check: give this one its own"
            } else {
                seen.push(id);
                continue;
            };
            errors.push(source.error(*offset, format!("{id:?} {reason}")));
        }
    }
    errors
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn errors(text: &str) -> String {
        let found = super::super::policy_of(text, "keysieve.toml", &["built-in"]).unwrap_err();
        found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_name_is_taken_once() {
        let check =
            |id: &str| format!("[[check]]\nid = \"{id}\"\nseverity = \"low\"\n[[check.case]]\nin = \"document\"\n");
        assert!(errors(&check("built-in")).starts_with("keysieve.toml:2: \"built-in\" is a built-in check"));
        assert!(errors(&check("json-web-token")).contains("is a rule of the scanner"));
        assert!(errors(&format!("{0}{0}", check("own"))).starts_with("keysieve.toml:7: \"own\" is already"));
        let switch = "[[check]]\nid = \"own\"\nseverity = \"off\"\n";
        let policy = super::super::policy_of(&(check("own") + switch), "keysieve.toml", &[]).unwrap();
        assert!(policy.switch("own").is_some());
        assert!(errors(switch).contains("no check \"own\""));
        assert!(errors("[[check]]\nid = \"built-in\"\nseverity = \"low\"\nwhat = \"x\"\n").contains("`what` is for"));
    }

    #[test]
    fn a_pack_declares_and_does_not_switch() {
        let switch = "\n[[check]]\nid = \"built-in\"\nseverity = \"off\"\n";
        assert_eq!(of_pack("a.toml", switch).unwrap_err()[0].line, Some(3));
        assert_eq!(of_pack("a.toml", "provider = \"Acme\"\n").unwrap(), None);
        let check = format!("{switch}case = []\n");
        assert_eq!(of_pack("a.toml", &check).unwrap().unwrap().ids().collect::<Vec<_>>(), ["built-in"]);
    }
}
