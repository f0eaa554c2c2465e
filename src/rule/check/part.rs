//! Where in a token the part stands that decodes.

/// A part of a token.
pub(super) enum Part {
    /// Behind the public prefix.
    Body,
    /// Everything.
    Whole,
    /// Before the last of these bytes.
    Before(u8),
    /// Behind the last of these bytes.
    Behind(u8),
    /// Between the first and the last of these bytes.
    Between(u8),
    /// The one with this number, counted from 0, of those that dots separate.
    Dotted(usize),
}

impl Part {
    /// The three pieces of a token: before the part, the part, behind it.
    pub(super) fn split<'t>(&self, token: &'t [u8], prefix: usize) -> Option<(&'t [u8], &'t [u8], &'t [u8])> {
        let (before, rest) = match self {
            Part::Body => token.split_at_checked(prefix)?,
            Part::Whole | Part::Before(_) => (&token[..0], token),
            Part::Between(byte) => token.split_at(memchr::memchr(*byte, token)? + 1),
            Part::Behind(byte) => token.split_at(memchr::memrchr(*byte, token)? + 1),
            Part::Dotted(number) => {
                // A token with fewer parts has no such place: the sum is then one more than its length.
                let start: usize = token.split(|&byte| byte == b'.').take(*number).map(|part| part.len() + 1).sum();
                token.split_at_checked(start)?
            }
        };
        let end = match self {
            Part::Dotted(_) => memchr::memchr(b'.', rest).unwrap_or(rest.len()),
            Part::Before(byte) | Part::Between(byte) => memchr::memrchr(*byte, rest)?,
            Part::Body | Part::Whole | Part::Behind(_) => rest.len(),
        };
        Some((before, &rest[..end], &rest[end..]))
    }
}
