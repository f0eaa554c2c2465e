//! A key behind the literal that it is compared with: `"value".equals(password)`, `'value' === $password`.

use std::ops::Range;

use super::behind::Given;
use super::operator::EQUALS;
use super::{Operator, Quoting, VALUE_MAX};
use crate::class::Class;
use crate::window::Window;

/// Reads the literal that `key` is compared with, where it stands before it.
pub fn read(window: &Window<'_>, key: &Range<usize>) -> Option<Given> {
    let blank = Class::of(" \t");
    let begin = window.run_back(key.start, Class::of("$@"), 1);
    let end = match window.before(begin)? {
        b'(' if window.slice(begin.saturating_sub(EQUALS.len())..begin) == EQUALS => begin - EQUALS.len(),
        b' ' | b'=' => {
            let behind = window.run_back(begin, blank, 8);
            let operator = window.run_back(behind, Class::of("=!"), 3);
            if behind - operator < 2 || window.before(behind) != Some(b'=') {
                return None;
            }
            window.run_back(operator, blank, 8)
        }
        _ => return None,
    };
    let quote = window.before(end).filter(|byte| matches!(byte, b'"' | b'\''))?;
    let content = window.slice((end - 1).saturating_sub(VALUE_MAX)..end - 1);
    let open = memchr::memrchr(quote, content)?;
    let value = end - content.len() + open..end - 1;
    let opens = window.before(value.start - 1).is_none_or(|byte| !byte.is_ascii_alphanumeric() && byte != b'\\');
    let is_literal = !value.is_empty() && memchr::memchr(b'\n', window.slice(value.clone())).is_none();
    (opens && is_literal).then_some((Operator::Compare, value, Quoting::Quoted))
}
