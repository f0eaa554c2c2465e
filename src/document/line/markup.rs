//! Keys that are the names of elements: `<password>value</password>`, with a prefix, with attributes, with its content in
//! CDATA or on a line of its own; and property lists, where the key is an element itself.

use std::ops::Range;

use super::behind::Given;
use super::{Operator, Quoting, VALUE_MAX, quoted};
use crate::class::Class;
use crate::window::Window;

const SPACE: Class = Class::of(" \t\r\n");
/// What names of elements are made of.
const NAME: Class = Class::of("A-Za-z0-9_.:-");
/// The longest run of attributes.
const ATTRIBUTES: usize = 200;
const CDATA: &[u8] = b"<![CDATA[";

/// Reads the content of the element that `key` names.
pub fn read(window: &Window<'_>, key: &Range<usize>) -> Option<Given> {
    if let Some(value) = attribute(window, key) {
        return Some((Operator::Element, value, Quoting::Quoted));
    }
    let content = match window.byte(key.end)? {
        b'<' => of_property_list(window, key)?,
        b'>' | b' ' | b'\t' | b'\r' | b'\n' => of_element(window, key)?,
        _ => return None,
    };
    let value = text(window, content)?;
    Some((Operator::Element, value, Quoting::Bare))
}

/// The attribute that holds the value of an element without content: `<key value="…"/>`.
fn attribute(window: &Window<'_>, key: &Range<usize>) -> Option<Range<usize>> {
    const VALUE: &[u8] = b" value=";
    if window.byte(key.end) != Some(b' ') || window.before(key.start) != Some(b'<') {
        return None;
    }
    let end = window.run(key.end, Class::of("\t\n\r -;=?-~"), ATTRIBUTES);
    let at = key.end + memchr::memmem::find(window.slice(key.end..end), VALUE)? + VALUE.len();
    quoted::read(window, at).filter(|value| !value.is_empty() && value.end < end)
}

/// Behind `<key …>` or `<prefix:key …>`.
fn of_element(window: &Window<'_>, key: &Range<usize>) -> Option<usize> {
    let name = match window.before(key.start)? {
        b':' => window.run_back(key.start, NAME, 64),
        _ => key.start,
    };
    if window.before(name) != Some(b'<') {
        return None;
    }
    let end = window.run(key.end, Class::of("\t\n\r -;=?-~"), ATTRIBUTES);
    // Content that says that it is encoded is no value as it stands.
    if memchr::memmem::find(window.slice(key.end..end), b"encoding").is_some() {
        return None;
    }
    (window.byte(end) == Some(b'>') && window.before(end) != Some(b'/')).then_some(end + 1)
}

/// Behind `<key>key</key> <string>`.
fn of_property_list(window: &Window<'_>, key: &Range<usize>) -> Option<usize> {
    let (open, close): (&[u8], &[u8]) = (b"<key>", b"</key>");
    if window.slice(key.start.saturating_sub(open.len())..key.start) != open
        || window.slice(key.end..key.end + close.len()) != close
    {
        return None;
    }
    let value = window.run(key.end + close.len(), SPACE, 80);
    (window.slice(value..value + 8) == b"<string>").then_some(value + 8)
}

/// The one word that is all there is from `at` to the next tag.
fn text(window: &Window<'_>, at: usize) -> Option<Range<usize>> {
    let mut start = window.run(at, SPACE, 120);
    let end = if window.slice(start..start + CDATA.len()) == CDATA {
        start += CDATA.len();
        let look = window.slice(start..start + VALUE_MAX);
        start + memchr::memmem::find(look, b"]]>")?
    } else {
        let end = window.run(start, Class::of("!-;=-~"), VALUE_MAX);
        let close = window.run(end, SPACE, 120);
        if window.slice(close..close + 2) != b"</" {
            return None;
        }
        end
    };
    (start < end && !window.slice(start..end).iter().any(|&byte| byte <= b' ')).then_some(start..end)
}
