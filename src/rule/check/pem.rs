//! PEM blocks (RFC 7468) of private keys: read as they stand in files, and checked for the structure of a key.

use std::fmt;

use data_encoding::BASE64;

use super::{Method, Outcome, der, openssh, pgp};
use crate::finding::{Fact, FactName};
use crate::rule::random::Random;

/// A private key, as far as it can be read without a passphrase.
#[derive(Default)]
pub(super) struct Key {
    /// Its kind: `RSA`; empty where it is not known.
    pub(super) kind: String,
    /// Its size, for kinds that have several.
    pub(super) bits: Option<usize>,
    /// Whether it lies under a passphrase.
    pub(super) encrypted: bool,
    /// When it was made.
    pub(super) created: Option<String>,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.bits.map(|bits| format!("{bits} bits"));
        let encrypted = self.encrypted.then(|| "under a passphrase".to_owned());
        let kind = (!self.kind.is_empty()).then(|| self.kind.clone());
        f.write_str(&[kind, size, encrypted].into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}

/// A block whose body decodes to a private key.
pub(super) struct Pem;

impl Method for Pem {
    fn verify(&self, token: &[u8], _prefix: usize) -> Outcome {
        verify(token)
    }

    /// Of a block, or of the bytes in it.
    fn facts(&self, token: &[u8], _prefix: usize) -> Vec<Fact> {
        let block = memchr::memmem::find(token, b"-----BEGIN ").and_then(|_| pem_body(token));
        let Some(key) = private_key(block.as_ref().map_or(token, |body| &body.bytes)) else { return Vec::new() };
        let said = key.to_string();
        let kind = (!said.is_empty()).then(|| Fact::new(FactName::Key, said));
        kind.into_iter().chain(key.created.map(|created| Fact::new(FactName::Created, created))).collect()
    }
}

/// Which key the bytes of a block are.
fn private_key(bytes: &[u8]) -> Option<Key> {
    match bytes.first()? {
        _ if bytes.starts_with(openssh::MAGIC) => openssh::private_key(bytes),
        0x30 => der::private_key(bytes),
        _ => pgp::private_key(bytes),
    }
}

/// A block with this label, for examples.
pub(in crate::rule) fn block(label: &str, line_end: &str, random: &mut Random) -> String {
    let is_pgp = label.starts_with("PGP");
    let body = match label {
        _ if label.starts_with("OPENSSH") => openssh::make(random),
        _ if is_pgp => pgp::make(random),
        _ => der::make(label, random),
    };
    let base64 = BASE64.encode(&body);
    let mut lines = vec![format!("-----BEGIN {label}-----")];
    if is_pgp {
        lines.push(String::new());
    }
    lines.extend(base64.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()));
    if is_pgp {
        lines.push(format!("={}", BASE64.encode(&pgp::crc24(&body).to_be_bytes()[1..])));
    }
    lines.push(format!("-----END {label}-----"));
    lines.push(String::new());
    lines.join(line_end)
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
    let mut body = body.replace("\\r", "\n").replace("\\n", "\n").replace("\\t", "\n");
    if body.contains("&#") {
        LINE_ENDS.iter().for_each(|reference| body = body.replace(reference, "\n"));
    }
    let frame = Frame::of(&body);
    let mut encrypted = false;
    let mut base64 = String::with_capacity(body.len());
    for line in body.lines() {
        if frame.inside(line).contains(':') {
            encrypted |= line.contains("ENCRYPTED");
            continue;
        }
        let line = without_joints(frame.inside(line));
        base64.extend(line.chars().filter(|c| !matches!(c, '"' | '\'' | ' ' | '\t')));
    }
    let mut base64 = base64.trim_end_matches('=');
    // The checksum line of an OpenPGP block (RFC 9580, 6.1) is not part of the body.
    let mut checksum = None;
    if let Some((armored, line)) = base64.rsplit_once('=')
        && line.len() == 4
    {
        let bytes = BASE64.decode(line.as_bytes()).ok();
        checksum = bytes.map(|bytes| bytes.iter().fold(0u32, |sum, &byte| sum << 8 | u32::from(byte)));
        base64 = armored.trim_end_matches('=');
    }
    let mut specification = data_encoding::BASE64_NOPAD.specification();
    specification.check_trailing_bits = false;
    let usable = if complete { base64.len() } else { base64.len() / 4 * 4 };
    let bytes = specification.encoding().ok()?.decode(base64.get(..usable)?.as_bytes()).ok()?;
    Some(PemBody { bytes, complete, checksum, encrypted: encrypted || text[..begin].contains("ENCRYPTED") })
}

/// Line ends as XML writes them where they shall stay.
const LINE_ENDS: [&str; 6] = ["&#10;", "&#xA;", "&#xa;", "&#13;", "&#xD;", "&#xd;"];

/// What stands around each line of a block alike: the mark of a patch or a quotation, a command, a number. The line of the end
/// shows what stands before, that of the beginning what stands behind.
struct Frame<'b> {
    before: &'b str,
    behind: &'b str,
    numbered: bool,
}

impl<'b> Frame<'b> {
    /// That of the text between the two lines.
    fn of(body: &'b str) -> Self {
        let mut lines: Vec<&str> = body.split('\n').map(|line| line.trim_end_matches('\r')).collect();
        let before = lines.pop().unwrap_or_default();
        let behind = if lines.is_empty() { "" } else { lines.remove(0) };
        let mut inner = lines.iter().filter(|line| !line.trim().is_empty()).peekable();
        let any = inner.peek().is_some();
        let numbered = any
            && without_number(before).is_some_and(str::is_empty)
            && inner.clone().all(|it| without_number(it).is_some());
        let has_before = any && inner.clone().all(|line| line.starts_with(before.trim_end()));
        let has_behind = any && inner.all(|line| line.ends_with(behind));
        Frame { before: if has_before { before } else { "" }, behind: if has_behind { behind } else { "" }, numbered }
    }

    fn inside<'l>(&self, line: &'l str) -> &'l str {
        let line = line.trim_end_matches('\r');
        if self.numbered {
            return without_number(line).unwrap_or(line);
        }
        let line = line.strip_prefix(self.before).or_else(|| line.strip_prefix(self.before.trim_end())).unwrap_or(line);
        line.strip_suffix(self.behind).unwrap_or(line)
    }
}

/// A line behind its number and the mark or space that sets it off.
fn without_number(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let text = rest.trim_start_matches([' ', '\t', ':', '|', '.', ')']);
    (rest.len() < line.len() && text.len() < rest.len()).then_some(text)
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
    /// The checksum behind the body, as OpenPGP armour has it.
    pub checksum: Option<u32>,
    /// Whether the block says that it is encrypted.
    pub encrypted: bool,
}

/// A DER sequence that is a private key, an OpenSSH key, or an OpenPGP packet.
fn verify(block: &[u8]) -> Outcome {
    let Some(body) = pem_body(block) else { return Outcome::Fails };
    let bytes = &body.bytes;
    // The smallest private key there is, an Ed25519 key in PKCS #8, has 48 bytes.
    if bytes.len() < 48 {
        return Outcome::Fails;
    }
    let is_openssh = bytes.starts_with(openssh::MAGIC);
    if !body.complete || (body.encrypted && bytes[0] != 0x30 && !is_openssh) {
        return Outcome::Unknown;
    }
    match bytes[0] {
        _ if is_openssh => Outcome::strict(openssh::private_key(bytes).is_some()),
        0x30 if crate::der::sequence(bytes).is_some() => Outcome::likely(der::private_key(bytes).is_some()),
        0x80.. => match body.checksum {
            Some(checksum) => Outcome::strict(checksum == pgp::crc24(bytes)),
            None => Outcome::likely(pgp::private_key(bytes).is_some()),
        },
        _ => Outcome::Fails,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(Pem.verify(block.as_bytes(), 0), Outcome::Doubtful, "a sequence, but no key: {block}");
        }
        let cut = format!("{begin}\n{}\n{end}", &body[..76]);
        assert_eq!(Pem.verify(cut.as_bytes(), 0), Outcome::Fails);
    }

    #[test]
    fn a_block_is_read_out_of_what_frames_its_lines() {
        let made = block("EC PRIVATE KEY", "\n", &mut Random::new(&["framed"]));
        let lines: Vec<&str> = made.lines().collect();
        let framed = |before: &dyn Fn(usize) -> String, behind: &str| {
            let lines: Vec<String> = lines.iter().enumerate().map(|(at, line)| before(at) + line + behind).collect();
            lines.join("\n")
        };
        for text in [
            framed(&|_| "+".to_owned(), ""),
            framed(&|_| "> ".to_owned(), ""),
            framed(&|_| "echo \"".to_owned(), "\" >> k"),
            framed(&|_| " \"".to_owned(), "\" & vbCrLf & _"),
            framed(&|at| format!("{at:4}  "), ""),
            framed(&|at| format!("{at}: "), "\r"),
            lines.join("&#10;"),
            lines.join("&#xD;&#xA;"),
        ] {
            let at = text.find("-----").expect("the beginning");
            assert_eq!(Pem.verify(&text.as_bytes()[at..], 0), Outcome::Holds, "{text}");
        }
    }

    #[test]
    fn a_made_block_holds_and_says_what_it_is() {
        let mut random = Random::new(&["pem"]);
        for (label, said) in [
            ("PRIVATE KEY", "RSA, 2048 bits"),
            ("EC PRIVATE KEY", "EC P-256"),
            ("OPENSSH PRIVATE KEY", "Ed25519"),
            ("PGP PRIVATE KEY BLOCK", "RSA, 2048 bits"),
        ] {
            let made = block(label, "\n", &mut random);
            assert_eq!(Pem.verify(made.as_bytes(), 0), Outcome::Holds, "{label}");
            let facts = Pem.facts(made.as_bytes(), 0);
            assert_eq!(facts[0], Fact::new(FactName::Key, said));
            assert_eq!(Pem.facts(&pem_body(made.as_bytes()).expect("a block").bytes, 0), facts);
        }
        let made = block("PGP PRIVATE KEY BLOCK", "\n", &mut random);
        let (head, tail) = made.split_at(made.len() / 2);
        let swapped = if tail.starts_with('A') { "B" } else { "A" };
        let changed = [head, swapped, &tail[1..]].concat();
        assert_eq!(Pem.verify(changed.as_bytes(), 0), Outcome::Fails);
    }
}
