//! Times on the command line and in the environment.

use anyhow::Context as _;
use jiff::Timestamp;

/// The time that `--now`, `SOURCE_DATE_EPOCH` or the clock says.
pub fn now(flag: Option<&str>) -> anyhow::Result<Timestamp> {
    Ok(stated(flag)?.unwrap_or_else(Timestamp::now))
}

/// The time that `--now` or `SOURCE_DATE_EPOCH` says, if either does.
pub fn stated(flag: Option<&str>) -> anyhow::Result<Option<Timestamp>> {
    if let Some(text) = flag {
        let time = absolute(text).with_context(|| format!("--now {text}: write 2026-01-31 or 2026-01-31T12:00:00Z"))?;
        return Ok(Some(time));
    }
    let Ok(text) = std::env::var("SOURCE_DATE_EPOCH") else { return Ok(None) };
    let seconds = text.parse().with_context(|| format!("SOURCE_DATE_EPOCH={text}: not a number of seconds"))?;
    Timestamp::from_second(seconds).map(Some).with_context(|| format!("SOURCE_DATE_EPOCH={text}"))
}

/// The time that `flag` says: a day, a time, or so long before `now`.
pub fn moment(flag: &str, text: &str, now: Timestamp) -> anyhow::Result<Timestamp> {
    absolute(text)
        .or_else(|| ago(text, now))
        .with_context(|| format!("{flag} {text}: write 2026-01-31, 2026-01-31T12:00:00Z, 30d or 12h"))
}

/// A day (its beginning in UTC) or a time in RFC 3339.
fn absolute(text: &str) -> Option<Timestamp> {
    let day = || Some(text.parse::<jiff::civil::Date>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp());
    text.parse().ok().or_else(day)
}

/// `30d`, `2w`, `12h`.
fn ago(text: &str, now: Timestamp) -> Option<Timestamp> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: i64 = number.parse().ok().filter(|number| *number >= 0)?;
    let hours = match unit {
        "h" => number,
        "d" => number.checked_mul(24)?,
        "w" => number.checked_mul(24 * 7)?,
        _ => return None,
    };
    now.checked_sub(jiff::SignedDuration::from_secs(hours.checked_mul(3600)?)).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_others_are_refused() {
        let now: Timestamp = "2026-01-31T12:00:00Z".parse().unwrap();
        let said = |text: &str| moment("--since", text, now).map(|time| time.to_string()).ok();
        assert_eq!(said("2026-01-01").as_deref(), Some("2026-01-01T00:00:00Z"));
        assert_eq!(said("2026-01-01T01:00:00+01:00").as_deref(), Some("2026-01-01T00:00:00Z"));
        assert_eq!(said("30d").as_deref(), Some("2026-01-01T12:00:00Z"));
        assert_eq!(said("12h").as_deref(), Some("2026-01-31T00:00:00Z"));
        for text in ["", "d", "-1d", "30", "30x", "ä", "yesterday", "9999999999999999999d"] {
            assert_eq!(said(text), None, "{text}");
        }
    }
}
