//! Lifetimes of access and refresh tokens in the settings of whoever issues them.

use std::time::Duration;

use crate::config::policy::duration;
use crate::document::{Node, Trail};
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
        view.walk(&mut |visited| {
            let (trail, node) = (visited.trail, visited.node);
            if !is_known(node) {
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

enum Length {
    Of(Duration),
    Endless,
}

/// The kind of token whose lifetime the innermost two keys speak of, and the words of these keys.
fn setting(trail: &Trail<'_>) -> Option<(&'static str, Vec<String>)> {
    let key = words(trail.key()?);
    let speaks_of_time = |words: &[String]| {
        let joined = words.concat();
        [
            "lifetime",
            "lifespan",
            "ttl",
            "timetolive",
            "expiration",
            "expiry",
            "expiresin",
            "expirein",
            "expiresafter",
            "maxage",
            "validity",
            "duration",
        ]
        .iter()
        .any(|word| joined.contains(word))
    };
    if !speaks_of_time(&key) {
        return None;
    }
    let parent: Vec<String> = trail.keys().rev().nth(1).map(words).unwrap_or_default();
    let is_about = |kind: &str| {
        let with = [key.concat(), [parent.concat(), key.concat()].concat()];
        with.iter().any(|joined| joined.contains(&format!("{kind}token")))
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
    let text = node.as_text()?.trim();
    if matches!(text, "-1" | "never" | "infinite" | "unlimited") {
        return Some(Length::Endless);
    }
    if let Some(length) = duration::parse(text) {
        return (!length.is_zero()).then_some(Length::Of(length));
    }
    let number = node.as_number().filter(|number| *number > 0.0)?;
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
    Duration::try_from_secs_f64(number * unit).ok().map(Length::Of)
}
