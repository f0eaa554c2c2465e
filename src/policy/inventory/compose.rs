//! Docker Compose: `secrets`, and variables with the name of a secret.

use std::collections::HashMap;

use super::scan::variables;
use super::{Finder, MOST, ReferenceKind, located, text};
use crate::config::policy::Store;
use crate::document::{Node, Segment, Value};
use crate::policy::literal::is_secret_name;

/// The secrets that a project declares and its services take, and the variables that are put in.
pub(super) fn read(finder: &mut Finder<'_, '_>) {
    let view = finder.view;
    if !view.speaks("compose") {
        return;
    }
    for root in &view.document.roots {
        let declared = root.get("secrets").map_or(&[][..], Node::entries);
        for secret in declared.iter().filter(|secret| secret.key != Node::REST) {
            finder.add_in(ReferenceKind::ComposeSecret, &secret.key, &secret.key_span, store(&secret.value), None);
            // Where it is taken from a variable, that is what has to be looked after.
            if let Some(variable) = secret.value.get("environment").filter(|it| it.as_str().is_some_and(is_plain)) {
                let name = variable.as_str().unwrap_or_default();
                finder.add(ReferenceKind::EnvironmentVariable, name, &variable.span);
            }
        }
        let stores: HashMap<&str, Option<Store>> =
            declared.iter().map(|secret| (secret.key.as_str(), store(&secret.value))).collect();
        for service in root.get("services").map_or(&[][..], Node::entries) {
            for secret in service.value.get("secrets").map_or(&[][..], Node::items) {
                let Some(name) = secret.get("source").or(Some(secret)).filter(|it| it.as_str().is_some()) else {
                    continue;
                };
                let store = name.as_str().and_then(|name| *stores.get(name)?);
                let kind = ReferenceKind::ComposeSecret;
                finder.add_in(kind, name.as_str().unwrap_or_default(), &name.span, store, Some(service.key.clone()));
            }
        }
    }
    let mut found = Vec::new();
    view.walk(&mut |visited| {
        let keys: Vec<&str> = visited.trail.keys().collect();
        let service = match keys.as_slice() {
            ["services", service, ..] => Some((*service).to_owned()),
            _ => None,
        };
        if let Some(text) = text(visited.node) {
            for (name, range) in variables(text).into_iter().take(MOST) {
                if is_secret_name(name) {
                    found.push((name.to_owned(), located(view, visited.node, text, &range), service.clone()));
                }
            }
            // `- NAME` without a value takes it from outside.
            let is_item = matches!(visited.trail.segments().last(), Some(Segment::Item(..)));
            if is_item && keys.last() == Some(&"environment") && is_plain(text) && is_secret_name(text) {
                found.push((text.to_owned(), visited.node.span.clone(), service.clone()));
            }
        }
        // So does a name without a value in the form of a map.
        if keys.last() == Some(&"environment") {
            let empty = |value: &Value| *value == Value::Null;
            for entry in visited.node.entries().iter().filter(|it| empty(&it.value.value) && is_secret_name(&it.key)) {
                found.push((entry.key.clone(), entry.key_span.clone(), service.clone()));
            }
        }
    });
    for (name, span, service) in found {
        finder.add_in(ReferenceKind::EnvironmentVariable, &name, &span, Some(Store::Environment), service);
    }
}

/// Where a declared secret is kept; none for one that is made outside.
fn store(secret: &Node) -> Option<Store> {
    match (secret.entry("file"), secret.entry("environment")) {
        (Some(_), _) => Some(Store::File),
        (None, Some(_)) => Some(Store::Environment),
        (None, None) => None,
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(super::scan::is_word)
}
