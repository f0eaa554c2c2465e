//! How deeply brackets nest, found out without recursion, before a parser that recurses sees the text.

/// The offset at which brackets nest more than `limit` levels deep.
///
/// Strings in double quotes are skipped to their end or the end of their line, so a stray quote costs one line; that is
/// exact for JSON and near enough for TOML and HCL, where a wrong answer needs `limit` unmatched brackets in comments.
pub(super) fn deeper_than(text: &str, limit: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut in_string = false;
    let mut escaped = false;
    for (offset, byte) in text.bytes().enumerate() {
        if in_string {
            match byte {
                b'\n' => in_string = false,
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => {
                in_string = true;
                escaped = false;
            }
            b'[' | b'{' | b'(' => {
                depth += 1;
                if depth > limit {
                    return Some(offset);
                }
            }
            b']' | b'}' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_do_not_count() {
        assert_eq!(deeper_than(r#"["[[[[", "\"[[["]"#, 2), None);
        assert_eq!(deeper_than("[[\n[", 2), Some(3));
        assert_eq!(deeper_than("[][][]", 1), None);
    }

    #[test]
    fn a_stray_quote_hides_one_line_only() {
        assert_eq!(deeper_than("\" [[[\n[[[", 2), Some(8));
    }
}
