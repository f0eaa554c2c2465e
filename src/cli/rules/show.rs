//! `keysieve rules show`.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

use super::super::configuration::load_here;
use crate::place::sanitize;
use crate::policy::Checks;
use crate::rule::builtin::way_out_class;
use crate::rule::format::{List, Text};
use crate::rule::model::{Anchor, Form, Near, Rule, WayOut, Within};

/// A whole rule, as people read it
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct ShowArgs {
    /// Id of a rule, as reports name it
    id: String,
    /// One more pack of rules (TOML); can be given several times
    #[arg(long, value_name = "FILE")]
    rules: Vec<PathBuf>,
    /// Read this keysieve.toml instead of the one here or above
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

const AFTER: &str = "\
Examples:
  keysieve rules show github-personal-access-token
  keysieve rules show acme-api-token --rules acme.toml

Exit codes: 0, or 2 if there is no such rule or a pack does not load.";

impl ShowArgs {
    /// Prints the rule. Returns the exit code.
    pub fn run(&self) -> anyhow::Result<u8> {
        let (rules, _, checks) = super::load(&self.rules)?;
        let Some((_, rule)) = rules.by_id(&self.id) else {
            let is_check = |checks: &Checks| checks.find(&self.id).is_some();
            if is_check(&checks) || is_check(&load_here(self.config.as_deref(), &[])?.checks) {
                bail!("`{}` is a check of the linter, not a rule; `keysieve explain {0}` describes it", self.id);
            }
            bail!("there is no rule `{}`; `keysieve rules list` shows them all", self.id);
        };
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        writeln!(out, "{}: {}\n\n{}\n", rule.id, sanitize(&rule.title), sanitize(&rule.what))?;
        for (name, value) in fields(rule) {
            writeln!(out, "{:12} {}", format!("{name}:"), sanitize(&value))?;
        }
        writeln!(out, "\nWay out ({}):", origin(&rule.way_out))?;
        for (index, step) in rule.way_out.steps.iter().enumerate() {
            writeln!(out, "{:3}. {}", index + 1, sanitize(step))?;
        }
        if let Some(url) = &rule.way_out.url {
            writeln!(out, "  On revoking it: {}", sanitize(url))?;
        }
        out.flush()?;
        Ok(0)
    }
}

/// What is known of the rule, less what is the same for most.
fn fields(rule: &Rule) -> Vec<(&'static str, String)> {
    let or_none = |text: Option<String>| text.filter(|it| !it.is_empty()).unwrap_or_else(|| "none".to_owned());
    let mut fields = vec![
        ("Severity", rule.severity.to_string()),
        ("Provider", rule.provider.to_string()),
        ("Family", rule.family.to_string()),
    ];
    if !rule.replaces.is_empty() {
        fields.push(("Replaces", joined(&rule.replaces)));
    }
    fields.extend([
        ("Form", rule.form.to_string()),
        ("Anchor", anchor(&rule.anchor)),
        ("Context", or_none(Some(joined(&rule.context)))),
    ]);
    fields.extend(conditions(rule));
    let companion =
        rule.companion.as_ref().map(|it| format!("{} ({}), within {}", it.rule, it.label, within(it.within)));
    fields.extend([
        ("Check", or_none(rule.check.map(|check| check.id().to_owned()))),
        ("Companion", or_none(companion)),
        ("Lifetime", rule.lifetime.id().to_owned()),
        ("Scope", or_none(Some(rule.scope.to_string()))),
    ]);
    if let Some(environment) = &rule.environment {
        fields.push(("Environment", environment.to_string()));
    }
    if rule.publishable {
        fields.push(("Public", "by design".to_owned()));
    }
    let examples = format!("{}, {}", super::count(rule.hit.len(), "hit"), misses(rule.miss.len()));
    fields.extend([("Docs", or_none(rule.docs.as_ref().map(ToString::to_string))), ("Examples", examples)]);
    fields
}

/// What is asked for beside the form.
fn conditions(rule: &Rule) -> Vec<(&'static str, String)> {
    let mut fields = Vec::new();
    match rule.near {
        Near::Usual => {}
        Near::Line => fields.push(("Near", "on the same line".to_owned())),
        Near::Name => fields.push(("Near", "in the name that it is given to, or around a credential's".to_owned())),
        Near::Block => fields.push(("Near", "in the same block".to_owned())),
        Near::Bytes(bytes) => fields.push(("Near", format!("within {bytes} bytes"))),
    }
    if rule.long {
        fields.push(("Look", "4 KiB to either side".to_owned()));
    }
    if !rule.files.is_empty() {
        fields.push(("Files", joined(&rule.files)));
    }
    if let Form::Search(search) = &rule.form
        && let Some(path) = &search.path
    {
        fields.push(("Files", format!("whose path matches {path}")));
    }
    if let Some(entropy) = rule.entropy {
        fields.push(("Entropy", format!("at least {entropy} bits per character")));
    }
    match rule.not_placeholder {
        None => {}
        Some(true) => fields.push(("Placeholders", "are refused strictly".to_owned())),
        Some(false) => fields.push(("Placeholders", "are not refused".to_owned())),
    }
    if let Some(charset) = rule.charset {
        fields.push(("Charset", charset.to_string()));
    }
    if let Some(wanted) = &rule.decodes_to {
        let mut text = wanted.encoding.id().to_owned();
        for (what, part) in [("begins with", &wanted.begins), ("holds", &wanted.holds)] {
            if !part.is_empty() {
                text.push_str(&format!(", {what} {part}"));
            }
        }
        fields.push(("Decodes to", text));
    }
    fields
}

fn within(within: Within) -> String {
    match within {
        Within::Bytes(bytes) => super::count(bytes.into(), "byte"),
        Within::Lines(lines) => super::count(lines.into(), "line"),
    }
}

fn anchor(anchor: &Anchor) -> String {
    match anchor {
        Anchor::Literal { texts, offset: 0 } => format!("{}, any case", joined(texts)),
        Anchor::Literal { texts, offset } => format!("{}, any case, {offset} bytes into the match", joined(texts)),
        Anchor::Context => "the context words".to_owned(),
        Anchor::Own => "that of its form".to_owned(),
    }
}

fn misses(number: usize) -> String {
    format!("{number} {}", if number == 1 { "miss" } else { "misses" })
}

fn joined(texts: &List<Text>) -> String {
    texts.iter().map(Text::as_ref).collect::<Vec<&str>>().join(", ")
}

/// Whose steps they are.
fn origin(way_out: &WayOut) -> String {
    way_out_class(way_out).map_or_else(|| "written for this rule".to_owned(), |name| format!("of the class {name}"))
}
