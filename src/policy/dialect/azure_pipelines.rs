//! Azure Pipelines, and the templates they are put together from.
//!
//! Whoever makes a pipeline picks its file, so the name says little. What stands in it decides: stages, jobs and steps are
//! lists of maps that begin with words of their own. `${{ if … }}:` and `${{ each … }}:` are keys whose value takes their
//! place.

use crate::document::kind::FileKind;
use crate::document::{Entry, Node};

use super::parts::{Parts, below};
use super::{Face, Resource, whole};

/// Directories of pipelines, beside those whose name begins with `azure-pipelines`.
const HOMES: [&str; 3] = [".azuredevops", ".azdo", ".ado"];

/// Inputs of tasks that are scripts: `Bash`, `CmdLine`, `PowerShell`; `AzureCLI`; `AzurePowerShell`, `SSH`.
const SCRIPTS: [&str; 3] = ["script", "inlinescript", "inline"];

/// The `pipeline`, each `stage`, `job` and `step`, each `variable` and `parameter` that has a value, and each `script`.
pub(super) fn resources<'d>(face: &Face<'d>) -> Vec<Resource<'d>> {
    let mut reader = Reader { parts: Parts::default() };
    if face.document.kind != FileKind::Yaml {
        return reader.parts.0;
    }
    let at_home = is_at_home(face.path);
    for root in face.document.roots.iter().filter(|root| is_own(root, at_home)) {
        reader.parts.0.push(whole(root, "pipeline"));
        reader.declared(root);
        reader.map(root, "");
    }
    reader.parts.0
}

fn is_at_home(path: &[u8]) -> bool {
    let path = String::from_utf8_lossy(path).to_ascii_lowercase();
    path.split('/').any(|part| part.trim_start_matches('.').starts_with("azure-pipelines") || HOMES.contains(&part))
}

/// Whether the top of a document is a pipeline's or a template's.
fn is_own(root: &Node, at_home: bool) -> bool {
    let begins = |key: &str, words: &[&str]| {
        items(root.get(key)).any(|item| item.entries().first().is_some_and(|first| words.contains(&first.key.as_str())))
    };
    let is_task = |item: &Node| {
        let name = item.get("task").and_then(Node::as_str);
        name.and_then(|name| name.split_once('@'))
            .is_some_and(|(_, version)| version.starts_with(|c: char| c.is_ascii_digit()))
    };
    let keys = ["steps", "jobs", "stages", "variables", "parameters", "extends"];
    let has_no_others = root.entries().iter().all(|entry| keys.contains(&entry.key.as_str()));
    let has_values =
        items(root.get("variables")).any(|item| item.entry("name").is_some() && item.entry("value").is_some());
    let is_script = |item: &Node| item.entry("script").is_some() && item.entry("displayName").is_some();
    begins("stages", &["stage", "template"])
        // Packit has jobs with a trigger each.
        || begins("jobs", &["job", "deployment", "template"]) && items(root.get("jobs")).all(|it| it.entry("trigger").is_none())
        || begins("steps", &["bash", "pwsh", "powershell", "checkout", "template"])
        || items(root.get("steps")).any(|item| is_task(item) || is_script(item))
        || root.path(&["extends", "template"]).is_some_and(|it| it.as_str().is_some())
        || has_no_others && (begins("variables", &["group", "template"]) || has_values || begins("parameters", &["name"]))
        || at_home && keys.iter().any(|key| root.entry(key).is_some())
}

struct Reader<'d> {
    parts: Parts<'d>,
}

impl<'d> Reader<'d> {
    /// What stands anywhere in a map of a pipeline, the arguments of templates among it.
    fn map(&mut self, node: &'d Node, holder: &str) {
        for entry in node.entries() {
            let address = below(holder, &entry.key);
            match entry.key.as_str() {
                "variables" | "env" => self.values("variable", &entry.value, &address),
                "parameters" if holder.is_empty() => {}
                "parameters" => {
                    self.values("parameter", &entry.value, &address);
                    self.map(&entry.value, &address);
                }
                "inputs" => {}
                "steps" => items(Some(&entry.value)).enumerate().for_each(|(at, it)| self.step(it, at, &address)),
                "jobs" => {
                    let jobs = items(Some(&entry.value)).enumerate();
                    jobs.for_each(|(at, it)| self.named("job", &["job", "deployment"], it, at, &address));
                }
                "stages" => {
                    let stages = items(Some(&entry.value)).enumerate();
                    stages.for_each(|(at, it)| self.named("stage", &["stage"], it, at, &address));
                }
                _ => {
                    let holder = if is_expression(&entry.key) { holder } else { &address };
                    self.map(&entry.value, holder);
                    items(Some(&entry.value)).for_each(|item| self.map(item, holder));
                }
            }
        }
    }

    /// The parameters that a template or pipeline takes: a list with `name` and `default`, or a map of defaults.
    fn declared(&mut self, root: &'d Node) {
        let Some(parameters) = root.get("parameters") else { return };
        self.values("parameter", parameters, "parameters");
        let declared = parameters.items().iter();
        declared.for_each(|item| self.parts.named("parameter", item, "default", "parameters"));
    }

    /// Names with values: a map of them, or a list of maps with `name` and `value`.
    fn values(&mut self, kind: &'static str, node: &'d Node, holder: &str) {
        for entry in node.entries() {
            if is_expression(&entry.key) {
                self.values(kind, &entry.value, holder);
            } else if entry.value.is_literal() {
                self.parts.add(kind, entry.key_span.clone(), &entry.value, below(holder, &entry.key));
            }
        }
        items(Some(node)).for_each(|item| self.parts.named(kind, item, "value", holder));
    }

    fn named(&mut self, kind: &'static str, keys: &[&str], item: &'d Node, number: usize, holder: &str) {
        let first = item.entries().first();
        let own = first.filter(|first| keys.contains(&first.key.as_str()));
        let name = own.and_then(|first| first.value.as_text()).filter(|name| !name.is_empty());
        let address = name.map_or_else(|| format!("{holder}[{number}]"), |name| below(holder, name));
        if let Some(first) = own {
            self.parts.add(kind, first.key_span.clone(), item, address.clone());
        }
        self.map(item, &address);
    }

    fn step(&mut self, step: &'d Node, number: usize, holder: &str) {
        let Some(first) = step.entries().first() else { return };
        let name = ["name", "displayName", "task"].iter().find_map(|key| step.get(key).and_then(Node::as_str));
        let address = format!("{holder}[{}]", name.map_or_else(|| number.to_string(), str::to_owned));
        self.parts.add("step", first.key_span.clone(), step, address.clone());
        let own = step.entries().iter().filter(|it| matches!(&*it.key, "script" | "bash" | "pwsh" | "powershell"));
        let inputs = step.get("inputs").map_or(&[][..], Node::entries);
        let is_script = |entry: &&Entry| SCRIPTS.contains(&entry.key.to_ascii_lowercase().as_str());
        for script in own.chain(inputs.iter().filter(is_script)) {
            self.parts.add("script", script.key_span.clone(), &script.value, below(&address, &script.key));
        }
        self.map(step, &address);
    }
}

/// The maps of a list, those that are put in under an expression among them.
fn items(list: Option<&Node>) -> Box<dyn Iterator<Item = &Node> + '_> {
    let all = list.map_or(&[][..], Node::items).iter().map(|item| &**item);
    Box::new(all.flat_map(|item| -> Box<dyn Iterator<Item = &Node>> {
        match item.entries().first() {
            Some(first) if is_expression(&first.key) => {
                Box::new(item.entries().iter().flat_map(|entry| items(Some(&entry.value))))
            }
            _ => Box::new(std::iter::once(item)),
        }
    }))
}

fn is_expression(key: &str) -> bool {
    key.starts_with("${{")
}
