//! A form as people read it: the format language, written back.
//!
//! What is written parses to the same form again, so that a rule can be copied from a page into a pack.

use std::fmt;

use super::format::{Class, Format, List, Piece, SECRET, Text};
use super::model::Form;

/// The names of classes, the first of two for the same set.
const NAMES: [&str; 14] = [
    "digit",
    "lower",
    "upper",
    "alpha",
    "lower-digit",
    "upper-digit",
    "base62",
    "base64",
    "base64url",
    "base32",
    "hex",
    "hex-upper",
    "hex-any",
    "word",
];

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = NAMES.iter().chain(&["printable", "blank", "space"]).find(|name| Class::named(name) == Some(*self));
        match named {
            Some(name) => f.write_str(name),
            None => write!(f, "[{}]", set(*self)),
        }
    }
}

/// The members of a class: three or more in a row as a range, and a `-` at the end, where it stands for itself.
fn set(class: Class) -> String {
    let members: Vec<u8> = class.members().filter(|&byte| byte != b'-').collect();
    let mut out = String::new();
    for run in members.chunk_by(|a, b| a + 1 == *b) {
        match run {
            [first, _, .., last] => out.extend([char::from(*first), '-', char::from(*last)]),
            _ => out.extend(run.iter().map(|&byte| char::from(byte))),
        }
    }
    if class.contains(b'-') {
        out.push('-');
    }
    out
}

impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Piece::Literal(text) => f.write_str(text),
            Piece::Choice(texts) => write!(f, "{{{}}}", joined(texts, "|")),
            Piece::Run { class, counts } if counts.as_ref() == [(1, 1)] => write!(f, "{{{class}}}"),
            Piece::Run { class, counts } => {
                let counts: Vec<String> = counts
                    .iter()
                    .map(|&(min, max)| if min == max { min.to_string() } else { format!("{min}-{max}") })
                    .collect();
                write!(f, "{{{class}:{}}}", counts.join("|"))
            }
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = self.secret.unwrap_or_default();
        self.pieces.iter().enumerate().try_for_each(|(index, piece)| {
            if (usize::from(from)..usize::from(to)).contains(&index) {
                return write!(f, "{{{SECRET}{}", &piece.to_string()[1..]);
            }
            piece.fmt(f)
        })
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Form::Format(format) => write!(f, "format {format}"),
            Form::Pattern(pattern) => write!(f, "pattern {pattern}"),
            Form::Line(format) => write!(f, "line {format}"),
            Form::Search(search) => write!(f, "search {}", search.pattern),
            Form::Url(schemes) => write!(f, "password in a URL with scheme {}", joined(schemes, ", ")),
            Form::Pem(labels) => write!(f, "PEM block with label {}", joined(labels, ", ")),
            Form::Assignment(words) => write!(f, "value of a key that ends with {}", joined(words, ", ")),
            Form::Reader(reader) => write!(f, "what the reader `{}` reads", reader.id()),
        }
    }
}

fn joined(texts: &List<Text>, joint: &str) -> String {
    texts.iter().map(Text::as_ref).collect::<Vec<&str>>().join(joint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::set::RuleSet;

    #[test]
    fn what_is_written_reads_as_the_same_format() {
        let mut formats = 0;
        for (_, rule) in RuleSet::builtin().iter() {
            let Form::Format(format) = &rule.form else { continue };
            formats += 1;
            let text = format.to_string();
            assert_eq!(Format::parse(&text).as_ref(), Ok(format), "{}: {text}", rule.id);
        }
        assert!(formats > 50, "only {formats} formats");
    }

    #[test]
    fn a_format_is_written_as_it_was() {
        for source in [
            "gh{o|u}_{base62:36}",
            "a{digit}{hex:40|32}{base64url:4-9}",
            "k{[02-9AC-HJ-NP-Z]:58}",
            "k{[!+-]:3}{printable:2}",
            "key{blank:0-4}={secret base64:8-20}{secret ==|=|}",
        ] {
            assert_eq!(Format::parse(source).expect(source).to_string(), source);
        }
        assert_eq!(Format::parse("a{[a-f0-9]:3}").expect("a format").to_string(), "a{hex:3}");
    }
}
