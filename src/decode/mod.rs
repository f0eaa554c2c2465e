//! From the bytes of a file to text that detection can read, with a way back to the file's own offsets.
//!
//! [`charset`] makes one text of the whole file. [`derive`] then hands out the texts that pieces of a text decode to: it
//! may be called on those again. All of it works on bytes and knows neither rules nor paths; whether what comes out is a
//! secret is for the pass to say that every text goes through.
//!
//! Encoded runs are looked for in the text itself rather than in the values of a parsed document: most secrets stand in
//! files that do not parse, and a run tells itself. What bounds the work is in [`scope`].

pub mod base64;
mod block;
mod charset;
pub mod container;
mod derived;
mod entity;
mod escape;
mod gzip;
mod hex;
mod in_place;
mod joined;
pub mod kubernetes;
mod percent;
mod plausible;
mod quoted_printable;
mod runs;
mod scope;
mod triggers;
mod utf16;

use std::ops::Range;

pub use charset::{Charset, View};
pub use derived::{Derived, Encoding, Map, Unit};
use in_place::Kind;
pub use in_place::around;
pub use plausible::is_utf8;
pub use runs::block_start;
pub use scope::{Budget, Scope, Slice};

/// Hands every text that a piece of `text` can be decoded to, and that could hold a secret, to `sink`.
pub fn derive(text: &[u8], scope: &Scope<'_>, budget: &Budget, sink: &mut dyn FnMut(Derived)) {
    runs::derive(text, scope, budget, sink);
    if scope.binary {
        return;
    }
    let triggers = triggers::of(text);
    for kind in IN_PLACE {
        // What joins pieces comes first: whatever has more to be decoded has it in the joined text.
        if scope.places.is_some() && matches!(kind.encoding, Encoding::Joined | Encoding::Block) {
            continue;
        }
        if triggers & kind.trigger != 0 {
            in_place::derive(text, kind, scope, budget, sink);
        }
    }
}

/// The encodings of single characters.
const IN_PLACE: [Kind; 9] = [
    Kind { encoding: Encoding::Percent, find: percent::find, gap: 128, trigger: triggers::PERCENT },
    Kind { encoding: Encoding::Escape, find: escape::find, gap: 128, trigger: triggers::ESCAPE },
    Kind { encoding: Encoding::Entity, find: entity::find, gap: 128, trigger: triggers::ENTITY },
    Kind {
        encoding: Encoding::QuotedPrintable,
        find: quoted_printable::find,
        gap: 256,
        trigger: triggers::QUOTED_PRINTABLE,
    },
    Kind { encoding: Encoding::Joined, find: joined::find_literals, gap: 512, trigger: triggers::ALWAYS },
    Kind { encoding: Encoding::Joined, find: joined::find_lines, gap: 512, trigger: triggers::LINES },
    Kind { encoding: Encoding::Block, find: block::find_literal, gap: 0, trigger: triggers::BLOCKS },
    Kind { encoding: Encoding::Block, find: block::find_folded, gap: 0, trigger: triggers::BLOCKS },
    Kind { encoding: Encoding::Block, find: block::find_here, gap: 0, trigger: triggers::HERE },
];

/// What `text` says if all of it is compressed or in UTF-16.
#[must_use]
pub fn unwrap(text: &[u8], budget: &Budget) -> Option<Derived> {
    gzip::derive(text, budget).or_else(|| utf16::derive(text, budget))
}

/// Whether `text` holds a run that decodes to something worth reading.
#[must_use]
pub fn holds_encoded(text: &[u8], scope: &Scope<'_>) -> bool {
    let mut any = false;
    runs::derive(text, scope, &Budget::new(text.len()), &mut |_| any = true);
    any
}

/// What the value at `value` says, if all of it is an encoded text of one line: base64 or hexadecimal digits of some length,
/// or base64 of any length in the data of a Kubernetes Secret; and whether it stands there, where it can be nothing else.
#[must_use]
pub fn value(text: &[u8], value: &Range<usize>) -> Option<(Encoding, Vec<u8>, bool)> {
    let written = &text[value.clone()];
    let readable = |decoded: Vec<u8>| {
        let trimmed = decoded.trim_ascii();
        (!trimmed.is_empty() && plausible::is_text(trimmed)).then(|| trimmed.to_vec())
    };
    if written.len() >= hex::LEAST && written.len().is_multiple_of(2) && written.iter().all(u8::is_ascii_hexdigit) {
        return Some((Encoding::Hex, readable(hex::decode(written))?, false));
    }
    let decoded = readable(base64::decode_value(written)?)?;
    let is_secret = kubernetes::is_secret_data(text, value.start);
    (is_secret || written.len() >= base64::LEAST).then_some((Encoding::Base64, decoded, is_secret))
}
