//! Tokens without a form of their own: what is given to a name that says whose they are.
//!
//! Thirty-two hexadecimal digits near the word `acme` are mostly a digest in a text about acme. What the word says of a value
//! it says by its position: in the name that the value is given to, or around the name of a credential.

use std::ops::Range;

use super::context::holds;
use crate::class::Class;
use crate::document::line;
use crate::rule::builtin::{KEY_NAMES_CREDENTIAL_LAST, KEY_NAMES_NOT_CREDENTIAL_BEFORE};
use crate::rule::model::Rule;
use crate::window::Window;

/// How many lines before the token's own may hold the word.
pub const LINES_BEFORE: usize = 3;
/// How far before the token its name may begin, and the word may stand.
const BEFORE: usize = 320;
/// How far behind the token, on its line, the word may stand.
const BEHIND: usize = 160;
/// How many names before the token are tried: a pair has the second half of another between.
const NAMES: usize = 10;
/// What names are made of.
const NAME: Class = Class::of("A-Za-z0-9_.-");

/// Whether `span` is the value of a name that ends with one of the rule's words, or of a name of a credential which has one
/// of them in it, or near it: on the token's line or on one of the three before.
pub fn is_named(rule: &Rule, window: &Window<'_>, span: &Range<usize>) -> bool {
    let around = around(window, span);
    let has_word = |range: Range<usize>| rule.context.iter().any(|word| holds(window, range.clone(), word));
    let mut at = span.start;
    for _ in 0..NAMES {
        let Some(name) = name_before(window, around.start, at) else { return false };
        at = name.start;
        if name.len() < 2 || !is_given(window, &name, span) {
            continue;
        }
        let text = window.slice(name.clone());
        if rule.context.iter().any(|word| ends_with(text, word) && has_word(name.clone()))
            || (is_of_credential(text) && has_word(around.clone()))
        {
            return true;
        }
    }
    false
}

/// The line of `span` and the three before it, as far as the look at names reaches.
fn around(window: &Window<'_>, span: &Range<usize>) -> Range<usize> {
    let floor = span.start.saturating_sub(BEFORE).max(window.start());
    let before = window.slice(floor..span.start);
    let start = memchr::memrchr_iter(b'\n', before).nth(LINES_BEFORE).map_or(0, |at| at + 1);
    let behind = window.slice(span.end..span.end + BEHIND);
    let end = memchr::memchr(b'\n', behind).unwrap_or(behind.len());
    floor + start..span.end + end
}

/// The last run of a name's characters that ends before `at` and begins at `floor` or behind it.
fn name_before(window: &Window<'_>, floor: usize, at: usize) -> Option<Range<usize>> {
    let gap = window.slice(floor..at).iter().rev().take_while(|&&byte| !NAME.contains(byte)).count();
    let end = at - gap;
    let start = window.run_back(end, NAME, end.saturating_sub(floor));
    (start < end).then_some(start..end)
}

/// Whether the value that the name is given begins with the token.
fn is_given(window: &Window<'_>, name: &Range<usize>, span: &Range<usize>) -> bool {
    line::read_given(window, name).is_some_and(|value| value.start == span.start && value.end >= span.end)
}

fn ends_with(text: &[u8], word: &str) -> bool {
    text.len().checked_sub(word.len()).is_some_and(|at| text[at..].eq_ignore_ascii_case(word.as_bytes()))
}

/// Whether the last word of the name is one of a credential's.
fn is_of_credential(name: &[u8]) -> bool {
    let trimmed = |text: &[u8]| text.iter().rev().take_while(|byte| matches!(byte, b'_' | b'-' | b'.')).count();
    KEY_NAMES_CREDENTIAL_LAST.iter().any(|word| {
        let rest = ends_with(name, word).then(|| &name[..name.len() - word.len()]);
        rest.is_some_and(|rest| {
            let rest = &rest[..rest.len() - trimmed(rest)];
            !KEY_NAMES_NOT_CREDENTIAL_BEFORE.iter().any(|other| ends_with(rest, other))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::set::RuleSet;

    const PACK: &str = r#"
provider = "Acme"
[[rule]]
id = "acme-api-key"
family = "acme-api-key"
title = "Acme API key"
what = "Opens Acme."
severity = "medium"
format = "{hex:32}"
context = ["acme"]
near = "name"
lifetime = "long-lived"
way_out = { class = "api-token" }
hit = ["{token}"]
miss = ["{token}"]
"#;

    fn named(template: &str) -> bool {
        let mut rules = RuleSet::builtin();
        crate::rule::pack::load(&mut rules, PACK).expect("a good pack");
        let (_, rule) = rules.by_id("acme-api-key").expect("the rule");
        let value = "0f".repeat(16);
        let text = template.replace("VALUE", &value);
        let at = text.find(&value).expect("the value");
        is_named(rule, &Window::new(text.as_bytes(), at, 1024), &(at..at + value.len()))
    }

    #[test]
    fn the_word_stands_in_the_name_or_around_the_name_of_a_credential() {
        for text in [
            "ACME_API_KEY=VALUE\n",
            "const acmeKey = 'VALUE';",
            "acme: \"VALUE\"",
            "new Acme(\"VALUE\")",
            "acme:\n  region: eu\n  api_key: VALUE\n",
            "[acme]\nuser = me\ntoken = VALUE\n",
            "config[\"acme\"][\"secret\"] = \"VALUE\"",
            "curl -H \"X-Api-Key: VALUE\" https://api.acme.example.com/v1\n",
            "curl https://acme.example.com/v1?token=VALUE",
            "curl https://acme.example.com/v1 -H 'Authorization: Bearer VALUE'",
            "- name: ACME_KEY\n  value: VALUE\n",
            "<acmeToken>VALUE</acmeToken>",
            "tool --acme-token VALUE --quiet",
        ] {
            assert!(named(text), "{text}");
        }
    }

    #[test]
    fn a_word_that_merely_stands_near_names_nothing() {
        for text in [
            "acme VALUE",
            "see acme for VALUE",
            "acme_template_id = \"VALUE\"",
            "acme_digest: VALUE",
            "https://acme.example.com/VALUE",
            "acme:\n  cache_key: VALUE\n",
            "acme:\n  sha256_key: VALUE\n",
            "# acme\n\n\n\n\napi_key: VALUE\n",
            "import acme\ncommit = 'VALUE'\n",
            "\"acme-1.0.tgz\", \"VALUE\"",
        ] {
            assert!(!named(text), "{text}");
        }
    }
}
