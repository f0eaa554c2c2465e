//! Secrets that sign a token of the same file.
//!
//! Problem: what the value of `JWT_SECRET` is worth only its name says. Where a JSON Web Token that is signed with an HMAC stands in
//! the same file, as in tests, recordings and settings with a token of their own, arithmetic can say it.
//!
//! Way: when all hits of a run are known, each other secret of a text with such a token is tried as the key of its signature. A
//! name is not asked for: no accident makes an HMAC hold. It is done here and not where a text is inspected, because a long file
//! is inspected in parts, and token and secret may stand in two of them; and because nothing here adds a hit or takes one away,
//! what is inherited along deltas stays right.
//!
//! Rejected: trying values that were judged to be no secrets, too. A placeholder that signs the token of a manual stays one.

use std::collections::HashMap;

use crate::finding::{Confidence, Reason, Weight};
use crate::place::Origin;
use crate::rule::check::{SignedJwt, signed_jwt};
use crate::rule::model::Check;
use crate::rule::set::RuleSet;
use crate::secret::Hash;

use super::inspect::Hit;

/// The most tokens of a text whose signatures are worked out, and the most secrets that are tried on each.
const TOKENS_MOST: usize = 16;
const SECRETS_MOST: usize = 64;
/// The longest secret that is tried: no program has a longer key for an HMAC.
const SECRET_MOST: usize = 1024;
/// The most lines that a reason names.
const LINES_MOST: usize = 5;

/// A token with the line on which it stands.
struct Token<'h> {
    line: u64,
    hash: Hash,
    jwt: SignedJwt<'h>,
}

/// Makes those of `hits` certain that sign a token which stands in the same text. The hits are in an order that the texts
/// alone decide.
pub fn prove(rules: &RuleSet, hits: &mut [Hit]) {
    let proofs = proofs(rules, hits);
    for (index, lines) in proofs {
        let hit = &mut hits[index];
        hit.verdict.confidence = Some(Confidence::Certain);
        // First, for a report may show no more than the first few.
        hit.verdict.reasons.list().insert(0, Reason::new("signature", Weight::Proves, said(&lines)));
        // What it is, arithmetic says and not its key: a place where keys say little casts no doubt on it.
        hit.ground.generic = false;
    }
}

/// By hit: the lines of the tokens that it signs.
fn proofs(rules: &RuleSet, hits: &[Hit]) -> Vec<(usize, Vec<u64>)> {
    let is_jwt = |hit: &Hit| rules.get(hit.rule).check == Some(Check::Jwt);
    let counts = |hit: &&Hit| hit.verdict.confidence.is_some();
    let mut tokens: HashMap<&Origin, Vec<Token<'_>>> = HashMap::new();
    for hit in hits.iter().filter(counts).filter(|hit| is_jwt(hit)) {
        let Some(jwt) = signed_jwt(hit.secret.expose()) else { continue };
        let Some(hash) = Hash::of_algorithm(&jwt.algorithm) else { continue };
        let here = tokens.entry(&hit.origin).or_default();
        if here.len() < TOKENS_MOST {
            here.push(Token { line: hit.start.line, hash, jwt });
        }
    }
    let mut tried: HashMap<&Origin, usize> = HashMap::new();
    let mut proofs = Vec::new();
    for (index, hit) in hits.iter().enumerate().filter(|(_, hit)| counts(hit) && !is_jwt(hit)) {
        let Some(tokens) = tokens.get(&hit.origin).filter(|_| hit.secret.expose().len() <= SECRET_MOST) else {
            continue;
        };
        let tried = tried.entry(&hit.origin).or_default();
        *tried += 1;
        if *tried > SECRETS_MOST {
            continue;
        }
        let signs = |token: &&Token<'_>| hit.secret.signs(token.hash, token.jwt.message, &token.jwt.signature);
        let mut lines: Vec<u64> = tokens.iter().filter(signs).map(|token| token.line).collect();
        lines.sort_unstable();
        lines.dedup();
        if !lines.is_empty() {
            proofs.push((index, lines));
        }
    }
    proofs
}

/// Which tokens are signed.
fn said(lines: &[u64]) -> String {
    let named: Vec<String> = lines.iter().take(LINES_MOST).map(u64::to_string).collect();
    let more = if lines.len() > LINES_MOST { " …" } else { "" };
    match lines {
        [line] => format!("signs the JSON Web Token on line {line} of the same text"),
        _ => format!("signs the JSON Web Tokens on lines {}{more} of the same text", named.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, BASE64URL_NOPAD};
    use hmac::{Hmac, KeyInit as _, Mac as _};
    use sha2::{Sha256, Sha512};

    use super::*;
    use crate::detect::Detector;
    use crate::run::gather::{Asked, gather};
    use crate::run::inspect::inspect;
    use crate::run::lives::Lives;
    use crate::secret::FingerprintKey;
    use crate::source::Item;
    use crate::suppress::baseline::Version;

    fn token(algorithm: &str, subject: &str, key: &[u8]) -> String {
        let part = |text: String| BASE64URL_NOPAD.encode(text.as_bytes());
        let header = part(format!(r#"{{"alg":"{algorithm}","typ":"JWT"}}"#));
        let message = format!("{header}.{}", part(format!(r#"{{"sub":"{subject}","iat":1700000000}}"#)));
        let code = match algorithm {
            "HS512" => {
                let mac = Hmac::<Sha512>::new_from_slice(key).expect("a key");
                mac.chain_update(&message).finalize().into_bytes().to_vec()
            }
            _ => {
                let mac = Hmac::<Sha256>::new_from_slice(key).expect("a key");
                mac.chain_update(&message).finalize().into_bytes().to_vec()
            }
        };
        format!("{message}.{}", BASE64URL_NOPAD.encode(&code))
    }

    /// Of each secret that is no token: how sure it is, and which tokens it is said to sign.
    fn found(path: &str, text: &str) -> Vec<(Confidence, Option<String>)> {
        let detector = Detector::new(RuleSet::builtin()).expect("the built-in rules compile");
        let hits = inspect(&detector, &Item::whole(Origin::File(path.into()), text.as_bytes())).hits;
        let (key, nowhere) = (FingerprintKey::unkeyed(), |_: &Origin| String::new());
        let asked = Asked { version: Version::Read, address: &nowhere, every_place: false };
        let gathered = gather(detector.rules(), &key, hits, &Lives::default(), &asked, &mut |_| {});
        let signature = |reasons: &[Reason]| reasons.first().filter(|it| it.code == "signature").cloned();
        let others = gathered.findings.into_iter().filter(|finding| finding.rule != "json-web-token");
        others.map(|it| (it.confidence, signature(&it.reasons).map(|reason| reason.text.into_owned()))).collect()
    }

    const SAYS: &str = "signs the JSON Web Token on line 2 of the same text";

    #[test]
    fn a_secret_that_signs_a_token_beside_it_is_certain() {
        let secret = ["q7Xk2vR9mW4tZc8L", "n3Hs6YpD1gBf5JaE"].concat();
        let signed = |algorithm: &str, key: &[u8]| {
            found("config.env", &format!("JWT_SECRET={secret}\nTOKEN={}\n", token(algorithm, "ada", key)))
        };
        let certain = [(Confidence::Certain, Some(SAYS.to_owned()))];
        assert_eq!(signed("HS256", secret.as_bytes()), certain);
        assert_eq!(signed("HS512", secret.as_bytes()), certain);
        assert_eq!(signed("HS256", &BASE64.decode(secret.as_bytes()).expect("base64")), certain);
        let others = signed("HS256", b"another key");
        assert!(matches!(others[..], [(Confidence::High | Confidence::Medium, None)]), "{others:?}");
        // A test is a place where keys say little, and this is not said by a key.
        let text = format!("JWT_SECRET = \"{secret}\"\nTOKEN = \"{}\"\n", token("HS256", "ada", secret.as_bytes()));
        assert_eq!(found("tests/settings.py", &text), certain);
    }

    #[test]
    fn all_tokens_are_named_and_a_secret_of_manuals_stays_one() {
        let secret = ["q7Xk2vR9mW4tZc8L", "n3Hs6YpD1gBf5JaE"].concat();
        let tokens = ["ada", "eve", "bob"].map(|subject| token("HS256", subject, secret.as_bytes())).join("\n");
        let said = "signs the JSON Web Tokens on lines 2, 3, 4 of the same text".to_owned();
        let text = format!("JWT_SECRET={secret}\n{tokens}\n");
        assert_eq!(found("config.env", &text), [(Confidence::Certain, Some(said))]);
        let known = ["your-256-bit", "-secret"].concat();
        let text = format!("JWT_SECRET={known}\nTOKEN={}\n", token("HS256", "ada", known.as_bytes()));
        assert_eq!(found("config.env", &text), []);
    }
}
