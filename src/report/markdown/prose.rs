//! Texts of others within Markdown of GitHub and GitLab.
//!
//! Escaping each sign is not enough there: what the page makes of a text *after* it was rendered (mentions, references to issues
//! and commits, bare addresses) sees no escapes any more, and a mention writes to somebody. But it leaves code alone. So a word
//! of letters and plain punctuation stays as it is, and every other word becomes a code span, in which nothing has a meaning.

use crate::report::escape;

/// A word as what is before it, its own part, and the punctuation behind it.
fn parts(word: &str) -> (&str, &str, &str) {
    let behind = word.trim_start_matches('(');
    let mut own = behind.trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
    // What opens within a word closes within it.
    if is_open(own) && behind[own.len()..].starts_with(')') {
        own = &behind[..=own.len()];
    }
    (&word[..word.len() - behind.len()], own, &behind[own.len()..])
}

/// Whether a parenthesis that opens behind the beginning is not closed.
fn is_open(word: &str) -> bool {
    let word = word.trim_start_matches('(');
    word.matches('(').count() > word.matches(')').count()
}

/// The words of a text; a value and its length, `…(40 bytes)`, are one.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(' ');
        let end = |from: usize| rest[from..].find(' ').map_or(rest.len(), |at| from + at);
        let mut cut = end(0);
        if is_open(&rest[..cut]) && cut < rest.len() {
            let both = end(cut + 1);
            cut = if is_open(&rest[..both]) { cut } else { both };
        }
        let (word, behind) = rest.split_at(cut);
        rest = behind;
        (!word.is_empty()).then_some(word)
    })
}

/// Whether a word can stand in a text as it is.
fn is_plain(word: &str) -> bool {
    let (_, own, behind) = parts(word);
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '\'' | '’');
    let hex = own.len() >= 7 && own.bytes().all(|byte| byte.is_ascii_hexdigit());
    // `-` alone or in front would begin a list, a number with a point a numbered one; `GH-1` is a reference.
    let reference = own.split('-').skip(1).any(|part| part.starts_with(|c: char| c.is_ascii_digit()));
    let numbered = own.bytes().all(|byte| byte.is_ascii_digit()) && !behind.is_empty();
    !own.is_empty() && !own.starts_with('-') && own.chars().all(is_part) && !hex && !reference && !numbered
}

/// A text of one line, its words as they are where that is plain, else their own parts by `code`.
fn words(text: &str, plain: fn(&str) -> String, code: fn(&str) -> String) -> String {
    let word = |word: &str| match parts(word) {
        _ if is_plain(word) => plain(word),
        (_, "", _) => plain(word),
        (before, own, behind) => format!("{before}{}{behind}", code(own)),
    };
    split(text).map(word).collect::<Vec<_>>().join(" ")
}

/// A text of one line as Markdown. What stands between backticks in it, a command for example, is one code span.
pub(super) fn prose(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('`') {
        let Some((inside, after)) = behind.split_once('`').filter(|(inside, _)| !inside.trim().is_empty()) else {
            break;
        };
        append(&mut out, before);
        // Backticks side by side would be one fence.
        if out.ends_with('`') {
            out.push(' ');
        }
        out.push_str(&escape::code(inside.trim()));
        rest = after;
    }
    append(&mut out, rest);
    out
}

fn append(out: &mut String, text: &str) {
    let words = words(text, str::to_owned, escape::code);
    if !out.is_empty() && (text.starts_with(' ') || (out.ends_with('`') && words.starts_with('`'))) {
        out.push(' ');
    }
    out.push_str(&words);
    if !words.is_empty() && text.ends_with(' ') {
        out.push(' ');
    }
}

/// The same within HTML, where Markdown means nothing.
pub(super) fn in_html(text: &str) -> String {
    words(text, html, |own| format!("<code>{}</code>", html(own)))
}

/// A text of HTML.
pub(super) fn html(text: &str) -> String {
    escape::html(text)
}

/// Markdown as a cell of a table: a bar would end it, in code spans as well, and is what a backslash escapes there.
pub(super) fn cell(markdown: &str) -> String {
    markdown.replace('|', "\\|")
}

/// A text as a code span in a cell.
pub(super) fn code_cell(text: &str) -> String {
    cell(&escape::code(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_words_and_the_rest_is_code() {
        assert_eq!(prose("A service token (hard-coded), isn't it?"), "A service token (hard-coded), isn't it?");
        assert_eq!(prose("of @me in #1, <b> GH-1"), "of `@me` in `#1`, `<b>` `GH-1`");
        assert_eq!(prose("see https://a.example www.b.example"), "see `https://a.example` `www.b.example`");
        assert_eq!(prose("1. x - y"), "`1`. x `-` y");
        assert_eq!(prose("commit 0123abcdef (a.txt:7)."), "commit `0123abcdef` (`a.txt:7`).");
        assert_eq!(prose("... )"), "... )");
        assert_eq!(prose("run `git fetch --all`, then (`x_y`)."), "run `git fetch --all`, then (`x_y`).");
        assert_eq!(prose("a_b`c`d_e `` f"), "`a_b` `c` `d_e` ``` `` ``` f");
        assert_eq!(prose("a`b *c* [x](y)"), "``a`b`` `*c*` `[x](y)`");
        assert_eq!(prose("in plain text: ex_…(40 bytes). In 2"), "in plain text: `ex_…(40 bytes)`. In 2");
        assert_eq!(prose("f(x, y z (a b)"), "`f(x`, y z (a b)");
    }

    #[test]
    fn a_cell_ends_where_it_ends() {
        assert_eq!(code_cell("a|b"), "`a\\|b`");
        assert_eq!(in_html("<b> & co"), "<code>&lt;b&gt;</code> <code>&amp;</code> co");
    }
}
