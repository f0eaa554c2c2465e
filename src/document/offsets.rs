//! From offsets in characters, which saphyr-parser gives, to offsets in bytes.

/// One stored offset for this many characters: a lookup walks at most so far.
const STRIDE: usize = 128;

/// The table for one text.
pub(super) struct Offsets<'t> {
    text: &'t str,
    /// Byte offset of every `STRIDE`-th character; none if the text is ASCII, where both counts are the same.
    marks: Option<Vec<usize>>,
}

impl<'t> Offsets<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let marks = (!text.is_ascii()).then(|| text.char_indices().step_by(STRIDE).map(|(at, _)| at).collect());
        Self { text, marks }
    }

    /// The byte offset of the character with this number, or the length of the text for a number beyond it.
    pub(super) fn byte(&self, character: usize) -> usize {
        let Some(marks) = &self.marks else {
            return character.min(self.text.len());
        };
        let Some(&mark) = marks.get(character / STRIDE) else {
            return self.text.len();
        };
        self.text[mark..].char_indices().nth(character % STRIDE).map_or(self.text.len(), |(at, _)| mark + at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_counting() {
        for text in ["plain ascii\n".repeat(40), "é\u{1F600}a\r\n".repeat(200), String::new()] {
            let offsets = Offsets::new(&text);
            for (number, (at, _)) in text.char_indices().enumerate() {
                assert_eq!(offsets.byte(number), at);
            }
            assert_eq!(offsets.byte(text.chars().count()), text.len());
            assert_eq!(offsets.byte(usize::MAX), text.len());
        }
    }
}
