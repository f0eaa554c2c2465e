//! Source code, as a row of tokens.
//!
//! Checks of code ask which names, calls and texts stand beside one another. For that it is enough to know what is a name,
//! what is a string and which parts of it are worked out, what is a comment, where a statement ends and which bracket
//! closes which. One lexer reads all languages; what sets them apart is a [`Grammar`], which is data.
//!
//! There is no error of syntax: a string of one line ends with it at the latest, and a bracket that nothing closes has no
//! partner. A token is 16 bytes, and each byte of a file is looked at a constant number of times.
//!
//! Rejected: a parser for each language, which is more than is needed and would be fooled by the next version of each; and
//! regular expressions over lines, which take comments and texts for code.

mod grammar;
mod lexer;
mod place;

use std::ops::Range;

pub use grammar::{Dialect, Grammar};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name or keyword.
    Word,
    /// A number or a regular expression.
    Literal,
    /// What stands in a string, up to its end or to a part that is worked out.
    Text,
    /// An operator, or punctuation.
    Sign,
    /// `(`, `[` or `{`.
    Open,
    /// `)`, `]` or `}`.
    Close,
    /// The beginning of a part of a string that is worked out. A [text](Kind::Text) stands before it.
    Hole,
    /// Its end. A text stands behind it.
    HoleEnd,
    /// The end of a line, where that ends a statement.
    Line,
}

/// A token: what it is and which bytes.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    start: u32,
    end: u32,
    /// The number of the bracket that closes or opens it; its own if there is none.
    partner: u32,
}

/// A file of code.
#[derive(Debug)]
pub struct Code<'t> {
    /// The language.
    pub grammar: &'static Grammar,
    /// The whole file.
    pub text: &'t str,
    /// Its tokens.
    pub tokens: Vec<Token>,
}

impl<'t> Code<'t> {
    /// The code of the file at `path`; none if it is in no language that is read, or is longer than
    /// [`MAX_BYTES`](super::MAX_BYTES).
    #[must_use]
    pub fn read(path: &[u8], text: &'t str) -> Option<Code<'t>> {
        let grammar = Grammar::of(path)?;
        if text.len() > super::MAX_BYTES {
            return None;
        }
        let mut tokens = Vec::new();
        for part in place::parts(path, text) {
            lexer::read(grammar, text, part, &mut tokens);
        }
        Some(Code { grammar, text, tokens })
    }

    /// Which bytes the token of this number is. Of a text it is what stands between the quotes.
    #[must_use]
    pub fn span(&self, number: usize) -> Range<usize> {
        self.tokens.get(number).map_or(0..0, |token| token.start as usize..token.end as usize)
    }

    /// What the token of this number says; empty behind the last.
    #[must_use]
    pub fn said(&self, number: usize) -> &'t str {
        self.text.get(self.span(number)).unwrap_or_default()
    }

    /// Whether the token of this number is of a kind.
    #[must_use]
    pub fn is_a(&self, number: usize, kind: Kind) -> bool {
        self.tokens.get(number).is_some_and(|token| token.kind == kind)
    }

    /// Whether the token of this number is code and says this.
    #[must_use]
    pub fn is(&self, number: usize, said: &str) -> bool {
        !self.is_a(number, Kind::Text) && self.said(number) == said
    }

    /// Whether the tokens from this number on say this.
    #[must_use]
    pub fn are(&self, number: usize, said: &[&str]) -> bool {
        said.iter().enumerate().all(|(behind, said)| self.is(number + behind, said))
    }

    /// The bracket that closes or opens the one with this number.
    #[must_use]
    pub fn partner(&self, number: usize) -> Option<usize> {
        let partner = self.tokens.get(number)?.partner as usize;
        (partner != number).then_some(partner)
    }

    /// The parts of a row of tokens that commas separate, none of them empty.
    #[must_use]
    pub fn parts(&self, row: Range<usize>) -> Vec<Range<usize>> {
        let mut parts = Vec::new();
        let (mut start, mut at) = (row.start, row.start);
        while at < row.end {
            if self.is(at, ",") {
                parts.push(start..at);
                start = at + 1;
            }
            at = self.behind(at);
        }
        parts.push(start..row.end);
        parts.retain(|part| !part.is_empty());
        parts
    }

    /// The number behind a token; of one that opens a bracket, behind the one that closes it.
    #[must_use]
    pub fn behind(&self, number: usize) -> usize {
        self.partner(number).filter(|partner| *partner > number).unwrap_or(number) + 1
    }
}

#[cfg(test)]
mod tests;
