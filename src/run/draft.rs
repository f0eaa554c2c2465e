//! The first draft of a pack: one rule that loads, passes its examples and has nothing for the linter to say.

use std::collections::BTreeSet;

use crate::detect::Detector;
use crate::place::sanitize;
use crate::rule::pack;
use crate::rule::set::RuleSet;

use super::examples::try_rules;
use super::rule_lint::lint_rules;

/// The most characters of a provider's name.
const NAME_MOST: usize = 60;

/// A pack for a provider, as text.
///
/// # Errors
/// A sentence: the name cannot be one, or no draft for it works beside the built-in rules.
pub fn draft(provider: &str) -> Result<String, String> {
    let provider = provider.trim();
    if provider != sanitize(provider) || provider.chars().count() > NAME_MOST {
        return Err(format!("a provider's name has at most {NAME_MOST} characters, all of them visible"));
    }
    let words: Vec<String> = provider
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    if words.is_empty() {
        return Err(format!("`{provider}` has no ASCII letter or digit to make an id of"));
    }
    let rules = RuleSet::builtin();
    let id = ["api-token", "access-token", "service-token", "example-token"]
        .map(|kind| format!("{}-{kind}", words.join("-")))
        .into_iter()
        .find(|id| rules.by_id(id).is_none());
    let id = id.ok_or_else(|| format!("there are rules for `{provider}` already: copy one of them"))?;
    // A prefix that another rule claims, or that is a common word, is not the one.
    ["_", "_at_", "_api_", "-example-"]
        .iter()
        .map(|end| write(provider, &id, &format!("{}{end}", words.concat())))
        .find(|text| is_good(&rules, &id, text))
        .ok_or_else(|| format!("no draft for `{provider}` works beside the built-in rules: take another name"))
}

fn is_good(rules: &RuleSet, id: &str, text: &str) -> bool {
    let mut rules = rules.clone();
    if pack::load(&mut rules, text).is_err() {
        return false;
    }
    let clean = lint_rules(&rules, &BTreeSet::from([id.to_owned()])).is_ok_and(|remarks| remarks.is_empty());
    let Ok(detector) = Detector::new(rules) else { return false };
    let own = detector.rules().by_id(id).map(|(_, rule)| rule);
    clean && own.is_some_and(|rule| try_rules(&detector, [rule]).wrong.is_empty())
}

fn write(provider: &str, id: &str, prefix: &str) -> String {
    let name = toml::Value::from(provider);
    let title = toml::Value::from(format!("{provider} API token"));
    let key = id.replace('-', "_").to_ascii_uppercase();
    let placeholder = "x".repeat(32);
    format!(
        r#"# A rule pack. Every line below is a guess: replace it by what the provider's documentation says, then
#   keysieve rules test FILE     runs the examples
#   keysieve rules lint FILE     looks for what is wrong with the rule itself
#   keysieve scan --rules FILE   uses it
provider = {name}

[[rule]]
# Lower-case words, provider first. Stable: comments and settings name it.
id = "{id}"
# What fingerprints are made within. Never renamed.
family = "{id}"
title = {title}
# One line: what it is, and what somebody who has it can do.
what = "Acts as the account that made it."
# By what it opens: critical, high, medium, low or info.
severity = "high"
# Literal text, and runs in braces: a class (digit, lower, upper, alpha, base62, base64, base64url, base32, hex, hex-upper,
# hex-any, word, or a set such as [A-F0-9]) and its count (32, 20-40, 32|40); {{a|b}} is a choice.
# A form that is not distinctive by itself needs the provider's word: context = ["{context}"], and near = "name" if any digest
# looks like it: then only the value of a name counts, `{context}_key = …` or `[{context}]` above `key = …`.
format = "{prefix}{{base62:32}}"
# short-lived, long-lived or configurable.
lifetime = "long-lived"
# What it may reach, in a few words.
scope = "the whole account"
# The provider's page on the token.
docs = "https://docs.example.com/tokens"
# Examples that the rule must find. {{token}} becomes a token when a test runs: no token stands in this file.
hit = [
  "{{token}}",
  {{ file = ".env", text = "{key}={{token}}\n" }},
]
# Examples in which it must find nothing: too short, a placeholder.
miss = [
  "{prefix}{{base62:31}}",
  "{prefix}{placeholder}",
]
# A class of steps, or your own: way_out = {{ steps = ["…", "…"], url = "https://…" }}
way_out = {{ class = "api-token" }}
"#,
        context = id.split('-').next().unwrap_or(id),
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_draft_is_good() {
        for provider in ["Acme", "Acme Cloud", "GitHub", "a", "9", "token", "ghp", "sk", "\"q\" \\ é x", "npm"] {
            let text = draft(provider).unwrap();
            let mut rules = RuleSet::builtin();
            let count = rules.len();
            pack::load(&mut rules, &text).unwrap();
            assert_eq!(rules.len(), count + 1, "{provider}");
        }
    }

    #[test]
    fn what_cannot_be_a_name_is_refused() {
        for provider in ["", "  ", "é", "a\nb", &"a".repeat(61)] {
            assert!(draft(provider).is_err(), "{provider:?}");
        }
    }
}
