//! The objects of PDF (ISO 32000-2, section 7.3): numbers, names, texts, lists, dictionaries, references.

/// One object.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Object<'b> {
    Number(f64),
    Name(Vec<u8>),
    Text(Vec<u8>),
    Array(Vec<Object<'b>>),
    Dictionary(Vec<(Vec<u8>, Object<'b>)>),
    /// The number of another object.
    Reference(u32),
    /// Any other word: `true`, `null`, an operator.
    Word(&'b [u8]),
}

impl<'b> Object<'b> {
    /// The value of a key, if this is a dictionary.
    pub(super) fn get(&self, key: &[u8]) -> Option<&Object<'b>> {
        match self {
            Object::Dictionary(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The value of a key, if it is a name.
    pub(super) fn name(&self, key: &[u8]) -> Option<&[u8]> {
        match self.get(key)? {
            Object::Name(name) => Some(name),
            _ => None,
        }
    }
}

/// How deeply objects are read in one another.
const DEPTH: usize = 32;

fn is_blank(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 12 | b'\r' | b' ')
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

/// The place of the next byte that is neither blank nor in a comment.
pub(super) fn skip_blank(bytes: &[u8], mut at: usize) -> usize {
    loop {
        while bytes.get(at).is_some_and(|&byte| is_blank(byte)) {
            at += 1;
        }
        if bytes.get(at) != Some(&b'%') {
            return at.min(bytes.len());
        }
        at = memchr::memchr2(b'\n', b'\r', &bytes[at..]).map_or(bytes.len(), |end| at + end);
    }
}

/// Reads the object at `at`. Returns it and where it ends, or where reading stopped because there is none.
pub(super) fn parse(bytes: &[u8], at: usize, depth: usize) -> Result<(Object<'_>, usize), usize> {
    let at = skip_blank(bytes, at);
    let Some(&byte) = bytes.get(at) else { return Err(at) };
    match byte {
        b'/' => {
            let end = word_end(bytes, at + 1);
            Ok((Object::Name(name(&bytes[at + 1..end])), end))
        }
        b'(' => text(bytes, at + 1),
        b'<' if bytes.get(at + 1) == Some(&b'<') => {
            if depth >= DEPTH {
                return Err(at + 2);
            }
            let mut entries = Vec::new();
            let mut next = at + 2;
            loop {
                next = skip_blank(bytes, next);
                if bytes[next..].starts_with(b">>") {
                    return Ok((Object::Dictionary(entries), next + 2));
                }
                let (key, behind) = parse(bytes, next, depth + 1)?;
                let Object::Name(key) = key else {
                    if is_end(&key) {
                        return Err(behind);
                    }
                    next = behind;
                    continue;
                };
                let value = skip_blank(bytes, behind);
                if bytes[value..].starts_with(b">>") {
                    return Ok((Object::Dictionary(entries), value + 2));
                }
                let (value, behind) = value_at(bytes, value, depth)?;
                if is_end(&value) {
                    return Err(behind);
                }
                entries.push((key, value));
                next = behind;
            }
        }
        b'<' => {
            let end = memchr::memchr(b'>', &bytes[at..]).map(|end| at + end).ok_or(bytes.len())?;
            Ok((Object::Text(hexadecimal(&bytes[at + 1..end])), end + 1))
        }
        b'[' => {
            if depth >= DEPTH {
                return Err(at + 1);
            }
            let mut values = Vec::new();
            let mut next = at + 1;
            loop {
                next = skip_blank(bytes, next);
                if bytes.get(next) == Some(&b']') {
                    return Ok((Object::Array(values), next + 1));
                }
                let (value, behind) = value_at(bytes, next, depth)?;
                if is_end(&value) {
                    return Err(behind);
                }
                values.push(value);
                next = behind;
            }
        }
        b')' | b'>' | b']' | b'{' | b'}' => Ok((Object::Word(&bytes[at..=at]), at + 1)),
        _ => {
            let end = word_end(bytes, at).max(at + 1);
            let word = &bytes[at..end];
            match std::str::from_utf8(word).ok().and_then(|word| word.parse::<f64>().ok()) {
                Some(number) if number.is_finite() && !byte.is_ascii_alphabetic() => Ok((Object::Number(number), end)),
                _ => Ok((Object::Word(word), end)),
            }
        }
    }
}

/// Words at which an object that is not closed ends.
fn is_end(object: &Object<'_>) -> bool {
    matches!(object, Object::Word(b"obj" | b"endobj" | b"stream" | b"endstream"))
}

/// A value in a list or a dictionary: `12 0 R` is one.
fn value_at(bytes: &[u8], at: usize, depth: usize) -> Result<(Object<'_>, usize), usize> {
    let (value, end) = parse(bytes, at, depth + 1)?;
    if let Object::Number(number) = value
        && number >= 0.0
        && number.fract() == 0.0
        && let Some(reference) = reference(bytes, end)
    {
        return Ok((Object::Reference(number as u32), reference));
    }
    Ok((value, end))
}

/// Where `0 R` ends, if it stands at `at`.
fn reference(bytes: &[u8], at: usize) -> Option<usize> {
    let generation = skip_blank(bytes, at);
    let end = word_end(bytes, generation);
    let is_number = end > generation && bytes[generation..end].iter().all(u8::is_ascii_digit);
    let letter = skip_blank(bytes, end);
    let behind = bytes.get(letter + 1).is_none_or(|&byte| is_blank(byte) || is_delimiter(byte));
    (is_number && bytes.get(letter) == Some(&b'R') && behind).then_some(letter + 1)
}

fn word_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().position(|&byte| is_blank(byte) || is_delimiter(byte)).map_or(bytes.len(), |end| at + end)
}

/// A name, in which `#41` stands for `A`.
fn name(spelt: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(spelt.len());
    let mut at = 0;
    while at < spelt.len() {
        match (spelt[at], spelt.get(at + 1..at + 3).and_then(|it| std::str::from_utf8(it).ok())) {
            (b'#', Some(digits)) if u8::from_str_radix(digits, 16).is_ok() => {
                out.push(u8::from_str_radix(digits, 16).unwrap_or_default());
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

fn hexadecimal(digits: &[u8]) -> Vec<u8> {
    let mut nibbles = digits.iter().filter_map(|&byte| char::from(byte).to_digit(16));
    let mut out = Vec::with_capacity(digits.len() / 2);
    while let Some(high) = nibbles.next() {
        out.push((high << 4 | nibbles.next().unwrap_or(0)) as u8);
    }
    out
}

/// A text in parentheses, behind the first.
fn text(bytes: &[u8], mut at: usize) -> Result<(Object<'static>, usize), usize> {
    let mut out = Vec::new();
    let mut depth = 1_usize;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return Ok((Object::Text(out), at));
                }
            }
            b'\\' => {
                let Some(&escaped) = bytes.get(at) else { break };
                at += 1;
                match escaped {
                    b'n' => out.push(b'\n'),
                    b'r' => out.push(b'\r'),
                    b't' => out.push(b'\t'),
                    b'b' | b'f' => out.push(b' '),
                    b'0'..=b'7' => {
                        let mut code = u32::from(escaped - b'0');
                        for _ in 0..2 {
                            match bytes.get(at) {
                                Some(&digit @ b'0'..=b'7') => {
                                    code = code << 3 | u32::from(digit - b'0');
                                    at += 1;
                                }
                                _ => break,
                            }
                        }
                        out.push(code as u8);
                    }
                    // A line end that is escaped is none.
                    b'\r' if bytes.get(at) == Some(&b'\n') => at += 1,
                    b'\r' | b'\n' => {}
                    other => out.push(other),
                }
                continue;
            }
            _ => {}
        }
        out.push(byte);
    }
    Err(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_read_as_they_are_written() {
        let bytes = b"<< /A#42 (a\\(b(c)\\)\\101\\\nd) /L [1 0 R -2.5 <4 1>] /E true >>";
        let Ok((object, end)) = parse(bytes, 0, 0) else { panic!("an object") };
        assert_eq!(end, bytes.len());
        assert_eq!(object.get(b"AB"), Some(&Object::Text(b"a(b(c))Ad".to_vec())));
        let list = [Object::Reference(1), Object::Number(-2.5), Object::Text(b"A".to_vec())];
        assert_eq!(object.get(b"L"), Some(&Object::Array(list.to_vec())));
    }

    #[test]
    fn what_is_not_closed_is_no_object() {
        for bytes in [&b"<< /A"[..], b"[1 2", b"(a(b)", b"<41", b"<< /A endobj >>", b""] {
            assert!(parse(bytes, 0, 0).is_err(), "{bytes:?}");
        }
        assert!(parse(&b"[".repeat(100_000), 0, 0).is_err());
        assert!(parse(&b"<</A".repeat(100_000), 0, 0).is_err());
    }
}
