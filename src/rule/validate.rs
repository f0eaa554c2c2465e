//! From the text of a pack to rules, or to what is wrong with it and where.
//!
//! Compiled twice, like the schema: what is an error for a user's pack is a compile error for a built-in one.

use std::collections::BTreeMap;

use super::format::{Class, Format, List, Text};
use super::model::{
    Anchor, Check, Companion, DecodesTo, Encoding, Example, Form, Lifetime, Near, Reader, Rule, WayOut, Within,
};
use super::schema::{
    CompanionEntry, DecodesToEntry, ExampleEntry, NearEntry, PackFile, RuleEntry, WayOutEntry, WithinEntry,
};
use crate::scale::Severity;

/// The least length of a literal that the prefilter looks for.
pub const ANCHOR_LEAST: usize = 3;

/// The length from which a prefix is rarer in source text than most words.
const ANCHOR_RARE: usize = 5;

/// The most bytes between the two halves of a credential.
const PAIR_MOST: u16 = 1024;
/// The same for a rule with a literal anchor: less than the look of 4 KiB by the length of an anchor and a prefix.
const PAIR_MOST_LONG: u16 = 3584;
/// The most lines between them.
const PAIR_LINES_MOST: u16 = 100;
/// The most bytes that context words may stand away: less than the look of 1 KiB by the length of a word.
const NEAR_MOST: u16 = 960;
/// The same for a long look.
const NEAR_MOST_LONG: u16 = 4000;

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
    match &file.provider {
        Some(provider) => parse_rules(source, provider, &file.rule, classes),
        None if file.rule.is_empty() && !file.check.is_empty() => Ok(Vec::new()),
        None => {
            let reason = "missing field `provider`: whose tokens the rules are about".to_owned();
            Err(vec![PackError { rule: None, line: 1, reason }])
        }
    }
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
    let is_literal = matches!(anchor, Anchor::Literal { .. });
    if entry.long && !is_literal {
        return Err("long: only a rule with a literal anchor may look that far".to_owned());
    }
    if entry.files.iter().any(|glob| glob.trim_matches('/').is_empty()) {
        return Err("files: a name is not empty".to_owned());
    }
    if matches!(form, Form::Line(_)) && (entry.files.is_empty() || !entry.context.is_empty()) {
        return Err("line: it needs `files`, and takes no `context`".to_owned());
    }
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
        near: near(entry)?,
        long: entry.long,
        files: texts(&entry.files),
        entropy: entry.entropy,
        not_placeholder: entry.not_placeholder,
        charset: entry
            .charset
            .as_deref()
            .map(|name| Class::named(name).ok_or_else(|| format!("charset: no class has the name `{name}`")))
            .transpose()?,
        decodes_to: entry.decodes_to.as_ref().map(decodes_to).transpose()?,
        check,
        companion: entry.companion.as_ref().map(|it| companion(it, is_literal)).transpose()?,
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

fn near(entry: &RuleEntry) -> Result<Near, String> {
    if entry.near.is_some() && entry.context.is_empty() {
        return Err("near: it says where `context` words must stand, and there are none".to_owned());
    }
    let most = if entry.long { NEAR_MOST_LONG } else { NEAR_MOST };
    match &entry.near {
        None => Ok(Near::Usual),
        Some(NearEntry::Scope(scope)) if scope == "line" => Ok(Near::Line),
        Some(NearEntry::Scope(scope)) if scope == "block" => Ok(Near::Block),
        Some(NearEntry::Scope(scope)) if scope == "name" => Ok(Near::Name),
        Some(NearEntry::Scope(scope)) => {
            Err(format!("near `{scope}`: use \"line\", \"block\", \"name\" or a number of bytes"))
        }
        Some(NearEntry::Bytes(bytes)) if (1..=most).contains(bytes) => Ok(Near::Bytes(*bytes)),
        Some(NearEntry::Bytes(bytes)) => {
            Err(format!("near {bytes}: at least 1 and at most {NEAR_MOST} bytes, {NEAR_MOST_LONG} with `long = true`"))
        }
    }
}

fn decodes_to(entry: &DecodesToEntry) -> Result<DecodesTo, String> {
    let encoding = [Encoding::Base64, Encoding::Hex]
        .into_iter()
        .find(|encoding| encoding.id() == entry.encoding)
        .ok_or_else(|| format!("decodes_to: encoding `{}`: use base64 or hex", entry.encoding))?;
    let part = |it: &Option<String>| text(it.as_deref().unwrap_or_default());
    Ok(DecodesTo { encoding, begins: part(&entry.begins), holds: part(&entry.holds) })
}

fn companion(entry: &CompanionEntry, is_literal: bool) -> Result<Companion, String> {
    let most = if is_literal { PAIR_MOST_LONG } else { PAIR_MOST };
    let within = match entry.within {
        None => Within::Bytes(PAIR_MOST),
        Some(WithinEntry { lines: Some(lines), bytes: None }) if lines <= PAIR_LINES_MOST => Within::Lines(lines),
        Some(WithinEntry { lines: None, bytes: Some(bytes) }) if (1..=most).contains(&bytes) => Within::Bytes(bytes),
        Some(_) => {
            return Err(format!(
                "companion: within is either lines (at most {PAIR_LINES_MOST}) or bytes (at most {PAIR_MOST}; \
                 {PAIR_MOST_LONG} for a rule with a literal anchor)"
            ));
        }
    };
    Ok(Companion { rule: text(&entry.rule), label: text(&entry.label), within })
}

fn form(entry: &RuleEntry) -> Result<Form, String> {
    let mut forms = Vec::new();
    if let Some(source) = &entry.format {
        forms.push(Form::Format(Format::parse(source).map_err(|error| format!("format: {error}"))?));
    }
    if let Some(source) = &entry.line {
        forms.push(Form::Line(Format::parse(source).map_err(|error| format!("line: {error}"))?));
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
    if let Some(id) = &entry.reader {
        forms.push(Form::Reader(Reader::from_id(id).ok_or_else(|| format!("reader: there is no reader `{id}`"))?));
    }
    let all = "format, pattern, line, url, pem, assignment and reader";
    if forms.len() > 1 {
        return Err(format!("only one of {all} can be given"));
    }
    forms.pop().ok_or_else(|| format!("one of {all} must be given"))
}

/// Whether a prefix is rarer in source text than most words: not short, and not what padding is made of.
fn is_rare(text: &str) -> bool {
    text.len() >= ANCHOR_RARE && text.bytes().any(|byte| byte != text.as_bytes()[0])
}

fn anchor(entry: &RuleEntry, form: &Form) -> Result<Anchor, String> {
    let is_named = matches!(&entry.near, Some(NearEntry::Scope(scope)) if scope == "name");
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
            // Then the word that must stand in the name is rarer.
            Some(found) if is_named && !found.texts.iter().all(|text| is_rare(text)) => Ok(Anchor::Context),
            Some(found) => Ok(literal(found.texts, found.offset)),
            None if !entry.context.is_empty() => Ok(Anchor::Context),
            None => Err(format!("the format has no literal of {ANCHOR_LEAST} bytes, so it needs `context` words")),
        },
        (Form::Pattern(pattern), Some(wanted)) => {
            let plain = pattern.strip_prefix("(?i)").unwrap_or(pattern);
            // Outside a set a `-` means itself with and without its escape.
            let bare = |text: &str| text.replace(r"\-", "-");
            if !bare(plain).starts_with(&bare(&regex::escape(wanted))) {
                return Err(format!("pattern: it must begin with its anchor `{wanted}`"));
            }
            Ok(literal(vec![wanted.to_owned()], 0))
        }
        (Form::Pattern(_), None) => Err("a pattern needs an `anchor`: the literal text it begins with".to_owned()),
        (Form::Search(_), _) => Ok(Anchor::Context),
        (Form::Url(_) | Form::Pem(_) | Form::Assignment(_) | Form::Reader(_) | Form::Line(_), None) => Ok(Anchor::Own),
        (Form::Url(_) | Form::Pem(_) | Form::Assignment(_) | Form::Reader(_) | Form::Line(_), Some(_)) => {
            Err("anchor: line, url, pem, assignment and reader find their own".to_owned())
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
