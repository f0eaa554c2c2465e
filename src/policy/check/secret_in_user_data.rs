//! Secrets in the script that an instance is started with.

use crate::document::{Node, Value};
use crate::finding::Severity;
use crate::policy::dialect::Resource;
use crate::policy::inventory::scan::ahead;
use crate::policy::literal::{is_placeholder, is_reference, is_secret_name};
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `secret_in_user_data.md`.
pub(super) struct SecretInUserData;

static META: Meta = Meta {
    id: "secret-in-user-data",
    title: "Secret in the user data of an instance",
    family: Family::Storage,
    severity: Severity::High,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[522, 798],
    kinds: &["terraform", "cloudformation"],
    nearest: &["CKV_AWS_46", "CKV_AZURE_45", "AWS-0029", "AZU-0037"],
    page: include_str!("secret_in_user_data.md"),
};

/// Kinds of resources that start instances, and the way to the script.
const SCRIPTS: [(&str, &[&str]); 13] = [
    ("aws_instance", &["user_data"]),
    ("aws_instance", &["user_data_base64"]),
    ("aws_launch_configuration", &["user_data"]),
    ("aws_launch_configuration", &["user_data_base64"]),
    ("aws_launch_template", &["user_data"]),
    ("aws_spot_instance_request", &["user_data"]),
    ("azurerm_virtual_machine", &["os_profile", "custom_data"]),
    ("google_compute_instance", &["metadata_startup_script"]),
    ("google_compute_instance", &["metadata", "startup-script"]),
    ("google_compute_instance_template", &["metadata_startup_script"]),
    ("AWS::EC2::Instance", &["UserData"]),
    ("AWS::EC2::LaunchTemplate", &["LaunchTemplateData", "UserData"]),
    ("AWS::AutoScaling::LaunchConfiguration", &["UserData"]),
];

/// Virtual machines and scale sets of Azure have it in the same two fields.
const AZURE: [&str; 8] = [
    "azurerm_linux_virtual_machine",
    "azurerm_windows_virtual_machine",
    "azurerm_linux_virtual_machine_scale_set",
    "azurerm_windows_virtual_machine_scale_set",
    "azurerm_orchestrated_virtual_machine_scale_set",
    "azurerm_virtual_machine_scale_set",
    "azurerm_dev_test_linux_virtual_machine",
    "azurerm_dev_test_windows_virtual_machine",
];

impl Check for SecretInUserData {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        for resource in view.terraform().iter().chain(view.cloudformation()) {
            for (field, script) in scripts(resource) {
                let mut texts = Vec::new();
                collect(script, &mut texts);
                for (node, text) in texts {
                    judge(view, resource, &field, node, text, out);
                }
            }
        }
    }
}

/// The scripts of a resource, with the fields that hold them.
fn scripts<'d>(resource: &Resource<'d>) -> Vec<(String, &'d Node)> {
    let Some(body) = resource.body else { return Vec::new() };
    let known = SCRIPTS.iter().filter(|(kind, _)| resource.kind == *kind).map(|(_, path)| *path);
    let is_azure = AZURE.contains(&&*resource.kind);
    let azure: &[&[&str]] = if is_azure { &[&["custom_data"], &["user_data"]] } else { &[] };
    known.chain(azure.iter().copied()).filter_map(|path| Some((path.join("."), body.path(path)?))).collect()
}

/// The texts that a script is put together from: functions, joined lists and substitutions hand them on.
fn collect<'d>(node: &'d Node, out: &mut Vec<(&'d Node, &'d str)>) {
    match &node.value {
        Value::String(text) | Value::Expression(text) => out.push((node, text)),
        Value::Call { arguments, .. } => arguments.iter().for_each(|it| collect(it, out)),
        Value::Sequence(items) => items.iter().for_each(|it| collect(it, out)),
        Value::Map(entries) => entries.iter().for_each(|it| collect(&it.value, out)),
        _ => {}
    }
}

fn judge(view: &View<'_>, resource: &Resource<'_>, field: &str, node: &Node, text: &str, out: &mut Vec<Breach>) {
    let decoded = decoded(text);
    for (name, value) in assignments(decoded.as_deref().unwrap_or(text)) {
        if value.len() < 6 || is_reference(value) || is_placeholder(value) || is_place(value) {
            continue;
        }
        let span = if decoded.is_some() { node.span.clone() } else { view.locate(node, value) };
        let message = format!("{} hands {name} to the instance in {field}", resource.address);
        out.push(view.breach(&META, span, resource.route(&format!("{field}:{name}")), message).secret());
    }
}

/// What a text in base64 says, if it is one as a whole.
fn decoded(text: &str) -> Option<String> {
    let packed: String = text.split_ascii_whitespace().collect();
    let bytes = (packed.len() >= 16).then(|| data_encoding::BASE64.decode(packed.as_bytes()).ok())??;
    String::from_utf8(bytes).ok()
}

/// A path, or the name of something that is kept elsewhere.
fn is_place(value: &str) -> bool {
    let is_path = value.starts_with(['/', '.', '~']) && value.contains('/');
    is_path || value.contains("://") || value.starts_with("arn:")
}

/// `NAME=value`, `name: value`, `"name": "value"`, `--name=value` in the lines of a script or a configuration, where the
/// name is a secret's.
fn assignments(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter(|line| !line.trim_start().starts_with('#')).flat_map(|line| {
        memchr::memchr2_iter(b'=', b':', line.as_bytes()).filter_map(move |at| {
            let (name, is_variable) = name(&line[..at]);
            if !is_secret_name(name) {
                return None;
            }
            Some((name, value(&line[at + 1..], is_variable)?))
        })
    })
}

/// The name that a text ends with, in quotes or not; and whether it is `$name`, as in PowerShell.
fn name(text: &str) -> (&str, bool) {
    let text = text.trim_end().trim_end_matches(['"', '\'']);
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let length = text.bytes().rev().take_while(|byte| is_part(byte)).count();
    let (before, name) = text.split_at(text.len() - length);
    (name.trim_start_matches('-'), before.ends_with('$'))
}

/// The value that a text begins with. What begins with a bracket is worked out, and so is what a variable is given without
/// quotes.
fn value(text: &str, is_variable: bool) -> Option<&str> {
    let text = ahead(text.trim_start(), 0);
    match text.chars().next() {
        Some(quote @ ('"' | '\'')) => text[1..].split(quote).next(),
        Some('(' | '[' | '{') => None,
        _ if is_variable => None,
        _ => {
            let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | '&' | '|' | ',' | ')' | '}');
            text.split(ends).next().map(|value| value.trim_end_matches('\\'))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values() {
        let text = "export DB_PASSWORD=\"a b\" X=1\n./x --api-token=c;  password: 'd'\n{\"secret\": \"e\"}\n# TOKEN=f\nTOKEN_URL=g\nTOKEN=\n$token = (Get-It)\n$password = ConvertTo-It $x\n$secret = 'h'\n";
        let found: Vec<(&str, &str)> = assignments(text).collect();
        let expected = [
            ("DB_PASSWORD", "a b"),
            ("api-token", "c"),
            ("password", "d"),
            ("secret", "e"),
            ("TOKEN", ""),
            ("secret", "h"),
        ];
        assert_eq!(found, expected);
        assert_eq!(assignments(&"token=".repeat(100_000)).count(), 100_000);
    }
}
