//! Packs of the user's: the same schema as the built-in ones, read at run time.

use std::ops::Range;

use toml::Spanned;

use super::builtin::WAY_OUT_CLASSES;
use super::foreign;
use super::model::Rule;
use super::schema::{PackFile, RuleEntry};
use super::set::RuleSet;
use super::validate::{PackError, WayOutClasses, parse_pack, parse_rules};

/// A pack that was loaded: where its rules stand.
#[derive(Clone, Debug)]
pub struct Pack {
    /// The file, as the user would name it.
    pub file: String,
    text: String,
    rules: Vec<(String, Range<usize>)>,
}

impl Pack {
    /// The pack whose text is `text`, of which `added` was loaded; one that does not parse has no rules.
    #[must_use]
    pub fn new(file: String, text: String, added: Added) -> Self {
        let ids = added.foreign.unwrap_or_else(|| {
            let entries = toml::from_str::<PackFile>(&text).map(|pack| pack.rule).unwrap_or_default();
            entries.iter().map(|entry| (entry.get_ref().id.clone(), entry.span().start)).collect()
        });
        let ends: Vec<usize> = ids.iter().skip(1).map(|(_, begin)| *begin).chain([text.len()]).collect();
        let rules = ids.into_iter().zip(ends).map(|((id, begin), end)| (id, begin..end)).collect();
        Self { file, text, rules }
    }

    /// The ids of its rules, in the order of the file.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|(id, _)| id.as_str())
    }

    /// The line, from 1, on which the rule gives `key`, or else on which the rule begins. None: it is not its rule.
    #[must_use]
    pub fn line(&self, id: &str, key: &str) -> Option<usize> {
        let (_, range) = self.rules.iter().find(|(it, _)| it == id)?;
        let first = self.text[..range.start].matches('\n').count() + 1;
        let gives = |line: &str| {
            line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(['=', '.']))
        };
        Some(first + self.text[range.clone()].lines().position(gives).unwrap_or(0))
    }
}

/// What came of loading a pack.
#[derive(Debug, Default)]
pub struct Added {
    /// What of a rule file of another tool was not carried over.
    pub warnings: Vec<PackError>,
    /// The rules of such a file, by the ids that they have here, each with its offset.
    foreign: Option<Vec<(String, usize)>>,
}

/// Adds the rules of a pack's text to `rules`; it may be a rule file of another tool.
///
/// # Errors
/// Everything that is wrong with it, each with its line.
pub fn load(rules: &mut RuleSet, source: &str) -> Result<Added, Vec<PackError>> {
    if foreign::is_foreign(source) {
        let loaded = foreign::parse(source, rules)?;
        let ids = loaded.rules.iter().map(|rule| rule.id.to_string()).zip(loaded.places).collect();
        add(rules, loaded.rules, source)?;
        return Ok(Added { warnings: loaded.warnings, foreign: Some(ids) });
    }
    add(rules, parse_pack(source, &way_out_classes())?, source)?;
    Ok(Added::default())
}

/// Adds the `[[rule]]` entries that stand in another file, such as `keysieve.toml`, whose whole text is `source`.
///
/// # Errors
/// Everything that is wrong with them, each with its line.
pub fn load_entries(
    rules: &mut RuleSet,
    source: &str,
    provider: &str,
    entries: &[Spanned<RuleEntry>],
) -> Result<(), Vec<PackError>> {
    if entries.is_empty() {
        return Ok(());
    }
    add(rules, parse_rules(source, provider, entries, &way_out_classes())?, source)
}

fn way_out_classes() -> WayOutClasses {
    WAY_OUT_CLASSES
        .iter()
        .map(|(name, steps)| ((*name).to_owned(), steps.iter().map(|step| (*step).to_owned()).collect()))
        .collect()
}

fn add(rules: &mut RuleSet, pack: Vec<Rule>, source: &str) -> Result<(), Vec<PackError>> {
    rules.add(pack, source).map_err(|faults| {
        faults
            .into_iter()
            .map(|(rule, reason)| PackError { line: line_of(source, &rule), rule: Some(rule), reason })
            .collect()
    })
}

/// The line on which the pack gives this id.
fn line_of(source: &str, id: &str) -> usize {
    source.lines().position(|line| line.trim_start().starts_with("id") && line.contains(id)).map_or(1, |line| line + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACK: &str = r#"
provider = "Example"

[[rule]]
id = "example-token"
family = "example-token"
title = "Example token"
what = "Opens the example service."
severity = "high"
format = "exa_{base62:20}"
lifetime = "long-lived"
way_out = { class = "api-token" }
hit = ["{token}"]
miss = ["exa_"]
"#;

    #[test]
    fn a_pack_adds_its_rules_and_changes_the_digest() {
        let mut rules = RuleSet::builtin();
        let (count, digest) = (rules.len(), rules.digest().to_owned());
        load(&mut rules, PACK).expect("a good pack");
        assert_eq!(rules.len(), count + 1);
        assert_ne!(rules.digest(), digest);
    }

    #[test]
    fn a_pack_knows_its_lines() {
        let (_, second) = PACK.split_once("\n\n").expect("a rule");
        let text = format!("{PACK}{}", second.replace("-token", "-key"));
        let pack = Pack::new("a.toml".to_owned(), text, Added::default());
        assert_eq!(pack.ids().collect::<Vec<_>>(), ["example-token", "example-key"]);
        for (id, key, line) in
            [("example-token", "format", 10), ("example-token", "docs", 4), ("example-key", "id", 16)]
        {
            assert_eq!(pack.line(id, key), Some(line), "{id} {key}");
        }
        assert_eq!(pack.line("other", "id"), None);
    }

    #[test]
    fn a_rule_of_another_tool_is_known_by_its_id_here() {
        let text = "[[rules]]\nid = \"private-key\"\nregex = 'acme_[a-z]{9}'\n[[rules]]\nid = \"b\"\nregex = '[a-z]'\n";
        let mut rules = RuleSet::builtin();
        let added = load(&mut rules, text).expect("a good file");
        let pack = Pack::new("g.toml".to_owned(), text.to_owned(), added);
        assert_eq!(pack.ids().collect::<Vec<_>>(), ["foreign-private-key"]);
        assert_eq!((pack.line("foreign-private-key", "regex"), pack.line("private-key", "regex")), (Some(3), None));
    }

    #[test]
    fn errors_name_line_rule_and_reason() {
        for (from, to, line, part) in [
            ("severity = \"high\"", "severity = \"huge\"", 4, "huge"),
            ("exa_{base62:20}", "e{base62:20}", 4, "context"),
            ("class = \"api-token\"", "class = \"nothing\"", 4, "nothing"),
            ("title =", "tilte =", 7, "tilte"),
            ("id = \"example-token\"", "id = \"github-personal-access-token\"", 5, "another rule"),
            ("hit = [\"{token}\"]", "hit = []", 4, "examples"),
            ("lifetime", "near = \"line\"\nlifetime", 4, "context"),
            ("lifetime", "context = [\"exa\"]\nnear = \"page\"\nlifetime", 4, "block"),
            ("lifetime", "context = [\"exa\"]\nnear = 2000\nlifetime", 4, "960"),
            ("lifetime", "charset = \"greek\"\nlifetime", 4, "greek"),
            ("lifetime", "decodes_to = { encoding = \"rot13\" }\nlifetime", 4, "rot13"),
            (
                "lifetime",
                "companion = { rule = \"a\", label = \"b\", within = { lines = 900 } }\nlifetime",
                4,
                "within",
            ),
            ("lifetime", "files = [\"/\"]\nlifetime", 4, "files"),
            ("format = \"exa_{base62:20}\"", "line = \"exa_{base62:20}\"", 4, "needs `files`"),
        ] {
            let error = load(&mut RuleSet::builtin(), &PACK.replace(from, to)).expect_err(to).remove(0);
            assert!(error.reason.contains(part), "{to}: {error:?}");
            assert_eq!(error.line, line, "{to}: {error:?}");
        }
    }
}
