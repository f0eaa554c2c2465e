//! Azure Pipelines: macros with the name of a secret, which a variable of the pipeline or of a group has to fill, and the
//! secrets that the task `AzureKeyVault` fetches.

use std::collections::BTreeSet;
use std::ops::Range;

use super::pipeline::defined;
use super::{Finder, MOST, ReferenceKind, located, text};
use crate::document::Node;
use crate::policy::literal::is_secret_name;

const DIALECT: &str = "azure-pipelines";

/// The token that is issued for each job: nobody keeps it.
const ISSUED: &str = "System.AccessToken";

/// Every secret that the file names and does not make itself.
pub(super) fn read(finder: &mut Finder<'_, '_>) {
    let view = finder.view;
    if !view.speaks(DIALECT) {
        return;
    }
    let mut made: BTreeSet<String> = defined(view, DIALECT).iter().map(|name| name.to_ascii_lowercase()).collect();
    made.extend(fetched(finder).iter().map(|name| name.to_ascii_lowercase()));
    made.extend(set_by_scripts(view.text));
    let steps = view.named(DIALECT).iter().filter(|it| it.kind == "step");
    let steps: BTreeSet<&str> = steps.filter_map(|step| step.body?.get("name")?.as_str()).collect();
    // `$(step.name)` is what a step of the same job has set.
    let is_output = |name: &str| name.split_once('.').is_some_and(|(step, _)| steps.contains(step));
    let mut found = Vec::new();
    view.walk(&mut |visited| {
        let Some(text) = text(visited.node) else { return };
        for (name, range) in macros(text).into_iter().take(MOST) {
            let is_issued = name.eq_ignore_ascii_case(ISSUED) || is_output(name);
            if is_secret_name(name) && !is_issued && !made.contains(&name.to_ascii_lowercase()) {
                found.push((name.to_owned(), located(view, visited.node, text, &range)));
            }
        }
    });
    found.iter().for_each(|(name, span)| finder.add(ReferenceKind::AzurePipelinesVariable, name, span));
}

/// Adds the secrets that are fetched from a vault under their names, and returns the names.
fn fetched(finder: &mut Finder<'_, '_>) -> Vec<String> {
    let view = finder.view;
    let mut names = Vec::new();
    for step in view.named(DIALECT).iter().filter(|it| it.kind == "step") {
        let Some(inputs) = step.body.filter(|body| is_vault_task(body)).and_then(|body| body.get("inputs")) else {
            continue;
        };
        let input =
            |name: &str| inputs.entries().iter().find(|it| it.key.eq_ignore_ascii_case(name)).map(|it| &*it.value);
        let (Some(vault), Some(filter)) = (input("KeyVaultName"), input("SecretsFilter")) else { continue };
        let (Some(vault), Some(secrets)) = (vault.as_str(), filter.as_str()) else { continue };
        for secret in secrets.split(',').map(str::trim).filter(|secret| !secret.contains("$(")) {
            names.push(secret.to_owned());
            if !vault.contains('$') {
                let name = format!("{}/{secret}", vault.to_ascii_lowercase());
                finder.add(ReferenceKind::KeyVaultSecret, &name, &view.locate(filter, secret));
            }
        }
    }
    names
}

/// The variables that scripts set, in small letters: `##vso[task.setvariable variable=NAME;…]`.
fn set_by_scripts(text: &str) -> Vec<String> {
    const BEFORE: &str = "variable=";
    let names = memchr::memmem::find_iter(text.as_bytes(), BEFORE).map(|at| {
        let rest = &text[at + BEFORE.len()..];
        rest.split([';', ']', '\n', '"', ' ']).next().unwrap_or_default()
    });
    names.filter(|name| name.len() <= 256).map(str::to_ascii_lowercase).collect()
}

fn is_vault_task(step: &Node) -> bool {
    step.get("task").and_then(Node::as_str).is_some_and(|task| task.starts_with("AzureKeyVault@"))
}

/// `$(name)`: the names, and where they stand.
fn macros(text: &str) -> Vec<(&str, Range<usize>)> {
    const OPEN: &str = "$(";
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let opened = memchr::memmem::find_iter(text.as_bytes(), OPEN).map(|at| at + OPEN.len());
    opened
        .filter_map(|start| {
            let length = text[start..].find(|c| !is_name(c))?;
            let name = start..start + length;
            (length > 0 && text[name.end..].starts_with(')')).then(|| (&text[name.clone()], name))
        })
        .collect()
}
