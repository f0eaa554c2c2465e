//! Least sizes of what is made: `[policy.length]`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use toml::Spanned;

use super::text::{DEFAULT, PolicyError, Text};
use crate::finding::Threshold;

/// What has a least size: the kind, the built-in size, and what is counted.
pub(crate) const LENGTH: [(&str, u32, &str); 2] =
    [("generated-secret", 24, "characters"), ("signing-secret", 32, "bytes")];

/// The least size of one kind of secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Minimum {
    /// How many.
    pub number: u32,
    /// Of what: `bytes` or `characters`.
    pub unit: &'static str,
    /// `default`, or `keysieve.toml:7`.
    pub source: Cow<'static, str>,
}

impl Minimum {
    /// What a finding says of it.
    #[must_use]
    pub fn threshold(&self) -> Threshold {
        Threshold { limit: format!("{} {}", self.number, self.unit), source: self.source.to_string() }
    }
}

/// The least sizes by kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Minima(pub(crate) BTreeMap<String, Minimum>);

impl Default for Minima {
    fn default() -> Self {
        let minimum = |number, unit| Minimum { number, unit, source: Cow::Borrowed(DEFAULT) };
        Self(LENGTH.iter().map(|&(kind, number, unit)| (kind.to_owned(), minimum(number, unit))).collect())
    }
}

impl Minima {
    pub(super) fn lay(
        &mut self,
        table: &BTreeMap<String, Spanned<u32>>,
        text: Text<'_>,
        errors: &mut Vec<PolicyError>,
    ) {
        for (kind, value) in table {
            match self.0.get_mut(kind) {
                Some(minimum) => {
                    minimum.number = *value.get_ref();
                    minimum.source = Cow::Owned(text.place(value.span().start));
                }
                None => {
                    let known: Vec<&str> = LENGTH.iter().map(|(kind, ..)| *kind).collect();
                    let message = format!("there is no least length of {kind:?}: {}", known.join(", "));
                    errors.push(PolicyError { span: value.span(), message });
                }
            }
        }
    }
}
