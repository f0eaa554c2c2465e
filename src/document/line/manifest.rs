//! Values that are secret by where a manifest has them, whatever their names say: the entries of a Kubernetes Secret, literals
//! that a template of Helm encodes, and the list of passwords of cloud-init.
//!
//! Read by lines and their indentation around the word, as far as the window shows them, so a template that no parser takes
//! is read, too. Whether an entry's name says that it is no secret after all is for judgement to know.
//! <https://kubernetes.io/docs/concepts/configuration/secret/>,
//! <https://docs.cloud-init.io/en/latest/reference/modules.html>

use std::ops::Range;

use super::{Assignment, Operator, Quoting, VALUE_MAX};
use crate::layout::{indentation, is_blank, is_document_end};
use crate::window::Window;

/// Reads the values that belong to the word at `anchor`.
pub fn read(window: &Window<'_>, anchor: Range<usize>, sink: &mut dyn FnMut(Assignment)) {
    let text = window.slice(window.start()..window.end());
    let base = window.start();
    let anchor = anchor.start - base..anchor.end - base;
    let mut found = |key: Range<usize>, value: Range<usize>, operator, quoting| {
        if !value.is_empty() && value.len() <= VALUE_MAX {
            let moved = |range: Range<usize>| base + range.start..base + range.end;
            sink(Assignment { key: moved(key), value: moved(value), operator, quoting });
        }
    };
    match text[anchor.start].to_ascii_lowercase() {
        b'b' => {
            if let Some((key, value)) = encoded(text, &anchor) {
                found(key, value, Operator::Entry, Quoting::Quoted);
            }
        }
        b'c' => passwords(text, anchor.start, &mut |user, password| {
            found(user, password, Operator::Place, Quoting::Embedded);
        }),
        b's' => entries(text, anchor.start, &mut |key, value| found(key, value, Operator::Entry, Quoting::Embedded)),
        _ => data(text, anchor, &mut |key, value| found(key, value, Operator::Entry, Quoting::Embedded)),
    }
}

/// The lines of a text from `at` on, or before it backwards: where each begins, and what stands on it.
fn lines(text: &[u8], at: usize) -> impl Iterator<Item = (usize, &[u8])> {
    let mut next = at;
    text[at..].split(|&byte| byte == b'\n').map(move |line| {
        let begin = next;
        next += line.len() + 1;
        (begin, line.strip_suffix(b"\r").unwrap_or(line))
    })
}

fn line_start(text: &[u8], at: usize) -> usize {
    memchr::memrchr(b'\n', &text[..at]).map_or(0, |newline| newline + 1)
}

/// The entries of the `data` beside `kind: Secret`.
fn data(text: &[u8], anchor: Range<usize>, sink: &mut dyn FnMut(Range<usize>, Range<usize>)) {
    // `SecretStore` is another kind.
    if text.get(anchor.end).is_some_and(u8::is_ascii_alphanumeric) {
        return;
    }
    let start = line_start(text, anchor.start);
    let own = indentation(&text[start..]);
    let ends = |line: &[u8]| is_document_end(line) || !is_blank(line) && indentation(line) < own;
    let is_data = |line: &[u8]| {
        let name = line[indentation(line)..].strip_prefix(b"\"").unwrap_or(&line[indentation(line)..]);
        indentation(line) == own
            && name.strip_prefix(b"data").is_some_and(|rest| matches!(rest.first(), Some(b':' | b'"')))
    };
    // An item of a list begins with a dash that stands before its keys.
    let opens = |line: &[u8]| {
        let spaces = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        spaces < own && line.get(spaces) == Some(&b'-')
    };
    let behind = lines(text, start).take_while(|&(at, line)| !(ends(line) || at > start && opens(line)));
    let before: Vec<(usize, &[u8])> = lines(&text[..start], 0).filter(|&(at, _)| at < start).collect();
    let first = if opens(&text[start..]) {
        before.len()
    } else {
        before.iter().rposition(|(_, line)| opens(line)).unwrap_or(0)
    };
    let before = before[first..].iter().rev().copied().take_while(|(_, line)| !ends(line));
    if let Some((at, _)) = behind.chain(before).find(|(_, line)| is_data(line)) {
        entries(text, at, sink);
    }
}

/// The entries below the line of `at`.
fn entries(text: &[u8], at: usize, sink: &mut dyn FnMut(Range<usize>, Range<usize>)) {
    let start = line_start(text, at);
    let own = indentation(&text[start..]);
    let mut children = None;
    for (begin, line) in lines(text, start).skip(1).filter(|(_, line)| !is_blank(line)) {
        let deep = indentation(line);
        if deep <= own || is_document_end(line) {
            return;
        }
        if deep == *children.get_or_insert(deep)
            && let Some((key, value)) = entry(&line[deep..])
        {
            let moved = |range: Range<usize>| begin + deep + range.start..begin + deep + range.end;
            sink(moved(key), moved(value));
        }
    }
}

/// Name and value of `name: value`, without the quotes of either; none where the value is not one of this line.
fn entry(line: &[u8]) -> Option<(Range<usize>, Range<usize>)> {
    let quoted = line.first().filter(|byte| matches!(byte, b'"' | b'\'')).copied();
    let key = match quoted {
        Some(quote) => 1..1 + memchr::memchr(quote, &line[1..])?,
        None => 0..memchr::memchr(b':', line)?,
    };
    let rest = &line[key.end + usize::from(quoted.is_some())..];
    let rest = rest.strip_prefix(b":")?;
    let value = rest.trim_ascii();
    let begin = line.len() - rest.len() + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let length = match value.first()? {
        quote @ (b'"' | b'\'') => {
            let close = memchr::memchr(*quote, &value[1..])?;
            return Some((key, begin + 1..begin + 1 + close));
        }
        b'|' | b'>' | b'{' | b'[' | b'&' | b'*' | b'!' => return None,
        _ => memchr::memmem::find(value, b" #").unwrap_or(value.len()),
    };
    Some((key, begin..begin + value[..length].trim_ascii_end().len()))
}

/// The name of the entry and the literal that the expression around `anchor` encodes: what stands at its beginning, behind
/// `default`, or behind the word itself. Names of templates and keys of lookups are literals, too, and not meant.
fn encoded(text: &[u8], anchor: &Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let start = line_start(text, anchor.start);
    let open = start + memchr::memmem::rfind(&text[start..anchor.start], b"{{")?;
    let end = memchr::memchr(b'\n', &text[anchor.end..]).map_or(text.len(), |newline| anchor.end + newline);
    let close = anchor.end + memchr::memmem::find(&text[anchor.end..end], b"}}")?;
    let deep = indentation(&text[start..]).min(open - start);
    let key = start + deep..start + memchr::memchr(b':', &text[start..open])?;
    let mut at = open + 2;
    while let Some(quote) = memchr::memchr(b'"', &text[at..close]) {
        let begin = at + quote + 1;
        let length = memchr::memchr(b'"', &text[begin..close])?;
        let before = text[open + 2..begin - 1].trim_ascii();
        if before.is_empty() || before == b"-" || before.ends_with(b"default") || before.ends_with(b"b64enc") {
            return Some((key, begin..begin + length));
        }
        at = begin + length + 1;
    }
    None
}

/// The lines `user:password` of the list of cloud-init's `chpasswd`.
fn passwords(text: &[u8], at: usize, sink: &mut dyn FnMut(Range<usize>, Range<usize>)) {
    let start = line_start(text, at);
    let own = indentation(&text[start..]);
    let mut below = lines(text, start).skip(1).take_while(|(_, line)| is_blank(line) || indentation(line) > own);
    let Some((_, list)) = below.find(|(_, line)| line.trim_ascii().starts_with(b"list:")) else { return };
    let deep = indentation(list);
    for (begin, line) in below.take_while(|(_, line)| is_blank(line) || indentation(line) > deep) {
        let (Some(colon), from) = (memchr::memchr(b':', line), indentation(line)) else { continue };
        sink(
            begin + from..begin + colon.max(from),
            begin + colon + 1..begin + line.trim_ascii_end().len().max(colon + 1),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::anchors;
    use super::*;

    fn found(text: &str) -> Vec<(&str, &str)> {
        let lower = text.to_ascii_lowercase();
        let at = anchors::MANIFEST.iter().find_map(|anchor| Some((lower.find(anchor)?, anchor.len())));
        let (at, length) = at.expect("an anchor");
        let mut found = Vec::new();
        read(&Window::new(text.as_bytes(), at, 1024), at..at + length, &mut |it| {
            found.push((&text[it.key], &text[it.value]));
        });
        found
    }

    #[test]
    fn every_entry_of_a_secret_is_read() {
        let both = [("admin", "one"), ("b", "two")];
        for text in [
            "kind: Secret\nstringData:\n  admin: one\n  # why\n  b: 'two' # so\n  c: |\n    three: x\ntype: Opaque\n",
            "apiVersion: v1\nkind: Secret\ndata:\n  admin: one\n  b: \"two\"\n",
            "data:\r\n  admin: one\r\n  b: two\r\nmetadata:\r\n  name: x\r\nkind: Secret\r\n",
            "items:\n- data:\n    admin: one\n    b: two\n  kind: Secret\n- kind: ConfigMap\n  data:\n    c: d\n",
            "{\n  \"kind\": \"Secret\",\n  \"data\": {\n    \"admin\": \"one\",\n    \"b\": \"two\"\n  }\n}\n",
        ] {
            assert_eq!(found(text), both, "{text}");
        }
    }

    #[test]
    fn entries_of_others_are_not() {
        for text in [
            "kind: SecretStore\ndata:\n  admin: one\n",
            "kind: Secret\n---\nkind: ConfigMap\ndata:\n  admin: one\n",
            "spec:\n  kind: Secret\ndata:\n  admin: one\n",
            "kind: Secret\nmetadata:\n  name: one\n",
            "stringData:\n  a: {{ .Values.a }}\n  b: |-\n    x: y\nc: d\n",
            "stringData: {}\n",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn a_literal_that_a_template_encodes_is_one() {
        for text in [
            "  password: {{ \"one\" | b64enc }}\n",
            "  password: {{- b64enc \"one\" | quote }}\n",
            "  password: {{ .Values.password | default \"one\" | b64enc }}\n",
        ] {
            assert_eq!(found(text), [("password", "one")], "{text}");
        }
        for text in [
            "  password: {{ include \"chart.password\" . | b64enc }}\n",
            "  password: {{ .Values.password | b64enc }}\n",
            "b64enc \"one\"\n",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn passwords_of_a_list_are_read() {
        let list = [("root", "one"), ("ada", "two")];
        assert_eq!(found("chpasswd:\n  expire: false\n  list: |\n    root:one\n    ada:two\nruncmd:\n  - a:b\n"), list);
        assert_eq!(found("chpasswd:\n  list:\n    - root:one\n    - ada:two\n"), list);
        assert_eq!(found("echo \"root:one\" | chpasswd\nlist: x\n"), []);
    }
}
