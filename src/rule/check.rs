//! Offline checks: what a token's own bytes prove. Each is the format's own arithmetic, and can also be *sealed*, that is
//! written onto random bytes, so that examples are made at test time and never stand in a file.

use data_encoding::{BASE64URL_NOPAD, Encoding, HEXLOWER, HEXUPPER, Specification};

use super::model::Check;

/// What a check says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The arithmetic holds: a token of this kind, or a very good copy of one.
    Holds,
    /// It does not: malformed, or made up.
    Fails,
    /// The check does not apply to these bytes, and says nothing.
    Unknown,
}

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

impl Check {
    /// Checks `token`, of which the first `prefix` bytes are the public prefix.
    #[must_use]
    pub fn verify(self, token: &[u8], prefix: usize) -> Outcome {
        let holds = |good: bool| if good { Outcome::Holds } else { Outcome::Fails };
        match self {
            Check::Jwt => jwt(token),
            Check::Pem => pem(token),
            Check::AwsKeyId => aws_key_id(token),
            Check::PypiMacaroon => pypi_macaroon(token),
            Check::UrlUserinfo => Outcome::Unknown,
            Check::GitlabRoutable => gitlab_routable(token, prefix),
            Check::Crc32Base62
            | Check::Crc32Hex
            | Check::Crc32HexUpperAll
            | Check::Crc32Base62All
            | Check::GrafanaCrc32 => {
                let mut sealed = token.to_vec();
                match self.seal(&mut sealed, prefix) {
                    true => holds(sealed == token),
                    false => Outcome::Fails,
                }
            }
        }
    }

    /// Overwrites the part of `token` that the check is about so that it holds. Returns whether there was room for it;
    /// structures that are not a checksum (JWT, PEM …) are made by [`super::example`] instead.
    pub fn seal(self, token: &mut [u8], prefix: usize) -> bool {
        let (covered_from, tail, write): (usize, usize, Write) = match self {
            Check::Crc32Base62 => (prefix, 6, |crc, end| digits(crc, BASE62, end)),
            Check::Crc32Base62All => (0, 6, |crc, end| digits(crc, BASE62, end)),
            Check::Crc32Hex => (prefix, 8, |crc, end| hexadecimal(HEXLOWER, crc.to_be_bytes(), end)),
            Check::Crc32HexUpperAll => (0, 8, |crc, end| hexadecimal(HEXUPPER, crc.to_be_bytes(), end)),
            // The `_` before the tail is neither covered nor written.
            Check::GrafanaCrc32 => (0, 9, |crc, end| hexadecimal(HEXLOWER, crc.to_le_bytes(), &mut end[1..])),
            Check::GitlabRoutable => (0, 7, |crc, end| digits(crc, BASE36, end)),
            Check::AwsKeyId | Check::Jwt | Check::Pem | Check::PypiMacaroon | Check::UrlUserinfo => return false,
        };
        if token.len() < covered_from + tail + 1 {
            return false;
        }
        let (body, end) = token.split_at_mut(token.len() - tail);
        write(crc32fast::hash(&body[covered_from..]), end);
        true
    }
}

/// Writes a checksum over the tail of a token.
type Write = fn(u32, &mut [u8]);

/// Writes four bytes in hexadecimal.
fn hexadecimal(encoding: Encoding, bytes: [u8; 4], out: &mut [u8]) {
    out.copy_from_slice(encoding.encode(&bytes).as_bytes());
}

/// Writes `number` in the base of `alphabet`, most significant digit first, padded with the zero digit.
fn digits(mut number: u32, alphabet: &[u8], out: &mut [u8]) {
    let base = alphabet.len() as u32;
    for digit in out.iter_mut().rev() {
        *digit = alphabet[(number % base) as usize];
        number /= base;
    }
}

/// `PREFIX PAYLOAD . [VERSION .] LL CCCCCCC`: LL is the payload's length in base36, C the CRC32 of everything before it
/// in base36. Older tokens without a dot are not routable, and the check does not apply.
fn gitlab_routable(token: &[u8], prefix: usize) -> Outcome {
    let Some(body) = token.get(prefix..) else { return Outcome::Unknown };
    let mut parts = body.split(|&byte| byte == b'.');
    let (Some(payload), Some(tail)) = (parts.next(), body.rsplit(|&byte| byte == b'.').next()) else {
        return Outcome::Unknown;
    };
    if tail.len() != 9 || payload.len() == body.len() {
        return Outcome::Unknown;
    }
    let mut length = [0u8; 2];
    digits(payload.len() as u32, BASE36, &mut length);
    let mut sealed = token.to_vec();
    if tail[..2] == length && Check::GitlabRoutable.seal(&mut sealed, prefix) && sealed == token {
        Outcome::Holds
    } else {
        Outcome::Fails
    }
}

/// The 16 characters behind the 4 of the prefix are base32 (RFC 4648); newer ids hold the account's number in them.
fn aws_key_id(token: &[u8]) -> Outcome {
    match aws_account(token) {
        Some(_) => Outcome::Unknown,
        None => Outcome::Fails,
    }
}

/// The number of the AWS account that a key id belongs to: bits 7 to 46 of the first six bytes of its base32 body.
#[must_use]
pub fn aws_account(token: &[u8]) -> Option<u64> {
    let body = token.get(4..20)?;
    let bytes = data_encoding::BASE32_NOPAD.decode(body).ok()?;
    let number = bytes.get(..6)?.iter().fold(0u64, |number, &byte| number << 8 | u64::from(byte));
    Some((number & 0x7fff_ffff_ff80) >> 7)
}

/// Header and payload of a JSON Web Token (RFC 7519), if `token` is one.
#[must_use]
pub fn jwt_parts(token: &[u8]) -> Option<(serde_json::Value, serde_json::Value)> {
    // Some issuers write something of their own in front of it.
    let begin = memchr::memmem::find(token, b"eyJ").unwrap_or(0);
    let mut parts = token[begin..].split(|&byte| byte == b'.');
    let mut object = || -> Option<serde_json::Value> {
        let value: serde_json::Value = serde_json::from_slice(&base64url(parts.next()?)?).ok()?;
        value.is_object().then_some(value)
    };
    let (header, payload) = (object()?, object()?);
    header.get("alg")?.as_str()?;
    Some((header, payload))
}

fn jwt(token: &[u8]) -> Outcome {
    match jwt_parts(token) {
        Some((header, _)) if header["alg"].as_str().is_some_and(|alg| alg.eq_ignore_ascii_case("none")) => {
            Outcome::Unknown
        }
        Some(_) => Outcome::Holds,
        None => Outcome::Fails,
    }
}

/// Decodes base64url without padding, forgiving trailing bits as most issuers' libraries do.
fn base64url(text: &[u8]) -> Option<Vec<u8>> {
    let mut specification: Specification = BASE64URL_NOPAD.specification();
    specification.check_trailing_bits = false;
    specification.encoding().ok()?.decode(text).ok()
}

/// The binary body of a PEM block (RFC 7468) that may have been escaped or quoted on its way into a file: everything between
/// the header line and the end line, with white space, quotes, commas, `+` at line ends, and escaped line ends removed.
/// None where what is left is not base64.
#[must_use]
pub fn pem_body(block: &[u8]) -> Option<PemBody> {
    let text = std::str::from_utf8(block).ok()?;
    let begin = text.find("-----BEGIN ")? + 11;
    let begin = begin + text[begin..].find("-----")? + 5;
    let (body, complete) = match text[begin..].find("-----END") {
        Some(end) => (&text[begin..begin + end], true),
        None => (&text[begin..], false),
    };
    let body = body.replace("\\r", "\n").replace("\\n", "\n").replace("\\t", "\n");
    let mut encrypted = false;
    let mut base64 = String::with_capacity(body.len());
    for line in body.lines() {
        if line.contains(':') {
            encrypted |= line.contains("ENCRYPTED");
            continue;
        }
        let line = without_joints(line);
        base64.extend(line.chars().filter(|c| !matches!(c, '"' | '\'' | ' ' | '\t')));
    }
    let mut base64 = base64.trim_end_matches('=');
    // The checksum line of an OpenPGP block (RFC 9580, 6.1) is not part of the body.
    if let Some((armored, checksum)) = base64.rsplit_once('=')
        && checksum.len() == 4
    {
        base64 = armored.trim_end_matches('=');
    }
    let mut specification = data_encoding::BASE64_NOPAD.specification();
    specification.check_trailing_bits = false;
    let usable = if complete { base64.len() } else { base64.len() / 4 * 4 };
    let bytes = specification.encoding().ok()?.decode(base64.get(..usable)?.as_bytes()).ok()?;
    Some(PemBody { bytes, complete, encrypted: encrypted || text[..begin].contains("ENCRYPTED") })
}

/// A line without what a program or a comment puts around it. A `+` is a joint only beside a quote: at the end of a line of
/// base64 it is a digit.
fn without_joints(line: &str) -> &str {
    let quote = ['"', '\'', '`'];
    let mut line = line.trim();
    if let Some(head) = line.strip_suffix('+').map(str::trim_end).filter(|head| head.ends_with(quote)) {
        line = head;
    }
    if let Some(tail) = line.strip_prefix('+').map(str::trim_start).filter(|tail| tail.starts_with(quote)) {
        line = tail;
    }
    line.trim_matches(|c: char| c.is_whitespace() || "\"'`\\,;#*.".contains(c))
}

/// What a PEM block holds.
#[derive(Clone, PartialEq, Eq)]
pub struct PemBody {
    /// The decoded bytes.
    pub bytes: Vec<u8>,
    /// Whether the end line was seen.
    pub complete: bool,
    /// Whether the block says that it is encrypted.
    pub encrypted: bool,
}

/// A DER sequence (X.690, 8.1) as long as the body, an OpenSSH key by its magic, or an OpenPGP packet.
fn pem(block: &[u8]) -> Outcome {
    let Some(body) = pem_body(block) else { return Outcome::Fails };
    let bytes = &body.bytes;
    // The smallest private key there is, an Ed25519 key in PKCS #8, has 48 bytes.
    if bytes.len() < 48 {
        return Outcome::Fails;
    }
    if bytes.starts_with(b"openssh-key-v1\0") {
        return if body.complete { Outcome::Holds } else { Outcome::Unknown };
    }
    if body.encrypted && bytes[0] != 0x30 {
        return Outcome::Unknown;
    }
    if !body.complete {
        return Outcome::Unknown;
    }
    if bytes[0] & 0x80 != 0 {
        return Outcome::Unknown; // An OpenPGP packet (RFC 9580, 4.2): its structure is not read.
    }
    match der_length(bytes) {
        Some(length) if length == bytes.len() => Outcome::Holds,
        _ => Outcome::Fails,
    }
}

/// The whole length of the DER sequence that `bytes` begin with.
fn der_length(bytes: &[u8]) -> Option<usize> {
    if bytes.first() != Some(&0x30) {
        return None;
    }
    let first = usize::from(*bytes.get(1)?);
    if first < 0x80 {
        return Some(2 + first);
    }
    let count = first & 0x7f;
    if count == 0 || count > 3 {
        return None;
    }
    let length = bytes.get(2..2 + count)?.iter().fold(0usize, |length, &byte| length << 8 | usize::from(byte));
    Some(2 + count + length)
}

/// A macaroon of version 2: location, identifier and signature packets with lengths that fit.
fn pypi_macaroon(token: &[u8]) -> Outcome {
    let Some(body) = memchr::memchr(b'-', token).and_then(|dash| base64url(&token[dash + 1..])) else {
        return Outcome::Fails;
    };
    let location = body.get(2).map_or(0, |&length| usize::from(length));
    let identifier = body.get(3 + location).copied();
    match (body.first(), body.get(1), identifier) {
        (Some(2), Some(1), Some(2)) if location >= 4 && body.len() > 40 + location => Outcome::Holds,
        _ => Outcome::Fails,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_token_holds_and_a_changed_one_fails() {
        for (check, prefix, length) in [
            (Check::Crc32Base62, 4, 40),
            (Check::Crc32Hex, 4, 52),
            (Check::Crc32HexUpperAll, 6, 60),
            (Check::Crc32Base62All, 4, 40),
            (Check::GrafanaCrc32, 5, 46),
        ] {
            let mut token = vec![b'k'; length];
            if check == Check::GrafanaCrc32 {
                token[length - 9] = b'_';
            }
            assert!(check.seal(&mut token, prefix), "{check:?}");
            assert_eq!(check.verify(&token, prefix), Outcome::Holds, "{check:?}");
            token[prefix + 1] ^= 1;
            assert_eq!(check.verify(&token, prefix), Outcome::Fails, "{check:?}");
            assert_eq!(check.verify(&token[..prefix], prefix), Outcome::Fails, "{check:?}");
        }
    }

    #[test]
    fn the_account_is_read_from_a_key_id() {
        // Computed from the definition: a body of `A` has every bit clear, one of `7` every bit set.
        assert_eq!(aws_account(b"AKIAAAAAAAAAAAAAAAAA"), Some(0));
        assert_eq!(aws_account(b"AKIA7777777777777777"), Some((1 << 40) - 1));
        assert_eq!(aws_account(b"AKIA1111111111111111"), None);
    }

    #[test]
    fn a_block_is_read_through_escapes_and_quotes() {
        // Bytes whose base64 has a `+` on either side of the cut.
        let der: Vec<u8> = [0x30, 0x3e, 0x3e]
            .into_iter()
            .chain(std::iter::repeat_n([0xfb, 0xef, 0xbe], 20).flatten())
            .chain([0])
            .collect();
        let body = data_encoding::BASE64.encode(&der);
        let (begin, end) = ("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----");
        let half = body.len() / 2;
        for block in [
            format!("{begin}\n{body}\n{end}"),
            format!("{begin}\\n{body}\\n{end}\\n"),
            format!("{begin}\\n\" +\n  \"{}\\n\" +\n  \"{}\\n\" +\n \"{end}", &body[..half], &body[half..]),
            format!("{begin}\\n\"\n + \"{}\\n\"\n + \"{}\\n\"\n + \"{end}", &body[..half], &body[half..]),
        ] {
            let read = pem_body(block.as_bytes()).expect("a block");
            assert!(read.bytes == der && read.complete, "{block}");
            assert_eq!(pem(block.as_bytes()), Outcome::Holds, "{block}");
        }
        let cut = format!("{begin}\n{}\n{end}", &body[..76]);
        assert_eq!(pem(cut.as_bytes()), Outcome::Fails);
    }

    #[test]
    fn a_token_of_json_objects_holds() {
        let part = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
        let token = format!("{}.{}.c2ln", part(r#"{"alg":"HS256"}"#), part(r#"{"sub":"a"}"#));
        assert_eq!(Check::Jwt.verify(token.as_bytes(), 0), Outcome::Holds);
        let token = format!("{}.{}.c2ln", part(r#"{"typ":"JWT"}"#), part(r#"{"sub":"a"}"#));
        assert_eq!(Check::Jwt.verify(token.as_bytes(), 0), Outcome::Fails);
    }
}
