//! Tokens of which a part is base64 of a JSON object: whose they are, and how long they last, stands in it.
//!
//! Each is a table of fields; verifying, making and reading the facts all follow it. Most samples that are published were
//! altered and decode to nothing, so what does not decode is less sure rather than none.

use data_encoding::BASE64_NOPAD;
use serde_json::Value;

use super::encoding::{base64, is_uuid};
use super::part::Part;
use super::{Method, Outcome, jwt};
use crate::finding::{Fact, FactName};
use crate::rule::random::Random;

/// What a field holds.
enum Field {
    /// A text; examples give it this many characters.
    Text(usize),
    /// A UUID.
    Uuid,
    /// Seconds since 1970.
    Seconds,
}

/// A kind of token.
pub(super) struct Document {
    part: Part,
    /// The fields that must be there, in the order in which the issuer writes them.
    fields: &'static [(&'static str, Field, Option<FactName>)],
}

pub(super) const SENTRY: Document = Document {
    part: Part::Between(b'_'),
    fields: &[
        ("iat", Field::Seconds, Some(FactName::Created)),
        ("url", Field::Text(24), Some(FactName::Issuer)),
        ("region_url", Field::Text(24), None),
        ("org", Field::Text(8), Some(FactName::Account)),
    ],
};
pub(super) const SNYK: Document = Document {
    part: Part::Dotted(2),
    fields: &[("e", Field::Seconds, Some(FactName::Expires)), ("h", Field::Text(12), Some(FactName::Issuer))],
};
pub(super) const MAPBOX: Document = Document {
    part: Part::Dotted(1),
    fields: &[("u", Field::Text(8), Some(FactName::Account)), ("a", Field::Text(25), None)],
};
pub(super) const MIRO: Document =
    Document { part: Part::Before(b'_'), fields: &[("miro.origin", Field::Text(4), Some(FactName::Issuer))] };
pub(super) const TINYBIRD: Document = Document {
    part: Part::Dotted(1),
    fields: &[
        ("u", Field::Uuid, Some(FactName::Account)),
        ("id", Field::Uuid, None),
        ("host", Field::Text(8), Some(FactName::Issuer)),
    ],
};
pub(super) const QSTASH: Document = Document {
    part: Part::Whole,
    fields: &[("UserID", Field::Uuid, Some(FactName::Account)), ("Password", Field::Text(32), None)],
};
pub(super) const GRAFANA_CLOUD: Document = Document {
    part: Part::Body,
    fields: &[
        ("o", Field::Text(6), Some(FactName::Account)),
        ("n", Field::Text(16), None),
        ("k", Field::Text(24), None),
    ],
};
pub(super) const GRAFANA_OLDER: Document =
    Document { part: Part::Whole, fields: &[("k", Field::Text(32), None), ("n", Field::Text(8), None)] };
pub(super) const CLOUDFLARE_TUNNEL: Document = Document {
    part: Part::Whole,
    fields: &[("a", Field::Text(32), Some(FactName::Account)), ("t", Field::Uuid, None), ("s", Field::Text(44), None)],
};
pub(super) const ONE_PASSWORD: Document = Document {
    part: Part::Behind(b'_'),
    fields: &[
        ("signInAddress", Field::Text(24), Some(FactName::Issuer)),
        ("email", Field::Text(24), None),
        ("srpX", Field::Text(64), None),
        ("secretKey", Field::Text(34), None),
        ("deviceUuid", Field::Text(26), None),
    ],
};

impl Document {
    /// The object, if every field is there and holds what it should.
    fn read(&self, token: &[u8], prefix: usize) -> Option<Value> {
        let text = base64(self.part.split(token, prefix)?.1)?;
        let object: Value = serde_json::from_slice(&text).ok()?;
        let holds = self.fields.iter().all(|(key, field, _)| match (field, object.get(key)) {
            (Field::Text(_), Some(Value::String(text))) => !text.is_empty(),
            (Field::Uuid, Some(Value::String(text))) => is_uuid(text.as_bytes()),
            (Field::Seconds, Some(Value::Number(_))) => true,
            _ => false,
        });
        holds.then_some(object)
    }
}

impl Method for Document {
    fn verify(&self, token: &[u8], prefix: usize) -> Outcome {
        Outcome::likely(self.read(token, prefix).is_some())
    }

    fn make(&self, token: &mut Vec<u8>, prefix: usize, random: &mut Random) {
        let Some((before, _, behind)) = self.part.split(token, prefix) else { return };
        let fields = self.fields.iter().map(|(key, field, _)| match field {
            Field::Text(count) => format!("\"{key}\":\"{}\"", random.hex(*count)),
            Field::Uuid => format!("\"{key}\":\"{}\"", random.uuid()),
            Field::Seconds => format!("\"{key}\":{}", 1_700_000_000 + random.below(50_000_000)),
        });
        let object = format!("{{{}}}", fields.collect::<Vec<_>>().join(","));
        *token = [before, BASE64_NOPAD.encode(object.as_bytes()).as_bytes(), behind].concat();
    }

    fn facts(&self, token: &[u8], prefix: usize) -> Vec<Fact> {
        let Some(object) = self.read(token, prefix) else { return Vec::new() };
        let said = self.fields.iter().filter_map(|(key, field, name)| {
            let value = match field {
                Field::Seconds if *name == Some(FactName::Expires) => jwt::end(&object[*key])?,
                Field::Seconds => jwt::time(&object[*key])?,
                Field::Text(_) | Field::Uuid => object[*key].as_str()?.to_owned(),
            };
            Some(Fact::new((*name)?, value))
        });
        said.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_decodes_to_its_fields() {
        for (document, token, prefix, facts) in [
            (&SENTRY, "exa_AAAA_kkkk", 4, 3),
            (&SNYK, "exa_uat.12345678.AAAA.kkkk", 4, 2),
            (&MAPBOX, "pk.AAAA.kkkk", 3, 1),
            (&MIRO, "AAAA_kkkk", 0, 1),
            (&TINYBIRD, "p.AAAA.kkkk", 2, 2),
            (&QSTASH, "AAAA", 0, 1),
            (&GRAFANA_CLOUD, "exa_AAAA", 4, 1),
            (&GRAFANA_OLDER, "AAAA", 0, 0),
            (&CLOUDFLARE_TUNNEL, "AAAA", 0, 1),
            (&ONE_PASSWORD, "ops_AAAA", 4, 1),
        ] {
            assert_eq!(document.verify(token.as_bytes(), prefix), Outcome::Doubtful, "{token}");
            assert!(document.facts(token.as_bytes(), prefix).is_empty(), "{token}");
            let mut made = token.as_bytes().to_vec();
            document.make(&mut made, prefix, &mut Random::new(&[token]));
            assert_eq!(document.verify(&made, prefix), Outcome::Holds, "{token}");
            assert_eq!(document.facts(&made, prefix).len(), facts, "{token}");
            for end in 0..made.len() {
                document.verify(&made[..end], prefix);
            }
        }
    }
}
