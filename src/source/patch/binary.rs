//! What a patch has of a file that is no text: `git diff --binary` writes the whole of it, or what it has not in common with the
//! file before, deflated and in base 85. Form: `gitformat-patch`'s "GIT binary patch", of which only git's sources tell.

use std::io::Read as _;
use std::ops::Range;

/// The longest content that is decoded.
const LENGTH_MOST: u64 = 64 * 1024 * 1024;

/// Both sides of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Binary {
    pub(super) new: Side,
    /// None where the patch goes one way only.
    pub(super) old: Option<Side>,
}

/// One side.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Side {
    /// Whether it is told by the difference to the other side.
    pub(super) is_delta: bool,
    /// How long it is said to be.
    pub(super) length: u64,
    /// Where its lines stand in the patch.
    pub(super) lines: Range<usize>,
}

/// Why there is no content.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    Delta,
    TooLong,
    Damaged,
}

/// What a line says that begins a side: whether it is a delta, and how long it is.
pub(super) fn beginning(line: &[u8]) -> Option<(bool, u64)> {
    let (kind, length) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    let is_delta = match kind {
        "literal" => false,
        "delta" => true,
        _ => return None,
    };
    Some((is_delta, length.parse().ok()?))
}

/// Whether a line is one of base 85: a letter for the number of bytes, and five characters for every four of them.
pub(super) fn is_data(line: &[u8]) -> bool {
    line.split_first().and_then(|(first, rest)| Some(rest.len() == count(*first)?.div_ceil(4) * 5)).unwrap_or(false)
}

fn count(letter: u8) -> Option<usize> {
    match letter {
        b'A'..=b'Z' => Some(usize::from(letter - b'A') + 1),
        b'a'..=b'z' => Some(usize::from(letter - b'a') + 27),
        _ => None,
    }
}

/// The content of a side.
pub(super) fn content(patch: &[u8], side: &Side) -> Result<Vec<u8>, Trouble> {
    if side.is_delta {
        return Err(Trouble::Delta);
    }
    if side.length > LENGTH_MOST {
        return Err(Trouble::TooLong);
    }
    let mut deflated = Vec::new();
    for line in patch[side.lines.clone()].split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_end) {
        if !line.is_empty() {
            decode(line, &mut deflated).ok_or(Trouble::Damaged)?;
        }
    }
    let mut content = Vec::new();
    let inflated = flate2::read::ZlibDecoder::new(deflated.as_slice()).take(side.length + 1).read_to_end(&mut content);
    match inflated {
        Ok(_) if content.len() as u64 == side.length => Ok(content),
        _ => Err(Trouble::Damaged),
    }
}

/// Adds what a line says.
fn decode(line: &[u8], out: &mut Vec<u8>) -> Option<()> {
    const DIGITS: &[u8; 85] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";
    let (first, rest) = line.split_first()?;
    let mut left = count(*first)?;
    for group in rest.chunks(5) {
        let mut value = 0_u32;
        for byte in group {
            let digit = DIGITS.iter().position(|digit| digit == byte)? as u32;
            value = value.checked_mul(85)?.checked_add(digit)?;
        }
        let taken = left.min(4);
        out.extend_from_slice(&value.to_be_bytes()[..taken]);
        left -= taken;
    }
    (left == 0).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `git diff --binary` has written it.
    #[test]
    fn a_side_is_what_git_made_it_from() {
        let side = |length, lines| Side { is_delta: false, length, lines };
        // The empty content, and that of the three bytes 0, 1, 255.
        assert_eq!(content(b"HcmV?d00001\n", &side(0, 0..12)), Ok(Vec::new()));
        assert_eq!(content(b"KcmZQz{0{&D1OWj6\n", &side(3, 0..17)), Ok(vec![0, 1, 255]));
        assert_eq!(content(b"HcmV?d00001\n", &side(1, 0..12)), Err(Trouble::Damaged));
        assert_eq!(content(b"HcmV?d0000 \n", &side(0, 0..12)), Err(Trouble::Damaged));
        assert_eq!(content(b"", &side(LENGTH_MOST + 1, 0..0)), Err(Trouble::TooLong));
        assert!(is_data(b"HcmV?d00001") && !is_data(b"HcmV?d0000") && !is_data(b"") && !is_data(b"-- "));
    }
}
