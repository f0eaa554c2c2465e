//! Examples: templates that are expanded when a test runs, so that nothing shaped like a token stands in any file.
//!
//! A template is text with pieces in braces: those of the format language (`{hex:32}`, `{a|b}`), and
//!
//! | piece | becomes |
//! |---|---|
//! | `{token}` | a token of the rule's own format, its offline check sealed |
//! | `{token!}` | the same with the check broken |
//! | `{rule:ID}` | a token of another rule |
//! | `{pem:LABEL}` | a whole PEM block |
//! | `{pem-line:LABEL}` | the same with its line ends escaped |
//!
//! A `{` that is followed by neither a lower-case letter nor `[` is text, so JSON and `${VAR}` can be written as they are.
//! Expansion is pseudo-random from a seed: the same template always becomes the same text.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use sha2::{Digest as _, Sha256};

use super::check::Outcome;
use super::format::{Format, Piece, parse_piece};
use super::model::{Check, Form, Rule};
use super::set::RuleSet;

/// Expands a template of `rule`.
///
/// # Errors
/// A sentence that names the piece that cannot be expanded.
pub fn expand(rules: &RuleSet, rule: &Rule, template: &str) -> Result<String, String> {
    let mut random = Random::new(&[&rule.id, template]);
    let mut out = String::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (before, behind) = rest.split_at(open);
        out.push_str(before);
        let piece = behind[1..].find('}').map(|close| &behind[1..=close]);
        let is_piece = behind[1..].starts_with(|c: char| c.is_ascii_lowercase() || c == '[');
        let Some(piece) = piece.filter(|_| is_piece) else {
            out.push('{');
            rest = &behind[1..];
            continue;
        };
        out.push_str(&special(rules, rule, piece, &mut random)?);
        rest = &behind[piece.len() + 2..];
    }
    out.push_str(rest);
    Ok(out)
}

fn special(rules: &RuleSet, rule: &Rule, piece: &str, random: &mut Random) -> Result<String, String> {
    match piece.split_once(':') {
        None if piece == "token" => token(rule, random),
        None if piece == "token!" => broken(rule, random),
        Some(("rule", id)) => {
            let (_, other) = rules.by_id(id).ok_or_else(|| format!("`{{{piece}}}`: there is no rule `{id}`"))?;
            token(other, random)
        }
        Some(("pem", label)) => Ok(pem(label, "\n", random)),
        Some(("pem-line", label)) => Ok(pem(label, "\\n", random)),
        _ => {
            let mut text = String::new();
            random.piece(&parse_piece(piece)?, &mut text);
            Ok(text)
        }
    }
}

/// A token of the rule's format whose check holds.
fn token(rule: &Rule, random: &mut Random) -> Result<String, String> {
    let Form::Format(format) = &rule.form else {
        return Err(format!("`{{token}}`: `{}` has no format, write the example with classes", rule.id));
    };
    let text = random.format(format);
    let prefix = public_prefix(format);
    let Some(check) = rule.check else { return Ok(text) };
    let mut bytes = text.into_bytes();
    match check {
        Check::Jwt => {
            let at = memchr::memmem::find(&bytes, b"eyJ").unwrap_or(0);
            bytes.truncate(at);
            bytes.extend_from_slice(jwt(random).as_bytes());
        }
        Check::PypiMacaroon => {
            let at = memchr::memchr(b'-', &bytes).map_or(0, |dash| dash + 1);
            bytes.truncate(at);
            bytes.extend_from_slice(macaroon(random).as_bytes());
        }
        Check::GitlabRoutable => seal_routable(&mut bytes, prefix),
        _ => {
            check.seal(&mut bytes, prefix);
        }
    }
    String::from_utf8(bytes).map_err(|_| "a token is not ASCII".to_owned())
}

/// A token whose check fails: one character of the body is another of the same kind.
fn broken(rule: &Rule, random: &mut Random) -> Result<String, String> {
    let (Some(check), Form::Format(format)) = (rule.check, &rule.form) else {
        return Err(format!("`{{token!}}`: `{}` has no check", rule.id));
    };
    let whole = token(rule, random)?;
    let prefix = public_prefix(format);
    for at in (prefix..whole.len()).rev() {
        let mut bytes = whole.clone().into_bytes();
        bytes[at] = match bytes[at] {
            b'a' => b'b',
            byte if byte.is_ascii_lowercase() => b'a',
            b'A' => b'B',
            byte if byte.is_ascii_uppercase() => b'A',
            b'2' => b'3',
            byte if byte.is_ascii_digit() => b'2',
            _ => continue,
        };
        if check.verify(&bytes, prefix) == Outcome::Fails {
            return String::from_utf8(bytes).map_err(|_| "a token is not ASCII".to_owned());
        }
    }
    Err(format!("`{{token!}}`: no single character breaks the check of `{}`", rule.id))
}

/// How many bytes every match begins with before its first run.
#[must_use]
pub fn public_prefix(format: &Format) -> usize {
    format
        .pieces
        .iter()
        .take_while(|piece| !matches!(piece, Piece::Run { .. }))
        .map(|piece| match piece {
            Piece::Literal(text) => text.len(),
            Piece::Choice(texts) => texts.iter().map(|text| text.len()).min().unwrap_or(0),
            Piece::Run { .. } => 0,
        })
        .sum()
}

fn jwt(random: &mut Random) -> String {
    let header = BASE64URL_NOPAD.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
    let payload = format!(r#"{{"sub":"{}","iat":1700000000,"exp":1700003600}}"#, random.hex(16));
    format!("{header}.{}.{}", BASE64URL_NOPAD.encode(payload.as_bytes()), BASE64URL_NOPAD.encode(&random.bytes(32)))
}

fn macaroon(random: &mut Random) -> String {
    let location = b"index.example";
    let mut bytes = vec![2, 1, location.len() as u8];
    bytes.extend_from_slice(location);
    bytes.extend_from_slice(&[2, 36]);
    let id = random.hex(32);
    bytes.extend_from_slice(
        format!("{}-{}-{}-{}-{}", &id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]).as_bytes(),
    );
    bytes.push(0);
    let caveat = br#"{"version": 1, "permissions": "user"}"#;
    bytes.extend_from_slice(&[2, caveat.len() as u8]);
    bytes.extend_from_slice(caveat);
    bytes.extend_from_slice(&[0, 0, 6, 32]);
    bytes.extend(random.bytes(32));
    BASE64URL_NOPAD.encode(&bytes)
}

fn seal_routable(bytes: &mut [u8], prefix: usize) {
    let Some(dot) = bytes[prefix..].iter().position(|&byte| byte == b'.') else { return };
    let digit = |value: usize| b"0123456789abcdefghijklmnopqrstuvwxyz"[value % 36];
    let at = bytes.len() - 9;
    bytes[at] = digit(dot / 36);
    bytes[at + 1] = digit(dot);
    Check::GitlabRoutable.seal(bytes, prefix);
}

fn pem(label: &str, line_end: &str, random: &mut Random) -> String {
    let body = if label.starts_with("OPENSSH") {
        [b"openssh-key-v1\0".to_vec(), random.bytes(200)].concat()
    } else if label.starts_with("PGP") {
        [vec![0x95], random.bytes(300)].concat()
    } else {
        let inner = random.bytes(300);
        [vec![0x30, 0x82, (inner.len() >> 8) as u8, inner.len() as u8], inner].concat()
    };
    let base64 = BASE64.encode(&body);
    let mut lines = vec![format!("-----BEGIN {label}-----")];
    lines.extend(base64.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()));
    lines.push(format!("-----END {label}-----"));
    lines.push(String::new());
    lines.join(line_end)
}

/// A small deterministic generator (SplitMix64); nothing here is for cryptography.
struct Random(u64);

impl Random {
    fn new(seed: &[&str]) -> Self {
        let digest = Sha256::digest(seed.join("\0").as_bytes());
        Self(digest.iter().take(8).fold(0, |seed, &byte| seed << 8 | u64::from(byte)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next() as u8).collect()
    }

    fn hex(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b"0123456789abcdef"[self.below(16)])).collect()
    }

    fn format(&mut self, format: &Format) -> String {
        let mut text = String::new();
        for piece in format.pieces.iter() {
            self.piece(piece, &mut text);
        }
        text
    }

    fn piece(&mut self, piece: &Piece, out: &mut String) {
        match piece {
            Piece::Literal(text) => out.push_str(text),
            Piece::Choice(texts) => out.push_str(&texts[self.below(texts.len())]),
            Piece::Run { class, counts } => {
                let (min, max) = counts[self.below(counts.len())];
                let members: Vec<u8> = class.members().collect();
                for _ in 0..min + self.below(usize::from(max - min) + 1) as u16 {
                    out.push(char::from(members[self.below(members.len())]));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(format: &str, check: Option<Check>) -> Rule {
        let mut rule = super::super::builtin::RULES[0].clone();
        rule.form = Form::Format(Format::parse(format).expect("a good format"));
        rule.check = check;
        rule
    }

    #[test]
    fn expansion_is_repeatable_and_leaves_other_braces() {
        let rules = RuleSet::builtin();
        let rule = rule("exa_{base62:20}", None);
        let text = expand(&rules, &rule, r#"{"a": "${VAR}", "b": {{ x }}, "c": "{token}"}"#).expect("a template");
        assert_eq!(text, expand(&rules, &rule, r#"{"a": "${VAR}", "b": {{ x }}, "c": "{token}"}"#).expect("the same"));
        assert!(text.starts_with(r#"{"a": "${VAR}", "b": {{ x }}, "c": "exa_"#), "{text}");
        assert!(expand(&rules, &rule, "{nothing:3}").is_err());
    }

    #[test]
    fn tokens_hold_and_broken_ones_fail() {
        let rules = RuleSet::builtin();
        for (format, check) in [
            ("exa_{base62:36}", Check::Crc32Base62),
            ("exa_{base64url:27-30}.{base36:9}", Check::GitlabRoutable),
            ("exaeyJ{base64url:20}.eyJ{base64url:20}.{base64url:43}", Check::Jwt),
            ("exa-AgE{base64url:80-200}", Check::PypiMacaroon),
        ] {
            let format = format.replace("{base36:9}", "{lower-digit:9}");
            let rule = rule(&format, Some(check));
            let prefix = if check == Check::Jwt { 3 } else { 4 };
            let token = expand(&rules, &rule, "{token}").expect("a token");
            let verified = match check {
                Check::Jwt => check.verify(&token.as_bytes()[3..], 0),
                _ => check.verify(token.as_bytes(), prefix),
            };
            assert_eq!(verified, Outcome::Holds, "{check:?}: {token}");
            if check != Check::Jwt {
                let token = expand(&rules, &rule, "{token!}").expect("a broken token");
                assert_eq!(check.verify(token.as_bytes(), prefix), Outcome::Fails, "{check:?}: {token}");
            }
        }
    }
}
