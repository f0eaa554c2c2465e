//! Whether letters look like words: how often letters follow each other, and how long consonants go on.
//!
//! A list of words knows only its own; the way letters follow each other also tells words and names that no list has.

use std::sync::LazyLock;

use crate::rule::builtin::IDENTIFIERS_WORDS as WORDS;

/// For each letter how likely each next letter is in words, in bits above (or below) chance.
static FOLLOWS: LazyLock<[[f32; 26]; 26]> = LazyLock::new(|| {
    let mut counts = [[0.5f32; 26]; 26];
    for pair in WORDS.iter().flat_map(|word| word.as_bytes().windows(2)) {
        if let [Some(a), Some(b)] = [letter(pair[0]), letter(pair[1])] {
            counts[a][b] += 1.0;
        }
    }
    counts.map(|row| {
        let all: f32 = row.iter().sum();
        row.map(|count| (count / all * 26.0).log2())
    })
});

fn letter(byte: u8) -> Option<usize> {
    byte.is_ascii_alphabetic().then(|| usize::from(byte.to_ascii_lowercase() - b'a'))
}

/// How much more often than by chance the letters of `text` follow each other in words, in bits per pair: about 1 for words,
/// about -1 for random letters. Pairs are taken within runs of letters; 0 where there is none.
#[must_use]
pub fn likeness(text: &[u8]) -> f32 {
    let (mut sum, mut count) = (0.0, 0.0);
    for pair in text.windows(2) {
        if let [Some(a), Some(b)] = [letter(pair[0]), letter(pair[1])] {
            sum += FOLLOWS[a][b];
            count += 1.0;
        }
    }
    if count > 0.0 { sum / count } else { 0.0 }
}

/// The most consonants in a row; `y` is a vowel here.
#[must_use]
pub fn longest_consonant_run(text: &[u8]) -> usize {
    let is_consonant = |byte: &u8| byte.is_ascii_alphabetic() && !b"aeiouy".contains(&byte.to_ascii_lowercase());
    text.split(|byte| !is_consonant(byte)).map(<[u8]>::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_random_letters() {
        for word in ["administrator", "sunflower", "battery", "controller", "marinara"] {
            assert!(likeness(word.as_bytes()) > 0.2, "{word}: {}", likeness(word.as_bytes()));
        }
        for letters in [["xqj", "wvkz"].concat(), ["bvl", "fkdq"].concat(), ["hqz", "pmwg"].concat()] {
            assert!(likeness(letters.as_bytes()) < -0.5, "{letters}: {}", likeness(letters.as_bytes()));
        }
        assert_eq!(likeness(b"1a2b3c"), 0.0);
    }

    #[test]
    fn consonants_in_a_row_are_counted() {
        assert_eq!(longest_consonant_run(b"strengths"), 5);
        assert_eq!(longest_consonant_run(b"aXbcd-fghe"), 4);
        assert_eq!(longest_consonant_run(b""), 0);
    }
}
