//! Settings that switch off the validation of tokens.

use crate::document::Segment;
use crate::finding::Severity;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `jwt_validation_off.md`.
pub(super) struct JwtValidationOff;

static META: Meta = Meta {
    id: "jwt-validation-off",
    title: "Token validation switched off",
    family: Family::Validation,
    severity: Severity::High,
    preset: Preset::Minimal,
    threshold: None,
    cwe: &[347, 613],
    kinds: &["json", "yaml"],
    nearest: &["semgrep:csharp/dotnet jwt-tokenvalidationparameters"],
    page: include_str!("jwt_validation_off.md"),
};

/// Settings that switch a part of validation off when they are false.
const REQUIRED: [&str; 6] = [
    "ValidateLifetime",
    "ValidateIssuerSigningKey",
    "RequireSignedTokens",
    "RequireExpirationTime",
    "verify_exp",
    "verify_signature",
];

/// Settings that switch a part of validation off when they are true.
const FORBIDDEN: [&str; 2] = ["ignoreExpiration", "insecure_skip_jwt_verify"];

/// What of these stands in the file, whether they begin with a capital or not.
const MENTIONED: [&str; 6] = [
    "alidateLifetime",
    "alidateIssuerSigningKey",
    "equireSignedTokens",
    "equireExpirationTime",
    "verify_exp",
    "verify_signature",
];

/// YAML and environments write the names of .NET as they like.
fn is_required(key: &str) -> bool {
    REQUIRED.iter().any(|name| name.eq_ignore_ascii_case(key))
}

impl Check for JwtValidationOff {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        if !view.mentions(&MENTIONED) && !view.mentions(&FORBIDDEN) {
            return;
        }
        view.walk(&mut |visited| {
            let (trail, node) = (visited.trail, visited.node);
            let (Some(key), Some(value)) = (trail.key(), node.as_bool()) else { return };
            let is_off = (is_required(key) && !value) || (FORBIDDEN.contains(&key) && value);
            // The item of a list under such a key is not its value.
            if is_off && matches!(trail.segments().last(), Some(Segment::Key(_))) {
                let message = format!("{key} switches off a part of the validation of tokens");
                out.push(view.breach(&META, node.span.clone(), visited.route(), message));
            }
        });
    }
}
