//! Records: a header of types, then the values (section 2.1 of the format's description).

use std::borrow::Cow;
use std::collections::VecDeque;

/// What texts are written in.
#[derive(Clone, Copy)]
pub(super) enum Charset {
    Utf8,
    Utf16Le,
    Utf16Be,
}

impl Charset {
    pub(super) fn of(head: &[u8]) -> Self {
        match head.get(59) {
            Some(2) => Charset::Utf16Le,
            Some(3) => Charset::Utf16Be,
            _ => Charset::Utf8,
        }
    }
}

/// A value of a row.
pub(super) enum Value<'r> {
    Null,
    Number(i64),
    Text(Cow<'r, [u8]>),
    Bytes(&'r [u8]),
}

impl Value<'_> {
    /// The value as text; none where there is nothing to be read.
    pub(super) fn text(&self) -> Option<Cow<'_, [u8]>> {
        match self {
            Value::Null => None,
            Value::Number(number) => Some(number.to_string().into_bytes().into()),
            Value::Text(text) => Some(Cow::Borrowed(text)),
            // A zero byte would make a binary file of the whole table.
            Value::Bytes(bytes) if memchr::memchr(0, bytes).is_none() => Some(Cow::Borrowed(bytes)),
            Value::Bytes(bytes) => Some(bytes.iter().map(|&byte| if byte == 0 { b'\n' } else { byte }).collect()),
        }
    }
}

/// The number at `at`, of one to nine bytes, and where it ends.
pub(super) fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut value = 0;
    for index in 0..9 {
        let byte = *bytes.get(at + index)?;
        if index == 8 {
            return Some((value << 8 | u64::from(byte), at + 9));
        }
        value = value << 7 | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some((value, at + index + 1));
        }
    }
    None
}

/// How many bytes a value of this type takes.
fn length(kind: u64) -> u64 {
    match kind {
        0 | 8.. if kind < 12 => 0,
        1..=4 => kind,
        5 => 6,
        6 | 7 => 8,
        _ => (kind - 12) / 2,
    }
}

/// The values of a record. A record that is cut off gives those that are there.
pub(super) fn values(row: &[u8], charset: Charset) -> Vec<Value<'_>> {
    let mut values = Vec::new();
    let Some((header, mut at)) = varint(row, 0) else { return values };
    let end = usize::try_from(header).unwrap_or(usize::MAX).min(row.len());
    let mut body = end;
    while at < end {
        let Some((kind, next)) = varint(row, at) else { break };
        at = next;
        let length = usize::try_from(length(kind)).unwrap_or(usize::MAX);
        let bytes = &row[body.min(row.len())..body.saturating_add(length).min(row.len())];
        body = body.saturating_add(length);
        values.push(match kind {
            1..=6 => {
                let sign = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
                Value::Number(bytes.iter().fold(sign, |value, &byte| value << 8 | i64::from(byte)))
            }
            8 | 9 => Value::Number(kind as i64 - 8),
            12.. if kind % 2 == 0 => Value::Bytes(bytes),
            12.. => Value::Text(text(bytes, charset)),
            _ => Value::Null,
        });
    }
    values
}

fn text(bytes: &[u8], charset: Charset) -> Cow<'_, [u8]> {
    let unit = match charset {
        Charset::Utf8 => return Cow::Borrowed(bytes),
        Charset::Utf16Le => u16::from_le_bytes as fn([u8; 2]) -> u16,
        Charset::Utf16Be => u16::from_be_bytes,
    };
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text: String = char::decode_utf16(units).map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    text.into_bytes().into()
}

/// The longest header of a deleted row that is looked for: some sixty columns.
const HEADER: u64 = 64;

/// Whether a record of at least one text begins here, and how long it is: the header has the length it says, and what
/// should be text is.
fn row_at(bytes: &[u8]) -> Option<usize> {
    let (header, at) = varint(bytes, 0)?;
    if !(3..=HEADER).contains(&header) {
        return None;
    }
    let header = header as usize;
    let mut kinds = Vec::new();
    let mut next = at;
    while next < header {
        let kind;
        (kind, next) = varint(bytes, next)?;
        kinds.push(kind);
    }
    if next != header {
        return None;
    }
    body_end(bytes, header, &kinds)
}

/// Where the values of these types end that begin at `at`, if one of them at least is a text, and what should be text is.
fn body_end(bytes: &[u8], at: usize, kinds: &[u64]) -> Option<usize> {
    let mut body = at;
    let mut has_text = false;
    for &kind in kinds {
        if matches!(kind, 10 | 11) {
            return None;
        }
        let value = bytes.get(body..body.checked_add(usize::try_from(length(kind)).ok()?)?)?;
        body += value.len();
        if kind >= 13 && kind % 2 == 1 && value.len() >= 8 {
            has_text = true;
            if value.iter().take(64).any(|&byte| byte < b' ' && !matches!(byte, b'\n' | b'\r' | b'\t' | 0)) {
                return None;
            }
        }
    }
    has_text.then_some(body)
}

/// How many columns the record at `at` has.
pub(super) fn columns(bytes: &[u8], at: usize) -> Option<usize> {
    let (header, mut next) = varint(bytes, at)?;
    let end = at.checked_add(usize::try_from(header).ok()?)?;
    let mut columns = 0;
    while next < end {
        (_, next) = varint(bytes, next)?;
        columns += 1;
    }
    Some(columns)
}

/// Finds the deleted rows of a block that was freed among rows of so many columns. Of its first row the first four bytes were
/// written over: where the numbers before the record took four, that is the record's length; where they took three, the first
/// type as well, which is that of the key and takes no bytes, or else what the other types leave.
pub(super) fn carve_freed(block: &[u8], columns: usize, found: &mut VecDeque<Vec<u8>>) {
    // Behind the row is the end of the block, or the next one, behind its length and its key.
    let ends = |end: usize| {
        let goes_on = |gap| block.get(end + gap..).is_some_and(|rest| row_at(rest).is_some());
        end == block.len() || (0..=6).any(goes_on)
    };
    let mut rows = [false, true].into_iter().filter_map(|lost| first_row(block, columns, lost, false));
    let row = rows.clone().find(|&(_, end)| ends(end));
    let row = row.or_else(|| first_row(block, columns, true, true)).or_else(|| rows.next());
    let length = row.map_or(0, |(row, length)| {
        found.push_back(row);
        length
    });
    carve(&block[length..], found);
}

/// The first row of a freed block, with the header that it had, and how many bytes of the block it takes; `filled` says that
/// what the other values leave belongs to the one whose type is lost.
fn first_row(block: &[u8], columns: usize, lost: bool, filled: bool) -> Option<(Vec<u8>, usize)> {
    let (mut kinds, mut at) = (Vec::new(), 0);
    for _ in 0..columns.checked_sub(usize::from(lost))? {
        let kind;
        (kind, at) = varint(block, at)?;
        kinds.push(kind);
    }
    let known: u64 = kinds.iter().try_fold(0_u64, |sum, &kind| sum.checked_add(length(kind)))?;
    let rest = block.len().checked_sub(at)?.checked_sub(usize::try_from(known).ok()?)?;
    let skipped = if filled { rest } else { 0 };
    let end = body_end(block, at + skipped, &kinds)?;
    let mut types = Vec::new();
    if lost {
        // The lost value as bytes of so many, or as none.
        let kind = if skipped == 0 { 0 } else { 12 + 2 * skipped as u64 };
        types.extend((kind >= 128).then_some((kind >> 7) as u8 | 0x80).into_iter().chain([kind as u8 & 0x7F]));
    }
    types.extend_from_slice(&block[..at]);
    let header = u8::try_from(types.len() + 1).ok().filter(|&header| u64::from(header) <= HEADER)?;
    Some(([&[header], types.as_slice(), &block[at..end]].concat(), end))
}

/// Whether this is a record with a text.
pub(super) fn is_row(bytes: &[u8]) -> bool {
    row_at(bytes).is_some() || varint(bytes, 0).is_some_and(|(header, _)| (2..=1024).contains(&header))
}

/// Finds deleted rows in the free bytes of a page.
pub(super) fn carve(bytes: &[u8], found: &mut VecDeque<Vec<u8>>) {
    let mut at = 0;
    while at + 4 < bytes.len() {
        match row_at(&bytes[at..]) {
            Some(length) => {
                found.push_back(bytes[at..at + length].to_vec());
                at += length;
            }
            None => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_up_to_nine_bytes() {
        assert_eq!(varint(&[0x7F], 0), Some((127, 1)));
        assert_eq!(varint(&[0x81, 0x00], 0), Some((128, 2)));
        assert_eq!(varint(&[0xFF; 9], 0), Some((u64::MAX, 9)));
        assert_eq!(varint(&[0x81], 0), None);
    }

    #[test]
    fn a_record_is_read_as_far_as_it_goes() {
        let row = b"\x04\x01\x13\x00\xFEabc";
        let values = values(row, Charset::Utf8);
        assert_eq!(values[0].text().as_deref(), Some(&b"-2"[..]));
        assert_eq!(values[1].text().as_deref(), Some(&b"abc"[..]));
        assert!(values[2].text().is_none());
    }

    #[test]
    fn a_freed_block_gives_the_row_whose_beginning_it_wrote_over() {
        let text = b"abcdefghij12345678";
        let kind = 13 + 2 * text.len() as u8;
        let carved = |block: &[u8]| {
            let mut found = VecDeque::new();
            carve_freed(block, 3, &mut found);
            let rows: Vec<Vec<Vec<u8>>> = found
                .iter()
                .map(|row| values(row, Charset::Utf8).iter().filter_map(|it| Some(it.text()?.into_owned())).collect())
                .collect();
            rows
        };
        let second = [&[3, 0x21, kind][..], b"0123456789", text].concat();
        for (block, first) in [
            // The key's type is lost, or that of a text before, or nothing but the header's length.
            ([&[kind, 0x0F][..], text, b"z"].concat(), &[&text[..], b"z"][..]),
            ([&[kind, 0x0F][..], b"bob", text, b"z"].concat(), &[b"bob", text, b"z"]),
            ([&[0, kind, 0x0F][..], text, b"z"].concat(), &[text, b"z"]),
        ] {
            assert_eq!(carved(&block), [first], "{block:?}");
        }
        let both = [&[kind, 0x0F][..], text, b"z", &second].concat();
        assert_eq!(carved(&both), [vec![text.to_vec(), b"z".to_vec()], vec![b"0123456789".to_vec(), text.to_vec()]]);
        assert!(carved(b"").is_empty() && carved(&[0xFF; 40]).is_empty());
    }

    #[test]
    fn deleted_rows_are_told_by_their_header() {
        let row = b"\x03\x21\x1Dabcdefghij12345678";
        let mut found = VecDeque::new();
        carve(&[&[0; 20][..], row, &[0; 9]].concat(), &mut found);
        assert_eq!(found, [row.to_vec()]);
    }
}
