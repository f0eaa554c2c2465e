//! Rules of other tools: a regular expression that is searched for near a word, and what it must not be.
//!
//! Plain data, compiled twice like the schema: the built-in table has none of them, but knows the type.

use regex::bytes::Regex;

use super::format::Text;

/// A regular expression that is searched for around the rule's words, instead of one that begins with its anchor.
#[derive(Clone, Debug)]
pub struct Search {
    /// The pattern, as it was compiled.
    pub pattern: Text,
    /// The same, compiled.
    pub regex: Regex,
    /// The group that is the secret; 0: the first that is not empty. Where there is none, the whole match is.
    pub group: usize,
    /// A path must match it for the rule to count there.
    pub path: Option<Regex>,
    /// What does not count.
    pub allow: Vec<Allow>,
}

/// Matches that do not count. Each list that is not empty must have a member that fits.
#[derive(Clone, Debug, Default)]
pub struct Allow {
    /// Patterns for a part of the match.
    pub regexes: Vec<Regex>,
    /// Which part.
    pub target: Target,
    /// Lower-case texts in the secret.
    pub stopwords: Vec<String>,
    /// Patterns for the path.
    pub paths: Vec<Regex>,
}

/// What a pattern of an [`Allow`] is held against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// The secret.
    #[default]
    Secret,
    /// The whole match.
    Match,
    /// The lines that the match stands on.
    Line,
}

/// Where a match stands.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'t> {
    /// The secret.
    pub secret: &'t [u8],
    /// The whole match.
    pub whole: &'t [u8],
    /// Its lines.
    pub line: &'t [u8],
}

impl Search {
    /// Whether a match counts, as far as that can be said without its path.
    #[must_use]
    pub fn admits(&self, seen: Seen<'_>) -> bool {
        !self.allow.iter().any(|allow| allow.paths.is_empty() && allow.fits(seen))
    }

    /// Whether a match with this secret counts at this path.
    #[must_use]
    pub fn counts_at(&self, path: Option<&[u8]>, secret: &[u8]) -> bool {
        let path = path.unwrap_or_default();
        let seen = Seen { secret, whole: secret, line: secret };
        self.path.as_ref().is_none_or(|wanted| wanted.is_match(path))
            && !self.allow.iter().any(|allow| allow.paths.iter().any(|it| it.is_match(path)) && allow.fits(seen))
    }
}

impl Allow {
    /// Whether it lets a secret at this path go, whatever rule found it. Patterns of a match or a line are held against the
    /// secret, so a caller who has only that leaves such lists out.
    #[must_use]
    pub fn lets_go(&self, secret: &[u8], path: &[u8]) -> bool {
        let seen = Seen { secret, whole: secret, line: secret };
        (self.paths.is_empty() || self.paths.iter().any(|it| it.is_match(path))) && self.fits(seen)
    }

    /// Whether regexes and stopwords fit.
    fn fits(&self, seen: Seen<'_>) -> bool {
        let part = match self.target {
            Target::Secret => seen.secret,
            Target::Match => seen.whole,
            Target::Line => seen.line,
        };
        let lower = seen.secret.to_ascii_lowercase();
        let holds = |word: &String| !word.is_empty() && lower.windows(word.len()).any(|it| it == word.as_bytes());
        (self.regexes.is_empty() || self.regexes.iter().any(|it| it.is_match(part)))
            && (self.stopwords.is_empty() || self.stopwords.iter().any(holds))
    }
}
