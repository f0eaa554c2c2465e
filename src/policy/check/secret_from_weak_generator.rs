//! Secrets that are made with generators whose values can be guessed.

use std::ops::Range;

use crate::document::code::Grammar;
use crate::finding::Severity;
use crate::policy::code::{Sink, Source, generator, is_made};
use crate::policy::{Breach, Check, Family, Meta, Preset};

/// See `secret_from_weak_generator.md`.
pub(super) struct SecretFromWeakGenerator;

static META: Meta = Meta {
    id: "secret-from-weak-generator",
    title: "Secret made with a generator that can be predicted",
    family: Family::Validation,
    severity: Severity::High,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[338],
    kinds: &["code"],
    nearest: &[],
    page: include_str!("secret_from_weak_generator.md"),
};

impl Check for SecretFromWeakGenerator {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn reads_code(&self, grammar: &Grammar, text: &[u8]) -> bool {
        generator::may_be_in(grammar, text)
    }

    fn check_code(&self, source: &Source<'_>, out: &mut Vec<Breach>) {
        let code = &source.code;
        let known = generator::Known::of(code);
        let mut last = None;
        for at in 0..code.tokens.len() {
            let Some(length) = known.at(code, at) else { continue };
            let Some(sink) = source.sink(at).filter(|sink| is_made(sink.name) && last != Some(sink.at)) else {
                continue;
            };
            let behind = code.behind(at + length);
            let is_compared = ["<", ">", "<=", ">=", "==", "==="].iter().any(|sign| code.is(behind, sign));
            let made = sink.at..source.expression(at).end;
            if is_compared
                || is_number(&sink, at, &made, behind)
                || made.clone().any(|it| generator::is_strong(code.said(it)))
            {
                continue;
            }
            last = Some(sink.at);
            let span = source.span(&(at..at + length));
            let generator = code.text[span.clone()].to_owned();
            let name = sink.name.trim_start_matches('$');
            let message = format!("{name} is made with {generator}, whose values can be predicted");
            out.push(source.breach(&META, span, name, message));
        }
    }
}

/// Whether what is made is no more than a number under a name that is as often that of a boundary or a request.
fn is_number(sink: &Sink<'_>, generator: usize, made: &Range<usize>, behind: usize) -> bool {
    sink.name.trim_start_matches('$').eq_ignore_ascii_case("token") && sink.at + 2 == generator && made.end == behind
}
