//! Service tokens of HashiCorp Vault from version 1.10 on: protobuf in base64url. A field holds the number 1, one 32 bytes, and
//! one another message whose first field is the token in its short form.

use super::encoding::base64url;
use super::{Method, Outcome};
use crate::rule::random::Random;

pub(super) struct Service;

/// Length of a token in its short form, which holds nothing that could be checked.
const SHORT: usize = 28;

impl Method for Service {
    fn verify(&self, token: &[u8], _prefix: usize) -> Outcome {
        if token.len() <= SHORT {
            return Outcome::Unknown;
        }
        let bytes = token.get(4..).and_then(base64url).unwrap_or_default();
        let inner = bytes.strip_prefix(&[8, 1, 18, 32]).and_then(|rest| rest.get(32..)?.strip_prefix(&[26]));
        // A length of one byte, or of two.
        let inner = inner.and_then(|rest| match rest {
            [0..0x80, rest @ ..] | [_, _, rest @ ..] => Some(rest),
            _ => None,
        });
        Outcome::likely(inner.is_some_and(|rest| rest.starts_with(b"\n\x1chvs.")))
    }

    fn make(&self, token: &mut Vec<u8>, _prefix: usize, random: &mut Random) {
        if token.len() <= SHORT {
            return;
        }
        let inner = [b"\n\x1chvs.", random.hex(24).as_bytes()].concat();
        let bytes = [&[8, 1, 18, 32][..], &random.bytes(32), &[26, inner.len() as u8], &inner].concat();
        token.truncate(4);
        token.extend_from_slice(data_encoding::BASE64URL_NOPAD.encode(&bytes).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_in_the_token_is_found() {
        let mut token = ["hvs.", &"k".repeat(95)].concat().into_bytes();
        assert_eq!(Service.verify(&token, 4), Outcome::Doubtful);
        Service.make(&mut token, 4, &mut Random::new(&["vault"]));
        assert_eq!(&token[4..9], ["CAE", "SI"].concat().as_bytes());
        assert_eq!(Service.verify(&token, 4), Outcome::Holds);
        assert_eq!(Service.verify(&token[..28], 4), Outcome::Unknown);
        assert_eq!(Service.verify(&token[..60], 4), Outcome::Doubtful);
    }
}
