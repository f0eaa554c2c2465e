//! GitLab CI: variables with the name of a secret that jobs use, and paths in Vault under `secrets`.

use super::scan::secret_variables;
use super::{Finder, ReferenceKind, located, text};
use crate::document::{Node, Segment};

/// Every variable of a pipeline that has the name of a secret; those that GitLab sets itself (`CI_JOB_TOKEN`) are none.
pub(super) fn read(finder: &mut Finder<'_, '_>) {
    let view = finder.view;
    if !view.speaks("gitlab") {
        return;
    }
    let mut found = Vec::new();
    view.walk(&mut |visited| {
        let Some(text) = text(visited.node) else { return };
        for (name, range) in secret_variables(text) {
            if !name.starts_with("CI_") {
                let range = located(view, visited.node, text, &range);
                found.push((ReferenceKind::GitlabVariable, name.to_owned(), range));
            }
        }
        let keys: Vec<&str> = visited.trail.keys().collect();
        let is_vault = matches!(keys.as_slice(), [.., "secrets", _, "vault"]);
        if is_vault && matches!(visited.trail.segments().last(), Some(Segment::Key(_))) {
            found.push((ReferenceKind::VaultPath, path(text), visited.node.span.clone()));
        }
    });
    // The long form: `vault: {engine: {name, path}, path, field}`.
    view.walk(&mut |visited| {
        let Some(engine) = visited.node.path(&["engine", "path"]).and_then(Node::as_str) else { return };
        let (Some(path), true) = (visited.node.get("path"), visited.trail.key() == Some("vault")) else { return };
        let field = visited.node.get("field").and_then(Node::as_str);
        let name = [
            engine,
            "/",
            path.as_str().unwrap_or_default(),
            if field.is_some() { "#" } else { "" },
            field.unwrap_or_default(),
        ]
        .concat();
        found.push((ReferenceKind::VaultPath, name, path.span.clone()));
    });
    found.iter().for_each(|(kind, name, span)| finder.add(*kind, name, span));
}

/// `production/db/password@ops` is the field `password` of `ops/production/db`; the engine is `kv-v2` where none is named.
fn path(text: &str) -> String {
    let (path, engine) = text.rsplit_once('@').unwrap_or((text, "kv-v2"));
    match path.rsplit_once('/') {
        Some((path, field)) => format!("{engine}/{path}#{field}"),
        None => format!("{engine}/{path}"),
    }
}
