//! Credentials that Groovy puts into the text of a shell step.

use std::collections::HashSet;

use crate::document::Value;
use crate::finding::Severity;
use crate::policy::dialect::jenkins::secret_names;
use crate::policy::literal::is_secret_name;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `interpolated_credential.md`.
pub(super) struct InterpolatedCredential;

static META: Meta = Meta {
    id: "interpolated-credential",
    title: "Credential that Groovy puts into a command",
    family: Family::Transport,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[214, 532],
    kinds: &["jenkins"],
    nearest: &[],
    page: include_str!("interpolated_credential.md"),
};

impl Check for InterpolatedCredential {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        let scripts = view.named("jenkins").iter().filter(|part| part.kind == "script");
        let texts = scripts.filter_map(|part| match part.body.map(|body| (body, &body.value)) {
            Some((body, Value::Expression(text))) => Some((part, body, text.as_str())),
            _ => None,
        });
        let mut secrets: Option<HashSet<String>> = None;
        for (part, body, text) in texts {
            let secrets =
                secrets.get_or_insert_with(|| view.document.roots.iter().flat_map(|root| secret_names(root)).collect());
            for (name, written) in filled_in(text) {
                let is_bound = secrets.contains(name);
                // A library of the team may bind it.
                if !is_bound && !is_secret_name(name) {
                    continue;
                }
                let span = view.locate(body, written);
                let what = if is_bound { "the credential" } else { "the variable" };
                let message = format!("Groovy puts {what} {name} into a command");
                let breach = view.breach(&META, span, format!("{}:{name}", part.address), message);
                out.push(if is_bound { breach } else { breach.severity(Severity::Low) });
            }
        }
    }
}

/// The names that Groovy fills in, and how they are written: `$NAME`, `${NAME}`, `${env.NAME}`, `${params.NAME}`.
fn filled_in(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    memchr::memchr_iter(b'$', text.as_bytes()).filter_map(move |at| {
        let is_escaped = at > 0 && text.as_bytes()[at - 1] == b'\\';
        let rest = &text[at + 1..];
        let (name, end) = match rest.strip_prefix('{') {
            Some(inner) => {
                let length = inner.bytes().take(256).position(|byte| byte == b'}')?;
                (inner[..length].trim(), at + length + 3)
            }
            None => {
                let length = rest.bytes().take_while(|byte| is_word(*byte)).count();
                (&rest[..length], at + length + 1)
            }
        };
        let name = name.strip_prefix("env.").unwrap_or(name);
        (!is_escaped && !name.is_empty()).then(|| (name, &text[at..end]))
    })
}
