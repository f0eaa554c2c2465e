//! Calls that write to a log or to standard output, language by language.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::document::code::{Code, Dialect, Kind};

use super::{LONGEST, Source};

/// Names of loggers, in lower case and without what stands around a field's name.
const LOGGERS: [&str; 8] = ["console", "log", "logger", "logging", "slog", "sugar", "tracing", "winston"];

/// Names of their methods, in lower case, without `log` before them and without `f`, `ln` and `w` behind them.
const LEVELS: [&str; 25] = [
    "",
    "alert",
    "critical",
    "crit",
    "debug",
    "dir",
    "emergency",
    "error",
    "exception",
    "fatal",
    "fine",
    "info",
    "information",
    "log",
    "notice",
    "panic",
    "print",
    "printe",
    "severe",
    "table",
    "trace",
    "verbose",
    "warn",
    "warning",
    "write",
];

/// What else writes: the languages, what stands before the dot (nothing for a function), and the names.
const WRITERS: [(&[Dialect], &str, &[&str]); 12] = [
    (&[Dialect::Python], "", &["print", "pprint"]),
    (&[Dialect::Java, Dialect::Kotlin], "out", &["println", "print", "printf"]),
    (&[Dialect::Java, Dialect::Kotlin], "err", &["println", "print", "printf"]),
    (&[Dialect::Kotlin, Dialect::Dart], "", &["println", "print", "debugPrint"]),
    (&[Dialect::Java, Dialect::Kotlin], "Log", &["d", "e", "i", "v", "w", "wtf"]),
    (&[Dialect::Go], "fmt", &["Print", "Printf", "Println"]),
    (&[Dialect::CSharp], "Console", &["Write", "WriteLine"]),
    (&[Dialect::CSharp], "Debug", &["Write", "WriteLine", "Print"]),
    (&[Dialect::CSharp], "Trace", &["Write", "WriteLine", "TraceError", "TraceInformation", "TraceWarning"]),
    (&[Dialect::Ruby], "", &["puts", "p", "pp", "print", "warn"]),
    (&[Dialect::Php], "", &["error_log", "var_dump", "print_r", "var_export", "syslog", "echo", "print"]),
    (&[Dialect::C], "", &["printf", "puts", "perror", "syslog"]),
];

/// Macros of Rust that write.
const MACROS: [&str; 10] = ["dbg", "debug", "eprint", "eprintln", "error", "info", "print", "println", "trace", "warn"];

/// Calls within what is written whose result shows what they are given, in lower case.
const SHOWING: [&str; 20] = [
    "any",
    "concat",
    "dumps",
    "field",
    "format",
    "inspect",
    "join",
    "json_encode",
    "repr",
    "sprint",
    "sprintf",
    "str",
    "string",
    "stringify",
    "stringof",
    "strval",
    "to_json",
    "tostring",
    "valueof",
    "display",
];

/// Whether a text holds the name of a credential, in any case.
pub(in crate::policy) fn may_be_in(text: &[u8]) -> bool {
    static NAMES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        let names = [
            "passw",
            "passphrase",
            "passcode",
            "secret",
            "token",
            "jwt",
            "apikey",
            "api_key",
            "private_key",
            "privatekey",
        ];
        AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).ascii_case_insensitive(true).build(names).ok()
    });
    NAMES.as_ref().is_none_or(|names| names.is_match(text))
}

/// What is written by the call whose name is the token of this number, and how many tokens the name is; none if it is no
/// such call.
pub(in crate::policy) fn written(source: &Source<'_>, number: usize) -> Option<(Range<usize>, Range<usize>)> {
    let code = &source.code;
    if !code.is_a(number, Kind::Word) {
        return None;
    }
    let start = name(code, number)?;
    let at = number + 1 + usize::from(code.grammar.dialect == Dialect::Rust);
    if code.is(at, "(") {
        return Some((start..number + 1, source.inside(at)));
    }
    let has_commands = matches!(code.grammar.dialect, Dialect::Ruby | Dialect::Php);
    let is_argument = code.tokens.get(at).is_some_and(|token| matches!(token.kind, Kind::Word | Kind::Text))
        || (code.grammar.dialect == Dialect::Ruby && code.is(at, "@"));
    if !has_commands || !is_argument {
        return None;
    }
    Some((start..number + 1, source.up_to(at, &[";"])))
}

/// Where the name of the call begins whose last name is the token of this number.
fn name(code: &Code<'_>, number: usize) -> Option<usize> {
    let said = code.said(number);
    let dialect = code.grammar.dialect;
    if dialect == Dialect::Rust {
        return (MACROS.contains(&said) && code.is(number + 1, "!")).then_some(number);
    }
    let before = number.checked_sub(1).map_or("", |before| code.said(before));
    let is_member = matches!(before, "." | "?." | "->" | "?->" | "::") && number >= 2;
    let owner = if is_member { code.said(number - 2) } else { "" };
    let is_declared = matches!(before, "def" | "function" | "fun" | "func" | "void" | "int" | "new");
    let is_writer = |(dialects, of, names): &(&[Dialect], &str, &[&str])| {
        dialects.contains(&dialect) && *of == owner && names.contains(&said)
    };
    if is_declared || (!is_member && owner.is_empty() && dialect == Dialect::JavaScript) {
        return None;
    }
    if WRITERS.iter().any(is_writer) {
        return Some(if is_member { number - 2 } else { number });
    }
    let logger = owner.trim_matches(['_', '$']).to_ascii_lowercase();
    let level = said.to_ascii_lowercase();
    let level = level.strip_prefix("log").unwrap_or(&level);
    let level = ["f", "ln", "w"].iter().find_map(|end| level.strip_suffix(end)).unwrap_or(level);
    (is_member && LOGGERS.contains(&logger.as_str()) && (LEVELS.contains(&level))).then(|| number - 2)
}

/// The names that stand in what is written as they are, or as a part of a text; the number of the last token of each.
pub(in crate::policy) fn shown(source: &Source<'_>, written: &Range<usize>) -> Vec<usize> {
    let code = &source.code;
    let mut found = Vec::new();
    let mut at = written.start;
    while at < written.end && at - written.start < LONGEST {
        match code.tokens[at].kind {
            Kind::Open if !is_open(source, at, written.start) => at = code.behind(at),
            Kind::Word => {
                let start = at;
                while is_dot(code, at + 1) && code.is_a(at + 2, Kind::Word) && at + 2 < written.end {
                    at += 2;
                }
                if is_begun(code, start, written.start) && is_ended(code, at + 1, written.end) {
                    found.push(at);
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
    found
}

fn is_dot(code: &Code<'_>, at: usize) -> bool {
    let is_path = matches!(code.said(at), "?." | "->" | "?->" | "::");
    is_path || (code.is(at, ".") && code.grammar.dialect != Dialect::Php)
}

/// Whether what stands in the bracket is shown as it is.
fn is_open(source: &Source<'_>, open: usize, first: usize) -> bool {
    let code = &source.code;
    let Some(owner) = open.checked_sub(1).filter(|owner| *owner >= first) else { return true };
    let is_macro = code.is(owner, "!") && code.grammar.dialect == Dialect::Rust;
    let owner = if is_macro { owner.saturating_sub(1) } else { owner };
    let is_call = code.is_a(owner, Kind::Word) || code.is_a(owner, Kind::Close);
    match code.said(open) {
        "(" => !is_call || SHOWING.contains(&code.said(owner).to_ascii_lowercase().as_str()),
        "{" => true,
        _ => !is_call,
    }
}

/// Whether a value may begin at the token, so that nothing before it makes something else of it.
fn is_begun(code: &Code<'_>, at: usize, first: usize) -> bool {
    if at == first {
        return true;
    }
    let before = at - 1;
    let is_sign = matches!(code.said(before), "," | "+" | "." | "%" | "<<" | "&" | "*" | ":" | "=" | "=>" | "@");
    match code.tokens[before].kind {
        Kind::Sign => is_sign,
        Kind::Hole | Kind::Open => true,
        _ => false,
    }
}

/// Whether a value may end before the token.
fn is_ended(code: &Code<'_>, at: usize, end: usize) -> bool {
    if at >= end {
        return true;
    }
    match code.tokens[at].kind {
        Kind::HoleEnd | Kind::Close | Kind::Line => true,
        Kind::Sign => {
            // `{name:>8}` and `{name!r}`, but not the key of a map.
            let is_spec = matches!(code.said(at), ":" | "!" | "=") && at >= 2 && code.is_a(at - 2, Kind::Hole);
            is_spec || matches!(code.said(at), "," | "+" | "." | "%" | "<<" | "||" | "??")
        }
        _ => false,
    }
}
