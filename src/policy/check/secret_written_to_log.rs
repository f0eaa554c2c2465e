//! Credentials that a program writes down where many can read them.

use crate::document::code::Grammar;
use crate::finding::Severity;
use crate::policy::code::{Source, is_clearly_credential, logger};
use crate::policy::{Breach, Check, Family, Meta, Preset};

/// See `secret_written_to_log.md`.
pub(super) struct SecretWrittenToLog;

static META: Meta = Meta {
    id: "secret-written-to-log",
    title: "Credential written to a log",
    family: Family::Logging,
    severity: Severity::Medium,
    preset: Preset::Strict,
    threshold: None,
    cwe: &[532],
    kinds: &["code"],
    nearest: &[],
    page: include_str!("secret_written_to_log.md"),
};

impl Check for SecretWrittenToLog {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn reads_code(&self, _grammar: &Grammar, text: &[u8]) -> bool {
        logger::may_be_in(text)
    }

    fn check_code(&self, source: &Source<'_>, out: &mut Vec<Breach>) {
        let code = &source.code;
        for at in 0..code.tokens.len() {
            let Some((call, written)) = logger::written(source, at) else { continue };
            for name in logger::shown(source, &written) {
                let first = path_start(source, name);
                let span = source.span(&(first..name + 1));
                let path = &code.text[span.clone()];
                if is_clearly_credential(path) {
                    let call: String = call.clone().map(|at| code.said(at)).collect();
                    let message = format!("{} is written by {call}", path.trim_start_matches('$'));
                    out.push(source.breach(&META, span.clone(), format!("{call}.{path}"), message));
                }
            }
        }
    }
}

/// The first token of the names with dots between them that end with this one.
fn path_start(source: &Source<'_>, last: usize) -> usize {
    let code = &source.code;
    let mut at = last;
    let is_dot = |at: usize| matches!(code.said(at), "." | "?." | "->" | "?->" | "::");
    while at >= 2 && is_dot(at - 1) && code.is_a(at - 2, crate::document::code::Kind::Word) {
        at -= 2;
    }
    at
}
