//! What a rule of a pack gives: texts, or objects with more.

use serde_json::Value as Json;

use crate::finding::Severity;
use crate::place::sanitize;

/// The longest message, in characters.
const LONGEST: usize = 1_000;

/// One thing that a rule says is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) message: String,
    /// How bad it is, where the pack says so.
    pub(super) severity: Option<Severity>,
    /// The keys and numbers that lead to what is meant.
    pub(super) path: Vec<String>,
}

impl Outcome {
    /// What a value of a rule says. Without a text it says nothing, as conftest has it.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(super) fn of(value: &Json) -> Result<Option<Self>, String> {
        let plain = |text: &str| Self { message: one_line(text), severity: None, path: Vec::new() };
        let object = match value {
            Json::String(text) => return Ok(Some(plain(text)).filter(|outcome| !outcome.message.is_empty())),
            Json::Object(object) => object,
            other => return Err(format!("a result is a text or an object with `msg`, not {}", kind(other))),
        };
        let Some(Json::String(text)) = object.get("msg") else {
            return Err("a result that is an object has a text `msg`".to_owned());
        };
        // Conftest's metadata is what stands beside `msg`; Gatekeeper's is in `details`.
        let beside = ["metadata", "details"].into_iter().filter_map(|key| object.get(key)?.as_object());
        let field = |key: &str| object.get(key).or_else(|| beside.clone().find_map(|map| map.get(key)));
        let severity = match field("severity") {
            None => None,
            Some(value) => Some(severity(value)?),
        };
        let path = field("path").map_or(Ok(Vec::new()), path)?;
        Ok(Some(Self { severity, path, ..plain(text) }).filter(|outcome| !outcome.message.is_empty()))
    }
}

/// The results that the value of a rule holds: the members of a set or list, or the value alone. What is not defined, or false,
/// holds none.
pub(super) fn results(value: Json, otherwise: &str) -> Vec<Json> {
    match value {
        Json::Array(items) => items,
        Json::Bool(true) => vec![Json::String(otherwise.to_owned())],
        text @ Json::String(_) => vec![text],
        _ => Vec::new(),
    }
}

fn severity(value: &Json) -> Result<Severity, String> {
    let known = value.as_str().map(str::to_ascii_lowercase);
    known.and_then(|word| Severity::ALL.into_iter().find(|severity| severity.id() == word)).ok_or_else(|| {
        format!("`severity` of a result is critical, high, medium, low or info, not {}", one_line(&value.to_string()))
    })
}

/// A list of keys and numbers, or a JSON pointer (RFC 6901).
fn path(value: &Json) -> Result<Vec<String>, String> {
    let wrong =
        || "`path` of a result is a list of keys and numbers, or a JSON pointer (`/spec/containers/0`)".to_owned();
    match value {
        Json::Array(steps) => steps
            .iter()
            .map(|step| match step {
                Json::String(key) => Ok(key.clone()),
                Json::Number(number) => Ok(number.to_string()),
                _ => Err(wrong()),
            })
            .collect(),
        Json::String(text) if text.is_empty() => Ok(Vec::new()),
        Json::String(text) => {
            let steps = text.strip_prefix('/').ok_or_else(wrong)?;
            Ok(steps.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect())
        }
        _ => Err(wrong()),
    }
}

fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

/// The text in one line that reports can print.
fn one_line(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(LONGEST) {
        Some((end, _)) => sanitize(&words[..end]) + "…",
        None => sanitize(&words),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_and_objects_say_something() {
        let said = |value: Json| Outcome::of(&value).unwrap();
        assert_eq!(said(json!("a\n  b")).unwrap().message, "a b");
        assert_eq!(said(json!("")), None);
        for object in [
            json!({ "msg": "m", "severity": "HIGH", "path": ["a", 0] }),
            json!({ "msg": "m", "metadata": { "severity": "high", "path": "/a/0" } }),
            json!({ "msg": "m", "details": { "severity": "high", "path": "/a/0" } }),
        ] {
            let outcome = said(object).unwrap();
            assert_eq!((outcome.severity, outcome.path), (Some(Severity::High), vec!["a".to_owned(), "0".to_owned()]));
        }
        assert_eq!(path(&json!("/a~1b/c~0d")).unwrap(), ["a/b", "c~d"]);
    }

    #[test]
    fn a_rule_has_results_or_none() {
        assert_eq!(results(json!(["a", "b"]), "it holds"), [json!("a"), json!("b")]);
        assert_eq!(
            (results(json!("a"), ""), results(json!(true), "it holds")),
            (vec![json!("a")], vec![json!("it holds")])
        );
        for none in [json!(null), json!(false), json!([]), json!({})] {
            assert!(results(none, "it holds").is_empty());
        }
    }

    #[test]
    fn what_says_nothing_is_a_fault() {
        for (value, part) in [
            (json!(1), "a number"),
            (json!({ "message": "m" }), "`msg`"),
            (json!({ "msg": "m", "severity": "bad" }), "`severity`"),
            (json!({ "msg": "m", "path": "a.b" }), "JSON pointer"),
            (json!({ "msg": "m", "path": [null] }), "JSON pointer"),
        ] {
            let said = Outcome::of(&value).unwrap_err();
            assert!(said.contains(part), "{value}: {said}");
        }
    }
}
