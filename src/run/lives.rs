//! Where in the history the hits stand.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::finding::{Finding, Introduction, Life};
use crate::notice::{Notice, Tally};
use crate::place::{FilePath, Origin};
use crate::provenance::{self, Lineage, Relevant, Sighting, Subject};
use crate::source::{self, Graph, Id, Repository, Stop};

use super::gather::Holders;
use super::inspect::Hit;

/// Where a blob stands.
#[derive(Clone, Debug)]
pub enum Seat {
    /// At a path.
    Path(FilePath),
    /// It is a note on an object.
    Note(String),
}

/// Secrets, as they are compared with others: normalised, and never shown.
pub type Known = Arc<HashSet<Vec<u8>>>;

/// A place of a blob.
#[derive(Clone, Debug)]
pub struct Stand {
    /// Where.
    pub seat: Seat,
    /// The commit that brought it.
    pub introduced: Introduction,
    /// The secrets that stood in the same file before that commit, where only what is new counts.
    pub known: Known,
    /// Of a range, in a version that it ends with: the secrets that an earlier commit of it brought to the same file.
    pub carried: HashMap<Vec<u8>, Introduction>,
}

impl Stand {
    /// Who brought a secret to this place; none if that is no news.
    pub fn brought(&self, secret: &[u8]) -> Option<&Introduction> {
        let first = || (!self.known.contains(secret)).then_some(&self.introduced);
        self.carried.get(secret).or_else(first)
    }
}

/// Where the objects that hold hits stand in the history.
#[derive(Default)]
pub struct Lives {
    /// By blob: every place.
    pub blobs: HashMap<String, Vec<Stand>>,
    /// By file of the index or of a patch: the secrets that stood in it before, where only what is new counts.
    pub before: HashMap<FilePath, Known>,
    /// By name of a file or directory: every path that ends with it, with the commit that brought it.
    pub names: HashMap<FilePath, Vec<(FilePath, Introduction)>>,
    /// By commit or tag object: who made it.
    pub objects: HashMap<String, Introduction>,
    /// The history itself, where all of it was looked at, and which of its trees lead to hits.
    pub whole: Option<(Lineage, Option<Relevant>)>,
}

impl Lives {
    /// Adds where in the history of `repository` the objects stand that hold `hits`. Paths begin with `prefix`: of a
    /// submodule its own path. Trees that are `known` are not read. The paths of the blobs that `notices` are about are told there.
    pub fn trace(
        &mut self,
        repository: &Repository,
        mut graph: Graph,
        (hits, notices): (&[Hit], Vec<&mut Notice>),
        (prefix, known): (Option<&FilePath>, Option<&source::Known>),
        threads: usize,
        stop: &Stop,
    ) -> Tally {
        let (mut blobs, mut objects, mut names) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for hit in hits {
            match hit.origin.outermost() {
                Origin::Blob { id, .. } | Origin::LfsObject { id, .. } => blobs.extend(Id::from_hex(id)),
                Origin::EntryName(name) => {
                    names.insert(name.as_bytes());
                }
                other => objects.extend(other.object().and_then(Id::from_hex)),
            }
        }
        let untraced = notices.iter().filter_map(|notice| Id::from_hex(notice.untraced_blob()?));
        let wanted: BTreeSet<Id> = blobs.iter().copied().chain(untraced).collect();
        if wanted.is_empty() && objects.is_empty() && names.is_empty() {
            if prefix.is_none() {
                self.whole = Some((Lineage::new(graph), None));
            }
            return Tally::default();
        }
        let nesting = std::mem::take(&mut graph.nesting);
        let lineage = Lineage::new(graph);
        let wanted: Vec<Id> = wanted.into_iter().collect();
        let names: Vec<&[u8]> = names.into_iter().collect();
        let mut sightings = provenance::trace(repository, &lineage, &nesting, (&wanted, &names), known, threads, stop);
        for id in blobs {
            let life = sightings.of(id).iter().map(|sighting| Stand {
                seat: seat(sighting, prefix),
                introduced: introduction(sighting),
                known: Known::default(),
                carried: HashMap::new(),
            });
            self.blobs.entry(id.to_string()).or_default().extend(life);
        }
        for notice in notices {
            let sightings = notice.untraced_blob().and_then(Id::from_hex).map_or(&[][..], |id| sightings.of(id));
            let paths: Vec<FilePath> = sightings.iter().map(|sighting| prefixed(&sighting.path, prefix)).collect();
            notice.trace(&paths);
        }
        for name in names {
            let life = sightings.of_name(name).iter();
            let life = life.map(|sighting| (prefixed(&sighting.path, prefix), introduction(sighting)));
            self.names.entry(FilePath::new(name)).or_default().extend(life);
        }
        for id in objects {
            if let Some(first) = lineage.introduction(id) {
                self.objects.insert(id.to_string(), said(&first, Held::default()));
            }
        }
        let relevant = sightings.take_relevant();
        if prefix.is_none() {
            self.whole = Some((lineage, relevant));
        }
        sightings.tally
    }

    /// Tells each finding of the repository's own history its life.
    pub fn tell(
        &self,
        repository: &Repository,
        findings: &mut [Finding],
        holders: &Holders,
        threads: usize,
        stop: &Stop,
    ) -> Tally {
        let Some((lineage, relevant)) = self.whole.as_ref().filter(|_| !holders.is_empty()) else {
            return Tally::default();
        };
        let (mut told, mut subjects) = (Vec::new(), Vec::<Subject>::new());
        for finding in findings {
            if let Some(objects) = holders.get(&finding.fingerprint) {
                subjects.push(objects.iter().filter_map(|id| Id::from_hex(id)).collect());
                told.push((finding, objects));
            }
        }
        let (lives, tally) = provenance::lives(repository, lineage, relevant.as_ref(), &subjects, threads, stop);
        for ((finding, objects), life) in told.into_iter().zip(lives) {
            finding.life = life.map(|life| Box::new(Life { objects: objects.iter().cloned().collect(), ..life }));
        }
        tally
    }
}

fn seat(sighting: &Sighting, prefix: Option<&FilePath>) -> Seat {
    if sighting.is_note {
        // git spreads many notes over directories: `ab/cdef…` is on `abcdef…`.
        let on: String = sighting.path.display().split('/').collect();
        if Id::from_hex(&on).is_some() {
            return Seat::Note(on);
        }
    }
    Seat::Path(prefixed(&sighting.path, prefix))
}

/// A path of a submodule, from the top of the repository that holds it.
pub fn prefixed(path: &FilePath, prefix: Option<&FilePath>) -> FilePath {
    match prefix {
        Some(prefix) => FilePath::new([prefix.as_bytes(), b"/", path.as_bytes()].concat()),
        None => path.clone(),
    }
}

fn introduction(sighting: &Sighting) -> Introduction {
    said(&sighting.first, Held { by_head: sighting.in_head, at_end: None })
}

/// Which of the versions that count still hold something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// `HEAD`.
    pub by_head: bool,
    /// The end of a range, where that is another.
    pub at_end: Option<bool>,
}

/// What a finding says of who brought it.
pub fn said(first: &provenance::Introduction, held: Held) -> Introduction {
    Introduction {
        commit: first.id.to_string(),
        author: first.author.clone(),
        date: first.date.clone(),
        in_head: held.by_head,
        at_end: held.at_end,
        reachable: first.reachable,
    }
}
