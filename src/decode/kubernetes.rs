//! Whether a value stands in the `data` of a Kubernetes Secret, where every value is base64, however short.
//!
//! Read backwards and forwards from the value, by lines and their indentation, so that the order of keys does not matter and
//! no document is parsed: a template of Helm is none. JSON over several lines has the same indentation; on one line the
//! brace that the value stands in must be that of `"data"`.
//! <https://kubernetes.io/docs/concepts/configuration/secret/>

use crate::layout::{indentation, is_blank, is_document_end};

/// How far around the value is read.
const LOOK: usize = 4 * 1024;

/// Whether the value that begins at `at` is one of a Secret's data.
#[must_use]
pub fn is_secret_data(text: &[u8], at: usize) -> bool {
    let text = &text[..text.len().min(at.saturating_add(LOOK))];
    let from = at.saturating_sub(LOOK);
    let (before, behind) = (&text[from..at], &text[at..]);
    let line_start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    let own = indentation(&before[line_start..]);
    let data = match in_flow_data(&before[line_start..]) {
        true => Some(own),
        false => data_line(&before[..line_start], own),
    };
    let Some(own) = data else { return false };
    is_flow_secret(before, behind)
        || says_secret(before[..line_start].split(|&byte| byte == b'\n').rev(), own)
        || says_secret(behind.split(|&byte| byte == b'\n').skip(1), own)
}

/// The indentation of the `data` that the lines behind `before`, indented by `deeper`, stand in.
fn data_line(before: &[u8], deeper: usize) -> Option<usize> {
    let mut lines = before.split(|&byte| byte == b'\n').rev().filter(|line| !is_blank(line));
    let parent = lines.find(|line| is_document_end(line) || indentation(line) < deeper)?;
    (key_of(parent) == Some(b"data")).then(|| indentation(parent))
}

/// Whether one of the lines, up to the end of the object at `indentation`, is `kind: Secret`.
fn says_secret<'t>(lines: impl Iterator<Item = &'t [u8]>, own: usize) -> bool {
    for line in lines.filter(|line| !is_blank(line)) {
        if is_document_end(line) || indentation(line) < own {
            return false;
        }
        if indentation(line) == own && key_of(line) == Some(b"kind") {
            return is_secret(line);
        }
    }
    false
}

fn is_secret(line: &[u8]) -> bool {
    let Some(colon) = memchr::memchr(b':', line) else { return false };
    let value: Vec<u8> = line[colon + 1..].iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    value.starts_with(b"Secret") && !value.starts_with(b"SecretProviderClass") && !value.starts_with(b"SecretStore")
}

/// The key that a line begins with.
fn key_of(line: &[u8]) -> Option<&[u8]> {
    let line = line[indentation(line)..].trim_ascii_start();
    let line = line.strip_prefix(b"{").unwrap_or(line);
    let colon = memchr::memchr(b':', line)?;
    let key = line[..colon].trim_ascii();
    Some(key.strip_prefix(b"\"").and_then(|key| key.strip_suffix(b"\"")).unwrap_or(key))
}

/// Whether the innermost brace that is open at the end of `before` is that of `data`.
fn in_flow_data(before: &[u8]) -> bool {
    let Some(open) = open_brace(before) else { return false };
    let key = before[..open].trim_ascii_end();
    let key = key.strip_suffix(b":").unwrap_or(b"").trim_ascii_end();
    [&b"\"data\""[..], b"'data'", b"data"].iter().any(|name| key.ends_with(name))
}

fn open_brace(before: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, &byte) in before.iter().enumerate().rev() {
        match byte {
            b'}' => depth += 1,
            b'{' if depth == 0 => return Some(at),
            b'{' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Whether an object on one line says what it is, before its data or behind.
fn is_flow_secret(before: &[u8], behind: &[u8]) -> bool {
    let line = before.rsplit(|&byte| byte == b'\n').next().unwrap_or(before);
    let rest = behind.split(|&byte| byte == b'\n').next().unwrap_or(behind);
    [line, rest].iter().any(|text| {
        memchr::memmem::find_iter(text, b"\"kind\"").any(|at| {
            let value: Vec<u8> =
                text[at + 6..].iter().copied().take(24).filter(|byte| !byte.is_ascii_whitespace()).collect();
            value.starts_with(b":\"Secret\"")
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(text: &str) -> bool {
        is_secret_data(text.as_bytes(), text.find("VALUE").expect("the value"))
    }

    #[test]
    fn the_order_of_keys_does_not_matter() {
        for text in [
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\ndata:\n  user: a\n  password: VALUE\n",
            "data:\n  password: VALUE\nmetadata:\n  name: x\nkind: Secret\n",
            "---\ndata:\n  # the password\n\n  password: \"VALUE\"\ntype: Opaque\nkind: \"Secret\"\n",
            "items:\n- kind: Secret\n  data:\n    password: VALUE\n- kind: ConfigMap\n",
            "{\n  \"kind\": \"Secret\",\n  \"data\": {\n    \"password\": \"VALUE\"\n  }\n}\n",
            "{\"kind\": \"Secret\", \"data\": {\"a\": \"b\", \"password\": \"VALUE\"}}",
            "{\"data\":{\"password\":\"VALUE\"},\"kind\":\"Secret\"}",
            "kind: Secret\ndata: {password: VALUE}\n",
        ] {
            assert!(is(text), "{text}");
        }
    }

    #[test]
    fn other_objects_are_none() {
        for text in [
            "kind: ConfigMap\ndata:\n  password: VALUE\n",
            "kind: Secret\nstringData:\n  password: VALUE\n",
            "kind: Secret\n---\nkind: ConfigMap\ndata:\n  password: VALUE\n",
            "kind: SecretStore\ndata:\n  password: VALUE\n",
            "kind: Secret\nmetadata:\n  password: VALUE\ndata:\n  a: b\n",
            "password: VALUE\n",
            "{\"kind\":\"ConfigMap\",\"data\":{\"password\":\"VALUE\"}}",
        ] {
            assert!(!is(text), "{text}");
        }
    }
}
