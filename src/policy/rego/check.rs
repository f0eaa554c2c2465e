//! The rules of packs as checks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value as Json;

use super::engine::{Clause, Fault, Mode, Program};
use super::outcome::{Outcome, results};
use super::shape::{MOST_NODES, Shape, Shapeless};
use super::source::{self, Role};
use crate::config::ConfigError;
use crate::config::rego::RegoPack;
use crate::document::Syntax;
use crate::finding::Severity;
use crate::notice::{Cause, Notice};
use crate::place::{FilePath, sanitize};
use crate::policy::declared::Files;
use crate::policy::dialect::kubernetes;
use crate::policy::{Breach, Check, Family, Meta, Preset, View, is_of_module};

/// A rule of a package, wherever its clauses stand.
struct Rego {
    meta: &'static Meta,
    parts: Vec<Part>,
}

/// Its clauses in one pack.
struct Part {
    program: Arc<Program>,
    on: Option<Arc<Files>>,
    clauses: Vec<usize>,
}

/// The ids of the checks of a pack.
pub(super) fn ids(pack: &RegoPack) -> Result<Vec<String>, Vec<ConfigError>> {
    let program = Program::read(&pack.files)?;
    let ids: BTreeSet<String> = checks(&program).map(|(_, clause)| source::id(&clause.package, &clause.name)).collect();
    if ids.is_empty() {
        let reason = "rego: no rule of these files is named `deny`, `violation` or `warn`, so that they check nothing";
        let (file, line) = pack.place.rsplit_once(':').unwrap_or((&pack.place, ""));
        return Err(vec![ConfigError { file: file.to_owned(), line: line.parse().ok(), reason: reason.to_owned() }]);
    }
    Ok(ids.into_iter().collect())
}

/// The clauses that find something.
fn checks(program: &Program) -> impl Iterator<Item = (usize, &Clause)> {
    program.clauses().iter().enumerate().filter(|(_, clause)| clause.role != Role::Test)
}

pub(super) fn read(packs: &[RegoPack]) -> Result<Vec<&'static dyn Check>, Vec<ConfigError>> {
    let mut all: BTreeMap<String, (&'static Meta, Vec<Part>)> = BTreeMap::new();
    for pack in packs {
        let program = Arc::new(Program::read(&pack.files)?);
        let wrong = |reason| vec![ConfigError { file: pack.place.clone(), line: None, reason }];
        let on = match pack.on.is_empty() {
            true => None,
            false => Some(Arc::new(Files::new(pack.on.iter().map(String::as_str)).map_err(wrong)?)),
        };
        for (number, clause) in checks(&program) {
            let id = source::id(&clause.package, &clause.name);
            let (_, parts) = all.entry(id).or_insert_with_key(|id| (meta(id, clause, pack), Vec::new()));
            match parts.iter_mut().find(|part| Arc::ptr_eq(&part.program, &program)) {
                Some(part) => part.clauses.push(number),
                None => {
                    parts.push(Part { program: Arc::clone(&program), on: on.clone(), clauses: vec![number] });
                }
            }
        }
    }
    Ok(all.into_values().map(|(meta, parts)| &*Box::leak(Box::new(Rego { meta, parts })) as &dyn Check).collect())
}

/// What is known of the check before it runs, from its first clause.
fn meta(id: &str, clause: &Clause, pack: &RegoPack) -> &'static Meta {
    let text = pack.files.iter().find(|file| file.name == clause.file).map_or("", |file| &file.text);
    let remark = source::remark(text, usize::try_from(clause.line).unwrap_or(0));
    let leak = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    let (name, package) = (sanitize(&clause.name), sanitize(&clause.package));
    let title = remark.title.unwrap_or_else(|| format!("Rule {name} of the Rego package {package}"));
    let what = remark.text.unwrap_or_else(|| format!("The rule `{name}` of the Rego package `{package}` holds."));
    let page = format!("# {title}\n\n## What\n\n{what}\n\nIt stands in `{}:{}`.\n", clause.file, clause.line);
    Box::leak(Box::new(Meta {
        id: leak(id.to_owned()),
        title: leak(title),
        // What a pack is about nobody but its author knows; most of them restrict.
        family: Family::Restriction,
        severity: if clause.role == Role::Warn { Severity::Low } else { Severity::Medium },
        // Who names a pack wants it.
        preset: Preset::Minimal,
        threshold: None,
        cwe: &[],
        // See `Meta::is_of_pack`.
        kinds: &["rego"],
        nearest: &[],
        page: leak(page),
    }))
}

impl Check for Rego {
    fn meta(&self) -> &'static Meta {
        self.meta
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        // What a template becomes, and what stands in the lines that could not be read, nobody knows.
        if view.document.is_template || view.document.partial.is_some() {
            return;
        }
        let is_module = is_of_module(view.subject.path);
        let has_blocks = is_module || view.document.syntax == Syntax::Hcl;
        for (number, root) in view.document.roots.iter().enumerate() {
            let path = view.path_at(root.span.start);
            let shown = String::from_utf8_lossy(path);
            let parts = self.parts.iter().filter(|part| part.on.as_ref().is_none_or(|on| on.is_match(&shown)));
            let parts: Vec<&Part> = parts.collect();
            if parts.is_empty() {
                continue;
            }
            let shape = match Shape::of(root, has_blocks) {
                Ok(shape) => shape,
                Err(Shapeless::Open) => continue,
                Err(Shapeless::Large) => {
                    let detail =
                        format!("{}: a document of more than {MOST_NODES} values is not checked", self.meta.id);
                    view.notice(Notice::new(Cause::Budget, FilePath::new(path).display(), detail));
                    continue;
                }
            };
            let prefix = match kubernetes::address(root) {
                Some(address) => address,
                None if number > 0 && !is_module => format!("#{number}"),
                None => String::new(),
            };
            let asked = Asked { check: self, view, shape: &shape, prefix, path };
            asked.of(&parts, out);
        }
    }
}

/// A document about which a check is asked.
struct Asked<'c, 'v> {
    check: &'c Rego,
    view: &'c View<'v>,
    shape: &'c Shape,
    /// What routes begin with.
    prefix: String,
    path: &'c [u8],
}

impl Asked<'_, '_> {
    fn of(&self, parts: &[&Part], out: &mut Vec<Breach>) {
        let mut found: BTreeSet<(String, Vec<String>)> = BTreeSet::new();
        let mut outcomes: Vec<Outcome> = Vec::new();
        for part in parts {
            for value in self.values(part) {
                match Outcome::of(&value) {
                    Ok(None) => {}
                    Ok(Some(outcome)) => {
                        if found.insert((outcome.message.clone(), outcome.path.clone())) {
                            outcomes.push(outcome);
                        }
                    }
                    Err(reason) => self.failed(&Fault { place: None, reason, is_limit: false }),
                }
            }
        }
        let mut routes: BTreeSet<String> = BTreeSet::new();
        for Outcome { message, severity, path } in outcomes {
            let spot = self.shape.spot(&path);
            let colon = if self.prefix.is_empty() || spot.route.is_empty() { "" } else { ":" };
            let mut route = format!("{}{colon}{}", self.prefix, spot.route);
            // A route names one finding of a file: where a place does not tell them apart, what is said of it does.
            if spot.route.is_empty() || !routes.insert(route.clone()) {
                route = format!("{route}[{message}]");
            }
            let mut breach = self.view.breach(self.check.meta, spot.span, route, message);
            breach.severity = severity.unwrap_or(breach.severity);
            out.push(breach);
        }
    }

    /// The results of the clauses of a part: those that they give whatever the unknown values are.
    fn values(&self, part: &Part) -> Vec<Json> {
        let now = self.view.now;
        let otherwise = self.check.meta.title;
        let mut without = part.program.with(self.shape.document(false), now, Mode::Lenient);
        let mut values = Vec::new();
        let mut with = None;
        for &number in &part.clauses {
            let mut given = match without.value(number) {
                Ok(value) => results(value, otherwise),
                Err(fault) => {
                    self.failed(&fault);
                    continue;
                }
            };
            if !given.is_empty() && self.shape.has_unknown() {
                let with = with.get_or_insert_with(|| part.program.with(self.shape.document(true), now, Mode::Strict));
                let marked = match with.value(number) {
                    Ok(value) => results(value, otherwise),
                    // An error is one of a function that was given what is unknown: then so is what the clause gives.
                    Err(fault) => {
                        if fault.is_limit {
                            self.failed(&fault);
                        }
                        Vec::new()
                    }
                };
                given.retain(|value| marked.contains(value));
            }
            values.extend(given);
        }
        values
    }

    /// Says that the document was not checked by a clause.
    fn failed(&self, fault: &Fault) {
        let cause = if fault.is_limit { Cause::Budget } else { Cause::FailedCheck };
        let place = fault.place.as_deref().map(|place| format!("{place}: ")).unwrap_or_default();
        let detail = format!("{}: {place}{}", self.check.meta.id, fault.reason);
        self.view.notice(Notice::new(cause, FilePath::new(self.path).display(), detail));
    }
}
