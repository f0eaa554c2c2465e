//! Checks that are declared, not programmed: which nodes of which dialects they read, and what they ask of them.
//!
//! A declared check is one Markdown file in `rules/policy/`: its front matter, between two lines of `+++`, is the TOML of
//! [`schema`], and the rest is the page that users read and tests run. Names of files are ids. What the language of
//! conditions cannot say is a check in Rust, in [`check`](super::check). Users declare checks in the same words, in their
//! control file: see [`own`].

mod condition;
mod expression;
mod lazy;
mod neighbours;
pub mod own;
mod path;
mod schema;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use toml::Spanned;

use crate::document::Node;
use crate::finding::Severity;

use super::dialect::{Dialect, Resource};
use super::{Breach, Check, Family, Meta, Preset, View};
use condition::{Answer, Bound, Condition, Ground, Mode, Test, Truth};
pub(crate) use lazy::Files;
use neighbours::Neighbours;
use path::{Found, Path};
pub use schema::Fault;
use schema::{CaseTable, CheckTable, fault};

include!(concat!(env!("OUT_DIR"), "/checks.rs"));

/// The built-in declared checks, in the order of their ids. They are read at the first call.
pub(crate) static BUILT_IN: LazyLock<Vec<Declared>> = LazyLock::new(|| {
    // That there are none to leave out, a test holds.
    PAGES.iter().filter_map(|&(id, text)| parse(id, text).ok()).collect()
});

/// The ids of the built-in declared checks.
pub(crate) fn ids() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|(id, _)| *id)
}

/// What is wrong with the built-in declared checks: nothing, as a test holds.
#[cfg(test)]
pub(crate) fn faults() -> Vec<(&'static str, Fault)> {
    PAGES.iter().filter_map(|&(id, text)| parse(id, text).err().map(|fault| (id, fault))).collect()
}

/// A check that is declared.
#[derive(Debug)]
pub struct Declared {
    meta: &'static Meta,
    cases: Vec<Case>,
    message: String,
    /// Where it stands and what it is tried on, if it is a user's.
    own: Option<own::Own>,
}

/// One reader of a declared check.
#[derive(Debug)]
struct Case {
    subjects: Vec<Subjects>,
    files: Option<Files>,
    except_files: Option<Files>,
    tracked: bool,
    outside_examples: bool,
    mentions: Option<Vec<String>>,
    value_is_secret: bool,
    select: Path,
    when: Vec<Condition>,
    require: Vec<Condition>,
    locate: Option<Path>,
    message: Option<String>,
    severity: Option<Severity>,
}

/// Which resources a case is about.
#[derive(Debug)]
struct Subjects {
    dialect: &'static Dialect,
    kinds: Option<Vec<String>>,
}

/// Reads a check from its page. What is read lives as long as the program: a check is known by reference everywhere.
///
/// # Errors
/// What is wrong, and where in the front matter.
pub fn parse(id: &str, text: &str) -> Result<Declared, Fault> {
    let whole = |reason: &str| Fault { span: 0..0, reason: reason.to_owned() };
    let front = text.strip_prefix("+++\n").ok_or_else(|| whole("a check begins with a line `+++`"))?;
    let (front, page) = front.split_once("\n+++\n").ok_or_else(|| whole("the second line `+++` is missing"))?;
    let moved = |span: std::ops::Range<usize>| span.start + 4..span.end + 4;
    let moved_fault = |fault: Fault| Fault { span: moved(fault.span), ..fault };
    let table: CheckTable = toml::from_str(front)
        .map_err(|fault| Fault { span: fault.span().map_or(0..0, moved), reason: fault.message().to_owned() })?;
    let title = page.trim_start().lines().next().and_then(|line| line.strip_prefix("# "));
    let title = title.ok_or_else(|| whole("the page begins with its title, `# …`"))?;
    let head = Head {
        id: id.to_owned(),
        title: title.to_owned(),
        family: family(&table.family).map_err(moved_fault)?,
        severity: table.severity,
        preset: table.preset.unwrap_or(Preset::Recommended),
        page: with_cross_references(page, &table.catalogue, &table.nearest),
        cwe: table.cwe,
        nearest: table.nearest,
        message: table.message,
    };
    declare(head, &table.case).map_err(moved_fault)
}

/// What is said of a check beside its cases, wherever that is written.
struct Head {
    id: String,
    title: String,
    family: Family,
    severity: Severity,
    preset: Preset,
    cwe: Vec<u32>,
    nearest: Vec<String>,
    message: Option<String>,
    page: String,
}

/// The family of this name.
fn family(name: &Spanned<String>) -> Result<Family, Fault> {
    Family::ALL.into_iter().find(|family| family.id() == name.get_ref()).ok_or_else(|| {
        let known: Vec<&str> = Family::ALL.into_iter().map(Family::id).collect();
        fault(name, format!("family: there is no `{}`; there are {}", name.get_ref(), known.join(", ")))
    })
}

/// Puts a check together.
fn declare(head: Head, tables: &[Spanned<CaseTable>]) -> Result<Declared, Fault> {
    let mut cases = Vec::new();
    for table in tables {
        let case = table.get_ref().case()?;
        if case.message.is_none() && head.message.is_none() {
            return Err(fault(table, "neither the case nor the check has a message"));
        }
        cases.push(case);
    }
    let mut kinds: Vec<&'static str> = Vec::new();
    let mut limits = BTreeSet::new();
    for case in &cases {
        for subjects in &case.subjects {
            if !kinds.contains(&subjects.dialect.id) {
                kinds.push(subjects.dialect.id);
            }
        }
        case.when.iter().chain(&case.require).for_each(|condition| limits_of(condition, &mut limits));
    }
    let threshold = limits.into_iter().collect::<Vec<_>>().join("; ");
    let leak = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    let meta = Meta {
        id: leak(head.id),
        title: leak(head.title),
        family: head.family,
        severity: head.severity,
        preset: head.preset,
        threshold: (!threshold.is_empty()).then(|| leak(threshold)),
        cwe: Box::leak(head.cwe.into_boxed_slice()),
        kinds: Box::leak(kinds.into_boxed_slice()),
        nearest: Box::leak(head.nearest.into_iter().map(leak).collect::<Vec<_>>().into_boxed_slice()),
        page: leak(head.page),
    };
    Ok(Declared { meta: Box::leak(Box::new(meta)), cases, message: head.message.unwrap_or_default(), own: None })
}

/// The page with the check's numbers elsewhere at the end of its references.
fn with_cross_references(page: &str, catalogue: &[String], nearest: &[String]) -> String {
    let mut page = page.trim().to_owned() + "\n";
    if !catalogue.is_empty() || !nearest.is_empty() {
        let listed = |name: &str, all: String| if all.is_empty() { String::new() } else { format!(" {name} {all}.") };
        page.push('-');
        page.push_str(&listed("Catalogue", catalogue.join(", ")));
        page.push_str(&listed("Nearest:", nearest.join(", ")));
        page.push('\n');
    }
    page
}

/// The settings that a condition compares with.
fn limits_of(condition: &Condition, limits: &mut BTreeSet<String>) {
    match condition {
        Condition::All(inner) | Condition::Any(inner) => inner.iter().for_each(|it| limits_of(it, limits)),
        Condition::Not(inner) | Condition::Within(_, inner) => limits_of(inner, limits),
        Condition::Test { test, .. } => match test {
            Test::AtLeast(bound)
            | Test::AtMost(bound)
            | Test::LengthAtLeast(bound)
            | Test::DurationAtMost(bound, _)
            | Test::EndsWithin(bound)
            | Test::EndsAfter(bound)
            | Test::AgeAtMost(bound) => limits.extend(bound.setting()),
            Test::Holds(expression) => limits.extend(expression.bounds().iter().filter_map(Bound::setting)),
            Test::Scopes(provider) => {
                limits.insert(format!("policy.scopes.{provider}"));
            }
            _ => {}
        },
    }
}

impl Bound {
    fn setting(&self) -> Option<String> {
        match self {
            Bound::Rotation(kinds) => Some(format!("policy.rotation.{}", kinds.join("|"))),
            Bound::Lifetime(kind) => Some(format!("policy.lifetime.{kind}")),
            Bound::Length(kind) => Some(format!("policy.length.{kind}")),
            Bound::Stated(text, _) => Some(text.clone()),
            Bound::Number(_) => None,
        }
    }
}

impl Check for Declared {
    fn meta(&self) -> &'static Meta {
        self.meta
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        for case in self.cases.iter().filter(|case| case.reads(view)) {
            for subjects in &case.subjects {
                let resources = view.resources(subjects.dialect);
                let beside = &Neighbours::new(resources);
                for resource in resources.iter().filter(|resource| subjects.mean(resource)) {
                    self.judge(view, case, &Ground { view, resource, beside }, out);
                }
            }
        }
    }
}

impl Case {
    /// Whether the file is one for it.
    fn reads(&self, view: &View<'_>) -> bool {
        let path = || String::from_utf8_lossy(view.subject.path);
        (!self.tracked || view.subject.tracked == Some(true))
            && (!self.outside_examples || !view.facts.is_test_or_example)
            && self.mentions.as_ref().is_none_or(|words| words.iter().any(|word| view.mentions(&[word])))
            && self.files.as_ref().is_none_or(|files| files.is_match(&path()))
            && !self.except_files.as_ref().is_some_and(|files| files.is_match(&path()))
    }
}

impl Subjects {
    fn mean(&self, resource: &Resource<'_>) -> bool {
        self.kinds.as_ref().is_none_or(|kinds| resource.is_one_of(kinds))
    }
}

impl Declared {
    /// What is known of it if it is a user's.
    pub(crate) fn own(&self) -> Option<&own::Own> {
        self.own.as_ref()
    }

    /// Where it begins, if it is a user's: `keysieve.toml:7`.
    #[must_use]
    pub fn place(&self) -> Option<&str> {
        self.own.as_ref().map(|own| own.place.as_str())
    }

    /// Which kinds of examples a user's check lacks: `bad`, `good`.
    #[must_use]
    pub fn lacks(&self) -> Vec<&'static str> {
        let own = self.own.iter();
        let kinds = own.flat_map(|own| [("bad", own.bad.is_empty()), ("good", own.good.is_empty())]);
        kinds.filter(|(_, is_empty)| *is_empty).map(|(kind, _)| kind).collect()
    }

    fn judge<'n>(&self, view: &View<'n>, case: &Case, ground: &Ground<'_, 'n>, out: &mut Vec<Breach>) {
        let Some(body) = ground.resource.body else { return };
        for selected in case.select.follow(&Found::start(body).reading(view.texts())) {
            let applies = |condition: &Condition| condition.ask(ground, &selected, Mode::When).truth == Truth::Yes;
            if !case.when.iter().all(applies) {
                continue;
            }
            if case.require.is_empty() {
                let breach = self.breach(view, case, ground.resource, &selected, None);
                out.extend(self.narrowed(case, ground, &selected, breach));
                continue;
            }
            let mut answers = case.require.iter().map(|condition| condition.ask(ground, &selected, Mode::Require));
            if let Some(answer) = answers.find(|answer| answer.truth == Truth::No) {
                let breach = self.breach(view, case, ground.resource, &selected, Some(answer));
                out.extend(self.narrowed(case, ground, &selected, breach));
            }
        }
    }

    /// The breach at each part that the preconditions mean by name; where there is none, as it is.
    fn narrowed(&self, case: &Case, ground: &Ground<'_, '_>, selected: &Found<'_>, breach: Breach) -> Vec<Breach> {
        let mut spans = Vec::new();
        case.when.iter().for_each(|condition| condition.values(ground, selected, &mut spans));
        match spans.is_empty() {
            true => vec![breach],
            false => spans.into_iter().map(|span| Breach { span, ..breach.clone() }).collect(),
        }
    }

    fn breach(
        &self,
        view: &View<'_>,
        case: &Case,
        resource: &Resource<'_>,
        selected: &Found<'_>,
        answer: Option<Answer<'_>>,
    ) -> Breach {
        let located = case.locate.as_ref().and_then(|path| path.follow(selected).into_iter().next());
        let decided = answer.as_ref().and_then(|answer| answer.node.clone());
        let (span, route) = match (located.or(decided), answer.as_ref().and_then(|answer| answer.missing.as_ref())) {
            (Some(found), _) => (shown_span(&found, resource), found.route),
            (None, Some(missing)) => {
                let nearest = missing.nearest(selected);
                let dot = if selected.route.is_empty() { "" } else { "." };
                (shown_span(&nearest, resource), format!("{}{dot}{missing}", selected.route))
            }
            (None, None) => (shown_span(selected, resource), selected.route.clone()),
        };
        let template = case.message.as_deref().unwrap_or(&self.message);
        let answer = answer.as_ref();
        let threshold = answer.and_then(|answer| answer.threshold.clone());
        let name = match resource.address.as_str() {
            "" => crate::place::FilePath::new(view.subject.path).display(),
            address => address.to_owned(),
        };
        let field = route.rsplit('.').next().unwrap_or_default();
        let message = template
            .replace("{address}", &name)
            .replace("{field}", if field.is_empty() { &name } else { field })
            .replace("{value}", answer.and_then(|answer| answer.shown.as_deref()).unwrap_or("it"))
            .replace("{limit}", threshold.as_ref().map_or("the limit", |threshold| &threshold.limit));
        let route = match (resource.address.is_empty(), route.is_empty()) {
            (true, true) => self.meta.id.to_owned(),
            (true, false) => route,
            (false, true) => resource.address.clone(),
            (false, false) => resource.route(&route),
        };
        let mut breach = view.breach(self.meta, span, route, message);
        breach.severity = case.severity.unwrap_or(breach.severity);
        breach.threshold = threshold;
        breach.is_secret = case.value_is_secret || answer.is_some_and(|answer| answer.is_secret);
        for span in answer.filter(|_| !breach.is_secret).map_or(&[][..], |answer| &answer.also) {
            if *span != breach.span {
                breach = breach.related("as well", span.clone());
            }
        }
        breach
    }
}

/// What of a node a report shows: a scalar itself, a container by its key, the whole resource by its name.
fn shown_span(found: &Found<'_>, resource: &Resource<'_>) -> std::ops::Range<usize> {
    let is_scalar = |node: &Node| !node.is_map() && node.items().is_empty() && !node.span.is_empty();
    match found.entry {
        _ if is_scalar(found.node) => found.node.span.clone(),
        Some(entry) => entry.key_span.clone(),
        None if found.route.is_empty() => resource.name_span.clone(),
        None => first_line(found.node),
    }
}

/// An item of a list that is a container has no key: its first entry's stands for it.
fn first_line(node: &Node) -> std::ops::Range<usize> {
    match node.entries().first() {
        Some(entry) => entry.key_span.clone(),
        None => node.span.clone(),
    }
}
