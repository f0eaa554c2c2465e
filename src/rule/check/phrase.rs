//! Seed phrases of wallets (BIP-39): 12 to 24 words of a list of 2,048, eleven bits each, whose last bits are the first of the
//! SHA-256 of the others. The English list is the one that nearly all wallets write.
//!
//! One phrase of dictionary words in sixteen holds by chance, but nobody writes a dozen of these words in a row otherwise.
//! Manuals and test networks have phrases that hold, too: `test` eleven times and `junk`. They repeat their words, which a
//! drawn phrase hardly does.

use std::collections::BTreeSet;

use bip39::{Language, Mnemonic};

use super::{Method, Outcome};
use crate::rule::random::Random;

pub(super) struct SeedPhrase;

impl Method for SeedPhrase {
    fn verify(&self, token: &[u8], _prefix: usize) -> Outcome {
        let Ok(text) = std::str::from_utf8(token) else { return Outcome::Fails };
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        let different: BTreeSet<&str> = words.iter().copied().collect();
        // Of twelve drawn words ten are different in all but one of 100,000 phrases.
        let is_drawn = 6 * different.len() + 6 > 5 * words.len();
        let holds = || Mnemonic::parse_in_normalized(Language::English, &words.join(" ")).is_ok();
        Outcome::strict(is_drawn && holds())
    }

    fn make(&self, token: &mut Vec<u8>, _prefix: usize, random: &mut Random) {
        if let Ok(phrase) = Mnemonic::from_entropy(&random.bytes(16)) {
            *token = phrase.words().collect::<Vec<_>>().join(" ").into_bytes();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verify(text: &str) -> Outcome {
        SeedPhrase.verify(text.as_bytes(), 0)
    }

    #[test]
    fn a_drawn_phrase_holds_and_a_changed_one_does_not() {
        for salt in ["one", "two", "three"] {
            let mut token = Vec::new();
            SeedPhrase.make(&mut token, 0, &mut Random::new(&[salt]));
            let text = String::from_utf8(token).unwrap_or_default();
            assert_eq!(verify(&text), Outcome::Holds, "{salt}");
            assert_eq!(verify(&text.replace(' ', "\n  ")), Outcome::Holds, "{salt}");
            let words: Vec<&str> = text.split(' ').collect();
            assert_eq!(verify(&words[..11].join(" ")), Outcome::Fails, "{salt}");
            let other = text.replacen(words[0], "keysieve", 1);
            assert_eq!(verify(&other), Outcome::Fails, "{salt}");
        }
    }

    #[test]
    fn phrases_of_manuals_are_none() {
        // Both are the standard's own or a test network's, and hold.
        for (word, count, last) in [("abandon", 11, "about"), ("test", 11, "junk"), ("zoo", 11, "wrong")] {
            let phrase = format!("{}{last}", format!("{word} ").repeat(count));
            assert!(Mnemonic::parse_in_normalized(Language::English, &phrase).is_ok(), "{phrase}");
            assert_eq!(verify(&phrase), Outcome::Fails, "{phrase}");
        }
        assert_eq!(verify(""), Outcome::Fails);
        assert_eq!(SeedPhrase.verify(b"\xFF", 0), Outcome::Fails);
    }
}
