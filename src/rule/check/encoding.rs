//! Numbers, bytes and instants as tokens write them.

use std::sync::LazyLock;

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, Encoding, Specification};

pub(super) const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The same with the lower case first.
pub(super) const BASE62_LOWER: &[u8; 62] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
pub(super) const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// Writes `number` in the base of `alphabet`, most significant digit first, padded with the zero digit.
pub(super) fn digits(mut number: u32, alphabet: &[u8], out: &mut [u8]) {
    let base = alphabet.len() as u32;
    for digit in out.iter_mut().rev() {
        *digit = alphabet[(number % base) as usize];
        number /= base;
    }
}

/// The longest number that is read; the work grows with the square of it.
const NUMBER_MOST: usize = 128;

/// The bytes of the number that `text` writes in the base of `alphabet`, most significant first, without leading zeros.
pub(super) fn number(text: &[u8], alphabet: &[u8]) -> Option<Vec<u8>> {
    if text.len() > NUMBER_MOST {
        return None;
    }
    let mut number: Vec<u8> = Vec::with_capacity(text.len());
    for byte in text {
        let mut carry = alphabet.iter().position(|digit| digit == byte)?;
        for place in &mut number {
            carry += usize::from(*place) * alphabet.len();
            *place = carry as u8;
            carry >>= 8;
        }
        if carry > 0 {
            number.push(carry as u8);
        }
    }
    number.reverse();
    Some(number)
}

/// Decodes base64url without padding, forgiving trailing bits as most issuers' libraries do.
pub(super) fn base64url(text: &[u8]) -> Option<Vec<u8>> {
    static ENCODING: LazyLock<Encoding> = LazyLock::new(|| forgiving(BASE64URL_NOPAD.specification()));
    ENCODING.decode(text).ok()
}

/// Decodes base64 in either alphabet (RFC 4648, 4 and 5), with or without padding.
pub(super) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    static ENCODING: LazyLock<Encoding> = LazyLock::new(|| {
        let mut specification = BASE64_NOPAD.specification();
        specification.translate.from.push_str("-_");
        specification.translate.to.push_str("+/");
        forgiving(specification)
    });
    let end = text.iter().rposition(|&byte| byte != b'=').map_or(0, |last| last + 1);
    (text.len() - end <= 2).then(|| ENCODING.decode(&text[..end]).ok()).flatten()
}

fn forgiving(mut specification: Specification) -> Encoding {
    specification.check_trailing_bits = false;
    specification.encoding().expect("an alphabet of the library with fewer conditions")
}

/// Second, counted from 1970, as RFC 3339 in UTC; none for what no token was made in or ends in.
pub(super) fn instant(seconds: i64) -> Option<String> {
    let instant = jiff::Timestamp::from_second(seconds).ok()?;
    CENTURY.contains(&seconds).then(|| instant.to_string())
}

/// 2000 to 2100.
const CENTURY: std::ops::Range<i64> = 946_684_800..4_102_444_800;

/// The same of an end. One that lies beyond the last second that can be written never comes, and is told as that second: so are
/// milliseconds, which whoever reads seconds takes for a year far off.
pub(super) fn end(seconds: i64) -> Option<String> {
    let last = jiff::Timestamp::MAX.as_second();
    instant(seconds).or_else(|| {
        let far = (seconds >= CENTURY.end).then(|| jiff::Timestamp::from_second(seconds.min(last)).ok());
        Some(far??.to_string())
    })
}

/// The digits of Crockford's base32, in which ULIDs are written.
pub(super) const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The second of a ULID, whose first 10 of 26 digits are milliseconds; the case of its letters means nothing.
pub(super) fn ulid(text: &[u8]) -> Option<String> {
    let value = |byte: &u8| CROCKFORD.iter().position(|digit| *digit == byte.to_ascii_uppercase());
    let is_whole = text.len() == 26 && text.iter().all(|byte| value(byte).is_some());
    let time = text.iter().take(10).try_fold(0i64, |time, byte| Some(time << 5 | value(byte)? as i64))?;
    is_whole.then(|| instant(time / 1000)).flatten()
}

/// Whether `text` is a UUID (RFC 9562).
pub(super) fn is_uuid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_in_either_alphabet() {
        let bytes = [0xfb, 0xef, 0xff, 0x01];
        for text in [data_encoding::BASE64.encode(&bytes), data_encoding::BASE64URL_NOPAD.encode(&bytes)] {
            assert_eq!(base64(text.as_bytes()).as_deref(), Some(&bytes[..]));
        }
        assert_eq!(base64(b""), Some(vec![]));
        assert_eq!(base64(b"===="), None);
        assert_eq!(base64(b"a!"), None);
    }

    #[test]
    fn instants_lie_in_this_century() {
        assert_eq!(instant(1_700_000_000).as_deref(), Some("2023-11-14T22:13:20Z"));
        assert_eq!(instant(0), None);
        assert_eq!(instant(i64::MAX), None);
        assert_eq!(end(1_700_000_000), instant(1_700_000_000));
        assert_eq!(end(9_999_999_999).as_deref(), Some("2286-11-20T17:46:39Z"));
        assert_eq!(end(1_893_456_000_000).as_deref(), Some("9999-12-30T22:00:00Z"));
        assert_eq!((end(0), end(-1)), (None, None));
    }

    #[test]
    fn a_ulid_says_its_second() {
        // 01HK153X00 is 1,704,067,200,000.
        for time in ["01HK153X00", "01hk153x00"] {
            let id = [time, &"0".repeat(16)].concat();
            assert_eq!(ulid(id.as_bytes()).as_deref(), Some("2024-01-01T00:00:00Z"));
        }
        assert_eq!(ulid(&[b'7'; 26]), None);
        assert_eq!(ulid(b"01HK153X00"), None);
        assert_eq!(ulid(&[b'U'; 26]), None);
    }
}
