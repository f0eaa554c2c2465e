//! What git writes in double quotes, with the escapes of C: paths in patches, and directories in its variables.

/// The text in the quotes that `text` begins with, and what is behind them; none if it begins with no quote or has no
/// second one.
pub(super) fn unquote(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut rest = text.strip_prefix(b"\"")?;
    let mut plain = Vec::with_capacity(rest.len());
    let mut next = || {
        let (&first, behind) = rest.split_first()?;
        rest = behind;
        Some(first)
    };
    loop {
        let byte = match next()? {
            b'"' => return Some((plain, rest)),
            b'\\' => match next()? {
                b'a' => 7,
                b'b' => 8,
                b't' => b'\t',
                b'n' => b'\n',
                b'v' => 11,
                b'f' => 12,
                b'r' => b'\r',
                first @ b'0'..=b'7' => {
                    // git writes three digits always.
                    let value = [next()?, next()?].iter().try_fold(u32::from(first - b'0'), |value, digit| {
                        matches!(digit, b'0'..=b'7').then(|| value * 8 + u32::from(digit - b'0'))
                    });
                    value? as u8
                }
                other => other,
            },
            byte => byte,
        };
        plain.push(byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_quotes_is_read_up_to_the_second_quote() {
        let read = |text: &'static str| unquote(text.as_bytes());
        assert_eq!(read(r#""gr\303\266\303\237e \"x\"\t\\""#), Some(("größe \"x\"\t\\".as_bytes().to_vec(), &b""[..])));
        assert_eq!(read("\"a b\"\t2026"), Some((b"a b".to_vec(), &b"\t2026"[..])));
        for broken in ["plain", "\"no end", "\"no end\\\"", "\"\\30", "\"\\3\"", "\"\\389\"", ""] {
            assert_eq!(read(broken), None, "{broken}");
        }
    }
}
