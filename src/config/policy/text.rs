//! The text that a policy stands in, and what was stated there.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;

use crate::finding::Threshold;

/// The source of what nobody stated.
pub(crate) const DEFAULT: &str = "default";

/// Something wrong with the policy that a user states.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PolicyError {
    /// Which bytes of the text.
    pub span: Range<usize>,
    /// What is wrong, and what is allowed.
    pub message: String,
}

/// One text that states policy, under the name that findings print.
#[derive(Clone, Copy, Debug)]
pub struct Text<'t> {
    /// `keysieve.toml`, or the flag that it was given with.
    pub name: &'t str,
    /// What is written there.
    pub text: &'t str,
}

impl Text<'_> {
    /// Where the byte at `offset` stands: `keysieve.toml:7`. A flag has no lines.
    #[must_use]
    pub fn place(&self, offset: usize) -> String {
        if self.name.starts_with("--") {
            return self.name.to_owned();
        }
        let before = &self.text.as_bytes()[..offset.min(self.text.len())];
        format!("{}:{}", self.name, memchr::memchr_iter(b'\n', before).count() + 1)
    }

    pub(super) fn stated(&self, entry: &Spanned<String>) -> Stated {
        Stated { text: entry.get_ref().clone(), source: Cow::Owned(self.place(entry.span().start)) }
    }

    pub(super) fn all_stated(&self, entries: &[Spanned<String>]) -> Vec<Stated> {
        entries.iter().map(|entry| self.stated(entry)).collect()
    }
}

/// A word of the policy, and where it was stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// The word.
    pub text: String,
    /// `default`, or `keysieve.toml:7`.
    pub source: Cow<'static, str>,
}

impl Stated {
    /// What a finding says of it: `limit`, and where that comes from.
    #[must_use]
    pub fn threshold(&self, limit: impl Into<String>) -> Threshold {
        Threshold { limit: limit.into(), source: self.source.to_string() }
    }
}

/// Whether `text` is `pattern`, in which `*` stands for any characters. Letters are compared without case.
#[must_use]
pub fn matches_wildcard(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_ascii_lowercase(), text.to_ascii_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

/// A glob of paths, `/` between the parts.
pub(super) fn glob(entry: &Spanned<String>, errors: &mut Vec<PolicyError>) -> Option<globset::Glob> {
    match globset::GlobBuilder::new(entry.get_ref()).literal_separator(true).build() {
        Ok(glob) => Some(glob),
        Err(fault) => {
            errors.push(PolicyError { span: entry.span(), message: fault.to_string() });
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards() {
        for (pattern, text, expected) in [
            ("*", "anything", true),
            ("a*c", "abc", true),
            ("a*c", "abd", false),
            ("*:write", "contents:write", true),
            ("a*b*c", "aXbYc", true),
            ("aba", "ab", false),
            ("ab*ba", "aba", false),
            ("IAM:*", "iam:PassRole", true),
        ] {
            assert_eq!(matches_wildcard(pattern, text), expected, "{pattern} {text}");
        }
    }
}
