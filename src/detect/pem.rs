//! PEM blocks (RFC 7468), as they stand in files of their own, in strings with escaped line ends, and in concatenations.

use std::ops::Range;

use super::window::Window;

/// A PEM block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PemMatch {
    /// From the first dash of the begin line to the last of the end line; to the cap where no end line was seen.
    pub span: Range<usize>,
    /// The label.
    pub label: Range<usize>,
}

/// The longest label.
const LABEL_MAX: usize = 60;

/// Reads the block whose `-----BEGIN ` begins at `begin`. None for a begin line alone, as code that looks for one has it.
#[must_use]
pub fn match_pem(window: &Window<'_>, begin: usize) -> Option<PemMatch> {
    let label = begin + 11;
    let length = memchr::memmem::find(window.slice(label..label + LABEL_MAX), b"-----")?;
    let label = label..label + length;
    let body = label.end + 5;
    let rest = window.slice(body..window.end());
    if let Some(end) = memchr::memmem::find(rest, b"-----END ") {
        let line = window.slice(body + end + 9..body + end + 9 + LABEL_MAX + 5);
        let close = memchr::memmem::find(line, b"-----").map_or(line.len(), |dashes| dashes + 5);
        return Some(PemMatch { span: begin..body + end + 9 + close, label });
    }
    // Without an end line, only what goes on as a body does is a block: its first line is base64.
    let first = rest.iter().position(|&byte| byte.is_ascii_alphanumeric())?;
    let run =
        rest[first..].iter().take_while(|&&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')).count();
    (first < 16 && run >= 48).then(|| PemMatch { span: begin..body + rest.len(), label })
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
}
