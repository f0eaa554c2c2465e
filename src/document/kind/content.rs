//! Kinds by the first bytes, for files whose name says nothing.

use super::{FileKind, Language};

pub(super) fn kind(head: &[u8]) -> FileKind {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let head = &head[..head.len().min(512)];
    if head.is_empty() {
        return FileKind::Unknown;
    }
    if let Some(rest) = head.strip_prefix(b"#!") {
        return interpreter(rest);
    }
    let trimmed = head.trim_ascii_start();
    if trimmed.starts_with(b"<?xml") {
        return FileKind::Xml;
    }
    if trimmed.starts_with(b"<?php") {
        return FileKind::Code(Language::Php);
    }
    if trimmed.len() >= 9 && trimmed[..9].eq_ignore_ascii_case(b"<!doctype") {
        return FileKind::Code(Language::Html);
    }
    if looks_like_json(trimmed) {
        return FileKind::Json;
    }
    if head.starts_with(b"---\n") || head.starts_with(b"---\r\n") || head.starts_with(b"%YAML") {
        return FileKind::Yaml;
    }
    // Cut inside its last character it is text all the same.
    let is_text = std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true);
    if is_text && !head.contains(&0) { FileKind::Plain } else { FileKind::Unknown }
}

/// `{"` or `[{`: enough for a guess, and what is not JSON after all only costs a failed look.
fn looks_like_json(trimmed: &[u8]) -> bool {
    let mut bytes = trimmed.iter().filter(|byte| !byte.is_ascii_whitespace());
    match (bytes.next(), bytes.next()) {
        (Some(b'{'), Some(b'"')) => true,
        (Some(b'['), Some(b'{')) => bytes.next() == Some(&b'"'),
        _ => false,
    }
}

fn interpreter(rest: &[u8]) -> FileKind {
    let line = rest.split(|&byte| byte == b'\n').next().unwrap_or(rest);
    let has = |word: &[u8]| memchr::memmem::find(line, word).is_some();
    if has(b"python") {
        FileKind::Code(Language::Python)
    } else if has(b"node") || has(b"deno") || has(b"bun") {
        FileKind::Code(Language::JavaScript)
    } else if has(b"ruby") {
        FileKind::Code(Language::Ruby)
    } else if has(b"perl") {
        FileKind::Code(Language::Perl)
    } else if has(b"php") {
        FileKind::Code(Language::Php)
    } else if has(b"lua") {
        FileKind::Code(Language::Lua)
    } else if has(b"sh") {
        FileKind::Shell
    } else {
        FileKind::Code(Language::Other)
    }
}
