//! The filters of streams (ISO 32000-2, section 7.4): those that text is packed with.

use std::io::Read;

use flate2::bufread::ZlibDecoder;

use super::object::Object;

/// What a stream unpacks to, at most `limit` bytes, and whether that is all of it. A filter for pictures, or one that is
/// not known, gives nothing.
pub(super) fn unpack(dictionary: &Object<'_>, packed: &[u8], limit: u64) -> (Vec<u8>, bool) {
    let filters: Vec<&[u8]> = match dictionary.get(b"Filter").or_else(|| dictionary.get(b"F")) {
        Some(Object::Name(name)) => vec![name],
        Some(Object::Array(names)) => names
            .iter()
            .take(8)
            .map(|name| match name {
                Object::Name(name) => name.as_slice(),
                _ => b"?",
            })
            .collect(),
        _ => Vec::new(),
    };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut bytes = packed[..packed.len().min(limit.max(1))].to_vec();
    if filters.is_empty() {
        return (bytes, packed.len() <= limit);
    }
    let mut input = packed;
    for filter in filters {
        bytes = match filter {
            b"FlateDecode" | b"Fl" => flate(input, limit),
            b"ASCIIHexDecode" | b"AHx" => hexadecimal(input),
            b"ASCII85Decode" | b"A85" => ascii85(input),
            b"LZWDecode" | b"LZW" => lzw(input, limit),
            _ => return (Vec::new(), true),
        };
        input = &bytes;
    }
    if let Some(columns) = png_columns(dictionary) {
        bytes = unpredict(&bytes, columns);
    }
    let whole = bytes.len() < limit || limit == 0;
    (bytes, whole)
}

fn flate(input: &[u8], limit: usize) -> Vec<u8> {
    let mut out = Vec::new();
    // What stands before damage is read.
    let _ = ZlibDecoder::new(input).take(limit as u64).read_to_end(&mut out);
    out
}

fn hexadecimal(input: &[u8]) -> Vec<u8> {
    let mut nibbles = input.iter().take_while(|byte| **byte != b'>').filter_map(|&byte| char::from(byte).to_digit(16));
    let mut out = Vec::with_capacity(input.len() / 2);
    while let Some(high) = nibbles.next() {
        out.push((high << 4 | nibbles.next().unwrap_or(0)) as u8);
    }
    out
}

/// Five characters for four bytes; `z` for four zeroes; `~>` ends it.
fn ascii85(input: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len() / 5 * 4);
    let mut group = Vec::with_capacity(5);
    let flush = |group: &mut Vec<u8>, out: &mut Vec<u8>| {
        let count = group.len();
        group.resize(5, b'u');
        let value =
            group.iter().fold(0_u32, |value, &digit| value.wrapping_mul(85).wrapping_add(u32::from(digit - b'!')));
        out.extend_from_slice(&value.to_be_bytes()[..count.saturating_sub(1)]);
        group.clear();
    };
    for &byte in input {
        match byte {
            b'~' => break,
            b'z' if group.is_empty() => out.extend_from_slice(&[0; 4]),
            b'!'..=b'u' => {
                group.push(byte);
                if group.len() == 5 {
                    flush(&mut group, &mut out);
                }
            }
            _ => {}
        }
    }
    if !group.is_empty() {
        flush(&mut group, &mut out);
    }
    out
}

/// Codes of 9 to 12 bits, the high ones first, which grow one code early.
fn lzw(input: &[u8], limit: usize) -> Vec<u8> {
    const CLEAR: usize = 256;
    const END: usize = 257;
    let mut out = Vec::new();
    // Each entry is a place in what was written, which has it, and its length.
    let mut table: Vec<(usize, usize)> = Vec::new();
    let (mut held, mut bits, mut width) = (0_u32, 0, 9);
    let mut last: Option<(usize, usize)> = None;
    for &byte in input {
        held = held << 8 | u32::from(byte);
        bits += 8;
        if bits < width {
            continue;
        }
        bits -= width;
        let code = (held >> bits & ((1 << width) - 1)) as usize;
        held &= (1 << bits) - 1;
        let at = out.len();
        match code {
            CLEAR => {
                table.clear();
                (width, last) = (9, None);
                continue;
            }
            END => break,
            0..CLEAR => out.push(code as u8),
            code => {
                let entry = match (table.get(code - 258), last) {
                    (Some(&entry), _) => entry,
                    // The entry that this code itself makes: the last one and its first byte again.
                    (None, Some((start, length))) if code - 258 == table.len() => (start, length + 1),
                    _ => break,
                };
                for index in entry.0..entry.0 + entry.1 {
                    let Some(&byte) = out.get(index) else { break };
                    out.push(byte);
                }
            }
        }
        if out.len() >= limit {
            break;
        }
        if let Some((start, length)) = last
            && table.len() < 4096 - 258
        {
            table.push((start, length + 1));
        }
        last = Some((at, out.len() - at));
        width = match table.len() + 258 + 1 {
            0..512 => 9,
            512..1024 => 10,
            1024..2048 => 11,
            _ => 12,
        };
    }
    out
}

/// How long the rows are that a PNG predictor was used on.
fn png_columns(dictionary: &Object<'_>) -> Option<usize> {
    let parameters = match dictionary.get(b"DecodeParms")? {
        Object::Array(list) => list.last()?,
        one => one,
    };
    let number = |key: &[u8], default: f64| match parameters.get(key) {
        Some(Object::Number(number)) => *number,
        _ => default,
    };
    let columns = number(b"Columns", 1.0) as usize;
    (number(b"Predictor", 1.0) >= 10.0 && (1..65_536).contains(&columns)).then_some(columns)
}

/// Undoes the predictors of PNG (RFC 2083, section 6) for samples of one byte.
fn unpredict(bytes: &[u8], columns: usize) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut above = vec![0_u8; columns];
    for row in bytes.chunks(columns + 1) {
        let (kind, row) = (row[0], &row[1..]);
        let mut line = vec![0_u8; columns];
        for (at, &byte) in row.iter().enumerate() {
            let left = if at > 0 { line[at - 1] } else { 0 };
            let corner = if at > 0 { above[at - 1] } else { 0 };
            let guess = match kind {
                1 => left,
                2 => above[at],
                3 => ((u16::from(left) + u16::from(above[at])) / 2) as u8,
                4 => paeth(left, above[at], corner),
                _ => 0,
            };
            line[at] = byte.wrapping_add(guess);
        }
        out.extend_from_slice(&line[..row.len()]);
        above = line;
    }
    out
}

fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let estimate = i16::from(left) + i16::from(above) - i16::from(corner);
    let distance = |byte: u8| (estimate - i16::from(byte)).abs();
    if distance(left) <= distance(above) && distance(left) <= distance(corner) {
        left
    } else if distance(above) <= distance(corner) {
        above
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_filters_are_undone() {
        assert_eq!(hexadecimal(b"41 4 2>43"), b"AB");
        assert_eq!(ascii85(b"87cUR D]j7BEbo80~>"), b"Hello world!");
        // The example of ISO 32000-2, section 7.4.4.2.
        let packed = [0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01];
        assert_eq!(lzw(&packed, 100), [45, 45, 45, 45, 45, 65, 45, 45, 45, 66]);
        assert_eq!(unpredict(&[2, 1, 2, 2, 1, 1], 2), [1, 2, 2, 3]);
    }
}
