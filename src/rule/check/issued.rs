//! JSON Web Tokens that an issuer writes in a form of its own, by which a rule knows them. They are judged as any such token
//! is; what is made of them here are examples that have the issuer's form.

use data_encoding::BASE64URL_NOPAD;

use super::jwt::Jwt;
use super::{Method, Outcome};
use crate::finding::Fact;
use crate::rule::random::Random;

/// The tokens of one issuer.
pub(super) struct Issued {
    header: &'static str,
    payload: fn(&mut Random) -> String,
    /// How many bytes the signature has.
    signature: usize,
}

pub(super) const SUPABASE_SERVICE_ROLE: Issued = Issued {
    header: r#"{"alg":"HS256","typ":"JWT"}"#,
    payload: |random| supabase(random, "service_role"),
    signature: 32,
};
pub(super) const SUPABASE_ANON: Issued =
    Issued { header: r#"{"alg":"HS256","typ":"JWT"}"#, payload: |random| supabase(random, "anon"), signature: 32 };
pub(super) const JFROG: Issued = Issued {
    header: r#"{"ver":"2","typ":"JWT","alg":"RS256","kid":"0"}"#,
    payload: |random| {
        let (subject, id) = (random.hex(26), random.uuid());
        format!(r#"{{"sub":"jfac@{subject}","scp":"applied-permissions/user","iat":1700000000,"jti":"{id}"}}"#)
    },
    signature: 256,
};
pub(super) const MINIMAX: Issued = Issued {
    header: r#"{"alg":"RS256","typ":"JWT"}"#,
    payload: |random| {
        let (group, account) = (random.hex(12), random.hex(20));
        format!(r#"{{"GroupName":"{group}","UserName":"{group}","Account":"{account}","iss":"minimax"}}"#)
    },
    signature: 256,
};

fn supabase(random: &mut Random, role: &str) -> String {
    let project = random.text("abcdefghijklmnopqrstuvwxyz", 20);
    format!(r#"{{"iss":"supabase","ref":"{project}","role":"{role}","iat":1700000000,"exp":2015576000}}"#)
}

impl Method for Issued {
    fn verify(&self, token: &[u8], prefix: usize) -> Outcome {
        Jwt.verify(token, prefix)
    }

    fn doubt(&self) -> &'static str {
        Jwt.doubt()
    }

    fn make(&self, token: &mut Vec<u8>, _prefix: usize, random: &mut Random) {
        let payload = (self.payload)(random);
        let signature = random.bytes(self.signature);
        let parts = [self.header.as_bytes(), payload.as_bytes(), &signature].map(|part| BASE64URL_NOPAD.encode(part));
        *token = parts.join(".").into_bytes();
    }

    fn facts(&self, token: &[u8], prefix: usize) -> Vec<Fact> {
        Jwt.facts(token, prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_holds_and_says_what_any_such_token_does() {
        for (issued, facts) in [(SUPABASE_SERVICE_ROLE, 5), (SUPABASE_ANON, 5), (JFROG, 4), (MINIMAX, 2)] {
            let mut token = b"drawn".to_vec();
            issued.make(&mut token, 0, &mut Random::new(&[issued.header]));
            assert_eq!(issued.verify(&token, 0), Outcome::Holds, "{}", issued.header);
            assert_eq!(issued.facts(&token, 0).len(), facts, "{}", issued.header);
            assert_eq!(issued.verify(b"drawn", 0), Outcome::Fails);
        }
    }
}
