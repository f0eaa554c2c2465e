//! From the name of a reader in a rule to what reads there.

use std::ops::Range;

use crate::document::line::{Assignment, basic, call, command, connection, manifest, read_assignment, sql};
use crate::rule::model::Reader;
use crate::window::Window;

/// Reads what stands at an anchor: with a reader, or as the word of a key.
pub fn read(reader: Option<Reader>, window: &Window<'_>, anchor: Range<usize>, sink: &mut dyn FnMut(Assignment)) {
    let found = match reader {
        None => read_assignment(window, anchor),
        Some(Reader::Basic) => basic::read(window, anchor),
        Some(Reader::Sql) => sql::read(window, anchor),
        Some(Reader::Command) => command::read(window, anchor),
        Some(Reader::Connection) => connection::read(window, anchor),
        Some(Reader::Call | Reader::KeyCall) => call::read(window, anchor),
        Some(Reader::Manifest) => return manifest::read(window, anchor, sink),
    };
    found.into_iter().for_each(sink);
}
