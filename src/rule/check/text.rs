//! Tokens of which a part is base64 of a text with separators: ids, times and secrets in a row.

use data_encoding::BASE64;

use super::encoding::{base64, end, is_uuid, ulid};
use super::part::Part;
use super::{Method, Outcome};
use crate::finding::{Fact, FactName};
use crate::rule::random::Random;

/// A kind of token.
pub(super) struct Text {
    part: Part,
    /// Whether a token that does not decode is none.
    strict: bool,
    /// Whether the base64 is padded.
    padded: bool,
    /// Whether the text is right, and what it says.
    read: fn(&[u8]) -> Option<Vec<Fact>>,
    /// A text that is right.
    made: fn(&mut Random) -> String,
}

/// `reftkn:01:`, the second in which the token ends or zeros, and the secret.
pub(super) const JFROG: Text = Text {
    part: Part::Whole,
    strict: true,
    padded: false,
    read: |text| {
        let (seconds, rest) = text.strip_prefix(b"reftkn:01:")?.split_first_chunk::<10>()?;
        let seconds: i64 = std::str::from_utf8(seconds).ok()?.parse().ok()?;
        let expires = end(seconds).map(|end| Fact::new(FactName::Expires, end));
        rest.starts_with(b":").then(|| expires.into_iter().collect())
    },
    made: |random| {
        let seconds = 1_800_000_000 + random.below(50_000_000);
        format!("reftkn:01:{seconds}:{}", random.hex(27))
    },
};

/// The id and the key, 20 and 22 characters.
pub(super) const ELASTICSEARCH: Text = Text {
    part: Part::Whole,
    strict: true,
    padded: true,
    read: |text| {
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let (id, key) = text.split_at_checked(20)?;
        let key = key.strip_prefix(b":")?;
        (key.len() == 22 && id.iter().chain(key).all(is_word)).then(Vec::new)
    },
    made: |random| format!("{}:{}", random.hex(20), random.hex(22)),
};

/// `tok:`, an id like a UUID with underscores, `:1:0`.
pub(super) const INTERCOM: Text = Text {
    part: Part::Whole,
    strict: true,
    padded: true,
    read: |text| {
        let id = text.strip_prefix(b"tok:")?.strip_suffix(b":1:0")?;
        let id: Vec<u8> = id.iter().map(|&byte| if byte == b'_' { b'-' } else { byte }).collect();
        is_uuid(&id).then(Vec::new)
    },
    made: |random| format!("tok:{}:1:0", random.uuid().replace('-', "_")),
};

/// Twelve digits, a colon and 20 random bytes.
pub(super) const JIRA: Text = Text {
    part: Part::Body,
    strict: true,
    padded: false,
    read: |text| {
        let (id, secret) = text.split_at_checked(12)?;
        let is_right = id.iter().all(u8::is_ascii_digit) && secret.len() == 21 && secret[0] == b':';
        is_right.then(Vec::new)
    },
    made: |random| format!("{}:{}", random.text("0123456789", 12), random.hex(20)),
};

/// The id of the bot, in decimal.
pub(super) const DISCORD: Text = Text {
    part: Part::Dotted(0),
    strict: true,
    padded: false,
    read: |text| {
        let id = std::str::from_utf8(text).ok().filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()))?;
        (16..=20).contains(&id.len()).then(|| vec![Fact::new(FactName::Account, id)])
    },
    made: |random| format!("1{}", random.text("0123456789", 17)),
};

/// `key_`, a ULID, a comma and the secret.
pub(super) const WORKOS: Text = Text {
    part: Part::Body,
    strict: false,
    padded: false,
    read: |text| {
        let (id, secret) = text.strip_prefix(b"key_")?.split_at_checked(26)?;
        let created = ulid(id).map(|created| Fact::new(FactName::Created, created));
        secret.starts_with(b",").then(|| created.into_iter().collect())
    },
    made: |random| {
        let id = random.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 22);
        format!("key_01JZ{id},{}", random.hex(25))
    },
};

/// Two UUIDs and 32 hexadecimal digits.
pub(super) const SHORTCUT: Text = Text {
    part: Part::Behind(b'_'),
    strict: false,
    padded: false,
    read: |text| {
        let mut parts = text.split(|&byte| byte == b':');
        let (first, second, last) = (parts.next()?, parts.next()?, parts.next()?);
        let is_hex = last.len() == 32 && last.iter().all(u8::is_ascii_hexdigit);
        (is_uuid(first) && is_uuid(second) && is_hex && parts.next().is_none()).then(Vec::new)
    },
    made: |random| format!("{}:{}:{}", random.uuid(), random.uuid(), random.hex(32)),
};

/// Numbers of version, team and user, and 64 hexadecimal digits.
pub(super) const SLACK: Text = Text {
    part: Part::Behind(b'-'),
    strict: false,
    padded: false,
    read: |text| {
        let at = memchr::memrchr(b'-', text)?;
        let is_hex = text.len() - at == 65 && text[at + 1..].iter().all(u8::is_ascii_hexdigit);
        let is_numbers = text[..at].iter().all(|byte| byte.is_ascii_digit() || *byte == b'-');
        (is_hex && is_numbers).then(Vec::new)
    },
    made: |random| {
        let numbers = [1, 1, 13, 13, 13, 10].map(|count| random.text("123456789", count));
        format!("{}-{}", numbers.join("-"), random.hex(64))
    },
};

/// The second part is a UUID.
pub(super) const TEAMCITY: Text = Text {
    part: Part::Dotted(2),
    strict: false,
    padded: false,
    read: |text| is_uuid(text).then(Vec::new),
    made: Random::uuid,
};

impl Text {
    fn decoded(&self, token: &[u8], prefix: usize) -> Option<Vec<Fact>> {
        (self.read)(&base64(self.part.split(token, prefix)?.1)?)
    }
}

impl Method for Text {
    fn verify(&self, token: &[u8], prefix: usize) -> Outcome {
        let holds = self.decoded(token, prefix).is_some();
        if self.strict { Outcome::strict(holds) } else { Outcome::likely(holds) }
    }

    fn make(&self, token: &mut Vec<u8>, prefix: usize, random: &mut Random) {
        let Some((before, _, behind)) = self.part.split(token, prefix) else { return };
        let text = BASE64.encode((self.made)(random).as_bytes());
        let text = if self.padded { &text } else { text.trim_end_matches('=') };
        *token = [before, text.as_bytes(), behind].concat();
    }

    fn facts(&self, token: &[u8], prefix: usize) -> Vec<Fact> {
        self.decoded(token, prefix).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_decodes_to_its_text() {
        for (kind, token, prefix, facts) in [
            (&JFROG, "AAAA", 0, 1),
            (&ELASTICSEARCH, "AAAA", 0, 0),
            (&INTERCOM, "AAAA", 0, 0),
            (&JIRA, "exa-AAAA", 4, 0),
            (&DISCORD, "AAAA.kkkkkk.kkkk", 0, 1),
            (&WORKOS, "exa_AAAA", 4, 1),
            (&SHORTCUT, "exa_rw_acme_AAAA", 4, 0),
            (&SLACK, "exa-1-AAAA", 6, 0),
            (&TEAMCITY, "kkkk.kkkk.AAAA", 0, 0),
        ] {
            let fails = if kind.strict { Outcome::Fails } else { Outcome::Doubtful };
            assert_eq!(kind.verify(token.as_bytes(), prefix), fails, "{token}");
            let mut made = token.as_bytes().to_vec();
            kind.make(&mut made, prefix, &mut Random::new(&[token]));
            assert_eq!(kind.verify(&made, prefix), Outcome::Holds, "{token}");
            assert_eq!(kind.facts(&made, prefix).len(), facts, "{token}");
            for end in 0..made.len() {
                kind.verify(&made[..end], prefix);
            }
        }
    }

    #[test]
    fn a_reference_token_without_end_says_none() {
        let token = BASE64.encode(format!("reftkn:01:0000000000:{}", "k".repeat(27)).as_bytes());
        assert_eq!(JFROG.verify(token.as_bytes(), 0), Outcome::Holds);
        assert!(JFROG.facts(token.as_bytes(), 0).is_empty());
    }
}
