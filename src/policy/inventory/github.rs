//! GitHub Actions: `secrets.NAME` in the expressions of workflows and actions, and of those of the forges that read them.

use super::scan::{is_word, word};
use super::{Finder, MOST, Mention, ReferenceKind, located, text};

/// What the forge issues for each job: nobody keeps it.
const ISSUED: [&str; 3] = ["GITHUB_TOKEN", "GITEA_TOKEN", "FORGEJO_TOKEN"];

/// Every secret that an expression names.
pub(super) fn read(finder: &mut Finder<'_, '_>) {
    let view = finder.view;
    let is_own = view.workflow.is_some()
        || ["action.yml", "action.yaml"].iter().any(|name| view.subject.path.ends_with(name.as_bytes()));
    if !is_own || !view.mentions(&["secrets"]) {
        return;
    }
    let mut found = Vec::new();
    view.walk(&mut |visited| {
        let Some(text) = text(visited.node) else { return };
        let first = found.len();
        // A condition is an expression whether or not it says so.
        if visited.trail.key() == Some("if") && !text.contains("${{") {
            in_expression(text, 0, &mut found);
        } else {
            mentions(text, &mut found);
        }
        found.truncate(first + MOST);
        for mention in &mut found[first..] {
            mention.range = located(view, visited.node, text, &mention.range);
        }
    });
    found.iter().for_each(|mention| finder.add(mention.kind, &mention.name, &mention.range));
}

fn mentions(text: &str, out: &mut Vec<Mention>) {
    let mut from = 0;
    while let Some(open) = text[from..].find("${{").map(|at| from + at) {
        let end = text[open..].find("}}").map_or(text.len(), |at| open + at);
        in_expression(&text[open..end], open, out);
        from = end;
    }
}

/// The secrets of one expression, which begins at `offset` of the text. Names are not told apart by case.
fn in_expression(expression: &str, offset: usize, out: &mut Vec<Mention>) {
    const CONTEXT: &str = "secrets";
    let bytes = expression.as_bytes();
    for at in memchr::memmem::find_iter(bytes, CONTEXT.as_bytes()) {
        if at > 0 && (is_word(bytes[at - 1]) || matches!(bytes[at - 1], b'.' | b'-')) {
            continue;
        }
        let behind = at + CONTEXT.len();
        let start = match &bytes[behind..] {
            [b'.', ..] => behind + 1,
            [b'[', b'\'' | b'"', ..] => behind + 2,
            _ => continue,
        };
        let name = word(expression, start);
        let shown = expression[name.clone()].to_ascii_uppercase();
        if !name.is_empty() && !ISSUED.contains(&shown.as_str()) {
            out.push(Mention::new(ReferenceKind::GithubSecret, shown, offset + name.start..offset + name.end));
        }
    }
}
