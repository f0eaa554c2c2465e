//! Tokens whose header says that nothing is signed.

use crate::finding::Severity;
use crate::policy::{Breach, Check, Family, Meta, Preset, View, jwt};

/// See `unsigned_jwt.md`.
pub(super) struct UnsignedJwt;

static META: Meta = Meta {
    id: "unsigned-jwt",
    title: "JSON Web Token without a signature",
    family: Family::Validation,
    severity: Severity::Critical,
    preset: Preset::Minimal,
    threshold: None,
    cwe: &[347],
    kinds: &["any"],
    nearest: &[],
    page: include_str!("unsigned_jwt.md"),
};

impl Check for UnsignedJwt {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        if !view.mentions(&["eyJ"]) || view.facts.is_test_or_example {
            return;
        }
        view.strings(&mut |visited, text| {
            for range in jwt::unsigned(text) {
                let span = view.locate(visited.node, &text[range]);
                let message = "the header of the token says `alg: none`: whoever takes it takes any other";
                out.push(view.breach(&META, span, visited.route(), message).secret());
            }
        });
    }
}
