//! The format language: one line that says what a token looks like.
//!
//! `ghp_{base62:36}` is a literal text and a run of 36 characters of a class. The same line drives the matcher, the
//! choice of the literal that the prefilter looks for, and the examples that tests expand.
//!
//! ```text
//! format  = { literal | "{" piece "}" }
//! piece   = [ "secret " ] ( class [ ":" counts ] | text "|" text { "|" text } )
//! counts  = count { "|" count }          count = N | N "-" M       (no count: 1)
//! class   = name | "[" characters and ranges "]"
//! ```
//!
//! Pieces that are marked with `secret` (one, or several in a row) are the secret part, and what stands around them is how
//! it is written down: `machine{space:1-9}{printable:1-99}{space:1-9}password{space:1-9}{secret printable:1-99}`. Without a
//! mark the whole is the secret.

use std::borrow::Cow;

pub use crate::class::Class;

/// Text of a rule: static for built-in rules, owned for packs read at run time.
pub type Text = Cow<'static, str>;
/// A list in a rule.
pub type List<T> = Cow<'static, [T]>;

/// The most characters that one run may have.
pub const RUN_MAX: u16 = 4000;
/// The most bytes that a whole token may have: what the longest look reaches, less its boundary.
pub const TOKEN_MAX: usize = 4090;

/// What marks a piece as part of the secret.
pub const SECRET: &str = "secret ";

/// One piece of a format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// This text.
    Literal(Text),
    /// One of these texts, tried in this order.
    Choice(List<Text>),
    /// A run of characters of a class.
    Run {
        /// The class.
        class: Class,
        /// The lengths allowed: inclusive ranges, longest first.
        counts: List<(u16, u16)>,
    },
}

/// What a token looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    /// The pieces, in order; never empty.
    pub pieces: List<Piece>,
    /// Which of them are the secret part, from and up to; none: all of them.
    pub secret: Option<(u16, u16)>,
}

/// Literal texts one of which every match holds at a fixed distance from its first byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchors {
    /// The texts.
    pub texts: Vec<String>,
    /// Bytes between the beginning of the token and the text.
    pub offset: u16,
}

impl Format {
    /// Reads a format.
    ///
    /// # Errors
    /// A sentence that names the piece at fault.
    pub fn parse(source: &str) -> Result<Format, String> {
        let mut pieces = Vec::new();
        let mut secret: Option<(u16, u16)> = None;
        let mut rest = source;
        while let Some(open) = rest.find('{') {
            if rest[..open].contains('}') {
                return Err(format!("`}}` without `{{` in `{source}`"));
            }
            if open > 0 {
                pieces.push(Piece::Literal(Text::Owned(rest[..open].to_owned())));
            }
            let close = rest[open..].find('}').ok_or_else(|| format!("`{{` without `}}` in `{source}`"))? + open;
            let body = &rest[open + 1..close];
            if body.starts_with(SECRET) {
                let at = pieces.len() as u16;
                secret = match secret {
                    None => Some((at, at + 1)),
                    Some((from, to)) if to == at => Some((from, at + 1)),
                    Some(_) => return Err(format!("`{{{body}}}`: the pieces of the secret stand in a row")),
                };
            }
            pieces.push(parse_piece(body.strip_prefix(SECRET).unwrap_or(body))?);
            rest = &rest[close + 1..];
        }
        if rest.contains('}') {
            return Err(format!("`}}` without `{{` in `{source}`"));
        }
        if !rest.is_empty() {
            pieces.push(Piece::Literal(Text::Owned(rest.to_owned())));
        }
        if pieces.is_empty() {
            return Err("the format is empty".to_owned());
        }
        if !source.is_ascii() {
            return Err(format!("`{source}` is not ASCII"));
        }
        let format = Format { pieces: pieces.into(), secret };
        if format.longest() > TOKEN_MAX {
            return Err(format!("`{source}` can match {} bytes; {TOKEN_MAX} is the most", format.longest()));
        }
        Ok(format)
    }

    /// How many characters the widest of its classes has.
    #[must_use]
    pub fn alphabet(&self) -> u32 {
        let width = |piece: &Piece| match piece {
            Piece::Run { class, .. } => class.0.count_ones(),
            Piece::Literal(_) | Piece::Choice(_) => 0,
        };
        self.pieces.iter().map(width).max().unwrap_or(0)
    }

    /// The length of the longest match, in bytes.
    #[must_use]
    pub fn longest(&self) -> usize {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => text.len(),
                Piece::Choice(texts) => texts.iter().map(|text| text.len()).max().unwrap_or(0),
                Piece::Run { counts, .. } => counts.iter().map(|&(_, max)| usize::from(max)).max().unwrap_or(0),
            })
            .sum()
    }

    /// What a match may begin with; none where that is not ASCII alone.
    #[must_use]
    pub fn first(&self) -> Option<Class> {
        let of = |text: &Text| text.bytes().next().filter(u8::is_ascii).map(|byte| Class(1 << byte));
        match self.pieces.first()? {
            Piece::Literal(text) => of(text),
            Piece::Choice(texts) => texts.iter().try_fold(Class(0), |all, text| Some(Class(all.0 | of(text)?.0))),
            Piece::Run { class, counts } => counts.iter().all(|&(min, _)| min > 0).then_some(*class),
        }
    }

    /// The literal texts that a match begins with, every leading choice expanded, if each has at least `least` bytes;
    /// else the texts of the first literal piece that stands at a fixed distance and is long enough.
    #[must_use]
    pub fn anchors(&self, least: usize) -> Option<Anchors> {
        let mut heads = vec![String::new()];
        for piece in self.pieces.iter() {
            match piece {
                Piece::Literal(text) => heads.iter_mut().for_each(|head| head.push_str(text)),
                Piece::Choice(texts) if heads.len() * texts.len() <= 32 => {
                    heads =
                        heads.iter().flat_map(|head| texts.iter().map(move |text| format!("{head}{text}"))).collect();
                }
                Piece::Choice(_) | Piece::Run { .. } => break,
            }
        }
        if heads.iter().all(|head| head.len() >= least) {
            heads.sort();
            heads.dedup();
            return Some(Anchors { texts: heads, offset: 0 });
        }
        self.literal_at_fixed_offset(|text| text.len() >= least)
    }

    /// The literal piece that is `wanted`, if it stands at a fixed distance from the beginning.
    #[must_use]
    pub fn literal_at_fixed_offset(&self, wanted: impl Fn(&str) -> bool) -> Option<Anchors> {
        let mut offset = 0u16;
        for piece in self.pieces.iter() {
            match piece {
                Piece::Literal(text) if wanted(text) => {
                    return Some(Anchors { texts: vec![text.to_string()], offset });
                }
                Piece::Literal(text) => offset += text.len() as u16,
                Piece::Choice(texts) if texts.iter().all(|text| wanted(text)) => {
                    return Some(Anchors { texts: texts.iter().map(ToString::to_string).collect(), offset });
                }
                Piece::Choice(texts) if texts.iter().all(|text| text.len() == texts[0].len()) => {
                    offset += texts[0].len() as u16;
                }
                Piece::Run { counts, .. } if counts.len() == 1 && counts[0].0 == counts[0].1 => offset += counts[0].0,
                Piece::Choice(_) | Piece::Run { .. } => return None,
            }
        }
        None
    }
}

/// Reads what stands between the braces.
pub(super) fn parse_piece(body: &str) -> Result<Piece, String> {
    if let Some(set) = body.strip_prefix('[') {
        let close = set.rfind(']').ok_or_else(|| format!("`{{{body}}}`: the set has no `]`"))?;
        if close == 0 || !set.is_ascii() {
            return Err(format!("`{{{body}}}`: a set holds ASCII characters, at least one"));
        }
        return run(body, Class::of(&set[..close]), &set[close + 1..]);
    }
    let name = body.split(':').next().unwrap_or(body);
    if let Some(class) = Class::named(name) {
        return run(body, class, &body[name.len()..]);
    }
    if body.contains('|') {
        return Ok(Piece::Choice(body.split('|').map(|text| Text::Owned(text.to_owned())).collect::<Vec<_>>().into()));
    }
    Err(format!("`{{{body}}}`: no class has the name `{name}`, and a choice needs a `|`"))
}

fn run(body: &str, class: Class, counts: &str) -> Result<Piece, String> {
    let counts = match counts.strip_prefix(':') {
        None if counts.is_empty() => vec![(1, 1)],
        None => return Err(format!("`{{{body}}}`: a count follows a `:`")),
        Some(list) => {
            let mut counts = list.split('|').map(|count| parse_count(body, count)).collect::<Result<Vec<_>, _>>()?;
            counts.sort_by_key(|&(_, max)| std::cmp::Reverse(max));
            counts
        }
    };
    Ok(Piece::Run { class, counts: counts.into() })
}

fn parse_count(body: &str, count: &str) -> Result<(u16, u16), String> {
    let (min, max) = count.split_once('-').unwrap_or((count, count));
    let number = |text: &str| text.parse::<u16>().map_err(|_| format!("`{{{body}}}`: `{count}` is not a count"));
    let (min, max) = (number(min)?, number(max)?);
    if min > max || max == 0 || max > RUN_MAX {
        return Err(format!("`{{{body}}}`: a count lies between 1 and {RUN_MAX}, the smaller number first"));
    }
    Ok((min, max))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_expand_leading_choices() {
        let format = Format::parse("gh{o|u}_{base62:36}").expect("a good format");
        assert_eq!(format.anchors(3), Some(Anchors { texts: vec!["gho_".to_owned(), "ghu_".to_owned()], offset: 0 }));
        assert_eq!(format.longest(), 40);
    }

    #[test]
    fn an_inner_literal_at_a_fixed_distance_is_an_anchor() {
        let format = Format::parse("{base62:20}.marker.{base62:4-9}").expect("a good format");
        assert_eq!(format.anchors(3), Some(Anchors { texts: vec![".marker.".to_owned()], offset: 20 }));
        assert_eq!(Format::parse("{base62:2-4}.marker.").expect("a good format").anchors(3), None);
    }

    #[test]
    fn errors_name_the_piece() {
        for (source, part) in [
            ("a{nothing:3}", "nothing"),
            ("a{hex:9-3}", "9-3"),
            ("a{hex:3", "without"),
            ("}", "without"),
            ("", "empty"),
            ("a{hex:5000}", "5000"),
            ("a{[:3}", "`]`"),
            ("{secret hex:4}-{secret hex:4}", "in a row"),
        ] {
            let error = Format::parse(source).expect_err(source);
            assert!(error.contains(part), "{source}: {error}");
        }
    }
}
