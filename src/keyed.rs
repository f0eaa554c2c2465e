//! Hashes that nobody can aim at.
//!
//! What has the same hash is taken for the same, so whoever writes a text must not be able to make it look like another. The
//! hash is keyed (HighwayHash), and the key is drawn anew for each run.

use std::hash::{BuildHasher as _, RandomState};

use highway::{HighwayHash as _, HighwayHasher, Key};

/// Hashes with a key of their own.
pub struct Hashes {
    key: [u64; 4],
}

impl Default for Hashes {
    fn default() -> Self {
        Self { key: std::array::from_fn(|_| RandomState::new().hash_one(())) }
    }
}

impl Hashes {
    /// The 128 bits, in two halves, of some texts and numbers: as many each time for one purpose.
    #[must_use]
    pub fn hash(&self, texts: &[&[u8]], numbers: &[u64]) -> [u64; 2] {
        let mut hasher = HighwayHasher::new(Key(self.key));
        texts.iter().for_each(|text| hasher.append(text));
        // The lengths tell where the texts end.
        for number in texts.iter().map(|text| text.len() as u64).chain(numbers.iter().copied()) {
            hasher.append(&number.to_le_bytes());
        }
        hasher.finalize128()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_it_is_told_apart() {
        let hashes = Hashes::default();
        let hash = hashes.hash(&[b"abc", b"d"], &[1]);
        assert_eq!(hashes.hash(&[b"abc", b"d"], &[1]), hash);
        let others: [([&[u8]; 2], u64); 4] =
            [([b"ab", b"cd"], 1), ([b"abd", b"d"], 1), ([b"abc", b"d"], 2), ([b"abcd", b""], 1)];
        for (texts, number) in others {
            assert_ne!(hashes.hash(&texts, &[number]), hash);
        }
        assert_ne!(Hashes::default().hash(&[b"abc", b"d"], &[1]), hash, "another run has another key");
    }
}
