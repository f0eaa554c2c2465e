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
    out.try_reserve(length).map_err(|_| "there is not enough memory to hold it")?;
    while let Some((&command, behind)) = rest.split_first() {
        rest = behind;
        let run = if command & 0x80 != 0 {
            let offset = number(&mut rest, command & 0x0F)?;
            let count = match number(&mut rest, command >> 4 & 0x07)? {
                0 => 0x1_0000,
                count => count,
            };
            let run = offset.checked_add(count).and_then(|end| base.get(offset..end)).ok_or(DAMAGED)?;
            match runs.last_mut() {
                Some(last) if last.base + last.length == offset && last.child + last.length == out.len() => {
                    last.length += count;
                }
                _ => runs.push(Run { base: offset, child: out.len(), length: count }),
            }
            run
        } else {
            let (run, behind) = rest.split_at_checked(usize::from(command)).ok_or(DAMAGED)?;
            rest = behind;
            run
        };
        if run.is_empty() || run.len() > length - out.len() {
            return Err(DAMAGED);
        }
        out.extend_from_slice(run);
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

/// The bytes of a number, of which `present` says which are not zero.
fn number(delta: &mut &[u8], present: u8) -> Result<usize, &'static str> {
    let mut number = 0;
    for place in (0..4).filter(|place| present >> place & 1 != 0) {
        let (&byte, behind) = delta.split_first().ok_or(DAMAGED)?;
        *delta = behind;
        number |= usize::from(byte) << (8 * place);
    }
    Ok(number)
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
