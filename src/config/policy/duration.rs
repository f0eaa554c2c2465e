//! Lengths of time as people and providers write them.

use std::time::Duration;

const MINUTE: f64 = 60.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// A length of time with its unit: `90d`, `12h`, `1h30m`, `7776000s`, `30 days`, `P90D`, `PT12H`, `rate(30 days)`,
/// `1.00:00:00` (days.hours:minutes:seconds). A month counts 30 days, a year 365. `None` for a number without a unit, and
/// for anything else.
#[must_use]
pub fn parse(text: &str) -> Option<Duration> {
    let text = text.trim();
    let inner = text.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(text);
    let seconds = iso_8601(inner).or_else(|| clock(inner)).or_else(|| friendly(inner))?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// `P1Y2M3W4DT5H6M7S`.
fn iso_8601(text: &str) -> Option<f64> {
    let rest = text.strip_prefix('P').or_else(|| text.strip_prefix('p'))?;
    let (date, time) = rest.split_once(['T', 't']).unwrap_or((rest, ""));
    let date = sum(date, |unit| match unit {
        "Y" | "y" => Some(365.0 * DAY),
        "M" | "m" => Some(30.0 * DAY),
        "W" | "w" => Some(7.0 * DAY),
        "D" | "d" => Some(DAY),
        _ => None,
    });
    let time = sum(time, |unit| match unit {
        "H" | "h" => Some(HOUR),
        "M" | "m" => Some(MINUTE),
        "S" | "s" => Some(1.0),
        _ => None,
    });
    match (rest.trim_end_matches(['T', 't']).is_empty(), date, time) {
        (false, Some(date), Some(time)) => Some(date + time),
        _ => None,
    }
}

/// `hours:minutes:seconds`, with `days.` before it or without, as .NET writes it.
fn clock(text: &str) -> Option<f64> {
    let (days, rest) = text.split_once('.').filter(|(_, rest)| rest.contains(':')).unwrap_or(("0", text));
    let mut parts = rest.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let number = |part: &str| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<f64>().ok()).flatten();
    Some(number(days)? * DAY + number(hours)? * HOUR + number(minutes)? * MINUTE + number(seconds)?)
}

fn friendly(text: &str) -> Option<f64> {
    if text.is_empty() {
        return None;
    }
    sum(text, unit)
}

/// How many seconds one of this unit is: `s`, `minutes`, `Day`.
#[must_use]
pub fn unit(name: &str) -> Option<f64> {
    match name.to_ascii_lowercase().as_str() {
        "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => Some(0.001),
        "s" | "sec" | "secs" | "second" | "seconds" => Some(1.0),
        "m" | "min" | "mins" | "minute" | "minutes" => Some(MINUTE),
        "h" | "hr" | "hrs" | "hour" | "hours" => Some(HOUR),
        "d" | "day" | "days" => Some(DAY),
        "w" | "week" | "weeks" => Some(7.0 * DAY),
        "mo" | "month" | "months" => Some(30.0 * DAY),
        "y" | "yr" | "year" | "years" => Some(365.0 * DAY),
        _ => None,
    }
}

/// The sum of `number unit` pairs; zero for an empty text.
fn sum(text: &str, unit_seconds: impl Fn(&str) -> Option<f64>) -> Option<f64> {
    let mut rest = text.trim();
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        let number: f64 = rest[..digits].parse().ok()?;
        rest = rest[digits..].trim_start();
        let letters = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
        total += number * unit_seconds(&rest[..letters])?;
        rest = rest[letters..].trim_start();
    }
    Some(total)
}

/// The length in the largest unit that divides it: `90d`, `12h`, `90s`.
#[must_use]
pub fn display(length: Duration) -> String {
    let seconds = length.as_secs();
    match seconds {
        0 => "0s".to_owned(),
        s if s % 86_400 == 0 => format!("{}d", s / 86_400),
        s if s % 3_600 == 0 => format!("{}h", s / 3_600),
        s if s % 60 == 0 => format!("{}m", s / 60),
        s => format!("{s}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let day = 86_400;
        for (text, seconds) in [
            ("90d", 90 * day),
            ("12h", 43_200),
            ("1h30m", 5_400),
            ("30 days", 30 * day),
            ("7776000s", 90 * day),
            ("P90D", 90 * day),
            ("PT12H", 43_200),
            ("P1DT1H", day + 3_600),
            ("P1Y", 365 * day),
            ("rate(30 days)", 30 * day),
            ("rate(1 day)", day),
            ("1.00:00:00", day),
            ("01:30:00", 5_400),
            ("2w", 14 * day),
            ("0s", 0),
            ("1.5h", 5_400),
        ] {
            assert_eq!(parse(text), Some(Duration::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn what_is_none() {
        for text in ["", "90", "d", "P", "PT", "abc", "90x", "-5d", "cron(0 0 * * ? *)", "1:2", "rate(x)", "9e99y"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(&format!("{}y", "9".repeat(40))), None);
    }

    #[test]
    fn shown_in_the_largest_unit() {
        assert_eq!(display(Duration::from_secs(90 * 86_400)), "90d");
        assert_eq!(display(Duration::from_secs(5_400)), "90m");
        assert_eq!(display(Duration::ZERO), "0s");
    }
}
