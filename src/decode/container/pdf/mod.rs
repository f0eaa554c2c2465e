//! PDF (ISO 32000-2), as far as what a reader of it sees is text.
//!
//! A line of text is drawn in pieces, with numbers between them that move the pen, in streams that are compressed; with
//! most fonts the pieces are numbers of glyphs, which a table of the font turns into characters. So the streams are
//! unpacked, their operators followed, and the pieces of a line joined. Texts that stand in the document's objects, as
//! its title or the address of a link, are written as `Key: text`; attached files are members.
//!
//! The table of objects at the end of the file is not believed: objects are searched for by the word `obj`, so that
//! earlier versions of an object, which the table no longer names, are read, too. Which font a name means depends on the
//! page; here a name means every font that any page gives it, up to four, and the text is written once for each.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::ops::Range;

use super::{Input, Memory, Problem, Visit};

mod content;
mod filter;
mod font;
mod object;

use font::Font;
use object::{Object, parse};

/// The longest document that is read, which is held as a whole.
const LONGEST: u64 = 16 << 20;
/// The longest that a stream may unpack to.
const STREAM: u64 = 4 << 20;
/// How much longer than the document all its streams may unpack to, behind the first [`FREE`] bytes.
const RATIO: u64 = 200;
const FREE: u64 = 1 << 20;
/// How much may be read of objects that turn out to have no end, so that many of them take no time.
const LOST: usize = 64 << 20;
/// How many fonts a name may mean.
const FONTS: usize = 4;

pub(super) fn is_head(head: &[u8]) -> bool {
    memchr::memmem::find(&head[..head.len().min(1024)], b"%PDF-").is_some()
}

pub(super) fn members(input: &mut dyn Input, memory: &Memory<'_>, visit: &mut dyn Visit) {
    let length = input.seek(std::io::SeekFrom::End(0)).unwrap_or(u64::MAX);
    let holds = (length <= LONGEST).then(|| memory.take(length + 2 * STREAM)).flatten();
    let mut bytes = Vec::with_capacity(super::RESERVED);
    if holds.is_none() {
        return visit.problem(b"", Problem::Limit("the document is too long to be held"));
    }
    if input.rewind().is_err() || input.take(LONGEST).read_to_end(&mut bytes).is_err() {
        return visit.problem(b"", Problem::Damaged("it cannot be read to its end"));
    }
    let mut document = Document::new(&bytes);
    document.search();
    if document.encrypted {
        // What says so may stand in a comment: the rest is read all the same, and what is encrypted gives no text.
        visit.problem(b"", Problem::Encrypted);
    }
    document.push(visit);
    if document.limited {
        visit.problem(b"", Problem::Limit("it unpacks to more than is read of a document, or has objects without end"));
    }
}

struct Stream<'b> {
    number: u32,
    dictionary: Object<'b>,
    range: Range<usize>,
}

struct Document<'b> {
    bytes: &'b [u8],
    streams: Vec<Stream<'b>>,
    /// The texts of objects, by the object's number.
    texts: BTreeMap<u32, Vec<u8>>,
    /// The object with the table of characters of a font, by the font's object.
    tables: HashMap<u32, u32>,
    /// The fonts that a name means.
    names: BTreeMap<Vec<u8>, Vec<u32>>,
    /// Dictionaries of nothing but references: what a page may mean by its fonts.
    references: HashMap<u32, Vec<(Vec<u8>, u32)>>,
    font_lists: Vec<u32>,
    encrypted: bool,
    limited: bool,
    left: u64,
}

impl<'b> Document<'b> {
    fn new(bytes: &'b [u8]) -> Self {
        Self {
            bytes,
            streams: Vec::new(),
            texts: BTreeMap::new(),
            tables: HashMap::new(),
            names: BTreeMap::new(),
            references: HashMap::new(),
            font_lists: Vec::new(),
            encrypted: false,
            limited: false,
            left: (bytes.len() as u64).saturating_mul(RATIO).saturating_add(FREE).min(1 << 30),
        }
    }

    /// Finds the objects, those in streams of objects, and what they say of fonts.
    fn search(&mut self) {
        let bytes = self.bytes;
        let (mut at, mut lost) = (0, 0);
        let mut has_end = true;
        while let Some(found) = memchr::memmem::find(&bytes[at..], b"obj") {
            let word = at + found;
            at = word + 3;
            let Some(number) = number_before(bytes, word) else { continue };
            let (object, end) = match parse(bytes, at, 0) {
                Ok(parsed) => parsed,
                Err(end) => {
                    lost += end.saturating_sub(at);
                    if lost > LOST {
                        self.limited = true;
                        return;
                    }
                    continue;
                }
            };
            at = end;
            let behind = object::skip_blank(bytes, end);
            if bytes[behind..].starts_with(b"stream") && matches!(object, Object::Dictionary(_)) {
                let range = self.stream_at(behind + 6, &object, &mut has_end);
                at = range.end;
                self.streams.push(Stream { number, dictionary: object, range });
            } else {
                self.object(number, &object);
            }
        }
        self.encrypted = memchr::memmem::find(bytes, b"/Encrypt")
            .is_some_and(|at| !bytes.get(at + 8).is_some_and(|byte| byte.is_ascii_alphabetic()));
        for index in 0..self.streams.len() {
            if self.streams[index].dictionary.name(b"Type") == Some(b"ObjStm") {
                let unpacked = self.unpack(index);
                self.objects_in(index, &unpacked);
            }
        }
        for list in std::mem::take(&mut self.font_lists) {
            for (name, font) in self.references.get(&list).cloned().unwrap_or_default() {
                self.name_font(name, font);
            }
        }
        self.references.clear();
    }

    /// Where the bytes of a stream are: where its length says, if it ends there, else up to the next end of a stream.
    fn stream_at(&self, at: usize, dictionary: &Object<'_>, has_end: &mut bool) -> Range<usize> {
        let bytes = self.bytes;
        let start = match bytes.get(at..) {
            Some([b'\r', b'\n', ..]) => at + 2,
            Some([b'\r' | b'\n', ..]) => at + 1,
            _ => at,
        };
        if let Some(Object::Number(length)) = dictionary.get(b"Length")
            && *length >= 0.0
            && let Some(end) = start.checked_add(*length as usize).filter(|end| *end <= bytes.len())
            && bytes[object::skip_blank(bytes, end)..].starts_with(b"endstream")
        {
            return start..end;
        }
        let start = start.min(bytes.len());
        let end = if *has_end { memchr::memmem::find(&bytes[start..], b"endstream") } else { None };
        *has_end = end.is_some();
        start..end.map_or(bytes.len(), |end| start + end)
    }

    fn name_font(&mut self, name: Vec<u8>, font: u32) {
        let fonts = self.names.entry(name).or_default();
        if fonts.len() < FONTS && !fonts.contains(&font) {
            fonts.push(font);
        }
    }

    /// Takes from an object its texts, and what it says of fonts.
    fn object(&mut self, number: u32, object: &Object<'_>) {
        if let Object::Dictionary(entries) = object {
            if let Some(Object::Reference(table)) = object.get(b"ToUnicode") {
                self.tables.insert(number, *table);
            }
            let references: Option<Vec<(Vec<u8>, u32)>> = entries
                .iter()
                .map(|(key, value)| match value {
                    Object::Reference(to) => Some((key.clone(), *to)),
                    _ => None,
                })
                .collect();
            if let Some(references) = references.filter(|it| !it.is_empty()) {
                self.references.insert(number, references);
            }
        }
        let mut texts = Vec::new();
        self.walk(object, b"", &mut texts);
        if !texts.is_empty() {
            self.texts.entry(number).or_default().extend(texts);
        }
    }

    fn walk(&mut self, object: &Object<'_>, key: &[u8], out: &mut Vec<u8>) {
        match object {
            Object::Dictionary(entries) => {
                for (key, value) in entries {
                    if key == b"Font" {
                        match value {
                            Object::Dictionary(fonts) => {
                                for (name, font) in fonts {
                                    if let Object::Reference(font) = font {
                                        self.name_font(name.clone(), *font);
                                    }
                                }
                            }
                            Object::Reference(list) => self.font_lists.push(*list),
                            _ => {}
                        }
                    }
                    self.walk(value, key, out);
                }
            }
            Object::Array(values) => values.iter().for_each(|value| self.walk(value, key, out)),
            // The two parts of a document's id are random numbers.
            Object::Text(text) if key != b"ID" => {
                let text = font::document_text(text);
                out.extend([key, b": ", &text, b"\n"].concat());
            }
            _ => {}
        }
    }

    /// The objects in a stream of objects: pairs of a number and a place, then the objects.
    fn objects_in(&mut self, index: usize, unpacked: &[u8]) {
        let Some(Object::Number(first)) = self.streams[index].dictionary.get(b"First") else { return };
        let first = *first as usize;
        let mut at = 0;
        let mut pairs = Vec::new();
        while at < first.min(unpacked.len()) {
            let Ok((Object::Number(number), next)) = parse(unpacked, at, 0) else { break };
            let Ok((Object::Number(offset), next)) = parse(unpacked, next, 0) else { break };
            pairs.push((number as u32, offset as usize));
            at = next;
        }
        // In the order of their places: what overlaps is read once.
        pairs.sort_unstable_by_key(|&(number, offset)| (offset, number));
        let mut done = 0;
        for (number, offset) in pairs {
            let at = first.saturating_add(offset);
            if at < done || at >= unpacked.len() {
                continue;
            }
            let end = match parse(unpacked, at, 0) {
                Ok((object, end)) => {
                    self.object(number, &object);
                    end
                }
                Err(end) => end,
            };
            done = end;
        }
    }

    /// What a stream unpacks to, as far as its filters are read and it is not too long.
    fn unpack(&mut self, index: usize) -> Vec<u8> {
        let stream = &self.streams[index];
        let (unpacked, whole) =
            filter::unpack(&stream.dictionary, &self.bytes[stream.range.clone()], STREAM.min(self.left));
        self.left = self.left.saturating_sub(unpacked.len() as u64);
        self.limited |= !whole;
        unpacked
    }

    fn fonts(&mut self) -> HashMap<u32, Font> {
        let by_number: HashMap<u32, usize> =
            self.streams.iter().enumerate().map(|(index, stream)| (stream.number, index)).collect();
        let mut tables: Vec<(u32, u32)> = self.tables.iter().map(|(&font, &table)| (font, table)).collect();
        tables.sort_unstable();
        let mut fonts = HashMap::new();
        let mut room = font::CHARACTERS;
        for (font, table) in tables {
            if let Some(&index) = by_number.get(&table) {
                let unpacked = self.unpack(index);
                fonts.insert(font, Font::new(&unpacked, &mut room));
            }
        }
        fonts
    }

    fn push(&mut self, visit: &mut dyn Visit) {
        let fonts = self.fonts();
        let variants = self.names.values().map(Vec::len).max().unwrap_or(1).max(1);
        for (number, text) in std::mem::take(&mut self.texts) {
            if visit.member(format!("object {number}").as_bytes(), &mut text.as_slice()).is_break() {
                return;
            }
        }
        for index in 0..self.streams.len() {
            let dictionary = &self.streams[index].dictionary;
            let kind = dictionary.name(b"Type").unwrap_or_default();
            let is_image = dictionary.name(b"Subtype") == Some(b"Image");
            if is_image || matches!(kind, b"XRef" | b"ObjStm") || dictionary.get(b"Length1").is_some() {
                continue;
            }
            let is_attached = kind == b"EmbeddedFile";
            let number = self.streams[index].number;
            let unpacked = self.unpack(index);
            let name = format!("object {number}");
            if is_attached {
                if visit.member(format!("attachment {number}").as_bytes(), &mut unpacked.as_slice()).is_break() {
                    return;
                }
                continue;
            }
            let mut texts = Vec::new();
            for variant in 0..variants {
                let font = |name: &[u8]| {
                    let fonts_of = self.names.get(name)?;
                    fonts.get(fonts_of.get(variant).or(fonts_of.first())?)
                };
                let text = content::text(&unpacked, &font);
                if !text.is_empty() && !texts.contains(&text) {
                    texts.push(text);
                }
            }
            // What draws nothing may be a script, a form or a description.
            if texts.is_empty() && is_text(&unpacked) {
                texts.push(unpacked);
            }
            for text in texts {
                if visit.member(name.as_bytes(), &mut text.as_slice()).is_break() {
                    return;
                }
            }
        }
    }
}

fn is_text(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(4096)];
    !head.is_empty()
        && memchr::memmem::find(bytes, b"begincmap").is_none()
        && head.iter().filter(|byte| **byte < b' ' && !byte.is_ascii_whitespace()).count() * 20 <= head.len()
}

/// The number of the object whose `obj` stands at `at`: `12 0 obj`.
fn number_before(bytes: &[u8], at: usize) -> Option<u32> {
    let line = &bytes[at.saturating_sub(24)..at];
    let mut words = line.rsplit(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    if !line.last()?.is_ascii_whitespace() {
        return None;
    }
    let generation = words.next()?;
    let digits = words.next()?;
    // What stands before the number without a blank, as `endobj` may, is not part of it.
    let from = digits.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |at| at + 1);
    let number = std::str::from_utf8(&digits[from..]).ok()?.parse().ok()?;
    generation.iter().all(u8::is_ascii_digit).then_some(number)
}
