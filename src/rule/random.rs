//! A small deterministic generator (SplitMix64) that examples are drawn from; nothing here is for cryptography.

use sha2::{Digest as _, Sha256};

use super::format::{Format, Piece};

pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: &[&str]) -> Self {
        let digest = Sha256::digest(seed.join("\0").as_bytes());
        Self(digest.iter().take(8).fold(0, |seed, &byte| seed << 8 | u64::from(byte)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    pub(super) fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next() as u8).collect()
    }

    /// Characters of an alphabet.
    pub(super) fn text(&mut self, alphabet: &str, count: usize) -> String {
        let members = alphabet.as_bytes();
        (0..count).map(|_| char::from(members[self.below(members.len())])).collect()
    }

    pub(super) fn hex(&mut self, count: usize) -> String {
        self.text("0123456789abcdef", count)
    }

    /// A text that looks like a UUID (RFC 9562).
    pub(super) fn uuid(&mut self) -> String {
        [8, 4, 4, 4, 12].map(|count| self.hex(count)).join("-")
    }

    /// A text of the format, and how many bytes it begins with before its first run.
    pub(super) fn format(&mut self, format: &Format) -> (String, usize) {
        let mut text = String::new();
        let mut prefix = None;
        for piece in format.pieces.iter() {
            if let Piece::Run { .. } = piece {
                prefix.get_or_insert(text.len());
            }
            self.piece(piece, &mut text);
        }
        let prefix = prefix.unwrap_or(text.len());
        (text, prefix)
    }

    /// The format with `secret` as its secret part.
    pub(super) fn format_around(&mut self, format: &Format, secret: &str) -> String {
        let (from, to) = format.secret.map_or((0, format.pieces.len()), |(from, to)| (from.into(), to.into()));
        let mut text = String::new();
        format.pieces[..from].iter().for_each(|piece| self.piece(piece, &mut text));
        text.push_str(secret);
        format.pieces[to..].iter().for_each(|piece| self.piece(piece, &mut text));
        text
    }

    pub(super) fn piece(&mut self, piece: &Piece, out: &mut String) {
        match piece {
            Piece::Literal(text) => out.push_str(text),
            Piece::Choice(texts) => out.push_str(&texts[self.below(texts.len())]),
            Piece::Run { class, counts } => {
                let (min, max) = counts[self.below(counts.len())];
                let members: Vec<u8> = class.members().collect();
                for _ in 0..min + self.below(usize::from(max - min) + 1) as u16 {
                    out.push(char::from(members[self.below(members.len())]));
                }
            }
        }
    }
}
