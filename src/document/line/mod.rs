//! The key=value readers: from a word such as `password` in a text to the value that is given to it.
//!
//! The problem: the same assignment stands in twenty programming languages, a dozen configuration formats, command lines,
//! headers, statements and connection strings, often one inside another, and the text around it may be a part of a file, a
//! piece of a log or a string of a program. A parser for each format would read none of these.
//!
//! The way chosen: a reader begins at a word, looks at the few bytes around it through a capped [`Window`], and is tolerant.
//! It says what it read and how that was written, not whether it is a secret: whether an unquoted right side can be a literal
//! depends on the kind of file, which is for judgement to know. Each is written by hand, because most hits are dismissed by
//! the byte behind the word; as a regular expression the same alternatives compile to megabytes.
//!
//! [`read_assignment`] reads every form in which the key is a name; [`basic`], [`sql`], [`command`], [`connection`], [`call`] and
//! [`manifest`] those that have no name that says what the value is.

pub mod anchors;
pub mod basic;
mod behind;
mod block;
pub mod call;
mod column;
pub mod command;
mod compared;
pub mod connection;
mod context;
mod directive;
mod fallback;
mod key;
pub mod manifest;
mod markup;
mod next_line;
mod operator;
mod pair;
mod quoted;
pub mod setting;
mod shell;
pub mod sql;
#[cfg(test)]
mod tests;
mod value;

use std::ops::Range;

use crate::class::Class;
use crate::window::Window;

/// The longest value; longer ones are data.
const VALUE_MAX: usize = 512;

/// How a value is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `=`, `:`, `:=`, `=>`, `<-`, `->`.
    Assign,
    /// `key || "value"`, `key ?? "value"`: what stands in where nothing is given.
    Default,
    /// `==`, `!=`, `===`.
    Compare,
    /// `<key>value</key>`.
    Element,
    /// `key("value")`, `("key", "value")`.
    Argument,
    /// `--key value`, `-Key value`.
    Flag,
    /// `key "value"` at the beginning of a line, as `#define`, `set` and the languages of configuration tools have it.
    Directive,
    /// `name: key`, `value: value`; `<add key="key" value="value"/>`; a variable's block with its default.
    Pair,
    /// `Bearer value`: the scheme of an authorization header is the key.
    Scheme,
    /// `Basic value`: the value is the base64 of a user and a password.
    Basic,
    /// A place in a statement, a command or a call that is a password's: what stands for the key does not name it.
    Place,
    /// An entry of what holds secrets: its key may say what it is, and need not.
    Entry,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// Between quotes.
    Quoted,
    /// As it is, within a string or a comment that goes on before its key: there it is text in any language.
    Embedded,
    /// As it is.
    Bare,
}

/// A value and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The whole key.
    pub key: Range<usize>,
    /// The value, without its quotes; never empty.
    pub value: Range<usize>,
    /// How it is given.
    pub operator: Operator,
    /// How it is written.
    pub quoting: Quoting,
}

/// Reads the assignment whose key holds the word at `word`. None if the word is not a word of a key, or no value is given.
#[must_use]
pub fn read_assignment(window: &Window<'_>, word: Range<usize>) -> Option<Assignment> {
    let key = key::around(window, &word)?;
    let (operator, value, quoting) = behind::read(window, &key)?;
    if quoting != Quoting::Quoted && matches!(operator, Operator::Argument | Operator::Compare | Operator::Default) {
        return None;
    }
    // `$name = value` without quotes is an expression wherever names have a sigil.
    if quoting == Quoting::Bare && operator == Operator::Assign && window.before(key.start) == Some(b'$') {
        return None;
    }
    Some(Assignment { key, value, operator, quoting })
}

/// The value that is given to `key`, a whole name, in whichever form.
#[must_use]
pub fn read_given(window: &Window<'_>, key: &Range<usize>) -> Option<Range<usize>> {
    behind::read(window, key).map(|(_, value, _)| value)
}

/// Whether the place of a password holds none: nothing, or what services want there beside a token that is given as the user.
#[must_use]
pub fn is_without_password(password: &[u8]) -> bool {
    matches!(password, b"" | b"x" | b"X" | b"x-oauth-basic")
}

/// Whether a user may be a token instead: longer than names of people are, of letters and digits without a dot.
#[must_use]
pub fn is_like_a_token(user: &[u8]) -> bool {
    let has = |is: fn(&u8) -> bool| user.iter().filter(|byte| is(byte)).count();
    user.len() >= 16
        && user.iter().all(|&byte| Class::WORD.contains(byte) || byte == b'-')
        && has(u8::is_ascii_digit) >= 2
        && has(u8::is_ascii_alphabetic) >= 2
}
