//! Jenkins: credentials by their id.

use super::{Finder, ReferenceKind};
use crate::document::{Node, Syntax, Value};

/// Every `credentials('id')`, `credentialsId: 'id'` and `sshagent(['id'])`.
pub(super) fn read(finder: &mut Finder<'_, '_>) {
    let view = finder.view;
    if view.document.syntax != Syntax::Jenkinsfile {
        return;
    }
    let mut found: Vec<&Node> = Vec::new();
    view.walk(&mut |visited| match &visited.node.value {
        Value::Call { name, arguments } if name == "credentials" => found.extend(arguments.first().map(|it| &**it)),
        Value::Call { name, arguments } if name == "sshagent" => {
            found.extend(arguments.iter().flat_map(|it| it.items()).map(|it| &**it));
        }
        Value::Map(entries) => {
            for entry in entries {
                match entry.key.as_str() {
                    "credentialsId" => found.push(&entry.value),
                    // `sshagent(credentials: ['id'])`, and `sshagent(['id'])` without a block.
                    "credentials" | "sshagent" => found.extend(entry.value.items().iter().map(|it| &**it)),
                    _ => {}
                }
            }
        }
        _ => {}
    });
    for id in found {
        if let Some(name) = id.as_str() {
            finder.add(ReferenceKind::JenkinsCredential, name, &id.span);
        }
    }
}
