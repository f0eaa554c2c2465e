//! Who answers for a file: `[owners]`, and the `CODEOWNERS` file of the repository.
//!
//! Both are lists of patterns in which the last one that matches counts. The patterns are those of `.gitignore`, with two
//! differences, which GitHub and GitLab document: there is no negation, and `docs/*` does not reach into directories below. Each
//! pattern has a matcher of its own: in a common one, a pattern of a file would win over a later one of its directory.

use std::fmt;
use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use toml::Spanned;

use super::policy::{PolicyError, Text};

/// Where `CODEOWNERS` is looked for, in this order.
pub(super) const CODEOWNERS: [&str; 4] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// A list of owners.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum OwnerSource {
    /// The `CODEOWNERS` file.
    #[serde(rename = "CODEOWNERS")]
    Codeowners,
    /// `[owners]` in `keysieve.toml`.
    #[serde(rename = "toml")]
    Toml,
}

impl OwnerSource {
    /// The word that users read and write.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            OwnerSource::Codeowners => "CODEOWNERS",
            OwnerSource::Toml => "toml",
        }
    }
}

/// `[owners]` as it is written.
#[derive(Clone, Debug, Default)]
pub struct OwnersTable {
    /// Which lists are asked, in this order.
    pub source: Option<Spanned<Vec<OwnerSource>>>,
    /// Patterns and owners.
    pub patterns: Vec<(Spanned<String>, Spanned<String>)>,
}

impl<'de> Deserialize<'de> for OwnersTable {
    /// By hand, because `source` stands among the patterns, and serde's flattening loses places.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Table;
        impl<'de> Visitor<'de> for Table {
            type Value = OwnersTable;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of patterns and owners")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<OwnersTable, A::Error> {
                let mut table = OwnersTable::default();
                while let Some(key) = map.next_key::<Spanned<String>>()? {
                    if key.get_ref() == "source" {
                        table.source = Some(map.next_value()?);
                    } else {
                        table.patterns.push((key, map.next_value()?));
                    }
                }
                // The parser sorts by name; the last one of the file counts.
                table.patterns.sort_by_key(|(key, _)| key.span().start);
                Ok(table)
            }
        }
        deserializer.deserialize_map(Table)
    }
}

/// Who answers for some files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Users, teams or addresses: `@org/payments`; none for files that the list leaves without an owner.
    pub names: Vec<String>,
    /// The pattern.
    pub pattern: String,
    /// `keysieve.toml:7`, `CODEOWNERS:3`.
    pub source: String,
}

#[derive(Clone, Debug)]
struct Entry {
    owner: Owner,
    matcher: Gitignore,
    /// Whether what is below a directory that matches is meant, too.
    is_deep: bool,
}

impl Entry {
    fn new(pattern: &str, names: Vec<String>, source: String) -> Result<Self, ignore::Error> {
        let mut builder = GitignoreBuilder::new("");
        builder.add_line(None, pattern)?;
        let is_deep = !pattern.ends_with("/*");
        let matcher = builder.build()?;
        Ok(Self { owner: Owner { names, pattern: pattern.to_owned(), source }, matcher, is_deep })
    }

    fn covers(&self, path: &Path) -> bool {
        let found = if self.is_deep {
            self.matcher.matched_path_or_any_parents(path, false)
        } else {
            self.matcher.matched(path, false)
        };
        found.is_ignore()
    }
}

/// Who answers for which files.
#[derive(Clone, Debug)]
pub struct Owners {
    pub(super) order: Vec<OwnerSource>,
    pub(super) order_source: String,
    stated: Vec<Entry>,
    codeowners: Vec<Entry>,
}

impl Default for Owners {
    fn default() -> Self {
        Self {
            order: vec![OwnerSource::Codeowners, OwnerSource::Toml],
            order_source: "default".to_owned(),
            stated: Vec::new(),
            codeowners: Vec::new(),
        }
    }
}

impl Owners {
    /// Who answers for the file: what the first of the lists says that says anything.
    #[must_use]
    pub fn of(&self, path: &[u8]) -> Option<&Owner> {
        let path = bstr::ByteSlice::to_path_lossy(path);
        if path.has_root() {
            return None;
        }
        self.order.iter().find_map(|source| {
            let entries = match source {
                OwnerSource::Codeowners => &self.codeowners,
                OwnerSource::Toml => &self.stated,
            };
            entries.iter().rev().find(|entry| entry.covers(&path)).map(|entry| &entry.owner)
        })
    }

    /// Whether no list says anything of any file.
    pub(in crate::config) fn is_empty(&self) -> bool {
        self.stated.is_empty() && self.codeowners.is_empty()
    }

    /// What `keysieve.toml` states, in its order.
    pub(super) fn stated(&self) -> impl Iterator<Item = &Owner> {
        self.stated.iter().map(|entry| &entry.owner)
    }

    pub(super) fn lay(&mut self, table: &OwnersTable, text: Text<'_>, errors: &mut Vec<PolicyError>) {
        if let Some(source) = &table.source {
            self.order = source.get_ref().clone();
            self.order_source = text.place(source.span().start);
        }
        for (pattern, owners) in &table.patterns {
            let names = owners.get_ref().split_whitespace().map(str::to_owned).collect();
            match Entry::new(pattern.get_ref(), names, text.place(pattern.span().start)) {
                Ok(entry) => self.stated.push(entry),
                Err(fault) => errors.push(PolicyError { span: pattern.span(), message: fault.to_string() }),
            }
        }
    }

    /// Reads a `CODEOWNERS` file, under the name that findings print. Lines that are not understood are passed over, as GitHub
    /// and GitLab do.
    pub fn read_codeowners(&mut self, name: &str, text: &str) {
        self.codeowners.clear();
        // A section of GitLab's may name owners for all of its patterns.
        let mut of_section: Vec<String> = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let words = words(line);
            let Some((pattern, names)) = words.split_first() else { continue };
            if pattern.starts_with('[') || pattern.starts_with("^[") {
                let behind = line.rsplit_once(']').map_or("", |(_, behind)| behind);
                of_section = behind.split_whitespace().map(str::to_owned).collect();
                continue;
            }
            if pattern.starts_with('!') {
                continue;
            }
            let names = if names.is_empty() { of_section.clone() } else { names.to_vec() };
            self.codeowners.extend(Entry::new(pattern, names, format!("{name}:{}", number + 1)).ok());
        }
    }
}

/// The words of a line; a space behind a backslash belongs to a word, and `#` begins a comment.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                word.push(c);
                word.extend(chars.next());
            }
            '#' if word.is_empty() => break,
            c if c.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            c => word.push(c),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(text: &str, path: &str) -> Option<String> {
        let mut owners = Owners::default();
        owners.read_codeowners("CODEOWNERS", text);
        owners.of(path.as_bytes()).map(|owner| format!("{} {}", owner.names.join(" "), owner.source))
    }

    #[test]
    fn the_last_pattern_that_matches_counts() {
        let text = "# who\n* @org/all\n/docs/*.md @ann\n/docs/ @org/docs # all of it\napps/* @apps\n/build/logs/\na\\ b.txt @space\n";
        for (path, expected) in [
            ("src/a.rs", "@org/all CODEOWNERS:2"),
            ("docs/a.md", "@org/docs CODEOWNERS:4"),
            ("docs/deep/a.md", "@org/docs CODEOWNERS:4"),
            ("apps/a", "@apps CODEOWNERS:5"),
            ("apps/deep/a", "@org/all CODEOWNERS:2"),
            ("build/logs/x", " CODEOWNERS:6"),
            ("a b.txt", "@space CODEOWNERS:7"),
        ] {
            assert_eq!(owner(text, path).as_deref(), Some(expected), "{path}");
        }
        assert_eq!(owner("docs/ @a", "src/a"), None);
        assert_eq!(owner("* @a", "/etc/passwd"), None);
    }

    #[test]
    fn sections_name_owners_for_what_is_in_them() {
        let text = "[Database][2] @dba\nmodel/\nmodel/own.rb @me\n^[Optional]\n*.txt\n";
        assert_eq!(owner(text, "model/a.rb").as_deref(), Some("@dba CODEOWNERS:2"));
        assert_eq!(owner(text, "model/own.rb").as_deref(), Some("@me CODEOWNERS:3"));
        assert_eq!(owner(text, "a.txt").as_deref(), Some(" CODEOWNERS:5"));
    }
}
