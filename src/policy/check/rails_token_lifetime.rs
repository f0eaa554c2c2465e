//! Lifetimes that initializers of Rails state for Doorkeeper and Devise.

use std::time::Duration;

use crate::config::policy::duration;
use crate::document::code::{Dialect, Grammar, Kind};
use crate::finding::Severity;
use crate::policy::code::{Source, mentions};
use crate::policy::{Breach, Check, Family, Meta, Preset};

/// See `rails_token_lifetime.md`.
pub(super) struct RailsTokenLifetime;

static META: Meta = Meta {
    id: "rails-token-lifetime",
    title: "Rails application whose tokens or sessions live too long",
    family: Family::Lifetime,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: Some("policy.lifetime.access-token: 1h; session: 30d"),
    cwe: &[613],
    kinds: &["code"],
    nearest: &[],
    page: include_str!("rails_token_lifetime.md"),
};

/// Settings, the policy's limit of each, and what it is the life of.
const SETTINGS: [(&str, &str, &str); 3] = [
    ("access_token_expires_in", "access-token", "access tokens live"),
    ("remember_for", "session", "a remembered login lives"),
    ("timeout_in", "session", "an idle session lives"),
];

impl Check for RailsTokenLifetime {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn reads_code(&self, grammar: &Grammar, text: &[u8]) -> bool {
        grammar.dialect == Dialect::Ruby && mentions(text, &["Doorkeeper.configure", "Devise.setup"])
    }

    fn check_code(&self, source: &Source<'_>, out: &mut Vec<Breach>) {
        let code = &source.code;
        for at in (0..code.tokens.len()).filter(|at| code.is_a(*at, Kind::Word)) {
            let Some((name, kind, what)) = SETTINGS.iter().find(|(name, ..)| code.is(at, name)) else { continue };
            let Some(limit) = source.settings.lifetime(kind) else { continue };
            let value = source.expression(if code.is(at + 1, "=") { at + 2 } else { at + 1 });
            if value.is_empty() {
                continue;
            }
            let span = source.span(&value);
            let text = code.text[span.clone()].trim();
            let message = match length(text) {
                None if text == "nil" && *kind == "access-token" => {
                    format!("access tokens never expire, the policy allows {}", limit.text)
                }
                Some(length) if length > limit.length => {
                    format!("{what} for {}, the policy allows {}", duration::display(length), limit.text)
                }
                _ => continue,
            };
            out.push(source.breach(&META, span, *name, message).threshold(limit.threshold()));
        }
    }
}

/// The length of time that `2.hours`, `7_200` or `60 * 60` is.
fn length(text: &str) -> Option<Duration> {
    let factors = text.trim_end_matches(".to_i").split('*').map(str::trim);
    let seconds = factors.map(factor).try_fold(1.0, |product, factor| Some(product * factor?))?;
    Duration::try_from_secs_f64(seconds).ok()
}

fn factor(text: &str) -> Option<f64> {
    let (number, unit) = match text.split_once('.') {
        Some((number, "fortnight" | "fortnights")) => (number, 14.0 * 86_400.0),
        Some((number, unit)) => (number, duration::unit(unit)?),
        None => (text, 1.0),
    };
    Some(number.replace('_', "").parse::<u32>().ok().map(f64::from)? * unit)
}
