//! What was judged to be no secret is not judged again.
//!
//! Problem: nearly all candidates of a history are none, and they come back with every version of their file and with every change
//! beside them. Judging one takes twenty times as long as hashing it.
//!
//! Law: a verdict depends on the claim alone ([`judge`]).
//!
//! Way: a table of fixed size, in which a claim has one place, by one half of its hash; there the other half of the last one that was
//! rejected is kept. The hash is keyed, so that nobody who writes a text can make a secret pass for something that was rejected.
//! What is known says only that a claim is rejected and not why: whoever explains does without.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Claim, Given, Verdict, judge};
use crate::keyed::Hashes;

/// How many claims are known at most: 1 MiB.
const PLACES: usize = 1 << 17;

/// The claims that were rejected, by their hash.
#[derive(Default)]
pub struct Rejected {
    hashes: Hashes,
    /// Made when first needed: most runs are about no history.
    places: OnceLock<Box<[AtomicU64]>>,
}

impl Rejected {
    /// Judges a claim; of one that was rejected before the verdict does not say why. All claims must be of rules of one set.
    #[must_use]
    pub fn judge(&self, claim: &Claim<'_>) -> Verdict {
        let [place, rest] = self.hash(claim);
        let places = self.places.get_or_init(|| (0..PLACES).map(|_| AtomicU64::default()).collect());
        let place = &places[place as usize % PLACES];
        // Whoever reads what another thread writes takes it for the whole of a number, or for nothing.
        if place.load(Ordering::Relaxed) == rest {
            return Verdict { confidence: None, ..Verdict::open(claim.rule.severity) };
        }
        let verdict = judge(claim);
        if verdict.confidence.is_none() {
            place.store(rest, Ordering::Relaxed);
        }
        verdict
    }

    /// The hash of all that a claim says.
    fn hash(&self, claim: &Claim<'_>) -> [u64; 2] {
        let &Claim { rule, value, whole, prefix, given, before, in_long_line } = claim;
        let (given, [first, second]): (u64, [&[u8]; 2]) = match given {
            Given::Format => (0, [&[], &[]]),
            Given::Pem => (1, [&[], &[]]),
            Given::Url { user, host } => (2, [user, host]),
            Given::Basic => (3, [&[], &[]]),
            Given::Key { name, quoted, compared } => (4 + u64::from(quoted) + 2 * u64::from(compared), [name, &[]]),
        };
        let texts = [rule.id.as_bytes(), value, whole, before, first, second];
        self.hashes.hash(&texts, &[given, prefix as u64, u64::from(in_long_line)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::set::RuleSet;

    #[test]
    fn claims_are_told_apart_by_all_that_they_say() {
        let rules = RuleSet::builtin();
        let (_, rule) = rules.iter().find(|(_, rule)| rule.is_generic()).expect("a generic rule");
        let (_, other) = rules.iter().find(|(_, rule)| !rule.is_generic()).expect("another rule");
        let key = |name, quoted, compared| Given::Key { name, quoted, compared };
        let given = key(b"password", true, false);
        let claim = Claim { rule, value: b"abc", whole: b"abc", prefix: 0, given, before: b"x", in_long_line: false };
        let rejected = Rejected::default();
        let others = [
            Claim { rule: other, ..claim.clone() },
            Claim { value: b"ab", ..claim.clone() },
            Claim { value: b"ab", whole: b"cabc", ..claim.clone() },
            Claim { whole: b"abcd", ..claim.clone() },
            Claim { prefix: 1, ..claim.clone() },
            Claim { before: b"", ..claim.clone() },
            Claim { in_long_line: true, ..claim.clone() },
            Claim { given: key(b"secret", true, false), ..claim.clone() },
            Claim { given: key(b"password", false, false), ..claim.clone() },
            Claim { given: key(b"password", true, true), ..claim.clone() },
            Claim { given: key(b"password", false, true), ..claim.clone() },
            Claim { given: Given::Format, ..claim.clone() },
            Claim { given: Given::Pem, ..claim.clone() },
            Claim { given: Given::Basic, ..claim.clone() },
            Claim { given: Given::Url { user: b"password", host: b"" }, ..claim.clone() },
            Claim { given: Given::Url { user: b"", host: b"password" }, ..claim.clone() },
        ];
        let mut hashes: Vec<[u64; 2]> = others.iter().chain([&claim]).map(|claim| rejected.hash(claim)).collect();
        hashes.sort_unstable();
        assert!(hashes.windows(2).all(|pair| pair[0] != pair[1]));
        assert_eq!(rejected.hash(&claim), rejected.hash(&claim.clone()));
        assert_ne!(Rejected::default().hash(&claim), rejected.hash(&claim), "another run has another key");
    }

    #[test]
    fn a_claim_is_judged_alike_however_often_it_is_asked_about() {
        let rules = RuleSet::builtin();
        let (_, rule) = rules.iter().find(|(_, rule)| rule.is_generic()).expect("a generic rule");
        let random = ["q7Xk2vR9", "mW4tZc8L"].concat();
        let rejected = Rejected::default();
        for value in ["your-password", &random] {
            let value = value.as_bytes();
            let given = Given::Key { name: b"api_key", quoted: true, compared: false };
            let claim = Claim { rule, value, whole: value, prefix: 0, given, before: b"", in_long_line: false };
            let verdict = judge(&claim);
            assert_eq!(rejected.judge(&claim), verdict);
            let again = rejected.judge(&claim);
            assert_eq!((again.confidence, again.severity), (verdict.confidence, verdict.severity));
            assert_eq!(again.reasons.is_empty(), verdict.confidence.is_none());
        }
    }
}
