//! The longest time between two runs of a schedule.
//!
//! A `cron(…)` of AWS has six fields: minutes, hours, day of the month, month, day of the week (1 is Sunday), year. Rather
//! than reason about their combination, the days of eight years are tried, two leap years among them; that is exact for all
//! fields that are read, and a field that is not (`W`, a given year) makes the schedule unknown.

use std::time::Duration;

use jiff::civil::{Date, date};

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// The longest time between two runs of `cron(…)`, in whole days; `None` for anything else, and for a schedule that never
/// runs or that is not understood.
pub(super) fn longest_gap(text: &str) -> Option<Duration> {
    let fields = text.trim().strip_prefix("cron(")?.strip_suffix(')')?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let &[_, _, day, month, weekday, year] = fields.as_slice() else { return None };
    if year != "*" {
        return None;
    }
    let days = Days {
        day: Field::parse(day, &[])?,
        month: Field::parse(month, &MONTHS)?,
        weekday: Field::parse(weekday, &WEEKDAYS)?,
    };
    let mut today = date(2020, 1, 1);
    let (mut last, mut gap) = (None, 0);
    for number in 0..8 * 366 {
        if days.has(today) {
            gap = gap.max(number - last.unwrap_or(number));
            last = Some(number);
        }
        today = today.tomorrow().ok()?;
    }
    last.map(|_| Duration::from_secs(86_400 * gap.max(1)))
}

struct Days {
    day: Field,
    month: Field,
    weekday: Field,
}

impl Days {
    fn has(&self, day: Date) -> bool {
        let number = |value: i8| u32::from(value.unsigned_abs());
        self.month.has(number(day.month()))
            && self.weekday.has_weekday(number(day.weekday().to_sunday_one_offset()), number(day.day()))
            && (self.day.has(number(day.day())) || (self.day.last && day.day() == day.days_in_month()))
    }
}

/// The values that a field allows.
#[derive(Default)]
struct Field {
    any: bool,
    /// `L`: the last day of the month.
    last: bool,
    /// First, last, step.
    ranges: Vec<(u32, u32, u32)>,
    /// `2#1`: the weekday, and the how-manieth in the month.
    nth: Vec<(u32, u32)>,
}

impl Field {
    fn parse(text: &str, names: &[&str]) -> Option<Self> {
        let mut field = Field::default();
        let number = |text: &str| {
            let named = names.iter().position(|name| name.eq_ignore_ascii_case(text)).map(|index| index as u32 + 1);
            named.or_else(|| text.parse().ok())
        };
        for part in text.split(',') {
            if let Some((weekday, nth)) = part.split_once('#') {
                field.nth.push((number(weekday)?, nth.parse().ok()?));
                continue;
            }
            let (range, step) = match part.split_once('/') {
                Some((range, step)) => (range, step.parse().ok().filter(|step| *step > 0)?),
                None => (part, 1),
            };
            match range {
                "*" | "?" if step == 1 => field.any = true,
                "*" => field.ranges.push((1, u32::MAX, step)),
                "L" if names.is_empty() => field.last = true,
                _ => field.ranges.push(match range.split_once('-') {
                    Some((first, last)) => (number(first)?, number(last)?, step),
                    None if part.contains('/') => (number(range)?, u32::MAX, step),
                    None => (number(range)?, number(range)?, 1),
                }),
            }
        }
        Some(field)
    }

    fn has(&self, value: u32) -> bool {
        self.any
            || self
                .ranges
                .iter()
                .any(|&(first, last, step)| (first..=last).contains(&value) && (value - first).is_multiple_of(step))
    }

    fn has_weekday(&self, weekday: u32, day: u32) -> bool {
        self.has(weekday) || self.nth.iter().any(|&(wanted, nth)| wanted == weekday && (day - 1) / 7 + 1 == nth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_in_days() {
        for (text, days) in [
            ("cron(0 8 * * ? *)", Some(1)),
            ("cron(0 8 1 * ? *)", Some(31)),
            ("cron(0 8 1 1 ? *)", Some(366)),
            ("cron(0 8 ? * SUN *)", Some(7)),
            ("cron(0 8 ? * 2#1 *)", Some(35)),
            ("cron(0 8 1 JAN,JUL ? *)", Some(184)),
            ("cron(0 8 1 1/3 ? *)", Some(92)),
            ("cron(0 8 L * ? *)", Some(31)),
            ("cron(0 8 29 2 ? *)", Some(1461)),
            ("cron(0 8 31 2 ? *)", None),
            ("cron(0 8 15W * ? *)", None),
            ("cron(0 8 1 1 ? 2030)", None),
            ("cron(0 8 1 1)", None),
            ("rate(1 day)", None),
        ] {
            let expected = days.map(|days| Duration::from_secs(86_400 * days));
            assert_eq!(longest_gap(text), expected, "{text}");
        }
    }
}
