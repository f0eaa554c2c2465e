//! The entries of a tree that is stored as a difference to another.
//!
//! Problem: in a long history most of what all trees say is that this and that are as before; each tree has hundreds of entries,
//! of which one is new.
//!
//! Way: of a tree on which others are stored it is remembered where its entries begin. What a tree copies from where an entry of
//! its base begins to where one ends are entries that were looked at before, and is passed over: all but those of which somebody
//! took note. A copy that begins within an entry is read like anything new, so that no delta hides an entry.

use super::Object;
use super::parse::{TreeEntry, tree_entry};
use crate::source::{Delta, Memo};

/// What is remembered of a tree.
struct Before {
    /// Its number.
    number: Option<u32>,
    /// Where its entries begin, and where the last one ends.
    starts: Vec<u32>,
    /// Those of which somebody took note.
    noted: Vec<u32>,
}

/// Hands to `look` the entries of a tree that were not looked at in its base, and those of which note was taken there; none for
/// what is no entry, which ends the tree. `look` says whether it takes note. Returns what is to be remembered of the tree.
pub(crate) fn fresh_entries(
    object: &Object<'_>,
    hash: gix::hash::Kind,
    mut look: impl FnMut(Option<TreeEntry<'_>>) -> bool,
) -> Option<Memo> {
    let bytes = object.bytes;
    let before = before(object);
    let is_short = u32::try_from(bytes.len()).is_ok();
    let mut own = Before { number: object.number, starts: Vec::new(), noted: Vec::new() };
    let (mut at, mut run) = (0, 0);
    while at < bytes.len() {
        if let Some((delta, before)) = before
            && let Some(copied) = copied(delta, before, at, &mut run)
        {
            let shift = |start: u32| start as usize - before.starts[copied.first] as usize + at;
            let starts = &before.starts[copied.first..copied.last];
            let (low, high) = (starts[0], before.starts[copied.last]);
            let noted = before.noted.partition_point(|&start| start < low)..;
            for &start in before.noted[noted].iter().take_while(|&&start| start < high) {
                let start = shift(start);
                let entry = tree_entry(&bytes[start..], hash).map(|(entry, _)| entry);
                if look(entry) {
                    own.noted.push(start as u32);
                }
            }
            own.starts.extend(starts.iter().map(|&start| shift(start) as u32));
            at = shift(high);
            continue;
        }
        let entry = tree_entry(&bytes[at..], hash);
        let is_noted = look(entry.map(|(entry, _)| entry));
        let Some((_, behind)) = entry else { break };
        own.starts.push(at as u32);
        own.noted.extend(is_noted.then_some(at as u32));
        at = bytes.len() - behind.len();
    }
    own.starts.push(at as u32);
    (object.is_base && is_short).then(|| Box::new(own) as Memo)
}

/// The number of the tree of which [`fresh_entries`] passes over what it copies.
pub(crate) fn base(object: &Object<'_>) -> Option<u32> {
    before(object)?.1.number
}

fn before<'o>(object: &'o Object<'_>) -> Option<(&'o Delta<'o>, &'o Before)> {
    let delta = object.delta.as_ref()?;
    Some((delta, delta.memo?.downcast_ref()?))
}

/// Which entries of the base are copied to a place: their numbers.
struct Copied {
    first: usize,
    last: usize,
}

/// The entries that are copied whole to `at`, if there are such; `run` is the number of the copy to begin with.
fn copied(delta: &Delta<'_>, before: &Before, at: usize, run: &mut usize) -> Option<Copied> {
    while delta.runs.get(*run).is_some_and(|run| run.child + run.length <= at) {
        *run += 1;
    }
    let run = delta.runs.get(*run).filter(|run| run.child <= at)?;
    let place = u32::try_from(at - run.child + run.base).ok()?;
    let first = before.starts.binary_search(&place).ok()?;
    let end = run.base + run.length;
    let last = first + before.starts[first..].partition_point(|&start| start as usize <= end) - 1;
    (last > first).then_some(Copied { first, last })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use gix::ObjectId;
    use gix::objs::Kind;

    use super::*;
    use crate::source::Run;
    use crate::source::objects::parse::tree_entries;

    const SHA1: gix::hash::Kind = gix::hash::Kind::Sha1;

    fn tree(entries: &[(&str, u8)]) -> Vec<u8> {
        let entry = |(name, id): &(&str, u8)| [b"100644 ", name.as_bytes(), b"\0", &[*id; 20]].concat();
        entries.iter().flat_map(entry).collect()
    }

    /// The names that are handed out, `look` taking note of those that begin with `!`; and what is remembered.
    fn names(bytes: &[u8], delta: Option<Delta<'_>>) -> (Vec<String>, Memo) {
        let id = ObjectId::null(SHA1);
        let object = Object { id, number: None, kind: Kind::Tree, bytes, delta, is_base: true };
        let mut names = Vec::new();
        let memo = fresh_entries(&object, SHA1, |entry| {
            let name = entry.map_or_else(|| "damaged".to_owned(), |it| String::from_utf8_lossy(it.name).into_owned());
            names.push(name);
            names.last().unwrap().starts_with('!')
        });
        (names, memo.unwrap())
    }

    fn by_delta(base: &[u8], text: &[u8], runs: &[Run]) -> Vec<String> {
        let (_, memo) = names(base, None);
        names(text, Some(Delta { runs, base_length: base.len(), memo: Some(&*memo) })).0
    }

    #[test]
    fn only_what_is_new_is_handed_out_and_what_was_noted() {
        let base = tree(&[("!a", 1), ("b", 2), ("c", 3), ("d", 4)]);
        let text = tree(&[("!a", 1), ("b", 2), ("c", 9), ("d", 4)]);
        let c = base.windows(4).position(|it| it == [b'c', 0, 3, 3]).unwrap() + 2;
        let runs =
            [Run { base: 0, child: 0, length: c }, Run { base: c + 20, child: c + 20, length: base.len() - c - 20 }];
        assert_eq!(by_delta(&base, &text, &runs), ["!a", "c"]);
        // Without a memo of the base all is new.
        let (all, _) = names(&text, Some(Delta { runs: &runs, base_length: base.len(), memo: None }));
        assert_eq!(all, ["!a", "b", "c", "d"]);
    }

    #[test]
    fn a_copy_from_within_an_entry_hides_nothing() {
        // The name of the base's entry holds what is an entry of its own in the other tree.
        let base = tree(&[("x 100644 hidden", 1)]);
        let from = base.windows(8).position(|it| it == *b"100644 h").unwrap();
        let runs = [Run { base: from, child: 0, length: base.len() - from }];
        assert_eq!(by_delta(&base, &base[from..], &runs), ["hidden"]);
        // What ends within an entry is no entry, wherever it comes from.
        let cut = base.len() - 3;
        assert_eq!(by_delta(&base, &base[..cut], &[Run { base: 0, child: 0, length: cut }]), ["damaged"]);
    }

    #[test]
    fn along_chains_of_any_deltas_every_entry_is_handed_out_once_at_least() {
        let mut seed = 7_u64;
        let mut below = |most: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % most
        };
        let (mut handed_out, mut there) = (0, 0);
        for _ in 0..200 {
            let words: Vec<String> =
                (0..12).map(|number| format!("{}{number}", ["!", "a ", "100644 b", "c"][below(4)])).collect();
            let entries: Vec<(&str, u8)> = words.iter().map(|word| (word.as_str(), below(250) as u8)).collect();
            let mut base = tree(&entries);
            let (first, mut memo) = names(&base, None);
            let mut known: std::collections::HashSet<String> = first.into_iter().collect();
            for _ in 0..5 {
                let (mut text, mut runs, mut at) = (Vec::new(), Vec::<Run>::new(), 0);
                while at < base.len() {
                    let mut end = (at + 1 + below(150)).min(base.len());
                    // Mostly, as git does it, between entries.
                    if below(20) > 0 {
                        end = tree_entry(&base[at..], SHA1).map_or(end, |(_, behind)| base.len() - behind.len());
                    }
                    match below(8) {
                        0 => {}
                        1 => text
                            .extend_from_slice(&tree(&[(["new", "!new", "n 100644 o"][below(3)], below(250) as u8)])),
                        _ => {
                            runs.push(Run { base: at, child: text.len(), length: end - at });
                            text.extend_from_slice(&base[at..end]);
                        }
                    }
                    at = end;
                }
                let delta = Delta { runs: &runs, base_length: base.len(), memo: Some(&*memo) };
                let (seen, next) = names(&text, Some(delta));
                handed_out += seen.len();
                known.extend(seen.iter().cloned());
                for entry in tree_entries(&text, SHA1) {
                    let name =
                        entry.map_or_else(|| "damaged".to_owned(), |it| String::from_utf8_lossy(it.name).into_owned());
                    assert!(known.contains(&name), "{name}");
                    assert!(!name.starts_with('!') || seen.contains(&name), "{name} was noted");
                    there += 1;
                }
                (base, memo) = (text, next);
            }
        }
        assert!(handed_out * 3 < there * 2, "{handed_out} of {there}");
    }
}
