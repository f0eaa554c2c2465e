//! Files within a document: the entries of a `ConfigMap` are files for whoever mounts it, and are read as what their names say.
//!
//! Each is linted like a file of its own that lies below the document, `deploy/web.yaml/ConfigMap:web/nginx.conf`; what is found
//! is told where it stands in the document. That is known line by line, since a block of YAML is indented.

use std::ops::Range;

use crate::document::{Document, Node, Syntax};

use super::Breach;
use super::dialect::kubernetes;

/// A file within a document.
pub(super) struct Inlay {
    /// The path that it would have: below the document's.
    pub(super) path: Vec<u8>,
    /// Its content.
    pub(super) text: String,
    /// The way to it within the document.
    route: String,
    /// Where each of its lines begins in it, and in the document.
    lines: Vec<(usize, usize)>,
    /// Where all of it stands in the document.
    span: Range<usize>,
}

/// The files within a document, whose bytes are `text`.
pub(super) fn of(document: &Document, text: &str, path: &[u8]) -> Vec<Inlay> {
    let maps = kubernetes::objects(document);
    let maps = maps.iter().filter(|object| object.kind == "ConfigMap" && object.group.is_empty());
    maps.flat_map(|map| {
        let name = map.address.rsplit('/').next().unwrap_or_default();
        let entries = map.node.get("data").map_or(&[][..], Node::entries).iter();
        entries.filter_map(move |entry| {
            let content = entry.value.as_str().filter(|content| content.contains(['\n', '{']))?;
            let path = [path, format!("/ConfigMap:{name}/{}", entry.key).as_bytes()].concat();
            Syntax::of(&path, &content.as_bytes()[..content.len().min(512)])?;
            Some(Inlay {
                path,
                text: content.to_owned(),
                route: map.route(&format!("data[{}]", entry.key)),
                lines: lines(content, text, &entry.value.span)?,
                span: entry.value.span.clone(),
            })
        })
    })
    .collect()
}

/// Where each line of a text begins in it, and in the file that has it at `span`; none if the file writes it in another way.
fn lines(content: &str, text: &str, span: &Range<usize>) -> Option<Vec<(usize, usize)>> {
    let mut at = span.start;
    let mut start = 0;
    let mut found = Vec::new();
    for line in content.split_inclusive('\n') {
        let said = line.trim_end_matches(['\n', '\r']);
        let stands = at + text.get(at..span.end.max(at))?.find(said)?;
        found.push((start, stands));
        start += line.len();
        at = stands + said.len();
    }
    Some(found)
}

impl Inlay {
    /// A breach of the file as one of the document.
    pub(super) fn outer(&self, mut breach: Breach) -> Breach {
        breach.span = self.moved(&breach.span);
        breach.route = format!("{}:{}", self.route, breach.route);
        for mark in &mut breach.related {
            mark.span = self.moved(&mark.span);
        }
        breach
    }

    /// Where bytes of the file stand in the document.
    fn moved(&self, span: &Range<usize>) -> Range<usize> {
        let place = |at: usize| {
            let line = self.lines.partition_point(|(start, _)| *start <= at).checked_sub(1)?;
            let (start, stands) = self.lines[line];
            Some(stands + (at - start))
        };
        let end = if span.is_empty() { place(span.start) } else { place(span.end - 1).map(|last| last + 1) };
        match (place(span.start), end) {
            (Some(start), Some(end)) if start <= end && end <= self.span.end => start..end,
            _ => self.span.clone(),
        }
    }
}
