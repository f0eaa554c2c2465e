//! Values that a file has in base64: what is asked of a value is asked of what it says.
//!
//! A text of several lines is a file, a key or a configuration, and holds words that placeholders are made of by chance; of such a text only its
//! actions count. Of JSON each text in it is a value.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD};

use super::literal::{is_placeholder, is_reference, names_a_place};

/// Shorter than this nothing is taken for a secret.
const LEAST: usize = 6;

/// The longest text that is one value.
const LONGEST_VALUE: usize = 120;

/// Whether the text, or what it says in base64 of either alphabet, is a secret and neither a placeholder nor a reference.
#[must_use]
pub(crate) fn is_secret(text: &str) -> bool {
    let packed: String = text.split_ascii_whitespace().collect();
    let decoded =
        [BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD].iter().find_map(|it| it.decode(packed.as_bytes()).ok());
    match decoded.map(String::from_utf8) {
        Some(Ok(said)) => is_value(said.trim()),
        Some(Err(bytes)) => bytes.into_bytes().len() >= LEAST,
        None => is_value(text),
    }
}

fn is_value(text: &str) -> bool {
    if text.len() < LEAST {
        return false;
    }
    if text.starts_with(['{', '['])
        && let Ok(document) = serde_json::from_str::<serde_json::Value>(text)
    {
        return holds_value(&document);
    }
    if text.contains('\n') || text.len() > LONGEST_VALUE {
        return !text.contains("{{") && !text.contains("${");
    }
    !is_placeholder(text) && !is_reference(text) && !names_a_place(text)
}

/// Whether a text in the document may be a secret. Nothing recurses deeper than the parser lets it.
fn holds_value(document: &serde_json::Value) -> bool {
    match document {
        serde_json::Value::String(text) => is_value(text),
        serde_json::Value::Array(items) => items.iter().any(holds_value),
        serde_json::Value::Object(entries) => entries.values().any(holds_value),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_base64_says_decides() {
        let encoded = |text: &str| BASE64.encode(text.as_bytes());
        for text in
            ["hunter2hunter7", "postgres://shop:w8Qz1v@db.internal/shop", r#"{"a": "w8Qz1vTn", "b": "example"}"#]
        {
            assert!(is_secret(&encoded(text)), "{text}");
        }
        for text in [
            "changeme",
            "test",
            "demo-password",
            "REPLACE_ME",
            "${PASSWORD}",
            "{{ .Values.password }}",
            "insert-here",
            "not-a-real-password",
            "my secret value",
            "my-service-principal-client-secret",
            r#"{"user": "example", "password": "example"}"#,
        ] {
            assert!(!is_secret(&encoded(text)), "{text}");
        }
        assert!(is_secret(&BASE64URL_NOPAD.encode(&[250, 251, 252, 253, 254, 255])));
    }
}
