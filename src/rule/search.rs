//! Rules of other tools: a regular expression that is searched for near a word, and what it must not be.
//!
//! Plain data, compiled twice like the schema: the built-in table has none of them, but knows the type.

use regex::bytes::Regex;

use super::format::Text;

/// The most lists of a rule that may ask for a path.
pub const PATH_LISTS_MOST: usize = 64;

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
    /// Whether the patterns must not fit instead.
    pub negated: bool,
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

    /// Which of the lists that ask for a path let a match go but for its path: a bit for each, from the lowest.
    #[must_use]
    pub fn excuses(&self, seen: Seen<'_>) -> u64 {
        let fitting = self.with_paths().filter(|(_, allow)| allow.fits(seen));
        fitting.fold(0, |bits, (bit, _)| bits | bit)
    }

    /// Whether a match with these excuses counts at this path.
    #[must_use]
    pub fn counts_at(&self, path: Option<&[u8]>, excuses: u64) -> bool {
        let path = path.unwrap_or_default();
        let mut excusing = self.with_paths().filter(|&(bit, _)| excuses & bit != 0);
        self.path.as_ref().is_none_or(|wanted| wanted.is_match(path))
            && !excusing.any(|(_, allow)| allow.paths.iter().any(|it| it.is_match(path)))
    }

    /// The lists that ask for a path, each with its bit.
    fn with_paths(&self) -> impl Iterator<Item = (u64, &Allow)> {
        let lists = self.allow.iter().filter(|allow| !allow.paths.is_empty());
        lists.take(PATH_LISTS_MOST).enumerate().map(|(at, allow)| (1 << at, allow))
    }
}

impl Allow {
    /// Whether it lets what is seen at this path go, whatever rule found it.
    #[must_use]
    pub fn lets_go(&self, seen: Seen<'_>, path: &[u8]) -> bool {
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
        (self.regexes.is_empty() || self.regexes.iter().any(|it| it.is_match(part)) != self.negated)
            && (self.stopwords.is_empty() || self.stopwords.iter().any(holds))
    }
}
