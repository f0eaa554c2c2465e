//! Lines of YAML, and of what is laid out like it, where nothing parses the document.

/// How far the first key of a line stands in, behind the dash of a list.
#[must_use]
pub fn indentation(line: &[u8]) -> usize {
    line.iter().take_while(|&&byte| matches!(byte, b' ' | b'\t' | b'-')).count()
}

/// Whether nothing but a comment stands on a line.
#[must_use]
pub fn is_blank(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.is_empty() || line.starts_with(b"#")
}

/// Whether a line ends a document of several.
#[must_use]
pub fn is_document_end(line: &[u8]) -> bool {
    line.starts_with(b"---") || line.starts_with(b"...")
}
