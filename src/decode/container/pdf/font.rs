//! From the codes of a font to characters: the table that is named `ToUnicode` (ISO 32000-2, section 9.10.3).

use std::borrow::Cow;
use std::collections::HashMap;

use super::object::{Object, parse};

/// The most characters of all fonts of a document.
pub(super) const CHARACTERS: usize = 400_000;

/// The characters of a font.
pub(super) struct Font {
    /// How many bytes a code has.
    width: usize,
    characters: HashMap<u32, String>,
}

impl Font {
    /// Reads a table; `room` is how many characters it may have, and is made smaller.
    pub(super) fn new(table: &[u8], room: &mut usize) -> Self {
        let mut font = Font { width: 1, characters: HashMap::new() };
        let mut operands: Vec<Object<'_>> = Vec::new();
        let mut at = 0;
        while let Ok((object, end)) = parse(table, at, 0) {
            at = end;
            match object {
                Object::Word(word) => {
                    match word {
                        b"endcodespacerange" => {
                            if let Some(Object::Text(code)) = operands.last() {
                                font.width = code.len().clamp(1, 4);
                            }
                        }
                        b"endbfchar" => {
                            for pair in operands.chunks_exact(2) {
                                if let [Object::Text(code), Object::Text(to)] = pair {
                                    font.add(number(code), characters(to), room);
                                }
                            }
                        }
                        b"endbfrange" => operands.chunks_exact(3).for_each(|range| font.range(range, room)),
                        _ => {}
                    }
                    operands.clear();
                }
                operand => operands.push(operand),
            }
        }
        font
    }

    fn add(&mut self, code: u32, to: String, room: &mut usize) {
        if *room > 0 {
            *room -= 1;
            self.characters.insert(code, to);
        }
    }

    fn range(&mut self, range: &[Object<'_>], room: &mut usize) {
        let [Object::Text(first), Object::Text(last), to] = range else { return };
        let (first, last) = (number(first), number(last));
        let codes = (first..=last).take(65_536);
        match to {
            Object::Array(list) => {
                for (code, to) in codes.zip(list) {
                    if let Object::Text(to) = to {
                        self.add(code, characters(to), room);
                    }
                }
            }
            // The last character of the text counts up.
            Object::Text(to) => {
                let text = characters(to);
                let mut before: Vec<char> = text.chars().collect();
                let Some(base) = before.pop() else { return };
                for code in codes {
                    if *room == 0 {
                        return;
                    }
                    let Some(character) = char::from_u32(base as u32 + (code - first)) else { return };
                    self.add(code, before.iter().chain([&character]).collect(), room);
                }
            }
            _ => {}
        }
    }

    /// The characters that a text of codes stands for.
    pub(super) fn text(&self, codes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(codes.len());
        for code in codes.chunks(self.width) {
            match self.characters.get(&number(code)) {
                Some(characters) => out.extend_from_slice(characters.as_bytes()),
                None if self.width == 1 => out.extend_from_slice(code),
                None => {}
            }
        }
        out
    }
}

fn number(code: &[u8]) -> u32 {
    code.iter().take(4).fold(0, |value, &byte| value << 8 | u32::from(byte))
}

fn characters(utf16: &[u8]) -> String {
    let units = utf16.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    char::decode_utf16(units).map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// A text outside of pages: UTF-16 behind its mark, or bytes.
pub(super) fn document_text(text: &[u8]) -> Cow<'_, [u8]> {
    match text.strip_prefix(b"\xFE\xFF") {
        Some(utf16) => characters(utf16).into_bytes().into(),
        None => Cow::Borrowed(text),
    }
}
