//! What no report may show, though no finding of it tells: values that a place in words spells otherwise than the finding does,
//! and what stands in names that were not searched for secrets.

use std::sync::PoisonError;

use crate::detect::Detector;
use crate::place::{FilePath, Origin};
use crate::source::Item;

use super::Run;
use super::inspect::{self, Hit};

impl Run<'_> {
    /// Takes note of how names, headers and messages spell what was found in them: reports print those.
    pub(super) fn mask_spellings(&self, item: &Item<'_>, hits: &[Hit]) {
        let is_printed = item.origin.is_name()
            || matches!(
                item.origin,
                Origin::RefName(_)
                    | Origin::CommitHeader { .. }
                    | Origin::CommitMessage { .. }
                    | Origin::TagHeader { .. }
                    | Origin::TagMessage { .. }
            );
        if is_printed && !hits.is_empty() {
            let spelt = hits.iter().filter(|hit| !hit.decoding.is_empty()).filter_map(|hit| spelt(item, hit));
            self.masked.lock().unwrap_or_else(PoisonError::into_inner).extend(spelt);
        }
    }

    /// Searches a name that is not scanned, so that no report shows what is in it.
    pub(super) fn mask_name(&self, item: &Item<'_>) {
        let found = secrets(self.detector, item);
        if !found.is_empty() {
            self.masked.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
        }
    }
}

/// The secrets in a text that a report prints, as they are and as they are written there.
pub(super) fn in_words(detector: &Detector, words: &str) -> Vec<Vec<u8>> {
    let name = FilePath::new(words.as_bytes());
    secrets(detector, &Item::whole(Origin::RefName(name), words.as_bytes()))
}

fn secrets(detector: &Detector, item: &Item<'_>) -> Vec<Vec<u8>> {
    let hits = inspect::inspect(detector, item).hits;
    let own = hits.iter().map(|hit| hit.secret.own_part().to_vec());
    own.chain(hits.iter().filter_map(|hit| spelt(item, hit))).collect()
}

fn spelt(item: &Item<'_>, hit: &Hit) -> Option<Vec<u8>> {
    let at = |place: u64| usize::try_from(place.checked_sub(item.offset)?).ok();
    item.bytes.get(at(hit.span.start)?..at(hit.span.end)?).map(<[u8]>::to_vec)
}
