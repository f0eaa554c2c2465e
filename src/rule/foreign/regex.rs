//! Patterns in the syntax of Go's regexp (RE2), as our engine reads them.
//!
//! The two differ in a few places. What Go takes for plain text and our engine for syntax is escaped here: `{` that opens
//! no count, `[`, `&`, `~` and `-` in a set, `\<` and `\>`; and `\Q…\E` is written out. Everything else is the same or is
//! refused by the compiler, which says so. Both search bytes here: `\w`, `\d`, `\b` and `(?i)` mean ASCII, as they do in
//! Go but for letters of other alphabets under `(?i)`.

use std::cmp::Reverse;

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::literal::{Extractor, Literal};
use regex_syntax::hir::{Hir, HirKind};

use crate::rule::validate::ANCHOR_LEAST;

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

/// How many texts may stand in for a keyword: each is looked for in all of a text.
const LITERALS_MOST: usize = 16;
/// How many bytes of a class are written out, one text for each: first those of two cases, then hexadecimal digits.
const CLASSES: [usize; 2] = [2, 22];

/// Texts one of which every match of the pattern has in it, lower case and long enough to be looked for; none if there are no
/// such few.
pub fn literals(pattern: &str) -> Option<Vec<String>> {
    let ours = translate(pattern);
    let bytes = ParserBuilder::new().unicode(false).utf8(false).build().parse(&ours).ok();
    let hir = bytes.or_else(|| ParserBuilder::new().utf8(false).build().parse(&ours).ok())?;
    let mut parts = Vec::new();
    flatten(hir, &mut parts);
    CLASSES.into_iter().find_map(|classes| {
        let found = (0..parts.len()).filter_map(|at| literals_of(&parts[at..], classes));
        found.min_by_key(|found| (found.len(), Reverse(found.iter().map(String::len).min())))
    })
}

/// The parts that stand in a match one behind the other.
fn flatten(hir: Hir, parts: &mut Vec<Hir>) {
    match hir.into_kind() {
        HirKind::Concat(inner) => inner.into_iter().for_each(|it| flatten(it, parts)),
        HirKind::Capture(group) => flatten(*group.sub, parts),
        HirKind::Literal(literal) => parts.push(Hir::literal(literal.0)),
        HirKind::Class(class) => parts.push(Hir::class(class)),
        HirKind::Look(look) => parts.push(Hir::look(look)),
        HirKind::Repetition(repetition) => parts.push(Hir::repetition(repetition)),
        HirKind::Alternation(inner) => parts.push(Hir::alternation(inner)),
        HirKind::Empty => {}
    }
}

/// What such parts begin with, if that is few texts.
fn literals_of(parts: &[Hir], classes: usize) -> Option<Vec<String>> {
    let mut extractor = Extractor::new();
    extractor.limit_class(classes).limit_literal_len(2 * ANCHOR_LEAST);
    let found = extractor.extract(&Hir::concat(parts.to_vec()));
    let lower = |literal: &Literal| String::from_utf8(literal.as_bytes().to_ascii_lowercase()).ok();
    let mut texts = found.literals()?.iter().map(lower).collect::<Option<Vec<String>>>()?;
    texts.sort();
    texts.dedup();
    let fit = !texts.is_empty() && texts.len() <= LITERALS_MOST && texts.iter().all(|it| it.len() >= ANCHOR_LEAST);
    fit.then_some(texts)
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
    fn a_pattern_yields_what_each_match_has_in_it() {
        for (pattern, wanted) in [
            (r"\b(acme_[a-z]{3})", &["acme_"][..]),
            (r"(?i)Acme-Key\.x?", &["acme-k"]),
            (r"(?:acme|other)_", &["acme_", "other_"]),
            (r"[a-z]{5,}acme", &["acme"]),
            (r"acme?", &["acm", "acme"]),
            (r"(acme_)?[a-z]+", &[]),
            (r"\b(ab[a-z]{17,}\.ab[a-z]+)", &[".ab"]),
            (r"[a-z]{3}[0-2]Q~[a-z]+", &["0q~", "1q~", "2q~"]),
            (r"zz[^x]", &[]),
        ] {
            assert_eq!(literals(pattern).unwrap_or_default(), wanted, "{pattern}");
        }
    }
}
