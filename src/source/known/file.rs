//! The file of a cache: written whole, believed only if its seal holds.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use gix::ObjectId;
use serde::{Deserialize, Serialize};

use super::{Effect, Entry, Known, Lead, Words};
use crate::source::history::{Commit, Tag};
use crate::source::{Id, shown};

/// The first bytes of the file: what it is, and the version of what follows.
const MAGIC: &[u8] = b"keysieve history 1\n";

/// The longest file that is read.
const LONGEST: u64 = 4 * 1024 * 1024 * 1024;

/// Makes 32 bytes of what it is given that only who has the key can make.
pub type Seal<'s> = dyn Fn(&[u8]) -> [u8; 32] + 's;

/// Why a file is not used.
#[derive(Debug)]
pub enum Flawed {
    /// It is another program's, or another key's, or was changed: one sentence.
    NotOurs(String),
    /// It is of other rules or of another version of the program.
    Outdated,
}

/// Ids one behind the other.
#[derive(Default, Serialize, Deserialize)]
struct Ids(Vec<u8>);

impl Ids {
    fn of<'i>(ids: impl IntoIterator<Item = &'i Id>) -> Self {
        Self(ids.into_iter().flat_map(|id| id.0.as_bytes().iter().copied()).collect())
    }

    fn read(&self, length: usize) -> Option<impl Iterator<Item = Id> + '_> {
        let ids = self.0.chunks_exact(length);
        ids.remainder().is_empty().then(|| ids.filter_map(|id| ObjectId::try_from(id).ok()).map(Id))
    }
}

#[derive(Serialize, Deserialize)]
struct StoredEffect(u64, u64, u8, bool, u64, u64, u64);

#[derive(Serialize, Deserialize)]
struct StoredCommit {
    person: u32,
    time: i64,
    bytes: u64,
    parents: u32,
}

#[derive(Serialize, Deserialize)]
struct StoredTag {
    person: u32,
    time: i64,
    bytes: u64,
}

#[derive(Serialize, Deserialize)]
enum StoredLead {
    Nothing,
    Unread,
    /// How many entries.
    Entries(u32),
}

#[derive(Default, Serialize, Deserialize)]
struct Stored {
    hash_length: u8,
    blobs: Ids,
    effects: Vec<StoredEffect>,
    /// Of each commit its id, its tree, its parents.
    commits: Ids,
    commit_facts: Vec<StoredCommit>,
    /// Of each tag its id and its target.
    tags: Ids,
    tag_facts: Vec<StoredTag>,
    people: Vec<Vec<u8>>,
    trees: Ids,
    leads: Vec<StoredLead>,
    /// The entries of all trees that lead to something: what they name, and the number of the name times two, plus one for trees.
    entries: Ids,
    entry_names: Vec<u32>,
    again: Ids,
    names: Vec<Vec<u8>>,
    submodules: Ids,
}

/// Reads what was seen from `file`, if it was written under the same `context` (what the seen depends on) and the same seal.
/// None where there is no file.
///
/// # Errors
/// [`Flawed`], for what is to be ignored.
pub fn load(file: &Path, context: &[u8; 32], seal: &Seal<'_>) -> Result<Option<Known>, Flawed> {
    let not_ours = |why: &str| Flawed::NotOurs(why.to_owned());
    match fs::symlink_metadata(file) {
        Ok(meta) if !meta.is_file() => return Err(not_ours("it is not a regular file")),
        Ok(meta) if meta.len() > LONGEST => return Err(not_ours("it is longer than 4 GiB")),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Flawed::NotOurs(error.to_string())),
    }
    let bytes = fs::read(file).map_err(|error| Flawed::NotOurs(error.to_string()))?;
    read(&bytes, context, seal).map(Some)
}

/// The same from the bytes of a file.
///
/// # Errors
/// [`Flawed`], for what is to be ignored.
pub fn read(bytes: &[u8], context: &[u8; 32], seal: &Seal<'_>) -> Result<Known, Flawed> {
    let not_ours = |why: &str| Flawed::NotOurs(why.to_owned());
    let Some(rest) = bytes.strip_prefix(MAGIC) else {
        let family = &MAGIC[..MAGIC.len() - 2];
        return Err(if bytes.starts_with(family) {
            Flawed::Outdated
        } else {
            not_ours("it is not a cache of keysieve")
        });
    };
    let Some((stated, body)) = rest.split_first_chunk::<32>() else { return Err(not_ours("it is cut off")) };
    if !is_equal(&seal(body), stated) {
        return Err(not_ours("it was changed, or written under another fingerprint key"));
    }
    let Some((of, body)) = body.split_first_chunk::<32>() else { return Err(not_ours("it is cut off")) };
    if of != context {
        return Err(Flawed::Outdated);
    }
    let stored: Stored = postcard::from_bytes(body).map_err(|_| not_ours("it cannot be read"))?;
    stored.known().ok_or_else(|| not_ours("it cannot be read"))
}

/// Takes as long for a wrong seal as for the right one.
fn is_equal(one: &[u8; 32], other: &[u8; 32]) -> bool {
    one.iter().zip(other).fold(0, |all, (one, other)| all | (one ^ other)) == 0
}

/// What [`read`] reads.
///
/// # Errors
/// None that is known of.
pub fn bytes(context: &[u8; 32], seal: &Seal<'_>, known: &Known) -> io::Result<Vec<u8>> {
    let body = postcard::to_extend(&Stored::of(known), context.to_vec()).map_err(io::Error::other)?;
    Ok([MAGIC, &seal(&body), &body].concat())
}

/// Writes what was seen beside `file` and then in its place, for its owner alone.
///
/// # Errors
/// Those of the operating system.
pub fn save(file: &Path, context: &[u8; 32], seal: &Seal<'_>, known: &Known) -> io::Result<()> {
    let bytes = bytes(context, seal, known)?;
    let directory = file.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let beside = directory.join(format!(".{name}.{}", std::process::id()));
    let written = (|| {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut out = options.open(&beside)?;
        out.write_all(&bytes)?;
        out.sync_all()?;
        fs::rename(&beside, file)
    })();
    if written.is_err() {
        _ = fs::remove_file(&beside);
    }
    written.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", shown(file))))
}

impl Stored {
    fn of(known: &Known) -> Self {
        let mut blobs: Vec<(&Id, &Effect)> = known.blobs.iter().collect();
        blobs.sort_unstable_by_key(|(id, _)| **id);
        let mut trees: Vec<(&Id, &Lead)> = known.trees.iter().collect();
        trees.sort_unstable_by_key(|(id, _)| **id);
        let mut again: Vec<&Id> = known.again.iter().collect();
        again.sort_unstable();
        let mut people = Words::default();
        let commit_facts = known.commits.iter().map(|(commit, bytes)| StoredCommit {
            person: people.number(&commit.author),
            time: commit.time,
            bytes: *bytes,
            parents: commit.parents.len() as u32,
        });
        let commit_facts = commit_facts.collect();
        let tag_facts = known.tags.iter().map(|(tag, bytes)| {
            let person = people.number(&tag.tagger);
            StoredTag { person, time: tag.time, bytes: *bytes }
        });
        let tag_facts = tag_facts.collect();
        let mut names = Words::default();
        known.names.iter().for_each(|name| _ = names.number(name));
        let (mut entries, mut entry_names) = (Vec::new(), Vec::new());
        let leads = trees.iter().map(|(_, lead)| match lead {
            Lead::Nothing => StoredLead::Nothing,
            Lead::Unread => StoredLead::Unread,
            Lead::Entries(of) => {
                for entry in of {
                    entries.push(&entry.id);
                    entry_names.push(names.number(&entry.name) * 2 + u32::from(entry.is_tree));
                }
                StoredLead::Entries(of.len() as u32)
            }
        });
        let leads = leads.collect();
        let hash = blobs.first().map(|(id, _)| **id).or(known.commits.first().map(|(commit, _)| commit.id));
        Self {
            hash_length: hash.map_or(20, |id| id.0.as_bytes().len() as u8),
            blobs: Ids::of(blobs.iter().map(|(id, _)| *id)),
            effects: blobs.iter().map(|(_, effect)| (*effect).into()).collect(),
            commits: Ids::of(
                known.commits.iter().flat_map(|(it, _)| [&it.id, &it.tree].into_iter().chain(it.parents.iter())),
            ),
            commit_facts,
            tags: Ids::of(known.tags.iter().flat_map(|(tag, _)| [&tag.id, &tag.target])),
            tag_facts,
            people: people.all().map(<[u8]>::to_vec).collect(),
            trees: Ids::of(trees.iter().map(|(id, _)| *id)),
            leads,
            entries: Ids::of(entries),
            entry_names,
            again: Ids::of(again),
            names: names.all().map(<[u8]>::to_vec).collect(),
            submodules: Ids::of(&known.submodules),
        }
    }

    /// What is written here; none if it does not fit together.
    fn known(self) -> Option<Known> {
        let length = usize::from(self.hash_length);
        if !matches!(length, 20 | 32) {
            return None;
        }
        let sizes = self.effects.iter().flat_map(|it| [it.0, it.1, it.4, it.5, it.6]);
        let mut sizes =
            sizes.chain(self.commit_facts.iter().map(|it| it.bytes)).chain(self.tag_facts.iter().map(|it| it.bytes));
        // Whoever adds these up need not fear an overflow.
        sizes.try_fold(0_u64, |sum, size| sum.checked_add(size).filter(|sum| *sum < 1 << 62))?;
        let people: Vec<Arc<[u8]>> = self.people.into_iter().map(Into::into).collect();
        let blobs = self.blobs.read(length)?.zip(self.effects.iter().map(Effect::from)).collect();
        let mut ids = self.commits.read(length)?;
        let mut commits = Vec::with_capacity(self.commit_facts.len());
        for facts in &self.commit_facts {
            let (id, tree) = (ids.next()?, ids.next()?);
            let parents: Box<[Id]> = ids.by_ref().take(facts.parents as usize).collect();
            let author = Arc::clone(people.get(facts.person as usize)?);
            (parents.len() == facts.parents as usize).then_some(())?;
            commits.push((Commit { id, tree, parents, author, time: facts.time }, facts.bytes));
        }
        let mut ids = self.tags.read(length)?;
        let mut tags = Vec::with_capacity(self.tag_facts.len());
        for facts in &self.tag_facts {
            let (id, target) = (ids.next()?, ids.next()?);
            let tagger = Arc::clone(people.get(facts.person as usize)?);
            tags.push((Tag { id, target, tagger, time: facts.time }, facts.bytes));
        }
        let mut entries = self.entries.read(length)?.zip(self.entry_names);
        let mut trees = HashMap::with_capacity(self.leads.len());
        for (id, lead) in self.trees.read(length)?.zip(self.leads) {
            let lead = match lead {
                StoredLead::Nothing => Lead::Nothing,
                StoredLead::Unread => Lead::Unread,
                StoredLead::Entries(count) => {
                    let of = entries.by_ref().take(count as usize).map(|(id, name)| {
                        let text = self.names.get((name / 2) as usize)?;
                        Some(Entry { name: text.as_slice().into(), id, is_tree: name % 2 == 1 })
                    });
                    Lead::Entries(of.collect::<Option<Vec<Entry>>>()?)
                }
            };
            trees.insert(id, lead);
        }
        let again = self.again.read(length)?.collect();
        let submodules = self.submodules.read(length)?.collect();
        let names = self.names.into_iter().map(Vec::into_boxed_slice).collect();
        Some(Known { blobs, commits, tags, trees, again, names, submodules })
    }
}

impl From<&Effect> for StoredEffect {
    fn from(of: &Effect) -> Self {
        Self(of.length, of.searched, of.how, of.again, of.binary, of.members, of.member_bytes)
    }
}

impl From<&StoredEffect> for Effect {
    fn from(&StoredEffect(length, searched, how, again, binary, members, member_bytes): &StoredEffect) -> Self {
        Self { length, searched, how, binary, members, member_bytes, again }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn id(first: u8) -> Id {
        Id(ObjectId::try_from([first; 20].as_slice()).unwrap())
    }

    fn seal(bytes: &[u8]) -> [u8; 32] {
        let mut sum = [7_u8; 32];
        bytes.iter().enumerate().for_each(|(at, byte)| sum[at % 32] = sum[at % 32].rotate_left(3) ^ byte);
        sum
    }

    fn known() -> Known {
        let author: Arc<[u8]> = b"Ann <ann@example.com>"[..].into();
        let parents = vec![id(1), id(2)].into_boxed_slice();
        let commit = Commit { id: id(3), tree: id(4), parents, author: Arc::clone(&author), time: -5 };
        let tag = Tag { id: id(5), target: id(3), tagger: author, time: 6 };
        let entries = vec![
            Entry { name: b"a"[..].into(), id: id(8), is_tree: true },
            Entry { name: b"\xFF"[..].into(), id: id(9), is_tree: false },
        ];
        let effect =
            Effect { length: 70_000, searched: 12, how: 3, binary: 3, members: 2, member_bytes: 9, again: true };
        Known {
            blobs: HashMap::from([(id(9), effect), (id(10), Effect { length: 1, ..Effect::default() })]),
            commits: vec![(commit, 300)],
            tags: vec![(tag, 40)],
            trees: HashMap::from([(id(4), Lead::Entries(entries)), (id(6), Lead::Nothing), (id(8), Lead::Unread)]),
            again: std::iter::once(id(7)).collect(),
            names: [b"a"[..].into(), b"\xFF"[..].into()].into_iter().collect(),
            submodules: std::iter::once(id(11)).collect(),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let written = bytes(&[1; 32], &seal, &known()).unwrap();
        assert_eq!(read(&written, &[1; 32], &seal).unwrap(), known());
        assert!(matches!(read(&written, &[2; 32], &seal), Err(Flawed::Outdated)));
        let other = |bytes: &[u8]| seal(&[bytes, b"."].concat());
        assert!(matches!(read(&written, &[1; 32], &other), Err(Flawed::NotOurs(_))));
        let empty = bytes(&[1; 32], &seal, &Known::default()).unwrap();
        assert_eq!(read(&empty, &[1; 32], &seal).unwrap(), Known::default());
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let written = bytes(&[1; 32], &seal, &known()).unwrap();
        for at in 0..written.len() {
            let mut changed = written.clone();
            changed[at] ^= 0x20;
            assert!(read(&changed, &[1; 32], &seal).is_err(), "{at}");
            assert!(read(&written[..at], &[1; 32], &seal).is_err(), "{at}");
        }
    }
}
