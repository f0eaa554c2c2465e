//! Google Secret Manager: names of resources.

use super::scan::{beginnings, parts, token};
use super::{Mention, ReferenceKind};

/// `projects/P/secrets/S`, perhaps with a location, and whatever stands behind it.
pub(super) fn mentions(text: &str, out: &mut Vec<Mention>) {
    for at in beginnings(text, "projects/") {
        let range = token(text, at);
        let found = &text[range.clone()];
        let parts = parts(found, '/');
        let secret = parts.windows(2).skip(2).find(|pair| pair[0] == "secrets").map(|pair| pair[1]);
        let Some(secret) = secret.filter(|secret| !secret.is_empty()) else { continue };
        // A version may stand behind a colon, as Cloud Run and the helm plug-ins write it.
        let secret = secret.split([':', '@', '#']).next().unwrap_or(secret);
        let name = format!("projects/{}/secrets/{secret}", parts[1]);
        let end = found.find(&format!("secrets/{secret}")).map_or(range.end, |start| at + start + 8 + secret.len());
        out.push(Mention::new(ReferenceKind::GcpSecret, name, at..end));
    }
}
