//! Reports that were written before, read again: two are compared, several are put together.
//!
//! Read are the JSON reports of keysieve and SARIF 2.1.0 of any tool. Both are kept as trees that remember the order of their
//! fields, so that what this version does not know comes out again as it went in. A report is somebody's file: whatever is
//! wrong with it is a [`Problem`] with the file's name and the place, and no text of it is printed unsanitised.

use std::fmt;

mod compare;
mod entry;
mod join;
mod merge;
mod moved;
mod ours;
mod read;
mod sarif;
mod tree;

pub use compare::{Difference, compare};
pub use entry::{Entry, How};
pub use merge::{Merged, RUNS, merge};
pub use moved::Moved;
pub use read::{Input, Kind, read};
pub use tree::Tree;

/// What is wrong with a report, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Problem {
    /// The file, as the user named it.
    pub file: String,
    /// A line and column (`3:14`), or a JSON pointer (`/findings/2/rule`); empty for the file as a whole.
    pub at: String,
    /// What is wrong, and what to do about it.
    pub what: String,
}

impl Problem {
    /// A problem of a whole file.
    pub(crate) fn of(file: &str, what: impl Into<String>) -> Self {
        Self { file: file.to_owned(), at: String::new(), what: what.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { file, at, what } = self;
        let between = match at.chars().next() {
            None => "",
            Some('/') => ": ",
            Some(_) => ":",
        };
        f.write_str(&crate::place::sanitize(&format!("{file}{between}{at}: {what}")))
    }
}
