//! Jupyter notebooks: JSON (nbformat 4) in which a cell is a list of strings, one a line.
//!
//! A search of the file sees each line in quotes of its own, with its escapes: what a cell says over several lines, and
//! `key = "value"` with its quotes escaped, it misses. So lists of strings, and strings with escapes, are read as the text
//! that they stand for. Every byte of it knows where in the file it comes from, so what is found has its place there, and
//! no member is made. The JSON is not parsed: its strings are enough, and a notebook that was cut off is read as well.

/// Whether a file that begins so may be a notebook.
#[must_use]
pub fn is_head(head: &[u8]) -> bool {
    let text = head.trim_ascii_start();
    text.first() == Some(&b'{')
        && memchr::memmem::find(head, b"\"cells\"").is_some_and(|at| {
            let behind = head[at + 7..].trim_ascii_start();
            behind.strip_prefix(b":").is_some_and(|it| it.trim_ascii_start().first() == Some(&b'['))
        })
}

/// A text of the notebook, with the way back.
#[derive(Debug, Default)]
pub struct Joined {
    /// The text.
    pub text: Vec<u8>,
    /// Where in the text a run begins that stands in the file as it is, and where there.
    marks: Vec<(u32, u32)>,
}

/// The most marks for the way back that all texts of a notebook have: what is behind them is not joined.
const MARKS: usize = 1 << 20;

impl Joined {
    /// Where in the file the byte at `offset` of the text comes from.
    #[must_use]
    pub fn original(&self, offset: usize) -> usize {
        let mark = self.marks.partition_point(|&(text, _)| text as usize <= offset).saturating_sub(1);
        self.marks.get(mark).map_or(0, |&(text, original)| original as usize + offset.saturating_sub(text as usize))
    }

    fn mark(&mut self, original: usize) {
        // A notebook is lent as a whole, so it has no four billion bytes.
        self.marks.push((self.text.len() as u32, original as u32));
    }
}

/// The texts of a notebook that its bytes do not show as they are.
#[must_use]
pub fn texts(bytes: &[u8]) -> Vec<Joined> {
    let mut texts = Vec::new();
    let (mut joined, mut strings, mut escaped) = (Joined::default(), 0, false);
    let (mut in_list, mut key) = (false, &b""[..]);
    let mut at = 0;
    let mut end = |joined: &mut Joined, strings: &mut usize, escaped: &mut bool, key: &[u8]| {
        // An image is one string, or many, and nothing to be read.
        let is_text = !key.starts_with(b"image/") && !key.starts_with(b"application/");
        let done = std::mem::take(joined);
        if is_text && (*strings > 1 || *escaped) && !done.text.is_empty() {
            texts.push(done);
        }
        (*strings, *escaped) = (0, false);
    };
    let mut marks = 0;
    while at < bytes.len() && marks < MARKS {
        match bytes[at] {
            b'"' => {
                let start = at + 1;
                let close = close(bytes, start);
                at = close + 1;
                let behind = bytes.get(at..at.saturating_add(64).min(bytes.len())).unwrap_or_default();
                if behind.trim_ascii_start().first() == Some(&b':') {
                    end(&mut joined, &mut strings, &mut escaped, key);
                    (key, in_list) = (&bytes[start..close], false);
                    continue;
                }
                // The lines of a traceback have no line ends of their own.
                if key == b"traceback" && strings > 0 {
                    joined.mark(start);
                    joined.text.push(b'\n');
                }
                let before = joined.marks.len();
                escaped |= unescape(bytes, start..close, &mut joined);
                marks += joined.marks.len() - before;
                strings += 1;
                if !in_list {
                    end(&mut joined, &mut strings, &mut escaped, key);
                }
            }
            byte => {
                if matches!(byte, b'[' | b']' | b'{' | b'}') {
                    end(&mut joined, &mut strings, &mut escaped, key);
                    in_list = byte == b'[';
                }
                at += 1;
            }
        }
    }
    end(&mut joined, &mut strings, &mut escaped, key);
    texts
}

/// Where the string that begins at `start` is closed.
fn close(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(found) = memchr::memchr2(b'"', b'\\', &bytes[at.min(bytes.len())..]) {
        at += found;
        if bytes[at] == b'"' {
            return at;
        }
        at += 2;
    }
    bytes.len()
}

/// Appends what a string stands for (RFC 8259, section 7); says whether it has escapes.
fn unescape(bytes: &[u8], range: std::ops::Range<usize>, out: &mut Joined) -> bool {
    let mut at = range.start;
    let mut escaped = false;
    out.mark(at);
    while at < range.end && out.marks.len() < MARKS {
        let run = memchr::memchr(b'\\', &bytes[at..range.end]).map_or(range.end, |found| at + found);
        out.text.extend_from_slice(&bytes[at..run]);
        at = run;
        if at >= range.end {
            break;
        }
        escaped = true;
        let unit = |at: usize| {
            let digits = bytes.get(at + 2..at + 6).filter(|_| bytes.get(at..at + 2) == Some(b"\\u"))?;
            u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
        };
        let (character, length) = match bytes.get(at + 1) {
            Some(b'n') => ('\n', 2),
            Some(b't') => ('\t', 2),
            Some(b'r') => ('\r', 2),
            Some(b'b' | b'f') => (' ', 2),
            Some(b'u') => match (unit(at), unit(at + 6)) {
                (Some(high @ 0xD800..=0xDBFF), Some(low @ 0xDC00..=0xDFFF)) => {
                    let code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                    (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 12)
                }
                (code, _) => (code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER), 6),
            },
            Some(&byte) if byte.is_ascii() => (char::from(byte), 2),
            _ => (char::REPLACEMENT_CHARACTER, 1),
        };
        out.text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        at = (at + length).min(range.end);
        out.mark(at);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_joined_and_lead_back() {
        let file =
            br#"{"cells": [{"source": ["k = \"ab", "cd\"\n", "next"], "plain": "as it is", "image/png": ["a", "b"]}]}"#;
        assert!(is_head(file));
        let texts = texts(file);
        assert_eq!(texts.len(), 1, "{texts:?}");
        assert_eq!(texts[0].text, b"k = \"abcd\"\nnext");
        for (word, spelt) in [(&b"abcd"[..], &b"ab"[..]), (b"cd\"", b"cd"), (b"next", b"next")] {
            let at = memchr::memmem::find(&texts[0].text, word).unwrap_or_default();
            let original = texts[0].original(at);
            assert_eq!(&file[original..original + spelt.len()], spelt);
        }
    }

    #[test]
    fn whatever_is_cut_off_is_read_as_far_as_it_goes() {
        let file = br#"{"cells": [{"source": ["\ud83d\ude00 a\\", "b\u00e9\"#;
        for end in 0..=file.len() {
            for joined in texts(&file[..end]) {
                assert!((0..=joined.text.len()).all(|at| joined.original(at) <= end + 4));
            }
        }
    }
}
