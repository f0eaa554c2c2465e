//! Bitbucket Pipelines.

use crate::document::Node;
use crate::document::kind::FileKind;

use super::parts::{Parts, below};
use super::{Face, Resource, file_name, whole};

/// What runs when, under `pipelines`.
const STARTS: [&str; 6] = ["default", "branches", "tags", "bookmarks", "pull-requests", "custom"];

/// The `pipeline`; each `step`, `pipe` and `service`; each `variable` of a pipe or a pipeline that is started by hand, each
/// `service-variable`, each `script`.
pub(super) fn resources<'d>(face: &Face<'d>) -> Vec<Resource<'d>> {
    let mut reader = Reader { parts: Parts::default() };
    if face.document.kind != FileKind::Yaml {
        return reader.parts.0;
    }
    let name = file_name(face.path);
    let is_named = name.starts_with(b"bitbucket-pipelines") && face.document.roots.len() == 1;
    let is_own = |root: &Node| {
        let pipelines = root.get("pipelines");
        let steps = |node: &Node| node.items().iter().any(|item| item.entry("step").is_some());
        let starts = |node: &Node| STARTS.iter().any(|key| node.get(key).is_some_and(steps));
        pipelines.is_some_and(|it| if is_named { it.is_map() } else { starts(it) })
            || is_named && root.entry("definitions").is_some()
    };
    for root in face.document.roots.iter().filter(|root| is_own(root)) {
        reader.parts.0.push(whole(root, "pipeline"));
        reader.map(root, "");
    }
    reader.parts.0
}

struct Reader<'d> {
    parts: Parts<'d>,
}

impl<'d> Reader<'d> {
    fn map(&mut self, node: &'d Node, holder: &str) {
        for entry in node.entries() {
            let address = below(holder, &entry.key);
            match entry.key.as_str() {
                "step" => {
                    let name = entry.value.get("name").and_then(Node::as_str);
                    let address = name.map_or(address, |name| format!("{holder}[{name}]"));
                    self.parts.add("step", entry.key_span.clone(), &entry.value, address.clone());
                    self.map(&entry.value, &address);
                }
                "script" | "after-script" => self.script(&entry.value, &address),
                "services" if holder == "definitions" => self.services(&entry.value, &address),
                "variables" => self.values("variable", &entry.value, &address),
                _ => self.any(&entry.value, &address),
            }
        }
    }

    fn any(&mut self, node: &'d Node, address: &str) {
        self.map(node, address);
        for (number, item) in node.items().iter().enumerate() {
            self.any(item, &format!("{address}[{number}]"));
        }
    }

    fn script(&mut self, node: &'d Node, holder: &str) {
        for (number, item) in node.items().iter().enumerate() {
            let address = format!("{holder}[{number}]");
            match item.entry("pipe") {
                Some(pipe) => {
                    self.parts.add("pipe", pipe.key_span.clone(), item, address.clone());
                    self.map(item, &address);
                }
                None if item.items().is_empty() => self.parts.add("script", item.span.clone(), item, address),
                // An alias of a list of commands.
                None => self.script(item, &address),
            }
        }
    }

    fn services(&mut self, node: &'d Node, holder: &str) {
        for entry in node.entries() {
            let address = below(holder, &entry.key);
            self.parts.add("service", entry.key_span.clone(), &entry.value, address.clone());
            if let Some(variables) = entry.value.get("variables") {
                self.values("service-variable", variables, &below(&address, "variables"));
            }
        }
    }

    /// Names with values; of a pipeline that is started by hand, a list of maps with `name` and `default`.
    fn values(&mut self, kind: &'static str, node: &'d Node, holder: &str) {
        self.parts.literals(kind, node, holder);
        node.items().iter().for_each(|item| self.parts.named(kind, item, "default", holder));
    }
}
