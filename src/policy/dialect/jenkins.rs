//! Pipelines of Jenkins, declarative and scripted.

use crate::document::{Entry, Node, Syntax, Value};

use super::parts::{Parts, below};
use super::{Face, Resource, whole};

/// Steps that hand a text to a shell.
const SHELLS: [&str; 4] = ["sh", "bat", "powershell", "pwsh"];

/// Parameters with a default that stands in the file.
const PARAMETERS: [&str; 4] = ["string", "text", "password", "credentials"];

/// The `pipeline`; each `script`, each `message` that Groovy fills in and prints; each `variable` of an environment, each `parameter` and
/// `password` with a default.
pub(super) fn resources<'d>(face: &Face<'d>) -> Vec<Resource<'d>> {
    let mut reader = Reader { parts: Parts::default() };
    if face.document.syntax != Syntax::Jenkinsfile {
        return reader.parts.0;
    }
    for root in face.document.roots.iter().filter(|root| !root.entries().is_empty()) {
        reader.parts.0.push(whole(root, "pipeline"));
        reader.node(root, "");
    }
    reader.parts.0
}

struct Reader<'d> {
    parts: Parts<'d>,
}

impl<'d> Reader<'d> {
    fn node(&mut self, node: &'d Node, holder: &str) {
        match &node.value {
            Value::Map(entries) => {
                self.parameter(class(node), node, holder);
                entries.iter().for_each(|entry| self.entry(entry, holder));
            }
            Value::Sequence(items) => {
                for (number, item) in items.iter().enumerate() {
                    self.node(item, &format!("{holder}[{number}]"));
                }
            }
            Value::Call { name, arguments } => {
                let word = last(name);
                self.step(word, node, holder);
                for argument in arguments {
                    self.parameter(word, argument, holder);
                    self.node(argument, holder);
                }
            }
            _ => {}
        }
    }

    fn entry(&mut self, entry: &'d Entry, holder: &str) {
        let address = below(holder, &entry.key);
        let word = last(&entry.key);
        match word {
            "environment" => self.parts.literals("variable", &entry.value, &address),
            _ if entry.key.starts_with("env.") && entry.value.is_literal() => {
                self.parts.add("variable", entry.key_span.clone(), &entry.value, address.clone());
            }
            _ => {
                self.step(word, &entry.value, &address);
                self.parameter(word, &entry.value, &address);
            }
        }
        self.node(&entry.value, &address);
    }

    /// A step that runs or prints a text.
    fn step(&mut self, word: &str, value: &'d Node, address: &str) {
        let kind = match word {
            _ if SHELLS.contains(&word) => "script",
            "echo" | "println" | "print" => "message",
            _ => return,
        };
        let text = given(value).filter(|text| kind == "script" || matches!(text.value, Value::Expression(_)));
        if let Some(text) = text {
            self.parts.add(kind, text.span.clone(), text, address.to_owned());
        }
    }

    fn parameter(&mut self, word: &str, arguments: &'d Node, holder: &str) {
        if PARAMETERS.contains(&word) {
            let kind = if word == "password" { "password" } else { "parameter" };
            self.parts.named(kind, arguments, "defaultValue", holder);
        }
    }
}

/// The text that a step is given: alone, as `script` or `message`, or with calls behind it.
fn given(value: &Node) -> Option<&Node> {
    match &value.value {
        Value::String(_) | Value::Expression(_) => Some(value),
        Value::Map(_) => value.get("script").or_else(|| value.get("message")),
        Value::Call { arguments, .. } => match arguments.first() {
            Some(first) if !matches!(first.value, Value::Call { .. }) => given(first),
            _ => None,
        },
        _ => None,
    }
}

/// The older way to name a parameter: `[$class: 'PasswordParameterDefinition', …]`.
fn class(node: &Node) -> &str {
    match node.get("$class").and_then(Node::as_str).map(last) {
        Some("PasswordParameterDefinition") => "password",
        Some("StringParameterDefinition") => "string",
        _ => "",
    }
}

fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// The names under which Groovy knows secrets: variables that bindings fill, those of an `environment` that are credentials,
/// parameters that are passwords.
pub(crate) fn secret_names(root: &Node) -> Vec<String> {
    let mut names = Vec::new();
    collect(root, "", &mut names);
    names
}

fn collect(node: &Node, word: &str, names: &mut Vec<String>) {
    /// What a binding calls the variable of a secret; `variable` where it has only one.
    const VARIABLES: [&str; 6] = [
        "passwordVariable",
        "secretKeyVariable",
        "passphraseVariable",
        "clientSecretVariable",
        "tokenVariable",
        "variable",
    ];
    /// Bindings whose variable is the path of a file.
    const FILES: [&str; 5] = ["file", "zip", "dockerCert", "FileBinding", "ZipFileBinding"];
    match &node.value {
        Value::Map(entries) => {
            let class = node.get("$class").and_then(Node::as_str).map_or(word, last);
            if node.entry("credentialsId").is_some() && !FILES.contains(&class) {
                let variables = entries.iter().filter(|entry| VARIABLES.contains(&entry.key.as_str()));
                names.extend(variables.filter_map(|entry| entry.value.as_str()).map(str::to_owned));
            }
            let is_password = word == "password" || class == "PasswordParameterDefinition";
            if let Some(name) = node.get("name").and_then(Node::as_str).filter(|_| is_password) {
                names.push(format!("params.{name}"));
            }
            for entry in entries {
                if entry.key == "environment" {
                    for variable in entry.value.entries() {
                        if matches!(&variable.value.value, Value::Call { name, .. } if name == "credentials") {
                            names.push(variable.key.clone());
                            names.push(format!("{}_PSW", variable.key));
                        }
                    }
                }
                collect(&entry.value, last(&entry.key), names);
            }
        }
        Value::Sequence(items) => items.iter().for_each(|item| collect(item, "", names)),
        Value::Call { name, arguments } => arguments.iter().for_each(|it| collect(it, last(name), names)),
        _ => {}
    }
}
