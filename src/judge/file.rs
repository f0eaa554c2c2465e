//! Values that a rule found which counts in certain files alone: `.netrc`, `.pgpass`.
//!
//! The form says little, but who writes such a file writes passwords into it. So a value need not be random; it must only
//! not be what stands for one. Whether the file is one of them is for each path apart.

use super::placeholder::placeholder;
use super::reference::reference;
use super::{Claim, Confidence, Reason, Verdict, Weight, entropy, shape};
use crate::rule::check::Outcome;

/// The least length of a value that can be called random.
const RANDOM_LEAST: usize = 8;

pub(super) fn by_file(claim: &Claim<'_>, verdict: &mut Verdict) {
    let value = claim.value;
    let outcome = claim.checked();
    if let Some((_, Outcome::Fails)) = outcome {
        return verdict.reject("check", "malformed or dummy: the offline check fails");
    }
    if let Some(what) = reference(value) {
        return verdict.reject("reference", what);
    }
    if claim.rule.not_placeholder != Some(false)
        && let Some(what) = placeholder(value, value, false)
    {
        return verdict.reject("placeholder", what);
    }
    if !value.iter().any(u8::is_ascii_alphanumeric) {
        return verdict.reject("shape", "no letter and no digit");
    }
    if claim.rule.entropy.is_some_and(|least| entropy::shannon(value) < least) {
        return verdict.reject("entropy", "less random than a token of this alphabet and length is");
    }
    if let Some((check, Outcome::Holds)) = outcome {
        verdict.confidence = Some(Confidence::Certain);
        verdict.reasons.push(Reason::new("check", Weight::Proves, format!("the offline check `{}` holds", check.id())));
        return;
    }
    let random = value.len() >= RANDOM_LEAST && !entropy::falls_short(value);
    verdict.confidence = Some(if random { Confidence::High } else { Confidence::Medium });
    verdict.reasons.push(Reason::new("file", Weight::Supports, "stands where the files of this rule hold a secret"));
    if repeats_neighbour(claim) {
        verdict.limit(Confidence::Low, "weak", "the same as the word before it, as a name repeated is");
    } else if shape::is_identifier(&String::from_utf8_lossy(value)) {
        verdict.limit(Confidence::Medium, "shape", "made of ordinary words");
    }
}

/// Whether the line says the value already, as `user:user` does.
fn repeats_neighbour(claim: &Claim<'_>) -> bool {
    claim
        .before
        .split(|byte| matches!(byte, b' ' | b'\t' | b':' | b'=' | b'"' | b'\'' | b'/'))
        .any(|word| word.eq_ignore_ascii_case(claim.value))
}
