//! Examples: templates that are expanded when a test runs, so that nothing shaped like a token stands in any file.
//!
//! A template is text with pieces in braces: those of the format language (`{hex:32}`, `{a|b}`), and
//!
//! | piece | becomes |
//! |---|---|
//! | `{token}` | a token of the rule's own format, its offline check sealed |
//! | `{token!}` | the same with the check broken; one that only weakens does not hold |
//! | `{basic}` | the base64 of a user and a password (RFC 7617) |
//! | `{rule:ID}` | a token of another rule |
//! | `{pem:LABEL}` | a whole PEM block |
//! | `{pem-line:LABEL}` | the same with its line ends escaped |
//! | `{pem-base64:LABEL}` | the same in base64 |
//!
//! A `{` that is followed by neither a lower-case letter nor `[` is text, so JSON and `${VAR}` can be written as they are.
//! Expansion is pseudo-random from a seed: the same template always becomes the same text.

use std::ops::Range;

use data_encoding::{BASE64, HEXLOWER};

use super::check::{Outcome, pem_block};
use super::format::{Format, parse_piece};
use super::model::{Check, DecodesTo, Encoding, Form, Rule};
use super::random::Random;
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
        None if piece == "token" => token(rule, random).map(|drawn| drawn.text),
        None if piece == "basic" => Ok(BASE64.encode(format!("admin:{}", random.hex(15)).as_bytes())),
        None if piece == "token!" => broken(rule, random),
        Some(("rule", id)) => {
            let (_, other) = rules.by_id(id).ok_or_else(|| format!("`{{{piece}}}`: there is no rule `{id}`"))?;
            token(other, random).map(|drawn| drawn.text)
        }
        Some(("pem", label)) => Ok(pem_block(label, "\n", random)),
        Some(("pem-line", label)) => Ok(pem_block(label, "\\n", random)),
        Some(("pem-base64", label)) => Ok(BASE64.encode(pem_block(label, "\n", random).as_bytes())),
        _ => {
            let mut text = String::new();
            random.piece(&parse_piece(piece)?, &mut text);
            Ok(text)
        }
    }
}

/// A token of the rule's format whose check holds, in what it is written down in.
fn token(rule: &Rule, random: &mut Random) -> Result<Drawn, String> {
    let format = match (&rule.form, rule.check) {
        (Form::Format(format) | Form::Line(format), _) => format,
        (_, Some(check)) if check.is_of_whole() => return whole(check, random),
        _ => return Err(format!("`{{token}}`: `{}` has no format, write the example with classes", rule.id)),
    };
    // What a check is asked is the secret part.
    let part = format.secret.map(|(from, to)| {
        let pieces = format.pieces[from.into()..to.into()].to_vec();
        Format { pieces: pieces.into(), secret: None }
    });
    let (secret, prefix) = match (&rule.decodes_to, rule.check) {
        (Some(wanted), _) => (encoded(wanted, random), 0),
        (None, None) => random.format(part.as_ref().unwrap_or(format)),
        (None, Some(check)) => {
            let (text, prefix) = random.format(part.as_ref().unwrap_or(format));
            let mut bytes = text.into_bytes();
            check.make(&mut bytes, prefix, random);
            (ascii(bytes)?, prefix)
        }
    };
    let text = random.format_around(format, &secret);
    let start = text.find(&secret).unwrap_or_default();
    Ok(Drawn { secret: start..start + secret.len(), text, prefix })
}

/// What a check that covers the whole makes without a format.
fn whole(check: Check, random: &mut Random) -> Result<Drawn, String> {
    let mut bytes = Vec::new();
    check.make(&mut bytes, 0, random);
    let text = ascii(bytes)?;
    Ok(Drawn { secret: 0..text.len(), text, prefix: 0 })
}

fn ascii(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|_| "a token is not ASCII".to_owned())
}

/// A token that was drawn.
struct Drawn {
    text: String,
    /// Where what the check is asked about stands: the secret part.
    secret: Range<usize>,
    /// The length of the public prefix of that.
    prefix: usize,
}

/// A value that decodes to what is asked for.
fn encoded(wanted: &DecodesTo, random: &mut Random) -> String {
    let text = format!("{}{}{}{}", wanted.begins, random.hex(14), wanted.holds, random.hex(22));
    match wanted.encoding {
        Encoding::Base64 => BASE64.encode(text.as_bytes()),
        Encoding::Hex => HEXLOWER.encode(text.as_bytes()),
    }
}

/// A token whose check fails, or does not hold where that is all it says: one character of the body is another of the same kind.
fn broken(rule: &Rule, random: &mut Random) -> Result<String, String> {
    let Some(check) = rule.check else {
        return Err(format!("`{{token!}}`: `{}` has no check", rule.id));
    };
    let Drawn { text, secret, prefix } = token(rule, random)?;
    let mut doubtful = None;
    for at in (secret.start + prefix..secret.end).rev() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] = match bytes[at] {
            b'a' => b'b',
            byte if byte.is_ascii_lowercase() => b'a',
            b'A' => b'B',
            byte if byte.is_ascii_uppercase() => b'A',
            b'2' => b'3',
            byte if byte.is_ascii_digit() => b'2',
            _ => continue,
        };
        match check.verify(&bytes[secret.clone()], prefix) {
            Outcome::Fails => return ascii(bytes),
            Outcome::Doubtful => doubtful = doubtful.or(Some(bytes)),
            Outcome::Holds | Outcome::Unknown => {}
        }
    }
    let none = || format!("`{{token!}}`: no single character breaks the check of `{}`", rule.id);
    doubtful.ok_or_else(none).and_then(ascii)
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
