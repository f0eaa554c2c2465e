//! Sets of ASCII characters, by the names that rules call them.
//!
//! Compiled twice: into the library, and with the format language into `build.rs`.

/// A set of ASCII characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class(pub u128);

impl Class {
    /// Letters and digits.
    pub const BASE62: Class = Class::of("A-Za-z0-9");
    /// What identifiers are made of: a token that goes on with one of these has not ended.
    pub const WORD: Class = Class::of("A-Za-z0-9_");

    /// The set that `text` describes: characters, and ranges `a-z`; a `-` at either end stands for itself.
    #[must_use]
    pub const fn of(text: &str) -> Class {
        let bytes = text.as_bytes();
        let mut set = 0u128;
        let mut i = 0;
        while i < bytes.len() {
            if i + 2 < bytes.len() && bytes[i + 1] == b'-' {
                let mut byte = bytes[i];
                while byte <= bytes[i + 2] {
                    set |= 1 << byte;
                    byte += 1;
                }
                i += 3;
            } else {
                set |= 1 << bytes[i];
                i += 1;
            }
        }
        Class(set)
    }

    /// The class that rules call by this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Class> {
        Some(match name {
            "digit" => Class::of("0-9"),
            "lower" => Class::of("a-z"),
            "upper" => Class::of("A-Z"),
            "alpha" => Class::of("A-Za-z"),
            "lower-digit" => Class::of("a-z0-9"),
            "upper-digit" => Class::of("A-Z0-9"),
            "base62" | "alnum" => Class::BASE62,
            "base64" => Class::of("A-Za-z0-9+/"),
            "base64url" => Class::of("A-Za-z0-9_-"),
            "base32" => Class::of("A-Z2-7"),
            "hex" => Class::of("0-9a-f"),
            "hex-upper" => Class::of("0-9A-F"),
            "hex-any" => Class::of("0-9a-fA-F"),
            "word" => Class::WORD,
            "printable" => Class::of("!-~"),
            "blank" => Class::of(" \t"),
            "space" => Class::of(" \t\r\n"),
            _ => return None,
        })
    }

    /// Whether `byte` is in the set.
    #[must_use]
    pub const fn contains(self, byte: u8) -> bool {
        byte < 128 && (self.0 >> byte) & 1 == 1
    }

    /// Whether the two sets have no member in common.
    #[must_use]
    pub const fn is_disjoint(self, other: Class) -> bool {
        self.0 & other.0 == 0
    }

    /// The members in ascending order.
    pub fn members(self) -> impl Iterator<Item = u8> {
        (0..128u8).filter(move |&byte| self.contains(byte))
    }
}
