//! Conditions on the secret part that the form itself cannot say.

use std::borrow::Cow;
use std::sync::LazyLock;

use data_encoding::{BASE64_NOPAD, Encoding as Code, HEXLOWER_PERMISSIVE};

use super::model::{DecodesTo, Encoding, Rule};

impl Rule {
    /// Whether `value` meets the rule's `charset` and `decodes_to`.
    #[must_use]
    pub fn admits(&self, value: &[u8]) -> bool {
        self.charset.is_none_or(|class| value.iter().all(|&byte| class.contains(byte)))
            && self.decodes_to.as_ref().is_none_or(|wanted| wanted.is_met(value))
    }
}

impl DecodesTo {
    /// Whether the whole of `value` decodes, to what is asked for.
    #[must_use]
    pub fn is_met(&self, value: &[u8]) -> bool {
        let decoded = match self.encoding {
            Encoding::Base64 => decode_base64(value),
            Encoding::Hex => HEXLOWER_PERMISSIVE.decode(value).ok(),
        };
        decoded.is_some_and(|bytes| {
            bytes.starts_with(self.begins.as_bytes())
                && (self.holds.is_empty() || memchr::memmem::find(&bytes, self.holds.as_bytes()).is_some())
        })
    }
}

/// Base64 without padding, and whatever bits are left over in the last character: some writers leave them set.
static LENIENT: LazyLock<Code> = LazyLock::new(|| {
    let mut encoding = BASE64_NOPAD.specification();
    encoding.check_trailing_bits = false;
    encoding.encoding().unwrap_or(BASE64_NOPAD)
});

/// Base64 of either alphabet, with or without padding.
fn decode_base64(value: &[u8]) -> Option<Vec<u8>> {
    let padding = value.iter().rev().take_while(|&&byte| byte == b'=').count();
    let body = &value[..value.len() - padding.min(2)];
    let standard: Cow<'_, [u8]> = if body.iter().any(|byte| matches!(byte, b'-' | b'_')) {
        let translate = |&byte: &u8| match byte {
            b'-' => b'+',
            b'_' => b'/',
            byte => byte,
        };
        body.iter().map(translate).collect::<Vec<u8>>().into()
    } else {
        body.into()
    };
    LENIENT.decode(&standard).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::format::Text;

    #[test]
    fn a_value_decodes_to_what_is_asked_for() {
        let wanted = |encoding, begins: &'static str, holds: &'static str| DecodesTo {
            encoding,
            begins: Text::Borrowed(begins),
            holds: Text::Borrowed(holds),
        };
        for (value, encoding, begins, holds, is) in [
            ("YTpi", Encoding::Base64, "", ":", true),
            ("YTpi", Encoding::Base64, "b", "", false),
            ("YTo_Pz8=", Encoding::Base64, "a:", "", true),
            ("YTpiYw", Encoding::Base64, "a", "c", true),
            ("YTpiY", Encoding::Base64, "", "", false),
            ("a b", Encoding::Base64, "", "", false),
            ("613a", Encoding::Hex, "a", ":", true),
            ("613", Encoding::Hex, "", "", false),
        ] {
            assert_eq!(wanted(encoding, begins, holds).is_met(value.as_bytes()), is, "{value}");
        }
    }
}
