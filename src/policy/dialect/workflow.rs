//! GitHub Actions workflows, and those of the forges that read the same files.

use std::ops::Range;

use crate::document::kind::FileKind;
use crate::document::{Document, Entry, Node};

/// A workflow.
pub(crate) struct Workflow<'d> {
    /// The whole.
    pub root: &'d Node,
    /// Where the key `jobs` stands.
    pub jobs_span: Range<usize>,
    /// The jobs.
    pub jobs: &'d [Entry],
}

impl<'d> Workflow<'d> {
    /// The workflow in this file, if it is one.
    pub(crate) fn of(path: &[u8], document: &'d Document) -> Option<Self> {
        if document.kind != FileKind::Yaml {
            return None;
        }
        let homes: [&[u8]; 3] = [b".github/workflows/", b".gitea/workflows/", b".forgejo/workflows/"];
        let at_home = homes.iter().any(|home| {
            memchr::memmem::rfind(path, home)
                .is_some_and(|at| (at == 0 || path[at - 1] == b'/') && !path[at + home.len()..].contains(&b'/'))
        });
        let root: &Node = document.roots.first().filter(|_| at_home)?;
        let jobs = root.entry("jobs")?;
        Some(Self { root, jobs_span: jobs.key_span.clone(), jobs: jobs.value.entries() })
    }

    /// Every `permissions` value with its route.
    pub(crate) fn permissions(&self) -> Vec<(String, &'d Node)> {
        let top = self.root.get("permissions").map(|node| ("permissions".to_owned(), node));
        let jobs = self
            .jobs
            .iter()
            .filter_map(|job| Some((format!("jobs.{}.permissions", job.key), job.value.get("permissions")?)));
        top.into_iter().chain(jobs).collect()
    }

    /// The events that start it.
    pub(crate) fn events(&self) -> Vec<&'d str> {
        let Some(on) = self.root.get("on") else { return Vec::new() };
        let listed = on.items().iter().filter_map(|item| item.as_str());
        let keyed = on.entries().iter().map(|entry| entry.key.as_str());
        on.as_str().into_iter().chain(listed).chain(keyed).collect()
    }
}
