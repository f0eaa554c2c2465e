//! Days in the policy: `2026-12-31`, as a date of TOML or as text.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use toml::Spanned;

use super::text::PolicyError;

/// The day that a value says.
pub(super) fn read(value: &Spanned<toml::Value>, errors: &mut Vec<PolicyError>) -> Option<Date> {
    let text = match value.get_ref() {
        toml::Value::Datetime(moment) => moment.to_string(),
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let day = parse(&text);
    if day.is_none() {
        errors.push(PolicyError { span: value.span(), message: format!("{text} is no day: write 2026-12-31") });
    }
    day
}

/// A day as the policy writes it.
#[must_use]
pub fn parse(text: &str) -> Option<Date> {
    (text.len() == "2026-12-31".len()).then(|| text.parse().ok()).flatten()
}

/// The first moment behind a day, in UTC.
#[must_use]
pub fn end(day: Date) -> Option<Timestamp> {
    Some(day.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp())
}
