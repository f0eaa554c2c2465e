//! From the text of a pack to rules, or to what is wrong with it and where.
//!
//! Compiled twice, like the schema: what is an error for a user's pack is a compile error for a built-in one.

use std::collections::BTreeMap;

use super::format::{Format, List, Text};
use super::model::{Anchor, Check, Companion, Example, Form, Lifetime, Rule, WayOut};
use super::schema::{ExampleEntry, PackFile, RuleEntry, WayOutEntry};
use crate::scale::Severity;

/// The least length of a literal that the prefilter looks for.
pub const ANCHOR_LEAST: usize = 3;

/// The texts of the classes of ways out, by name.
pub type WayOutClasses = BTreeMap<String, Vec<String>>;

/// What is wrong with a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackError {
    /// The rule at fault, if it is one.
    pub rule: Option<String>,
    /// Line in the pack's file, from 1.
    pub line: usize,
    /// What is wrong, and the remedy.
    pub reason: String,
}

/// Reads a pack.
///
/// # Errors
/// Everything that is wrong with it, in the order of the file.
pub fn parse_pack(source: &str, classes: &WayOutClasses) -> Result<Vec<Rule>, Vec<PackError>> {
    let file: PackFile = toml::from_str(source).map_err(|error| {
        let line = line_of(source, error.span().map_or(0, |span| span.start));
        vec![PackError { rule: None, line, reason: error.message().to_owned() }]
    })?;
    parse_rules(source, &file.provider, &file.rule, classes)
}

/// Validates the `[[rule]]` entries that were read from `source`.
///
/// # Errors
/// Everything that is wrong with them, in the order of the file.
pub fn parse_rules(
    source: &str,
    provider: &str,
    entries: &[toml::Spanned<RuleEntry>],
    classes: &WayOutClasses,
) -> Result<Vec<Rule>, Vec<PackError>> {
    let mut rules = Vec::new();
    let mut errors = Vec::new();
    for entry in entries {
        let line = line_of(source, entry.span().start);
        let entry = entry.get_ref();
        match rule(entry, provider, classes) {
            Ok(rule) => rules.push(rule),
            Err(reason) => errors.push(PackError { rule: Some(entry.id.clone()), line, reason }),
        }
    }
    if errors.is_empty() { Ok(rules) } else { Err(errors) }
}

/// The line, from 1, on which the byte at `offset` stands.
fn line_of(source: &str, offset: usize) -> usize {
    source[..offset.min(source.len())].matches('\n').count() + 1
}

/// Checks what only shows across packs: ids that are taken, companions that do not exist, schemes claimed twice.
///
/// # Errors
/// Pairs of a rule's id and what is wrong with it.
pub fn check_set<'r>(rules: impl Iterator<Item = &'r Rule> + Clone) -> Result<(), Vec<(String, String)>> {
    let mut errors = Vec::new();
    let mut ids = BTreeMap::new();
    let mut schemes: BTreeMap<&str, &str> = BTreeMap::new();
    for rule in rules.clone() {
        if ids.insert(rule.id.as_ref(), rule).is_some() {
            errors.push((rule.id.to_string(), "another rule has this id".to_owned()));
        }
        if let Form::Url(list) = &rule.form {
            for scheme in list.iter() {
                if let Some(other) = schemes.insert(scheme, &rule.id) {
                    errors.push((rule.id.to_string(), format!("the scheme `{scheme}` is `{other}`'s already")));
                }
            }
        }
    }
    for rule in rules {
        if let Some(companion) = &rule.companion
            && !ids.contains_key(companion.rule.as_ref())
        {
            errors.push((rule.id.to_string(), format!("its companion `{}` does not exist", companion.rule)));
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn rule(entry: &RuleEntry, provider: &str, classes: &WayOutClasses) -> Result<Rule, String> {
    kebab_case("id", &entry.id)?;
    kebab_case("family", &entry.family)?;
    let severity = Severity::ALL
        .into_iter()
        .find(|severity| severity.id() == entry.severity)
        .ok_or_else(|| format!("severity `{}`: use critical, high, medium, low or info", entry.severity))?;
    if entry.publishable && severity != Severity::Info {
        return Err("a publishable key has severity `info`".to_owned());
    }
    for (name, text) in [("title", &entry.title), ("what", &entry.what)] {
        if text.trim().is_empty() || text.contains('\n') {
            return Err(format!("`{name}` is one line of text"));
        }
    }
    let form = form(entry)?;
    let anchor = anchor(entry, &form)?;
    if entry.hit.is_empty() || entry.miss.is_empty() {
        return Err("a rule needs examples: at least one `hit` and one `miss`".to_owned());
    }
    let check = entry
        .check
        .as_deref()
        .map(|id| Check::from_id(id).ok_or_else(|| format!("there is no check `{id}`")))
        .transpose()?;
    if let Some(environment) = entry.environment.as_deref()
        && !matches!(environment, "live" | "test")
    {
        return Err(format!("environment `{environment}`: use live or test"));
    }
    Ok(Rule {
        id: text(&entry.id),
        provider: text(provider),
        family: text(&entry.family),
        replaces: texts(&entry.replaces),
        title: text(&entry.title),
        what: text(&entry.what),
        severity,
        anchor,
        form,
        context: entry.context.iter().map(|word| Text::Owned(word.to_ascii_lowercase())).collect::<Vec<_>>().into(),
        entropy: entry.entropy,
        check,
        companion: entry
            .companion
            .as_ref()
            .map(|companion| Companion { rule: text(&companion.rule), label: text(&companion.label) }),
        lifetime: Lifetime::from_id(&entry.lifetime)
            .ok_or_else(|| format!("lifetime `{}`: use short-lived, long-lived or configurable", entry.lifetime))?,
        scope: text(&entry.scope),
        environment: entry.environment.as_deref().map(text),
        publishable: entry.publishable,
        way_out: way_out(&entry.way_out, classes)?,
        docs: entry.docs.as_deref().map(text),
        hit: examples(&entry.hit),
        miss: examples(&entry.miss),
    })
}

fn form(entry: &RuleEntry) -> Result<Form, String> {
    let mut forms = Vec::new();
    if let Some(source) = &entry.format {
        forms.push(Form::Format(Format::parse(source).map_err(|error| format!("format: {error}"))?));
    }
    if let Some(pattern) = &entry.pattern {
        let compiled = regex::bytes::Regex::new(pattern).map_err(|error| format!("pattern: {error}"))?;
        if compiled.is_match(b"") {
            return Err("pattern: it matches the empty text".to_owned());
        }
        forms.push(Form::Pattern(text(pattern)));
    }
    for (name, list, make) in [
        ("url", &entry.url, Form::Url as fn(List<Text>) -> Form),
        ("pem", &entry.pem, Form::Pem),
        ("assignment", &entry.assignment, Form::Assignment),
    ] {
        if let Some(list) = list {
            if list.is_empty() || list.iter().any(|item| item.is_empty()) {
                return Err(format!("{name}: the list holds at least one text, and no empty one"));
            }
            forms.push(make(texts(list)));
        }
    }
    if forms.len() > 1 {
        return Err("only one of format, pattern, url, pem and assignment can be given".to_owned());
    }
    forms.pop().ok_or_else(|| "one of format, pattern, url, pem and assignment must be given".to_owned())
}

fn anchor(entry: &RuleEntry, form: &Form) -> Result<Anchor, String> {
    let literal = |texts: Vec<String>, offset| {
        let mut texts: Vec<Text> = texts.iter().map(|it| Text::Owned(it.to_ascii_lowercase())).collect();
        texts.sort();
        texts.dedup();
        Anchor::Literal { texts: texts.into(), offset }
    };
    if entry.anchor.as_ref().is_some_and(|anchor| anchor.len() < ANCHOR_LEAST) {
        return Err(format!("anchor: it needs at least {ANCHOR_LEAST} bytes"));
    }
    match (form, entry.anchor.as_deref()) {
        (Form::Format(format), Some(wanted)) => {
            let found = format.literal_at_fixed_offset(|text| text == wanted).ok_or_else(|| {
                format!(
                    "anchor: `{wanted}` is not a literal piece of the format at a fixed distance from its beginning"
                )
            })?;
            Ok(literal(found.texts, found.offset))
        }
        (Form::Format(format), None) => match format.anchors(ANCHOR_LEAST) {
            Some(found) => Ok(literal(found.texts, found.offset)),
            None if !entry.context.is_empty() => Ok(Anchor::Context),
            None => Err(format!("the format has no literal of {ANCHOR_LEAST} bytes, so it needs `context` words")),
        },
        (Form::Pattern(pattern), Some(wanted)) => {
            let plain = pattern.strip_prefix("(?i)").unwrap_or(pattern);
            if !plain.starts_with(&regex::escape(wanted)) {
                return Err(format!("pattern: it must begin with its anchor `{wanted}`"));
            }
            Ok(literal(vec![wanted.to_owned()], 0))
        }
        (Form::Pattern(_), None) => Err("a pattern needs an `anchor`: the literal text it begins with".to_owned()),
        (Form::Url(_) | Form::Pem(_) | Form::Assignment(_), None) => Ok(Anchor::Own),
        (Form::Url(_) | Form::Pem(_) | Form::Assignment(_), Some(_)) => {
            Err("anchor: url, pem and assignment find their own".to_owned())
        }
    }
}

fn way_out(entry: &WayOutEntry, classes: &WayOutClasses) -> Result<WayOut, String> {
    let url = entry.url.as_deref().map(text);
    match (&entry.class, entry.steps.is_empty()) {
        (None, false) => Ok(WayOut { written: true, steps: texts(&entry.steps), url }),
        (Some(class), true) => {
            let steps = classes.get(class).ok_or_else(|| {
                let known = classes.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                format!("way_out: there is no class `{class}` (there are: {known})")
            })?;
            Ok(WayOut { written: false, steps: texts(steps), url })
        }
        _ => Err("way_out: give either a class or steps".to_owned()),
    }
}

fn examples(entries: &[ExampleEntry]) -> List<Example> {
    entries
        .iter()
        .map(|entry| match entry {
            ExampleEntry::Text(template) => Example { file: Text::Borrowed("example.txt"), text: text(template) },
            ExampleEntry::File { file, text: template } => Example { file: text(file), text: text(template) },
        })
        .collect::<Vec<_>>()
        .into()
}

fn kebab_case(name: &str, id: &str) -> Result<(), String> {
    let good = id
        .split('-')
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
    if good { Ok(()) } else { Err(format!("{name} `{id}`: use lower-case words joined by `-`")) }
}

fn text(source: &str) -> Text {
    Text::Owned(source.to_owned())
}

fn texts(sources: &[String]) -> List<Text> {
    sources.iter().map(|source| text(source)).collect::<Vec<_>>().into()
}
