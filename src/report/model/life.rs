//! The life of a secret, in machine-readable reports.

use serde::Serialize;

use crate::finding;
use crate::report::mask::Mask;

/// The life of a secret in the history.
#[derive(Serialize)]
pub struct Life<'a> {
    /// The first commit that holds or says it.
    first: Event<'a>,
    /// Whether the history behind that commit is cut off: it may be older.
    at_least: bool,
    /// The last commit that holds it, or null if only messages say it.
    last: Option<Event<'a>>,
    /// The commit that removed it from the branch for the last time, or null.
    removed: Option<Event<'a>>,
    /// How often it came back to the branch.
    returns: u32,
    /// The ref along whose first parents removal and return were counted, or null if none ever held it.
    branch: Option<String>,
    /// Whether `HEAD` holds it.
    in_head: bool,
    /// Refs whose tips hold it, at most 100.
    holding: Vec<String>,
    /// How many there are.
    holding_count: u64,
    /// Refs that only reach it, at most 100.
    reaching: Vec<String>,
    /// How many there are.
    reaching_count: u64,
    /// Whether only the reflog reaches it.
    only_reflog: bool,
    /// The blobs, commits and tags that hold or say it.
    objects: &'a [String],
    /// Days from the first commit to the removal, or to now where a ref holds it; null if the dates say nothing sensible.
    exposed_days: Option<u64>,
}

/// A commit of a life.
#[derive(Serialize)]
struct Event<'a> {
    /// The commit.
    commit: &'a str,
    /// Its author.
    author: String,
    /// Committer date, never before that of a parent.
    date: &'a str,
}

impl<'a> Life<'a> {
    pub(in crate::report) fn new(life: &'a finding::Life, mask: &Mask) -> Self {
        let event = |event: &'a finding::Event| Event {
            commit: &event.commit,
            author: mask.text(&event.author),
            date: &event.date,
        };
        let names = |names: &[String]| names.iter().map(|name| mask.text(name)).collect();
        Self {
            first: event(&life.first),
            at_least: life.at_least,
            last: life.last.as_ref().map(event),
            removed: life.removed.as_ref().map(event),
            returns: life.returns,
            branch: life.branch.as_ref().map(|branch| mask.text(branch)),
            in_head: life.in_head,
            holding: names(&life.holding),
            holding_count: life.holding_count,
            reaching: names(&life.reaching),
            reaching_count: life.reaching_count,
            only_reflog: life.only_reflog,
            objects: &life.objects,
            exposed_days: life.exposed_days,
        }
    }
}
