//! ar: a line of 60 bytes before each member. Debian packages are such archives (deb(5)); so are static libraries.
//!
//! Long names stand in a member of their own (GNU), or before the body (BSD).

use std::io::{self, Read};

use super::exactly::{Exactly, fill};
use super::{Problem, Visit};

const MAGIC: usize = 8;
const HEADER: usize = 60;
/// The longest table of names, and the longest name before a body, that is read.
const NAMES: u64 = 1 << 20;
const NAME: u64 = 64 * 1024;

pub(super) fn members(input: &mut dyn Read, visit: &mut dyn Visit) {
    let damaged = |visit: &mut dyn Visit, how| visit.problem(b"", Problem::Damaged(how));
    if !matches!(fill(input, &mut [0; MAGIC]), Ok(MAGIC)) {
        return;
    }
    let mut names = Vec::new();
    let mut header = [0; HEADER];
    loop {
        match fill(input, &mut header) {
            Ok(0) => return,
            Ok(HEADER) => {}
            Ok(_) => return damaged(visit, "it ends in the middle of a header"),
            Err(_) => return damaged(visit, "it cannot be unpacked to its end"),
        }
        let field = |range: std::ops::Range<usize>| header[range].trim_ascii_end();
        let Some(size) = number(field(48..58)).filter(|_| &header[58..] == b"`\n") else {
            return damaged(visit, "no header where one should stand");
        };
        let mut body = Exactly { input, left: size };
        let name = match name(field(0..16), &names, &mut body) {
            Ok(Name::Table) => {
                let limit = NAMES;
                if (&mut body).take(limit).read_to_end(&mut names).is_err() {
                    return damaged(visit, "it ends in the middle of its names");
                }
                None
            }
            Ok(Name::Symbols) => None,
            Ok(Name::Member(name)) => Some(name),
            Err(_) => return damaged(visit, "it ends in the middle of a name"),
        };
        if name.is_some_and(|name| visit.member(&name, &mut body).is_break()) {
            return;
        }
        if !body.skip(0) {
            return;
        }
        // Members begin at even places.
        if size % 2 == 1 && !matches!(fill(input, &mut [0]), Ok(1)) {
            return;
        }
    }
}

enum Name {
    /// The member that holds the long names.
    Table,
    /// The member that says where symbols are defined.
    Symbols,
    Member(Vec<u8>),
}

fn name(field: &[u8], names: &[u8], body: &mut Exactly<'_>) -> io::Result<Name> {
    if field == b"//" {
        return Ok(Name::Table);
    }
    if matches!(field, b"/" | b"/SYM64/") {
        return Ok(Name::Symbols);
    }
    if let Some(length) = field.strip_prefix(b"#1/").and_then(number) {
        let mut name = Vec::new();
        body.take(length.min(NAME)).read_to_end(&mut name)?;
        while name.last() == Some(&0) {
            name.pop();
        }
        return Ok(Name::Member(name));
    }
    if let Some(at) = field.strip_prefix(b"/").and_then(number) {
        let name = usize::try_from(at).ok().and_then(|at| names.get(at..)).unwrap_or_default();
        let end = memchr::memchr(b'\n', name).unwrap_or(name.len());
        return Ok(Name::Member(name[..end].strip_suffix(b"/").unwrap_or(&name[..end]).to_vec()));
    }
    Ok(Name::Member(field.strip_suffix(b"/").unwrap_or(field).to_vec()))
}

fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}
