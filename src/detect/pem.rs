//! PEM blocks (RFC 7468), as they stand in files of their own, in strings with escaped line ends, and in concatenations.

use std::ops::Range;

use super::anchors::PEM_BEGIN;
use crate::window::Window;

/// A PEM block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PemMatch {
    /// From the first dash of the begin line to the last of the end line; to the cap where no end line was seen.
    pub span: Range<usize>,
    /// The label.
    pub label: Range<usize>,
}

const DASHES: &[u8] = b"-----";
const PEM_END: &[u8] = b"-----END ";

/// The longest label.
const LABEL_MAX: usize = 60;

/// Reads the block whose `-----BEGIN ` begins at `begin`. None for a begin line alone, as code that looks for one has it.
///
/// Blocks do not nest, so a block ends at the next begin line at the latest: the line alone, then a block, is one block; and
/// a text of nothing but begin lines has each of its bytes looked at once, not once for each line before it.
#[must_use]
pub fn match_pem(window: &Window<'_>, begin: usize) -> Option<PemMatch> {
    let label = begin + PEM_BEGIN.len();
    let (length, _) = marks(window.slice(label..label + LABEL_MAX)).next()?;
    let label = label..label + length;
    let body = label.end + DASHES.len();
    let mut rest = window.slice(body..window.end());
    for (at, mark) in marks(rest) {
        if mark.starts_with(PEM_END) {
            let line = body + at + PEM_END.len();
            let line = window.slice(line..line + LABEL_MAX + DASHES.len());
            let close = marks(line).next().map_or(line.len(), |(at, _)| at + DASHES.len());
            return Some(PemMatch { span: begin..body + at + PEM_END.len() + close, label });
        }
        if mark.starts_with(PEM_BEGIN.as_bytes()) {
            rest = &rest[..at];
            break;
        }
    }
    // Without an end line, only what goes on as a body does is a block: its first line is base64.
    let first = rest.iter().take(16).position(|&byte| byte.is_ascii_alphanumeric())?;
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let run = rest[first..].iter().take(48).take_while(|&byte| is_base64(byte)).count();
    (run == 48).then(|| PemMatch { span: begin..body + rest.len(), label })
}

/// Every place where five dashes stand, with the text from there on.
fn marks(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    memchr::memchr_iter(b'-', text).map(|at| (at, &text[at..])).filter(|(_, mark)| mark.starts_with(DASHES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_begin_line_alone_is_no_block() {
        let find = |text: &str| match_pem(&Window::new(text.as_bytes(), 0, 4096), 0);
        let dashes = "-----";
        let begin = format!("{dashes}BEGIN PRIVATE KEY{dashes}");
        assert_eq!(find(&format!("{begin}\" in text")), None);
        assert_eq!(find(&begin), None);
        let whole = format!("{begin}\nabc\n{dashes}END PRIVATE KEY{dashes}");
        assert_eq!(find(&format!("{whole}\n")), Some(PemMatch { span: 0..whole.len(), label: 11..22 }));
        let cut = format!("{begin}\n{}", "Ab1+".repeat(20));
        assert_eq!(find(&cut).map(|found| found.span), Some(0..cut.len()));
    }

    #[test]
    fn a_begin_line_before_a_block_is_not_part_of_it() {
        let dashes = "-----";
        let begin = format!("{dashes}BEGIN PRIVATE KEY{dashes}");
        let text = format!("if it.starts_with(\"{begin}\") {{}}\n{begin}\nabc\n{dashes}END PRIVATE KEY{dashes}");
        let at = text.find(dashes).expect("a begin line");
        assert_eq!(match_pem(&Window::new(text.as_bytes(), at, 4096), at), None);
        let cut = format!("{begin}\n{}\n{begin}", "Ab1+".repeat(20));
        let found = match_pem(&Window::new(cut.as_bytes(), 0, 4096), 0);
        assert_eq!(found.map(|found| found.span), Some(0..cut.len() - begin.len()));
    }
}
