//! The allowlists of `.gitleaks.toml` that are about all rules.

use super::{Hiding, Read};
use crate::finding::{Finding, Place};
use crate::rule::foreign;
use crate::rule::search::{Allow, Seen};

struct Allowlists(Vec<Allow>);

pub(super) fn read(text: &str) -> Result<Read, String> {
    let read = foreign::allowlists(text).map_err(|errors| {
        let first = errors.first().map(|error| format!("line {}: {}", error.line, error.reason));
        first.unwrap_or_default()
    })?;
    let dropped = read.warnings.iter().map(|warning| format!("{}: {}", warning.line, warning.reason)).collect();
    let entries = read.allow.len();
    Ok(Read { hiding: Box::new(Allowlists(read.allow)), entries, dropped })
}

impl Hiding for Allowlists {
    fn hides(&self, finding: &Finding, _place: &Place, address: &str) -> Option<String> {
        let secret = finding.secret.as_ref()?.expose();
        // Lists of a match or a line were left out, because only the secret is at hand.
        let seen = Seen { secret, whole: secret, line: secret };
        let hides = |allow: &Allow| allow.lets_go(seen, address.as_bytes());
        self.0.iter().any(hides).then(|| "gitleaks allowlist".to_owned())
    }
}
