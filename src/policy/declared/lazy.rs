//! Patterns and globs that are compiled when they are first asked.
//!
//! The built-in checks have some five hundred of them, and a run that lints one file asks a few. Compiling them all took
//! 100 ms at every start; to check that they are well formed takes 3.

use std::ops::Range;
use std::sync::OnceLock;

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;

/// The most bytes of a compiled pattern.
const LARGEST: usize = 1 << 20;

/// The most parts of a text that a pattern names.
const MOST: usize = 100;

/// A regular expression over ASCII: `\w`, `\d` and `(?i)` mean that, and nothing else of Unicode is needed for names.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    text: String,
    regex: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// A pattern that is well formed.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        let pattern = Self { text: text.to_owned(), regex: OnceLock::new() };
        // Only counted repetitions can make a pattern large.
        if repetitions(text) > 1_000 {
            let regex = compile(text)?;
            return Ok(Self { regex: OnceLock::from(Some(regex)), ..pattern });
        }
        let parsed = ParserBuilder::new().unicode(false).utf8(false).build().parse(text);
        parsed.map(|_| pattern).map_err(|fault| fault.to_string())
    }

    /// Whether it matches anywhere in `text`.
    pub(crate) fn is_match(&self, text: &[u8]) -> bool {
        self.regex.get_or_init(|| compile(&self.text).ok()).as_ref().is_some_and(|regex| regex.is_match(text))
    }

    /// The parts of `text` that its groups named `value` match; none if it has none.
    pub(crate) fn values(&self, text: &[u8]) -> Vec<Range<usize>> {
        if !self.text.contains("(?P<value>") {
            return Vec::new();
        }
        let regex = self.regex.get_or_init(|| compile(&self.text).ok()).as_ref();
        let found = regex.into_iter().flat_map(|regex| regex.captures_iter(text));
        found.filter_map(|captures| captures.name("value").map(|part| part.range())).take(MOST).collect()
    }
}

/// The product of all counts in braces: how often the rest of the pattern can be repeated in its compiled form.
fn repetitions(text: &str) -> u64 {
    let counts = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    let most = counts.filter_map(|(count, _)| count.split(',').filter_map(|number| number.parse::<u64>().ok()).max());
    most.fold(1, |product, count| product.saturating_mul(count.max(1)))
}

fn compile(text: &str) -> Result<Regex, String> {
    RegexBuilder::new(text).unicode(false).size_limit(LARGEST).build().map_err(|fault| fault.to_string())
}

/// Globs of paths, letters without case; `*` stays within a directory.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    globs: Vec<Glob>,
    set: OnceLock<GlobSet>,
}

impl Files {
    /// Globs that are well formed.
    ///
    /// # Errors
    /// What is wrong with the first that is not.
    pub(crate) fn new<'g>(globs: impl IntoIterator<Item = &'g str>) -> Result<Self, String> {
        let glob = |text: &str| {
            let mut builder = GlobBuilder::new(text);
            builder.literal_separator(true).case_insensitive(true).empty_alternates(true);
            builder.build().map_err(|fault| fault.to_string())
        };
        Ok(Self { globs: globs.into_iter().map(glob).collect::<Result<_, _>>()?, set: OnceLock::new() })
    }

    /// Whether one of them matches the path.
    pub(crate) fn is_match(&self, path: &str) -> bool {
        let set = self.set.get_or_init(|| {
            let mut set = GlobSetBuilder::new();
            self.globs.iter().for_each(|glob| _ = set.add(glob.clone()));
            set.build().unwrap_or_default()
        });
        set.is_match(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_at_once() {
        assert!(Pattern::new("(").is_err() && Pattern::new("a{2").is_err() && Pattern::new("(a{1000}){1000}").is_err());
        assert!(Files::new(["a["]).is_err());
    }

    #[test]
    fn ascii_is_enough() {
        let matches = |pattern: &str, text: &str| Pattern::new(pattern).is_ok_and(|it| it.is_match(text.as_bytes()));
        assert!(matches(r"(?i)^\w+-\d$", "Abc-1") && !matches(r"^\w$", "é"));
        assert!(Files::new(["**/.env{,.*}"]).is_ok_and(|it| it.is_match("a/.ENV.test") && !it.is_match("a/env")));
    }
}
