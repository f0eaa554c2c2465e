//! Certificates in PEM (RFC 7468, RFC 5280): from when to when each counts, and whether it is that of an authority.
//!
//! A walk over the outer elements: nothing is verified, and what cannot be read is passed over.

use std::ops::Range;

use data_encoding::BASE64;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use memchr::memmem;

use crate::der::{
    BOOLEAN, CONTEXT_0, CONTEXT_3, Elements, IDENTIFIER, INTEGER, OCTETS, SEQUENCE, SHORT_TIME, TIME, sequence,
};

/// What a certificate begins with.
pub const BEGIN: &str = "-----BEGIN CERTIFICATE-----";

const END: &[u8] = b"-----END CERTIFICATE-----";

/// The longest certificate that is read, in bytes of its text.
const LONGEST: usize = 64 * 1024;

/// The extensions that say what a key may do, as DER writes their names: basic constraints and key usage.
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];

/// The bit of the key usage that lets a key sign certificates, in the first byte.
const SIGNS_CERTIFICATES: u8 = 0x04;

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The bytes of the line it begins with.
    pub line: Range<usize>,
    /// When it begins to count.
    pub from: Timestamp,
    /// The last second in which it counts.
    pub until: Timestamp,
    /// Whether others are signed with its key.
    pub is_authority: bool,
}

/// The certificates of a text, in its order.
#[must_use]
pub fn find(text: &str) -> Vec<Certificate> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    // What ends a certificate is looked for once, however many begin before it.
    let mut ends = memmem::find_iter(bytes, END).peekable();
    let mut at = 0;
    while let Some(start) = memmem::find(&bytes[at..], BEGIN.as_bytes()).map(|behind| at + behind) {
        let body = start + BEGIN.len();
        at = body;
        while ends.next_if(|&end| end < body).is_some() {}
        let Some(&end) = ends.peek() else { break };
        if end - body > LONGEST {
            continue;
        }
        at = end;
        found.extend(certificate(&bytes[body..end]).map(|(from, until, is_authority)| Certificate {
            line: start..body,
            from,
            until,
            is_authority,
        }));
    }
    found
}

fn certificate(body: &[u8]) -> Option<(Timestamp, Timestamp, bool)> {
    // `\n` stands for the end of a line where the text is within another.
    let body = String::from_utf8_lossy(body).replace("\\r", "").replace("\\n", "");
    let digits: Vec<u8> = body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let bytes = BASE64.decode(&digits).ok()?;
    let mut whole = Elements(sequence(&bytes)?);
    let mut inner = Elements(whole.take(SEQUENCE)?);
    inner.take_if(CONTEXT_0);
    inner.take(INTEGER)?;
    inner.take(SEQUENCE)?;
    inner.take(SEQUENCE)?;
    let mut validity = Elements(inner.take(SEQUENCE)?);
    let (from, until) = (time(validity.next()?)?, time(validity.next()?)?);
    inner.take(SEQUENCE)?;
    inner.take(SEQUENCE)?;
    let mut is_authority = false;
    while let Some((tag, content)) = inner.next() {
        if tag == CONTEXT_3 {
            is_authority = sequence(content).is_some_and(signs_others);
        }
    }
    Some((from, until, is_authority))
}

/// A time of a certificate: `YYMMDDHHMMSSZ`, or with four digits of the year.
fn time((tag, text): (u8, &[u8])) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let year_digits = match tag {
        SHORT_TIME => 2,
        TIME => 4,
        _ => return None,
    };
    if text.len() != year_digits + 10 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = text.split_at(year_digits);
    let year: i16 = year.parse().ok()?;
    // RFC 5280, 4.1.2.5.1.
    let year = if tag == TIME { year } else { year + if year < 50 { 2000 } else { 1900 } };
    let part = |number: usize| rest[2 * number..2 * number + 2].parse::<i8>().ok();
    let time = DateTime::new(year, part(0)?, part(1)?, part(2)?, part(3)?, part(4)?, 0).ok()?;
    TimeZone::UTC.to_timestamp(time).ok()
}

/// Whether the extensions say that the key signs certificates.
fn signs_others(extensions: &[u8]) -> bool {
    let mut extensions = Elements(extensions);
    while let Some(extension) = extensions.take(SEQUENCE) {
        let mut extension = Elements(extension);
        let name = extension.take(IDENTIFIER).unwrap_or_default();
        extension.take_if(BOOLEAN);
        let value = extension.take(OCTETS).unwrap_or_default();
        let signs = match name {
            BASIC_CONSTRAINTS => sequence(value).is_some_and(|it| Elements(it).take_if(BOOLEAN) == Some(&[0xff])),
            KEY_USAGE => value.get(3).is_some_and(|bits| bits & SIGNS_CERTIFICATES != 0),
            _ => false,
        };
        if signs {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::der::element;

    fn pem(from: (u8, &str), until: (u8, &str), extensions: &[u8]) -> String {
        let validity = [element(from.0, from.1.as_bytes()), element(until.0, until.1.as_bytes())].concat();
        let empty = element(SEQUENCE, &[]);
        let inner = [
            element(CONTEXT_0, &element(INTEGER, &[2])),
            element(INTEGER, &[7; 16]),
            empty.clone(),
            empty.clone(),
            element(SEQUENCE, &validity),
            empty.clone(),
            empty.clone(),
            element(CONTEXT_3, &element(SEQUENCE, extensions)),
        ];
        let inner = element(SEQUENCE, &inner.concat());
        let whole = element(SEQUENCE, &[inner, empty, element(crate::der::BITS, &[0; 65])].concat());
        format!("{BEGIN}\n{}\n{}\n", BASE64.encode(&whole), String::from_utf8_lossy(END))
    }

    fn extension(name: &[u8], value: &[u8]) -> Vec<u8> {
        let parts = [element(IDENTIFIER, name), element(BOOLEAN, &[0xff]), element(OCTETS, value)];
        element(SEQUENCE, &parts.concat())
    }

    const FROM: (u8, &str) = (SHORT_TIME, "240229235959Z");
    const UNTIL: (u8, &str) = (TIME, "20510101000000Z");

    #[test]
    fn times_are_read() {
        let text = format!("é\n{}", pem(FROM, UNTIL, &[]));
        for text in [text.replace('\n', "\r\n"), text.replace('\n', "\\n"), text] {
            let found = find(&text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(&text[found[0].line.clone()], BEGIN);
            assert_eq!(found[0].from.to_string(), "2024-02-29T23:59:59Z");
            assert_eq!(found[0].until.to_string(), "2051-01-01T00:00:00Z");
            assert!(!found[0].is_authority);
        }
        let of = |year: &str| find(&pem((SHORT_TIME, &format!("{year}0101000000Z")), UNTIL, &[]))[0].from.to_string();
        assert_eq!((&of("50")[..4], &of("49")[..4]), ("1950", "2049"));
    }

    #[test]
    fn authorities_are_known() {
        let authority = element(SEQUENCE, &element(BOOLEAN, &[0xff]));
        let other = extension(&[0x55, 0x1d, 0x11], &[0x30, 0]);
        for (extensions, is_authority) in [
            ([other.clone(), extension(BASIC_CONSTRAINTS, &authority)].concat(), true),
            (extension(KEY_USAGE, &[3, 2, 1, 0x06]), true),
            ([other, extension(BASIC_CONSTRAINTS, &[0x30, 0])].concat(), false),
            (extension(KEY_USAGE, &[3, 2, 5, 0xa0]), false),
        ] {
            assert_eq!(find(&pem(FROM, UNTIL, &extensions))[0].is_authority, is_authority);
        }
    }

    #[test]
    fn what_is_none_is_passed_over() {
        let whole = pem(FROM, UNTIL, &[]);
        for end in 0..whole.len() {
            assert!(find(&whole[..end]).is_empty() || end > whole.len() - 2);
        }
        for (from, until) in [
            ((SHORT_TIME, "240230000000Z"), UNTIL),
            ((SHORT_TIME, "2402290000Z"), UNTIL),
            (FROM, (TIME, "2051010100000Z")),
            (FROM, (INTEGER, "20510101000000Z")),
        ] {
            assert!(find(&pem(from, until, &[])).is_empty());
        }
        assert!(find(&BEGIN.repeat(20_000)).is_empty());
    }
}
