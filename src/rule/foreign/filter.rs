//! Filters of betterleaks: an expression that says which matches do not count.
//!
//! Their language is large, and what their rules say in it is small: one condition, or several of which any is enough, about
//! how random the secret is or what it, the match, its line or its path holds. That is read here; whoever asks for more is
//! told.

use super::regex::compile;
use crate::rule::search::{Allow, Target};

/// What a filter comes to.
#[derive(Debug, Default)]
pub struct Filter {
    /// The least entropy of a secret that counts.
    pub entropy: f64,
    /// What does not count.
    pub allow: Vec<Allow>,
}

/// Reads a filter; none if it asks for what is not known here.
pub fn read(text: &str) -> Option<Filter> {
    let mut reader = Reader { rest: text, filter: Filter::default() };
    reader.any_of(0)?;
    reader.rest.trim_start().is_empty().then_some(reader.filter)
}

/// How deep brackets may stand in one another.
const DEPTH: usize = 16;

struct Reader<'t> {
    rest: &'t str,
    filter: Filter,
}

/// What a condition is about.
enum Subject {
    Part(Target),
    Path,
}

impl<'t> Reader<'t> {
    fn takes(&mut self, token: &str) -> bool {
        let Some(rest) = self.rest.trim_start().strip_prefix(token) else { return false };
        self.rest = rest;
        true
    }

    fn expects(&mut self, token: &str) -> Option<()> {
        self.takes(token).then_some(())
    }

    fn any_of(&mut self, depth: usize) -> Option<()> {
        self.condition(depth)?;
        while self.takes("||") {
            self.condition(depth)?;
        }
        Some(())
    }

    fn condition(&mut self, depth: usize) -> Option<()> {
        let negated = self.takes("!");
        if self.takes("(") {
            if negated || depth == DEPTH {
                return None;
            }
            self.any_of(depth + 1)?;
            return self.expects(")");
        }
        self.takes("filter.");
        let name = self.word();
        self.expects("(")?;
        let subject = self.subject()?;
        match (name, subject, negated) {
            ("entropy", Subject::Part(Target::Secret), false) => {
                self.expects(")")?;
                self.expects("<")?;
                let inclusive = self.takes("=");
                let number: f64 = self.number()?;
                let least = if inclusive { number.next_up() } else { number };
                self.filter.entropy = self.filter.entropy.max(least);
                return Some(());
            }
            ("matchesAny", subject, _) => {
                let regexes: Option<Vec<_>> = self.list()?.iter().map(|it| Some(compile(it).ok()?.1)).collect();
                let regexes = regexes.filter(|regexes| !regexes.is_empty())?;
                self.filter.allow.push(match subject {
                    Subject::Part(target) => Allow { regexes, target, negated, ..Allow::default() },
                    Subject::Path if !negated => Allow { paths: regexes, ..Allow::default() },
                    Subject::Path => return None,
                });
            }
            ("containsAny", Subject::Part(Target::Secret), false) => {
                let stopwords: Vec<String> = self.list()?.iter().map(|it| it.to_ascii_lowercase()).collect();
                self.filter.allow.push(Allow { stopwords, ..Allow::default() });
            }
            _ => return None,
        }
        self.expects(")")
    }

    /// `finding["secret"]`, `get(attributes, "path", "")` or `(attributes["path"] ?? "")`.
    fn subject(&mut self) -> Option<Subject> {
        if self.takes("finding[") {
            let part = self.string()?;
            self.expects("]")?;
            return Some(Subject::Part(match part.as_str() {
                "secret" => Target::Secret,
                "match" => Target::Match,
                "line" => Target::Line,
                _ => return None,
            }));
        }
        let called = self.takes("get(attributes,");
        if !called {
            self.expects("(")?;
            self.expects("attributes[")?;
        }
        let name = self.string()?;
        if called {
            self.expects(",")?;
        } else {
            self.expects("]")?;
            self.expects("??")?;
        }
        let otherwise = self.string()?;
        self.expects(")")?;
        (name == "path" && otherwise.is_empty()).then_some(Subject::Path)
    }

    /// A list of strings behind a comma.
    fn list(&mut self) -> Option<Vec<String>> {
        self.expects(",")?;
        self.expects("[")?;
        let mut items = Vec::new();
        while !self.takes("]") {
            items.push(self.string()?);
            if !self.takes(",") {
                self.expects("]")?;
                break;
            }
        }
        Some(items)
    }

    fn string(&mut self) -> Option<String> {
        if self.takes("`") {
            let (text, rest) = self.rest.split_once('`')?;
            self.rest = rest;
            return Some(text.to_owned());
        }
        self.expects("\"")?;
        let mut text = String::new();
        let mut characters = self.rest.chars();
        loop {
            match characters.next()? {
                '"' => break,
                '\\' => text.push(match characters.next()? {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    plain if plain.is_ascii_punctuation() => plain,
                    _ => return None,
                }),
                plain => text.push(plain),
            }
        }
        self.rest = characters.as_str();
        Some(text)
    }

    fn word(&mut self) -> &'t str {
        self.take_while(|c| c.is_ascii_alphabetic())
    }

    fn number(&mut self) -> Option<f64> {
        self.take_while(|c| c.is_ascii_digit() || c == '.').parse().ok()
    }

    fn take_while(&mut self, is: fn(char) -> bool) -> &'t str {
        let rest = self.rest.trim_start();
        let (taken, rest) = rest.split_at(rest.find(|c| !is(c)).unwrap_or(rest.len()));
        self.rest = rest;
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::search::Seen;

    fn lets_go(filter: &Filter, secret: &str) -> bool {
        let part = secret.as_bytes();
        filter.allow.iter().any(|it| it.lets_go(Seen { secret: part, whole: part, line: part }, b"a/b.lock"))
    }

    #[test]
    fn what_rules_say_is_read() {
        for (text, entropy, gone, kept) in [
            ("entropy(finding[\"secret\"]) < 3.5", 3.5, "", "x"),
            ("filter.entropy(finding[\"secret\"]) <= 3\n|| matchesAny(finding[\"match\"], [`^a`,\n])", 3.0, "ab", "ba"),
            ("(containsAny(finding[\"secret\"], [\"Demo\", \"a\\\"b\"]))", 0.0, "x-DEMO-x", "a b"),
            ("!filter.matchesAny(finding[\"line\"], [`\\d`])", 0.0, "abc", "a1"),
            ("matchesAny(get(attributes, \"path\", \"\"), [`\\.lock$`])", 0.0, "x", ""),
            ("matchesAny((attributes[\"path\"] ?? \"\"), [`\\.lock$`])", 0.0, "x", ""),
        ] {
            let filter = read(text).unwrap_or_else(|| panic!("{text}"));
            assert!((filter.entropy - entropy).abs() < 1e-9, "{text}: {filter:?}");
            assert!(gone.is_empty() || lets_go(&filter, gone), "{text}");
            assert!(kept.is_empty() || !lets_go(&filter, kept), "{text}");
        }
        let inclusive = read("entropy(finding[\"secret\"]) <= 3").expect("a filter").entropy;
        assert!(inclusive > 3.0);
    }

    #[test]
    fn what_asks_for_more_is_none() {
        for text in [
            "",
            "failsTokenEfficiency(finding[\"secret\"])",
            "entropy(finding[\"secret\"]) > 3.5",
            "entropy(finding[\"secret\"]) < 3.5 && containsAny(finding[\"secret\"], [\"a\"])",
            "matchesAny(finding[\"secret\"], [])",
            "matchesAny(finding[\"secret\"], [`(`])",
            "let a = 1; entropy(finding[\"secret\"]) < 3.5",
            &"(".repeat(100_000),
        ] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
