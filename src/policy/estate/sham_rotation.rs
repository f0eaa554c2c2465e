//! Values that were replaced by an older one, or by one that is almost the same.

use crate::finding::Severity;
use crate::policy::{Family, Meta, Preset};

use super::{Estate, EstateCheck, Remark};

/// See `sham_rotation.md`.
pub(super) struct ShamRotation;

static META: Meta = Meta {
    id: "sham-rotation",
    title: "Rotation in which nothing new came",
    family: Family::Rotation,
    severity: Severity::High,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[324],
    kinds: &["secrets"],
    nearest: &[],
    page: include_str!("sham_rotation.md"),
};

impl EstateCheck for ShamRotation {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, estate: &Estate<'_>, out: &mut Vec<Remark>) {
        for slot in estate.slots() {
            for pair in slot.windows(2) {
                let (old, new) = (&estate.held[pair[0]], &estate.held[pair[1]]);
                if old.finding.is_live() || !new.finding.is_live() {
                    continue;
                }
                let (Some(before), Some(after)) = (&old.finding.secret, &new.finding.secret) else { continue };
                if is_alike(before.expose(), after.expose()) {
                    let message = "took the place of a value that differs from it in a few characters only".to_owned();
                    out.push(Remark {
                        check: &META,
                        held: pair[1],
                        message,
                        severity: Severity::High,
                        threshold: None,
                    });
                }
            }
        }
    }
}

/// The longest values that are compared: longer ones are keys, which no one makes by hand.
const LONGEST: usize = 256;

/// Whether one value is the other but for its case, for something added at an end, or for two characters.
fn is_alike(a: &[u8], b: &[u8]) -> bool {
    let (shorter, longer) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if shorter.len() <= 8 || longer.len() > LONGEST || a == b {
        return false;
    }
    let lower = |text: &[u8]| text.to_ascii_lowercase();
    let (shorter, longer) = (lower(shorter), lower(longer));
    longer.starts_with(&shorter) || longer.ends_with(&shorter) || distance(&shorter, &longer) <= 2
}

/// How many characters have to be changed, added or taken away.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn alike() {
        assert!(is_alike(b"correct-horse-1", b"correct-horse-2"));
        assert!(is_alike(b"correct-horse", b"CORRECT-HORSE-2026"));
        assert!(!is_alike(b"correct-horse", b"staple-battery"));
        assert!(!is_alike(b"short", b"shore"));
        assert_eq!(distance(b"kitten", b"sitting"), 3);
    }
}
