//! Patterns in the syntax of Go's regexp (RE2), as our engine reads them.
//!
//! The two differ in a few places. What Go takes for plain text and our engine for syntax is escaped here: `{` that opens
//! no count, `[`, `&`, `~` and `-` in a set, `\<` and `\>`; and `\Q…\E` is written out. Everything else is the same or is
//! refused by the compiler, which says so. Both search bytes here: `\w`, `\d`, `\b` and `(?i)` mean ASCII, as they do in
//! Go but for letters of other alphabets under `(?i)`.

use regex::bytes::{Regex, RegexBuilder};

/// The most bytes that a pattern may compile to.
const PATTERN_MOST: usize = 4 * 1024 * 1024;

/// Compiles a pattern of Go's. Also gives it as it was compiled.
///
/// # Errors
/// A sentence that says what our engine refuses.
pub fn compile(pattern: &str) -> Result<(String, Regex), String> {
    let ours = translate(pattern);
    let regex = RegexBuilder::new(&ours).unicode(false).size_limit(PATTERN_MOST).build().or_else(|_| {
        // Classes of letters by name and characters that are not ASCII in a set need Unicode.
        RegexBuilder::new(&ours).size_limit(PATTERN_MOST).build()
    });
    match regex {
        Ok(regex) => Ok((ours, regex)),
        Err(regex::Error::CompiledTooBig(_)) => {
            Err(format!("it compiles to more than {} MiB: repeat less", PATTERN_MOST / 1024 / 1024))
        }
        Err(error) => Err(last_line(&error.to_string())),
    }
}

/// What is wrong, of a message that draws the pattern first.
fn last_line(message: &str) -> String {
    message.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    let mut in_set = false;
    while let Some(character) = rest.chars().next() {
        let behind = &rest[character.len_utf8()..];
        if character == '\\' {
            let Some(escaped) = behind.chars().next() else {
                out.push('\\');
                break;
            };
            rest = &behind[escaped.len_utf8()..];
            match escaped {
                'Q' => {
                    let end = rest.find("\\E").unwrap_or(rest.len());
                    out.push_str(&regex::escape(&rest[..end]));
                    rest = rest.get(end + 2..).unwrap_or_default();
                }
                '<' | '>' => out.push(escaped),
                'E' => {}
                _ => out.extend(['\\', escaped]),
            }
            continue;
        }
        rest = behind;
        match character {
            '[' if !in_set => {
                in_set = true;
                out.push('[');
                // A `]` that comes first is a member.
                if let Some(first) = rest.strip_prefix('^') {
                    out.push('^');
                    rest = first;
                }
                if let Some(first) = rest.strip_prefix(']') {
                    out.push_str("\\]");
                    rest = first;
                }
            }
            '[' if in_set => {
                let name = class_name(rest);
                out.push_str(if name.is_empty() { "\\[" } else { "[" });
                out.push_str(name);
                rest = &rest[name.len()..];
            }
            '&' | '~' if in_set => out.extend(['\\', character]),
            '-' if in_set && rest.starts_with('-') => out.push_str("\\-"),
            ']' if in_set => {
                in_set = false;
                out.push(']');
            }
            '{' if !in_set && !opens_count(rest) => out.push_str("\\{"),
            _ => out.push(character),
        }
    }
    out
}

/// The name of a class behind a `[` in a set, with its end: `:digit:]`.
fn class_name(rest: &str) -> &str {
    let letters = rest.bytes().skip(1).take_while(|byte| byte.is_ascii_lowercase() || *byte == b'^').count();
    let is_name = rest.starts_with(':') && rest[1..].get(letters..letters + 2) == Some(":]");
    if is_name { &rest[..letters + 3] } else { "" }
}

/// Whether what stands behind a `{` is a count: `3}`, `3,}`, `3,5}`.
fn opens_count(rest: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let least = digits(rest);
    let behind = &rest[least..];
    let behind = behind.strip_prefix(',').map_or(behind, |most| &most[digits(most)..]);
    least > 0 && behind.starts_with('}')
}

/// The literal that every match of the pattern begins with, lower case; empty if it begins with something else.
pub fn leading_literal(pattern: &str) -> String {
    let mut rest = pattern;
    loop {
        let skip = ["^", "\\b", "\\A", "(?i)", "(?m)", "(?s)", "(?:", "("].into_iter();
        let Some(next) = skip.filter_map(|it| rest.strip_prefix(it)).next().filter(|next| !next.starts_with('?'))
        else {
            break;
        };
        rest = next;
    }
    // A choice on any level could begin with something else, and so could what stands behind a group that may be absent.
    if ["|", ")?", ")*", "){"].iter().any(|it| pattern.contains(it)) {
        return String::new();
    }
    let mut literal = String::new();
    while let Some(character) = rest.chars().next() {
        let escaped = (character == '\\').then(|| rest[1..].chars().next()).flatten();
        let (plain, length) = match escaped {
            Some(next) if next.is_ascii_punctuation() => (next, 1 + next.len_utf8()),
            Some(_) => break,
            None if ".+*?()|[]{}^$\\".contains(character) => break,
            None => (character, character.len_utf8()),
        };
        rest = &rest[length..];
        // What may be absent or repeated is not part of it; what must stand once and more ends it.
        if rest.starts_with(['?', '*', '{']) {
            break;
        }
        literal.push(plain);
        if rest.starts_with('+') {
            break;
        }
    }
    literal.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_text_in_go_is_text_here() {
        for (go, yes, no) in [
            (r"a{b", "a{b", "ab"),
            (r"a{,3}", "a{,3}", "aaa"),
            (r"x{2}y", "xxy", "x{2}y"),
            (r"[a&&b]+z", "&z", "cz"),
            (r"[[a]z", "[z", "bz"),
            (r"[+--]z", "-z", "az"),
            (r"[]a]z", "]z", "bz"),
            (r"[[:digit:]_]z", "7z", "xz"),
            (r"\<a\>", "<a>", "a"),
            (r"\Qa.b\E+", "a.b", "axb"),
            (r"(?i)KEY\x20=", "key =", "key="),
            (r"(?P<name>a)b", "ab", "a"),
        ] {
            let (ours, regex) = compile(go).expect(go);
            assert!(regex.is_match(yes.as_bytes()), "{go} -> {ours}: {yes}");
            assert!(!regex.is_match(no.as_bytes()), "{go} -> {ours}: {no}");
        }
        assert!(compile(r"(?=a)b").is_err() && compile(r"(a)\1").is_err());
    }

    #[test]
    fn a_pattern_yields_what_it_begins_with() {
        for (pattern, literal) in [
            (r"\b(acme_[a-z]{3})", "acme_"),
            (r"(?i)Acme-Key\.x?", "acme-key."),
            (r"(?:acme|other)_", ""),
            (r"[a-z]acme", ""),
            (r"acme?", "acm"),
            (r"ac+me", "ac"),
            (r"(acme_)?[a-z]+", ""),
        ] {
            assert_eq!(leading_literal(pattern), literal, "{pattern}");
        }
    }
}
