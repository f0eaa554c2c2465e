//! Shannon entropy against what random tokens of the same alphabet and length have.
//!
//! A flat threshold is wrong in both directions: 3.5 bits per character loses 19 % of random 32-digit hexadecimal keys and
//! 5 % of 40-digit ones, and lets long prose through. So the limit depends on alphabet and length: it is the value that one
//! random token in a thousand falls short of, measured on 20,000 tokens per cell.

use crate::class::Class;

/// The alphabets that are told apart, narrowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    /// Hexadecimal in one case.
    Hex,
    /// Upper-case letters and the digits 2 to 7.
    Base32,
    /// Letters of one case, and digits.
    OneCase,
    /// Letters and digits.
    Alnum,
    /// Those, and what base64 and generated client secrets have beside them.
    Base64,
    /// Anything that is printed.
    Printable,
}

impl Alphabet {
    /// The narrowest alphabet that `value` can be of.
    #[must_use]
    pub fn of(value: &[u8]) -> Alphabet {
        let all = |class: Class| value.iter().all(|&byte| class.contains(byte));
        if all(Class::of("0-9a-f")) || all(Class::of("0-9A-F")) {
            Alphabet::Hex
        } else if all(Class::of("A-Z2-7")) {
            Alphabet::Base32
        } else if all(Class::of("a-z0-9")) || all(Class::of("A-Z0-9")) {
            Alphabet::OneCase
        } else if all(Class::BASE62) {
            Alphabet::Alnum
        } else if all(Class::of("A-Za-z0-9+/=~")) {
            Alphabet::Base64
        } else {
            Alphabet::Printable
        }
    }

    /// The name for a person.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Alphabet::Hex => "hexadecimal",
            Alphabet::Base32 => "base32",
            Alphabet::OneCase => "letters of one case and digits",
            Alphabet::Alnum => "letters and digits",
            Alphabet::Base64 => "base64",
            Alphabet::Printable => "printable characters",
        }
    }

    /// The entropy that one random value in a thousand falls short of, at the lengths of [`LENGTHS`].
    fn floor(self) -> [f64; 7] {
        match self {
            Alphabet::Hex => [2.12, 2.48, 2.71, 3.13, 3.28, 3.54, 3.54],
            Alphabet::Base32 => [2.52, 2.95, 3.17, 3.68, 3.89, 4.26, 4.26],
            Alphabet::OneCase => [2.52, 2.95, 3.22, 3.74, 4.00, 4.37, 4.37],
            Alphabet::Alnum => [2.75, 3.20, 3.48, 4.08, 4.35, 4.82, 4.82],
            Alphabet::Base64 => [2.79, 3.20, 3.48, 4.10, 4.35, 4.83, 4.83],
            Alphabet::Printable => [2.92, 3.33, 3.58, 4.27, 4.55, 5.09, 5.09],
        }
    }
}

const LENGTHS: [f64; 7] = [12.0, 16.0, 20.0, 32.0, 40.0, 64.0, 1024.0];

/// Shannon entropy of the bytes of `value`, in bits per byte.
#[must_use]
pub fn shannon(value: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for &byte in value {
        counts[usize::from(byte)] += 1;
    }
    let length = value.len() as f64;
    counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| {
            let share = f64::from(count) / length;
            -share * share.log2()
        })
        .sum()
}

/// The least entropy that a random value like this one has, in bits per byte; see [`Alphabet`]. Between the measured
/// lengths it is interpolated; below the shortest it shrinks with the most that so few characters can have.
#[must_use]
pub fn floor(value: &[u8]) -> f64 {
    let limits = Alphabet::of(value).floor();
    let length = value.len() as f64;
    if length <= LENGTHS[0] {
        return limits[0] * length.max(2.0).log2() / LENGTHS[0].log2();
    }
    let cell = LENGTHS.iter().position(|&limit| length <= limit).unwrap_or(LENGTHS.len() - 1);
    let share = ((length - LENGTHS[cell - 1]) / (LENGTHS[cell] - LENGTHS[cell - 1])).min(1.0);
    limits[cell - 1] + share * (limits[cell] - limits[cell - 1])
}

/// Whether the value is less random than 999 in 1,000 random values of its alphabet and length. What separates the parts of
/// a value (`-` in a UUID, `:` between id and secret) does not count.
#[must_use]
pub fn falls_short(value: &[u8]) -> bool {
    let own: Vec<u8> = value.iter().copied().filter(|byte| !matches!(byte, b'-' | b'_' | b':' | b'.')).collect();
    shannon(&own) < floor(&own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_is_measured_in_bits() {
        assert!((shannon(b"aabb") - 1.0).abs() < 1e-9);
        assert!((shannon(b"abcdefgh") - 3.0).abs() < 1e-9);
        assert!(shannon(b"aaaa").abs() < 1e-9);
    }

    #[test]
    fn the_floor_rises_with_alphabet_and_length() {
        let hex = floor(&[b'a'; 32]);
        assert!((hex - 3.13).abs() < 1e-9, "{hex}");
        assert!(floor(b"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz") > hex);
        assert!(floor(&[b'a'; 36]) > hex);
        assert!(floor(b"abc") < floor(b"abcdefabcdef"));
    }

    /// By the floor of all printed characters one in six of them would fall short.
    #[test]
    fn random_base64_is_random() {
        let members: Vec<u8> = Class::of("A-Za-z0-9+/").members().collect();
        let mut state = 1u64;
        let mut draw = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            members[(state >> 33) as usize % members.len()]
        };
        let short = (0..2000).filter(|_| falls_short(&(0..64).map(|_| draw()).collect::<Vec<_>>())).count();
        assert!(short < 10, "{short} of 2000");
    }

    #[test]
    fn separators_do_not_widen_the_alphabet() {
        assert!(!falls_short(b"4f0c9b1e-7d2a-4486-9fb3-aa01c6d85e27"));
        assert!(falls_short(b"aaaaaaaa-bbbb-aaaa-bbbb-aaaaaaaaaaaa"));
    }
}
