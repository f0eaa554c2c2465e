//! From the name of a reader in a rule to the reader: where it begins, and what reads there.

use std::ops::Range;

use crate::document::line::{Assignment, basic, call, command, connection, sql};
use crate::rule::model::Reader;
use crate::window::Window;

/// Reads what stands at an anchor.
pub type Read = fn(&Window<'_>, Range<usize>) -> Option<Assignment>;

/// The literals at which the reader begins, lower case.
pub fn anchors(reader: Reader) -> Box<dyn Iterator<Item = &'static str>> {
    match reader {
        Reader::Basic => Box::new(basic::ANCHORS.into_iter()),
        Reader::Sql => Box::new(sql::ANCHORS.into_iter()),
        Reader::Command => Box::new(command::anchors()),
        Reader::Connection => Box::new(connection::ANCHORS.into_iter()),
        Reader::Call => Box::new(call::anchors()),
    }
}

/// The reader itself.
pub fn read(reader: Reader) -> Read {
    match reader {
        Reader::Basic => basic::read,
        Reader::Sql => sql::read,
        Reader::Command => command::read,
        Reader::Connection => connection::read,
        Reader::Call => call::read,
    }
}
