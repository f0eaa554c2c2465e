//! Applying a delta to its base. A delta comes from the repository, so nothing it says is believed.

use super::{TOO_LONG, WHOLE_LIMIT};
use crate::source::Run;

const DAMAGED: &str = "a delta is damaged or does not belong to its base";

/// Makes `out` what `delta` makes of `base`, and `runs` what of it was copied: in the order of the result, adjacent copies
/// of adjacent bytes as one.
pub(super) fn apply(base: &[u8], delta: &[u8], out: &mut Vec<u8>, runs: &mut Vec<Run>) -> Result<(), &'static str> {
    runs.clear();
    let mut rest = delta;
    if size(&mut rest)? != base.len() as u64 {
        return Err(DAMAGED);
    }
    let length = size(&mut rest)?;
    if length > WHOLE_LIMIT {
        return Err(TOO_LONG);
    }
    let length = usize::try_from(length).map_err(|_| DAMAGED)?;
    out.clear();
    out.try_reserve(length.saturating_add(AT_ONCE)).map_err(|_| "there is not enough memory to hold it")?;
    while let Some((&command, behind)) = rest.split_first() {
        rest = behind;
        let (source, count) = if command & 0x80 != 0 {
            let (offset, count) = numbers(&mut rest, command)?;
            let source = base.get(offset..).filter(|source| source.len() >= count).ok_or(DAMAGED)?;
            match runs.last_mut() {
                Some(last) if last.base + last.length == offset && last.child + last.length == out.len() => {
                    last.length += count;
                }
                _ => runs.push(Run { base: offset, child: out.len(), length: count }),
            }
            (source, count)
        } else {
            let (source, count) = (rest, usize::from(command));
            rest = rest.get(count..).ok_or(DAMAGED)?;
            (source, count)
        };
        if count == 0 || count > length - out.len() {
            return Err(DAMAGED);
        }
        append(out, source, count);
    }
    if out.len() == length { Ok(()) } else { Err(DAMAGED) }
}

/// A size at the head of a delta: seven bits a byte, the lowest first.
fn size(delta: &mut &[u8]) -> Result<u64, &'static str> {
    let mut size = 0_u64;
    for shift in (0..u64::BITS).step_by(7) {
        let (&byte, behind) = delta.split_first().ok_or(DAMAGED)?;
        *delta = behind;
        size |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Ok(size);
        }
    }
    Err(DAMAGED)
}

/// Where a copy begins in the base, and how long it is: of the four and three bytes of these numbers those that `command` says
/// are not zero, the lowest first.
fn numbers(delta: &mut &[u8], command: u8) -> Result<(usize, usize), &'static str> {
    let present = (command & 0x7F).count_ones() as usize;
    let mut eight = [0; 8];
    match delta.first_chunk() {
        Some(all) => eight = *all,
        None => eight[..delta.len().min(present)].copy_from_slice(&delta[..delta.len().min(present)]),
    }
    *delta = delta.get(present..).ok_or(DAMAGED)?;
    // Which of them are there cannot be foreseen, so that nothing is asked of it.
    let (mut bytes, mut numbers) = (u64::from_le_bytes(eight), 0);
    for place in 0..7 {
        let is_present = u64::from(command >> place & 1);
        numbers |= (bytes & (0xFF * is_present)) << (8 * place);
        bytes >>= 8 * is_present;
    }
    let count = match numbers >> 32 {
        0 => 0x1_0000,
        count => count,
    };
    Ok(((numbers & 0xFFFF_FFFF) as usize, count as usize))
}

/// How many bytes are appended at once.
const AT_ONCE: usize = 32;

/// Appends the first `count` bytes of `source`. Most are few: what stands behind them is taken along and given up again,
/// because a fixed number of bytes is copied without a call.
fn append(out: &mut Vec<u8>, source: &[u8], count: usize) {
    match source.first_chunk::<AT_ONCE>() {
        Some(more) if count <= AT_ONCE => {
            let length = out.len() + count;
            out.extend_from_slice(more);
            out.truncate(length);
        }
        _ => out.extend_from_slice(&source[..count]),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn copies_and_inserts_make_the_result() {
        let (mut out, mut runs) = (Vec::new(), Vec::new());
        // base of 5, result of 6: copy 1..4, insert "xyz"
        apply(b"abcde", &[5, 6, 0x91, 1, 3, 3, b'x', b'y', b'z'], &mut out, &mut runs).unwrap();
        assert_eq!(out, b"bcdxyz");
        assert_eq!(runs, [Run { base: 1, child: 0, length: 3 }]);
        // Two copies that go on from each other are one; one that does not is another.
        apply(b"abcde", &[5, 7, 0x90, 2, 0x91, 2, 2, 0x91, 1, 3], &mut out, &mut runs).unwrap();
        assert_eq!(out, b"abcdbcd");
        assert_eq!(runs, [Run { base: 0, child: 0, length: 4 }, Run { base: 1, child: 4, length: 3 }]);
    }

    #[test]
    fn whatever_does_not_fit_is_refused() {
        let damaged: [&[u8]; 9] = [
            &[],
            &[5],
            &[4, 1, 1, b'x'],
            &[5, 1, 0],
            &[5, 1, 2, b'x', b'y'],
            &[5, 2, 1, b'x'],
            &[5, 1, 0x91, 5, 1],
            &[5, 1, 0x91, 1],
            &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
        ];
        for delta in damaged {
            assert!(apply(b"abcde", delta, &mut Vec::new(), &mut Vec::new()).is_err(), "{delta:?}");
        }
    }

    #[test]
    fn a_promise_of_too_much_allocates_nothing() {
        let mut out = Vec::new();
        assert!(apply(b"", &[0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], &mut out, &mut Vec::new()).is_err());
        assert_eq!(out.capacity(), 0);
    }
}
