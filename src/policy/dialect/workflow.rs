//! GitHub Actions workflows, and those of the forges that read the same files.

use std::ops::Range;

use crate::document::kind::FileKind;
use crate::document::{Document, Entry, Node};

use super::Resource;

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

/// The `workflow`, each `job`, each `step`; of an action's file the `action` and its steps.
pub(crate) fn resources<'d>(path: &[u8], document: &'d Document) -> Vec<Resource<'d>> {
    let mut found = Vec::new();
    if let Some(workflow) = Workflow::of(path, document) {
        found.push(Resource {
            kind: "workflow".into(),
            name_span: workflow.jobs_span.clone(),
            body: Some(workflow.root),
            address: String::new(),
        });
        for job in workflow.jobs {
            let address = format!("jobs.{}", job.key);
            steps(&job.value, &address, &mut found);
            let name_span = job.key_span.clone();
            found.push(Resource { kind: "job".into(), name_span, body: Some(&job.value), address });
        }
    } else if matches!(super::file_name(path), b"action.yml" | b"action.yaml") {
        for root in document.roots.iter() {
            let Some(runs) = root.entry("runs") else { continue };
            let name_span = runs.key_span.clone();
            found.push(Resource { kind: "action".into(), name_span, body: Some(root), address: String::new() });
            steps(&runs.value, "runs", &mut found);
        }
    }
    found
}

fn steps<'d>(holder: &'d Node, address: &str, found: &mut Vec<Resource<'d>>) {
    let Some(steps) = holder.get("steps") else { return };
    for (number, step) in steps.items().iter().enumerate() {
        let Some(first) = step.entries().first() else { continue };
        let name = ["id", "name", "uses"].into_iter().find_map(|key| step.get(key).and_then(Node::as_str));
        let name = name.map_or_else(|| number.to_string(), str::to_owned);
        found.push(Resource {
            kind: "step".into(),
            name_span: first.key_span.clone(),
            body: Some(step),
            address: format!("{address}.steps[{name}]"),
        });
    }
}
