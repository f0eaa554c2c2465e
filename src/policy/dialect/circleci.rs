//! Pipelines of CircleCI.

use crate::document::kind::FileKind;
use crate::document::{Entry, Node};

use super::parts::{Parts, below};
use super::{Face, Resource, whole};

/// The `pipeline`; each `job`, `command`, `executor` and `step`; each `variable` that a job or step is given, each
/// `service-variable` of an image, each `parameter` with a default, each `script`.
pub(super) fn resources<'d>(face: &Face<'d>) -> Vec<Resource<'d>> {
    let mut reader = Reader { parts: Parts::default() };
    let path = String::from_utf8_lossy(face.path);
    let at_home = path.starts_with(".circleci/") || path.contains("/.circleci/");
    if !at_home || face.document.kind != FileKind::Yaml {
        return reader.parts.0;
    }
    let is_own = |root: &Node| ["jobs", "workflows", "orbs", "commands"].iter().any(|key| root.entry(key).is_some());
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
                "environment" => self.values("variable", &entry.value, &address),
                "parameters" => self.parameters(&entry.value, &address),
                "steps" | "pre-steps" | "post-steps" => self.steps(&entry.value, &address),
                "docker" => self.images(&entry.value, &address),
                "jobs" => self.each("job", &entry.value, &address),
                "commands" => self.each("command", &entry.value, &address),
                "executors" => self.each("executor", &entry.value, &address),
                _ => self.any(&entry.value, &address),
            }
        }
    }

    /// What is neither a list of steps nor values: workflows, orbs, conditions.
    fn any(&mut self, node: &'d Node, address: &str) {
        self.map(node, address);
        for (number, item) in node.items().iter().enumerate() {
            self.any(item, &format!("{address}[{number}]"));
        }
    }

    /// Declarations by their name; the jobs of a workflow are a list, and none.
    fn each(&mut self, kind: &'static str, node: &'d Node, holder: &str) {
        for entry in node.entries() {
            let address = below(holder, &entry.key);
            if entry.value.is_map() {
                self.parts.add(kind, entry.key_span.clone(), &entry.value, address.clone());
            }
            self.map(&entry.value, &address);
        }
        for (number, item) in node.items().iter().enumerate() {
            self.any(item, &format!("{holder}[{number}]"));
        }
    }

    fn images(&mut self, node: &'d Node, holder: &str) {
        for (number, image) in node.items().iter().enumerate() {
            if let Some(environment) = image.get("environment") {
                self.values("service-variable", environment, &format!("{holder}[{number}].environment"));
            }
        }
    }

    fn steps(&mut self, node: &'d Node, holder: &str) {
        for (number, step) in node.items().iter().enumerate() {
            let Some(first) = step.entries().first() else { continue };
            let name = first.value.get("name").and_then(Node::as_str);
            let address = format!("{holder}[{}]", name.map_or_else(|| number.to_string(), str::to_owned));
            self.parts.add("step", first.key_span.clone(), step, address.clone());
            for run in step.all("run") {
                let script = if run.value.is_map() { run.value.entry("command") } else { Some(run) };
                if let Some(script) = script {
                    self.parts.add("script", script.key_span.clone(), &script.value, below(&address, "run"));
                }
            }
            self.any(step, &address);
        }
    }

    fn values(&mut self, kind: &'static str, node: &'d Node, holder: &str) {
        self.parts.literals(kind, node, holder);
        // Version 2 also took a list of maps.
        node.items().iter().for_each(|item| self.values(kind, item, holder));
    }

    /// Defaults of declared parameters. One of the type `env_var_name` is the name of a variable.
    fn parameters(&mut self, node: &'d Node, holder: &str) {
        let is_value = |it: &&Entry| it.value.get("type").and_then(Node::as_str).is_some_and(|it| it != "env_var_name");
        for entry in node.entries().iter().filter(is_value) {
            if let Some(default) = entry.value.entry("default") {
                let address = below(holder, &entry.key);
                match default.value.is_literal() {
                    true => self.parts.add("parameter", default.key_span.clone(), &default.value, address),
                    false => self.steps(&default.value, &address),
                }
            }
        }
    }
}
