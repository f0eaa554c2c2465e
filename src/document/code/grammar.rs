//! What sets languages apart, as far as their tokens are concerned.

use super::super::kind::{FileKind, Language, extension};

/// The languages that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// JavaScript and TypeScript, also in the scripts of a page.
    JavaScript,
    /// Python.
    Python,
    /// PHP.
    Php,
    /// Ruby.
    Ruby,
    /// Java.
    Java,
    /// Kotlin and Groovy.
    Kotlin,
    /// Go.
    Go,
    /// C#.
    CSharp,
    /// C and C++.
    C,
    /// Rust.
    Rust,
    /// Dart.
    Dart,
}

/// Where in a file the code stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The whole file.
    Whole,
    /// Between `<script>` and `</script>`.
    Scripts,
    /// Between `<?php` and `?>`.
    Php,
}

/// How the parts of a string that are worked out are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hole {
    /// There are none.
    None,
    /// `${…}`.
    Dollar,
    /// `$name` and `${…}`.
    DollarName,
    /// `$name`, `$name->name` and `{$…}`.
    Php,
    /// `#{…}`.
    Hash,
    /// `{…}`, and `{{` for a brace.
    Brace,
    /// `{name}`, as the macros of Rust have it.
    Named,
}

/// A kind of string.
#[derive(Debug)]
pub(super) struct Quote {
    /// What it begins with.
    pub(super) open: &'static str,
    /// What it ends with.
    pub(super) close: &'static str,
    /// Whether a backslash takes the meaning from what is behind it.
    pub(super) escapes: bool,
    /// Whether it goes on over the end of a line.
    pub(super) is_long: bool,
    pub(super) hole: Hole,
}

const fn quote(open: &'static str, close: &'static str, hole: Hole) -> Quote {
    Quote { open, close, escapes: true, is_long: false, hole }
}

const fn long(open: &'static str, close: &'static str, hole: Hole) -> Quote {
    Quote { open, close, escapes: true, is_long: true, hole }
}

const fn raw(open: &'static str, close: &'static str, hole: Hole) -> Quote {
    Quote { open, close, escapes: false, is_long: true, hole }
}

/// What sets a language apart.
#[derive(Debug)]
pub struct Grammar {
    /// Which language it is.
    pub dialect: Dialect,
    /// What a comment to the end of the line begins with.
    pub(super) line_comments: &'static [&'static str],
    /// Whether `/* … */` is a comment.
    pub(super) has_block_comments: bool,
    /// Its strings, the longer beginnings first.
    pub(super) quotes: &'static [Quote],
    /// Whether a line that is complete ends the statement, and where: in braces too, or outside all brackets.
    pub(super) lines: Lines,
    /// Whether `/…/` may be a regular expression.
    pub(super) has_regex: bool,
    /// Whether `$` is a letter.
    pub(super) has_dollar_names: bool,
    /// What a text begins with that ends with a line of its own.
    pub(super) here: &'static [&'static str],
}

/// What the end of a line means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lines {
    /// Nothing.
    Blank,
    /// The end of a statement outside all brackets.
    Outside,
    /// The end of a statement, in braces too, if nothing before it or behind it goes on.
    InBraces,
}

const JAVASCRIPT: Grammar = Grammar {
    dialect: Dialect::JavaScript,
    line_comments: &["//"],
    has_block_comments: true,
    quotes: &[quote("\"", "\"", Hole::None), quote("'", "'", Hole::None), long("`", "`", Hole::Dollar)],
    lines: Lines::InBraces,
    has_regex: true,
    has_dollar_names: true,
    here: &[],
};

const C: Grammar = Grammar {
    dialect: Dialect::C,
    quotes: &[quote("\"", "\"", Hole::None), quote("'", "'", Hole::None)],
    lines: Lines::Blank,
    has_regex: false,
    has_dollar_names: false,
    ..JAVASCRIPT
};

static ALL: [Grammar; 11] = [
    JAVASCRIPT,
    Grammar {
        dialect: Dialect::Python,
        line_comments: &["#"],
        has_block_comments: false,
        // Which of them have holes is said by the prefix.
        quotes: &[
            long("\"\"\"", "\"\"\"", Hole::None),
            long("'''", "'''", Hole::None),
            quote("\"", "\"", Hole::None),
            quote("'", "'", Hole::None),
        ],
        lines: Lines::Outside,
        ..C
    },
    Grammar {
        dialect: Dialect::Php,
        line_comments: &["//", "#"],
        quotes: &[long("\"", "\"", Hole::Php), long("'", "'", Hole::None), long("`", "`", Hole::Php)],
        has_dollar_names: true,
        here: &["<<<"],
        ..C
    },
    Grammar {
        dialect: Dialect::Ruby,
        line_comments: &["#"],
        has_block_comments: false,
        quotes: &[long("\"", "\"", Hole::Hash), long("'", "'", Hole::None), long("`", "`", Hole::Hash)],
        lines: Lines::InBraces,
        has_regex: true,
        here: &["<<~", "<<-"],
        ..C
    },
    Grammar {
        dialect: Dialect::Java,
        quotes: &[long("\"\"\"", "\"\"\"", Hole::None), quote("\"", "\"", Hole::None), quote("'", "'", Hole::None)],
        ..C
    },
    Grammar {
        dialect: Dialect::Kotlin,
        quotes: &[
            raw("\"\"\"", "\"\"\"", Hole::DollarName),
            long("'''", "'''", Hole::None),
            quote("\"", "\"", Hole::DollarName),
            quote("'", "'", Hole::None),
        ],
        lines: Lines::InBraces,
        ..C
    },
    Grammar {
        dialect: Dialect::Go,
        quotes: &[quote("\"", "\"", Hole::None), raw("`", "`", Hole::None), quote("'", "'", Hole::None)],
        lines: Lines::InBraces,
        ..C
    },
    Grammar {
        dialect: Dialect::CSharp,
        quotes: &[
            raw("$\"\"\"", "\"\"\"", Hole::Brace),
            raw("\"\"\"", "\"\"\"", Hole::None),
            raw("$@\"", "\"", Hole::Brace),
            raw("@$\"", "\"", Hole::Brace),
            raw("@\"", "\"", Hole::None),
            quote("$\"", "\"", Hole::Brace),
            quote("\"", "\"", Hole::None),
            quote("'", "'", Hole::None),
        ],
        ..C
    },
    C,
    Grammar {
        dialect: Dialect::Rust,
        quotes: &[
            raw("r##\"", "\"##", Hole::Named),
            raw("r#\"", "\"#", Hole::Named),
            raw("r\"", "\"", Hole::Named),
            raw("br#\"", "\"#", Hole::None),
            raw("br\"", "\"", Hole::None),
            long("\"", "\"", Hole::Named),
        ],
        ..C
    },
    Grammar {
        dialect: Dialect::Dart,
        quotes: &[
            long("\"\"\"", "\"\"\"", Hole::DollarName),
            long("'''", "'''", Hole::DollarName),
            quote("\"", "\"", Hole::DollarName),
            quote("'", "'", Hole::DollarName),
        ],
        ..C
    },
];

/// The strings of Python with parts that are worked out.
pub(super) static FORMATTED: [Quote; 4] = [
    long("\"\"\"", "\"\"\"", Hole::Brace),
    long("'''", "'''", Hole::Brace),
    quote("\"", "\"", Hole::Brace),
    quote("'", "'", Hole::Brace),
];

impl Grammar {
    /// The grammar of the code in the file at `path`; none if it is in no language that is read.
    #[must_use]
    pub fn of(path: &[u8]) -> Option<&'static Grammar> {
        let (dialect, _) = dialect(path)?;
        ALL.iter().find(|grammar| grammar.dialect == dialect)
    }
}

/// The language of the code in the file at `path`, and where in the file it stands.
pub(super) fn dialect(path: &[u8]) -> Option<(Dialect, Place)> {
    let FileKind::Code(language) = FileKind::of(path, b"") else { return None };
    let mut buffer = [0u8; 64];
    let extension = extension(path, &mut buffer)?;
    let whole = |dialect| Some((dialect, Place::Whole));
    match (language, extension) {
        (Language::JavaScript, "coffee") => None,
        (Language::JavaScript, "vue" | "svelte" | "astro") | (Language::Html, "html" | "htm" | "xhtml") => {
            Some((Dialect::JavaScript, Place::Scripts))
        }
        (Language::JavaScript, _) => whole(Dialect::JavaScript),
        (Language::Python, "py" | "pyw") => whole(Dialect::Python),
        (Language::Php, _) => Some((Dialect::Php, Place::Php)),
        (Language::Ruby, "rb" | "rake") => whole(Dialect::Ruby),
        (Language::Jvm, "java") => whole(Dialect::Java),
        (Language::Jvm, "kt" | "kts" | "groovy") => whole(Dialect::Kotlin),
        (Language::Go, _) => whole(Dialect::Go),
        (Language::DotNet, "cs") => whole(Dialect::CSharp),
        (Language::C, "c" | "h" | "cc" | "cpp" | "cxx" | "hpp" | "hxx" | "hh") => whole(Dialect::C),
        (Language::Rust, _) => whole(Dialect::Rust),
        (Language::Dart, _) => whole(Dialect::Dart),
        _ => None,
    }
}
