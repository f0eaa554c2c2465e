//! Values without a type of their own: formats in which everything is text.

use super::Value;

/// What a bare word says: `true` and `false` are booleans, a decimal number is one, all else is a string.
///
/// Spellings such as `yes` and `on` stay strings, because each program takes them its own way.
pub(super) fn plain(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ if is_number(text) => Value::Number(text.to_owned()),
        _ => Value::String(text.to_owned()),
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit()) && digits.len() <= 64 && digits.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_spellings_have_a_type() {
        assert_eq!(plain("true"), Value::Bool(true));
        assert_eq!(plain("-1.5e3"), Value::Number("-1.5e3".to_owned()));
        for text in ["True", "yes", "", "1h", "1.2.3", "inf", ".5", "0x1f", "+"] {
            assert_eq!(plain(text), Value::String(text.to_owned()));
        }
    }
}
