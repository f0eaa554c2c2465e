//! What stands in where a reference gives nothing: `${NAME:-value}`, `{{ name | default("value") }}`,
//! `os.environ.get("NAME") or "value"`. The reference is none of the secret; the literal behind it is.

use std::ops::Range;

use super::quoted;
use crate::class::Class;
use crate::window::Window;

/// How much of a line is read.
const EXPRESSION: usize = 300;

/// What an expression begins with that looks a value up, and whether its last argument or block is taken otherwise.
const LOOKUPS: [(&[u8], bool); 22] = [
    (b"{{", false),
    (b"<%", false),
    (b"${", false),
    (b"#{", false),
    (b"os.environ", true),
    (b"os.getenv", true),
    (b"os.Getenv", false),
    (b"environ.get", true),
    (b"process.env", false),
    (b"import.meta.env", false),
    (b"Deno.env", false),
    (b"Bun.env", false),
    (b"ENV[", false),
    (b"ENV.fetch", true),
    (b"getenv(", true),
    (b"env(", true),
    (b"env::var", false),
    (b"std::env::var", false),
    (b"System.getenv", false),
    (b"System.getProperty", true),
    (b"Environment.GetEnvironmentVariable", false),
    (b"coalesce(", true),
];
/// What these begin with.
const LOOKUPS_BEGIN: Class = Class::of("{<$#oepiDBEsSc");
/// What stands before a literal that is taken where nothing else is given.
const OTHERWISE: [&[u8]; 11] =
    [b"default(", b"default (", b"default", b"d(", b"or", b"||", b"??", b"?:", b"unwrap_or(", b"orElse(", b"else"];

/// The literal within the quoted value at `range`, if that is an expression; else the value.
pub fn within(window: &Window<'_>, range: Range<usize>) -> Range<usize> {
    if !matches!(window.byte(range.start), Some(b'{' | b'$' | b'<' | b'#')) {
        return range;
    }
    literal(window, &range).unwrap_or_else(|| of_variable(window, range))
}

/// The literal of the expression that begins at `at` and goes on to the end of its line at most.
pub fn behind(window: &Window<'_>, at: usize) -> Option<Range<usize>> {
    lookup(window, at)?;
    let line = window.slice(at..at + EXPRESSION);
    let length = memchr::memchr2(b'\n', b'\r', line).unwrap_or(line.len());
    literal(window, &(at..at + length))
}

/// Whether the expression that begins at `at` looks a value up, and if so, whether its last argument or block is taken otherwise.
fn lookup(window: &Window<'_>, at: usize) -> Option<bool> {
    window.byte(at).filter(|&byte| LOOKUPS_BEGIN.contains(byte))?;
    let text = window.slice(at..at + 36);
    LOOKUPS.iter().find(|(start, _)| text.starts_with(start)).map(|(_, takes_last)| *takes_last)
}

/// The last string of the expression in `range` that stands behind a word for a default.
fn literal(window: &Window<'_>, range: &Range<usize>) -> Option<Range<usize>> {
    let takes_last = lookup(window, range.start)?;
    let mut found = None;
    let mut at = range.start;
    while at < range.end {
        let escaped = window.byte(at) == Some(b'\\');
        if !escaped && !matches!(window.byte(at)?, b'"' | b'\'' | b'`') {
            at += 1;
            continue;
        }
        let Some(content) = quoted::read(window, at).filter(|content| content.end < range.end) else {
            at += 1;
            continue;
        };
        let before = window.slice(range.start..at).trim_ascii_end();
        let is_word = |word: &[u8]| {
            let head = &before[..before.len() - word.len()];
            !word[0].is_ascii_alphabetic() || !head.last().is_some_and(|&byte| Class::WORD.contains(byte))
        };
        let otherwise = OTHERWISE.iter().any(|word| before.ends_with(word) && is_word(word));
        if otherwise || takes_last && matches!(before.last(), Some(b',' | b'{')) {
            found = Some(content.clone());
        }
        at = quoted::behind_quote(window, content.end).unwrap_or(content.end + 1);
    }
    found.filter(|content| !content.is_empty())
}

/// The default of a variable: of `${NAME:-value}` (shells), `${name:value}` (Spring), also where it has one itself; else the
/// value.
pub fn of_variable(window: &Window<'_>, range: Range<usize>) -> Range<usize> {
    let mut inner = range.clone();
    while let [b'$', b'{', body @ .., b'}'] = window.slice(inner.clone()) {
        let name = body.iter().take_while(|&&byte| Class::of("A-Za-z0-9_.-").contains(byte)).count();
        // A dash belongs to names of properties; behind a variable's, in capitals, it begins the default.
        let dash = memchr::memchr(b'-', &body[..name]).unwrap_or(name);
        let of_variable = body[..dash].iter().all(|&byte| Class::of("A-Z0-9_").contains(byte));
        let name = if of_variable { dash } else { name };
        let skipped = match &body[name..] {
            [b':', b'-' | b'=', ..] => 2,
            [b':', b'?' | b'+', ..] => break,
            [b':' | b'-', ..] => 1,
            _ => break,
        };
        let start = inner.start + 2 + name + skipped;
        if name == 0 || start + 1 >= inner.end {
            break;
        }
        inner = start..inner.end - 1;
    }
    inner
}
