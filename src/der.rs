//! Tags and lengths of DER (X.690): keys and certificates are walked through by them.

/// A truth.
pub(crate) const BOOLEAN: u8 = 0x01;
/// A number.
pub(crate) const INTEGER: u8 = 0x02;
/// Bits, behind a byte that says how many of the last are not meant.
pub(crate) const BITS: u8 = 0x03;
/// Bytes.
pub(crate) const OCTETS: u8 = 0x04;
/// The name of an algorithm, a curve, an extension.
pub(crate) const IDENTIFIER: u8 = 0x06;
/// A time with two digits of its year.
pub(crate) const SHORT_TIME: u8 = 0x17;
/// A time with four.
pub(crate) const TIME: u8 = 0x18;
/// Elements one behind the other.
pub(crate) const SEQUENCE: u8 = 0x30;
/// What its place gives a meaning: the first, second and fourth of these.
pub(crate) const CONTEXT_0: u8 = 0xa0;
pub(crate) const CONTEXT_1: u8 = 0xa1;
pub(crate) const CONTEXT_3: u8 = 0xa3;

/// Elements one behind the other.
pub(crate) struct Elements<'a>(pub(crate) &'a [u8]);

impl<'a> Elements<'a> {
    /// The next element: its tag and its content.
    pub(crate) fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let [tag, first, rest @ ..] = self.0 else { return None };
        let (length, rest) = if *first < 0x80 {
            (usize::from(*first), rest)
        } else {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            if !(1..=3).contains(&bytes.len()) {
                return None;
            }
            (bytes.iter().fold(0usize, |length, &byte| length << 8 | usize::from(byte)), rest)
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((*tag, content))
    }

    /// The content of the next element, if it has this tag.
    pub(crate) fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next().filter(|(it, _)| *it == tag).map(|(_, content)| content)
    }

    /// The same, where the element may be left out.
    pub(crate) fn take_if(&mut self, tag: u8) -> Option<&'a [u8]> {
        (self.0.first() == Some(&tag)).then(|| self.take(tag)).flatten()
    }
}

/// The content of the sequence that `bytes` are, with nothing behind it.
pub(crate) fn sequence(bytes: &[u8]) -> Option<&[u8]> {
    let mut elements = Elements(bytes);
    let content = elements.take(SEQUENCE)?;
    elements.0.is_empty().then_some(content)
}

/// An element of at most 64 KiB.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let head = if length < 0x80 { vec![tag, length as u8] } else { vec![tag, 0x82, (length >> 8) as u8, length as u8] };
    [&head[..], content].concat()
}
