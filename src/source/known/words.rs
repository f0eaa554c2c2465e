//! Words, each kept once and known by a number.

use std::sync::Arc;

use foldhash::HashMap;

/// See the module.
#[derive(Debug, Default)]
pub struct Words {
    all: Vec<Arc<[u8]>>,
    numbers: HashMap<Arc<[u8]>, u32>,
}

impl Words {
    /// The number of a word; words are numbered in the order in which they are first asked for.
    pub fn number(&mut self, word: &[u8]) -> u32 {
        if let Some(&number) = self.numbers.get(word) {
            return number;
        }
        let (word, number): (Arc<[u8]>, u32) = (word.into(), self.all.len() as u32);
        self.all.push(Arc::clone(&word));
        self.numbers.insert(word, number);
        number
    }

    /// The word with a number that [`Words::number`] gave.
    #[must_use]
    pub fn word(&self, number: u32) -> &[u8] {
        &self.all[number as usize]
    }

    /// Every word, in the order of the numbers.
    pub fn all(&self) -> impl Iterator<Item = &[u8]> {
        self.all.iter().map(|word| &**word)
    }
}
