//! Dates as providers write them.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::config::policy::duration;
use crate::document::{Node, Value};

/// Whole days between two times; 0 if they are the wrong way round.
pub(super) fn days(from: Timestamp, to: Timestamp) -> i64 {
    (to.as_second() - from.as_second()).max(0) / 86_400
}

/// An instant: RFC 3339, a date, which means its first second in UTC, or seconds since 1970.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant);
    }
    if matches!(text.len(), 9..=11) && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Timestamp::from_second(text.parse().ok()?).ok();
    }
    if text.len() > "2026-12-31".len() {
        return None;
    }
    text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// The date that a node states, also one that Terraform counts from the time at which it runs: `timeadd(timestamp(), "720h")`.
pub(super) fn of(node: &Node, now: Timestamp) -> Option<Timestamp> {
    match &node.value {
        Value::Call { name, arguments } => match (name.as_str(), &arguments[..]) {
            ("timestamp" | "plantimestamp", []) => Some(now),
            ("timeadd", [from, length]) => {
                let length = SignedDuration::try_from(duration::parse(length.as_str()?)?).ok()?;
                of(from, now)?.checked_add(length).ok()
            }
            ("formatdate", [_, date]) => of(date, now),
            _ => None,
        },
        _ => node.as_text().and_then(parse),
    }
}
