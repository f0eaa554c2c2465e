//! From the name of a reader in a rule to the reader: where it begins, and what reads there.

use std::ops::Range;

use crate::document::line::{Assignment, basic, call, command, connection, manifest, read_assignment, sql};
use crate::rule::model::Reader;
use crate::window::Window;

/// The literals at which the reader begins, lower case.
pub fn anchors(reader: Reader) -> Box<dyn Iterator<Item = &'static str>> {
    match reader {
        Reader::Basic => Box::new(basic::ANCHORS.into_iter()),
        Reader::Sql => Box::new(sql::ANCHORS.into_iter()),
        Reader::Command => Box::new(command::anchors()),
        Reader::Connection => Box::new(connection::ANCHORS.into_iter()),
        Reader::Call => Box::new(call::anchors()),
        Reader::Manifest => Box::new(manifest::ANCHORS.into_iter()),
    }
}

/// Reads what stands at an anchor: with a reader, or as the word of a key.
pub fn read(reader: Option<Reader>, window: &Window<'_>, anchor: Range<usize>, sink: &mut dyn FnMut(Assignment)) {
    let found = match reader {
        None => read_assignment(window, anchor),
        Some(Reader::Basic) => basic::read(window, anchor),
        Some(Reader::Sql) => sql::read(window, anchor),
        Some(Reader::Command) => command::read(window, anchor),
        Some(Reader::Connection) => connection::read(window, anchor),
        Some(Reader::Call) => call::read(window, anchor),
        Some(Reader::Manifest) => return manifest::read(window, anchor, sink),
    };
    found.into_iter().for_each(sink);
}
