//! Compressed text (RFC 1952) inside an encoding: cloud-init's user data, Helm's releases.

use std::io::Read as _;

use super::derived::{Derived, Encoding, Map, Unit};
use super::plausible::GZIP;
use super::scope::Budget;

/// The most that one compressed text is taken out to.
const MOST: usize = 4 * 1024 * 1024;

/// What `text` says, if it is compressed; as far as it goes, if it is cut off or too long.
#[must_use]
pub fn derive(text: &[u8], budget: &Budget) -> Option<Derived> {
    if !text.starts_with(GZIP) {
        return None;
    }
    let most = MOST.min(budget.left());
    let mut out = Vec::new();
    // An error at the end (a cut, a wrong checksum) leaves what was read before it.
    let _ = flate2::read::MultiGzDecoder::new(text).take(most as u64 + 1).read_to_end(&mut out);
    if out.len() > most {
        out.truncate(most);
        budget.cut();
    }
    if out.is_empty() || !budget.take(out.len()) {
        return None;
    }
    let mut map = Map::default();
    map.push(0, 0, Unit::Whole(text.len()));
    Some(Derived { encoding: Encoding::Gzip, text: out, own: 0..text.len(), cut: false, map })
}
