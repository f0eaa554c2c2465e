//! Basic credentials (RFC 7617): what is judged is the password that the base64 holds.

use data_encoding::BASE64;

use super::{Claim, Verdict, classes, entropy, placeholder, reference, shape};
use crate::finding::{Confidence, Reason, Weight};

/// Judges the base64 of `user:password`.
pub fn judge(claim: &Claim<'_>, verdict: &mut Verdict) {
    let decoded = BASE64.decode(claim.value).unwrap_or_default();
    let colon = memchr::memchr(b':', &decoded).unwrap_or(decoded.len());
    let (user, password) = (&decoded[..colon], decoded.get(colon + 1..).unwrap_or_default());
    // With an empty or dummy password, the user may be the secret: `key:` and `key:x` are what many services ask for.
    let secret = if password.len() <= 1 || password == b"x-oauth-basic" { user } else { password };
    if secret.len() < 4 {
        return verdict.reject("length", "too short");
    }
    if let Some(what) = reference::reference(secret) {
        return verdict.reject("reference", what);
    }
    if let Some(what) = placeholder::placeholder(secret, secret, false) {
        return verdict.reject("placeholder", what);
    }
    verdict.reasons.push(Reason::new("basic", Weight::Supports, "decodes to a user and a password"));
    if user == password || shape::is_identifier(&String::from_utf8_lossy(secret)) {
        return verdict.limit(Confidence::Low, "shape", "made of ordinary words");
    }
    if claim.in_long_line {
        return verdict.limit(Confidence::Low, "minified", "in a line that no person wrote");
    }
    verdict.confidence = Some(Confidence::Medium);
    if secret.len() >= 12 && classes(secret) >= 2 && !entropy::falls_short(secret) {
        verdict.confidence = Some(Confidence::High);
        verdict.reasons.push(Reason::new("entropy", Weight::Supports, "as random as a generated password"));
    }
}
