//! Pipelines of Bitbucket and CircleCI: variables with the name of a secret that scripts and settings use. What the file
//! itself defines, or a script assigns, comes from nowhere else.

use std::collections::BTreeSet;

use super::scan::{is_word, secret_variables};
use super::{Finder, ReferenceKind, located, text};
use crate::document::Node;
use crate::policy::View;
use crate::policy::dialect::is_known;
use crate::policy::literal::is_secret_name;

/// The dialect, the kind of its references, and what the system issues for each run: nobody keeps that.
const SYSTEMS: [(&str, ReferenceKind, &[&str]); 2] = [
    ("bitbucket", ReferenceKind::BitbucketVariable, &["BITBUCKET_STEP_OIDC_TOKEN"]),
    ("circleci", ReferenceKind::CircleciVariable, &["CIRCLE_OIDC_TOKEN", "CIRCLE_OIDC_TOKEN_V2"]),
];

/// Every variable that the system has to put in.
pub(super) fn read(finder: &mut Finder<'_, '_>) {
    let view = finder.view;
    let Some((dialect, kind, issued)) = SYSTEMS.iter().find(|(dialect, ..)| view.speaks(dialect)) else { return };
    let defined = defined(view, dialect);
    let mut found = Vec::new();
    view.walk(&mut |visited| {
        if let Some(text) = text(visited.node) {
            for (name, range) in secret_variables(text) {
                if !issued.contains(&name) && !defined.contains(name) {
                    found.push((name.to_owned(), located(view, visited.node, text, &range)));
                }
            }
        }
        // A parameter of CircleCI whose value is the name of a variable.
        let is_name = visited.node.get("type").and_then(Node::as_str) == Some("env_var_name");
        let default = visited.node.get("default").filter(|_| is_name);
        if let Some((name, span)) = default.and_then(|default| Some((default.as_str()?, &default.span)))
            && is_secret_name(name)
            && !defined.contains(name)
        {
            found.push((name.to_owned(), span.clone()));
        }
    });
    found.iter().for_each(|(name, span)| finder.add(*kind, name, span));
}

/// The names that are given a value in the file: by a setting that is one, or in a script.
pub(super) fn defined<'t>(view: &View<'t>, dialect: &str) -> BTreeSet<&'t str> {
    let mut names = BTreeSet::new();
    for part in view.named(dialect) {
        let Some(body) = part.body else { continue };
        match &*part.kind {
            "variable" | "parameter" if is_known(body) => names.extend(view.text.get(part.name_span.clone())),
            "script" => assigned(body.as_str().unwrap_or_default(), &mut names),
            _ => {}
        }
    }
    names
}

/// Names before a `=` in a shell's text. `NAME=$NAME` hands on what there was.
fn assigned<'t>(text: &'t str, names: &mut BTreeSet<&'t str>) {
    let bytes = text.as_bytes();
    for at in memchr::memchr_iter(b'=', bytes) {
        let start = bytes[..at].iter().rposition(|byte| !is_word(*byte)).map_or(0, |before| before + 1);
        let name = &text[start..at];
        let is_alone = start == 0 || matches!(bytes[start - 1], b' ' | b'\t' | b'\n' | b';' | b'(' | b'&');
        let value = text[at + 1..].trim_start_matches(['"', '\'']);
        let value = value.strip_prefix('$').map_or("", |value| value.trim_start_matches('{'));
        if is_alone
            && !name.is_empty()
            && value.strip_prefix(name).is_none_or(|rest| rest.as_bytes().first().is_some_and(|byte| is_word(*byte)))
        {
            names.insert(name);
        }
    }
}
