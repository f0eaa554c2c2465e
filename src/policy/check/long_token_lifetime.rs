//! Lifetimes of access and refresh tokens in the settings of whoever issues them.

use std::time::Duration;

use crate::config::policy::duration;
use crate::document::{Node, Trail, Value};
use crate::finding::Severity;
use crate::policy::dialect::is_known;
use crate::policy::literal::words;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `long_token_lifetime.md`.
pub(super) struct LongTokenLifetime;

static META: Meta = Meta {
    id: "long-token-lifetime",
    title: "Issuer set to give out tokens for too long",
    family: Family::Lifetime,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: Some("policy.lifetime.access-token: 1h; refresh-token: 30d"),
    cwe: &[613],
    kinds: &["yaml", "json", "toml", "dotenv", "terraform"],
    nearest: &[],
    page: include_str!("long_token_lifetime.md"),
};

impl Check for LongTokenLifetime {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        // These state their units elsewhere; their own checks know which.
        let has_own = ["terraform", "keycloak", "auth0"].iter().any(|dialect| view.speaks(dialect));
        if has_own || view.facts.is_locale || !view.mentions(&["oken", "OKEN"]) {
            return;
        }
        let is_python = view.speaks("django") || view.speaks("flask");
        view.walk(&mut |visited| {
            let (trail, node) = (visited.trail, visited.node);
            if (!is_known(node) && !matches!(node.value, Value::Expression(_)))
                || (is_python && trail.keys().any(|key| OF_PYTHON.contains(&key)))
            {
                return;
            }
            let Some((kind, name)) = setting(trail) else { return };
            let Some(limit) = view.settings.lifetime(kind) else { return };
            let Some(length) = length(&name, node) else { return };
            let (severity, message) = match length {
                Length::Endless => (Severity::High, format!("{kind}s never expire, the policy allows {}", limit.text)),
                Length::Of(length) if length > limit.length => {
                    let text =
                        format!("{kind}s live for {}, the policy allows {}", duration::display(length), limit.text);
                    (META.severity, text)
                }
                Length::Of(_) => return,
            };
            let breach = view.breach(&META, node.span.clone(), visited.route(), message);
            out.push(breach.severity(severity).threshold(limit.threshold()));
        });
    }
}

/// Settings of libraries of Python, which `simple-jwt-lifetime` knows.
const OF_PYTHON: [&str; 4] = ["JWT_ACCESS_TOKEN_EXPIRES", "JWT_REFRESH_TOKEN_EXPIRES", "OAUTH2_PROVIDER", "SIMPLE_JWT"];

enum Length {
    Of(Duration),
    Endless,
}

impl Length {
    fn of(length: Duration, name: &[String]) -> Option<Self> {
        let is_endless = || ENDLESS_AT_ZERO.iter().any(|word| name.concat().contains(word));
        if !length.is_zero() { Some(Length::Of(length)) } else { is_endless().then_some(Length::Endless) }
    }
}

/// Words that say that a key is about a length of time.
const TIME: [&str; 8] = ["lifetime", "lifespan", "ttl", "timetolive", "expir", "maxage", "validity", "duration"];

/// Words of keys that are about the time before or behind the end, or whether it has come.
const OTHER_TIME: [&str; 11] =
    ["at", "before", "buffer", "check", "expired", "interval", "leeway", "margin", "skew", "threshold", "warning"];

/// Words with which issuers take zero for no end; an `expiry` of zero may be that of a token nobody has yet.
const ENDLESS_AT_ZERO: [&str; 5] = ["lifetime", "lifespan", "ttl", "timetolive", "maxage"];

/// The kind of token whose lifetime the innermost keys speak of, and the words of the last of them.
fn setting(trail: &Trail<'_>) -> Option<(&'static str, Vec<String>)> {
    let key = words(trail.key()?);
    let joined = key.concat();
    let is_time = TIME.iter().any(|word| joined.contains(word));
    if !is_time || key.iter().any(|word| OTHER_TIME.contains(&word.as_str())) {
        return None;
    }
    let mut above: Vec<String> = trail.keys().rev().skip(1).take(2).map(|key| words(key).concat()).collect();
    above.reverse();
    let with = above.concat() + &joined;
    let is_about = |kind: &str| {
        let turned = format!("token{kind}");
        with.contains(&format!("{kind}token")) || above.concat().ends_with(&turned) || joined.starts_with(&turned)
    };
    let kind = if is_about("refresh") {
        "refresh-token"
    } else if is_about("access") {
        "access-token"
    } else {
        return None;
    };
    Some((kind, key))
}

/// The length of time that the value gives: its own unit, or that of the key's last word. A bare number counts seconds, as
/// `expires_in` does in RFC 6749, unless it looks like milliseconds or a date; then it is unknown.
fn length(name: &[String], node: &Node) -> Option<Length> {
    let text = text(node)?.trim();
    if matches!(text, "-1" | "never" | "infinite" | "unlimited") {
        return Some(Length::Endless);
    }
    if let Some(length) = duration::parse(text) {
        return Length::of(length, name);
    }
    let number = product(text)?;
    let unit = match name.last().map_or("", String::as_str) {
        "ms" | "millis" | "milliseconds" => 0.001,
        "minutes" | "minute" | "mins" | "min" => 60.0,
        "hours" | "hour" | "hrs" => 3_600.0,
        "days" | "day" => 86_400.0,
        "seconds" | "second" | "secs" | "sec" | "s" => 1.0,
        // Milliseconds, or a point in time.
        _ if (number >= 600_000.0 && number % 1_000.0 == 0.0 && number % 86_400.0 != 0.0) || number > 1e9 => {
            return None;
        }
        _ => 1.0,
    };
    Duration::try_from_secs_f64(number * unit).ok().and_then(|length| Length::of(length, name))
}

/// The text of a value that stands here; of an expression, that may be a product of numbers.
fn text(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Expression(text) => Some(text),
        _ => node.as_text(),
    }
}

/// The number, or what numbers with `*` between them come to.
fn product(text: &str) -> Option<f64> {
    text.split('*').try_fold(1.0, |product, factor| {
        let factor: f64 = factor.trim().replace('_', "").parse().ok()?;
        (factor >= 0.0 && factor.is_finite()).then_some(product * factor)
    })
}
