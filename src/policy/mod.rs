//! The policy linter: what configuration says about rotation, lifetime, scope and storage of credentials, compared with
//! what the user's policy allows.
//!
//! [`lint`] reads one file. It decides by name and content whether the file is a document, reads it into a spanned tree,
//! finds out which dialects it speaks (a workflow, Kubernetes objects, Terraform, CloudFormation) and shows it to every
//! check. A check compares values, not their presence, and points at the very value; what is a reference or unknown is
//! never a finding, and what a single file cannot tell is not claimed. [`lint_module`] reads the files of a directory that
//! are one to their tool, as one. Source code is read as a row of tokens ([`Source`]), for the checks that ask for it.
//! [`inventory`] says what credentials the files refer to, and holds the checks that need all of
//! them at once.

mod certificate;
pub mod check;
mod checks;
mod code;
pub mod comments;
mod date;
pub mod declared;
mod dialect;
mod encoded;
pub mod estate;
mod fallback;
mod fixture;
mod inlay;
pub mod inventory;
mod jwt;
mod literal;
mod loopback;
mod meta;
mod own;
pub mod page;
pub mod rego;
mod schedule;
mod secret_name;
pub mod slots;
mod texts;
pub mod trial;
mod view;

use std::borrow::Cow;
use std::ops::Range;

use crate::config::policy::{PolicySettings, Switch};
use crate::document::kind::PlaceFacts;
use crate::document::{self, Document, ReadError, Syntax};
use crate::finding::{Severity, Threshold};
use crate::notice::{Cause, Notice};
use crate::place::FilePath;

pub use checks::Checks;
pub use code::Source;
use dialect::{azure, cloudformation, compose, spring, terraform};
use inlay::Inlay;
use inventory::Reference;
pub use meta::{Check, Family, Meta, Preset};
use texts::Texts;
pub use view::View;

/// One file to lint.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Its path, relative to the root of the scan, `/` between the parts.
    pub path: &'a [u8],
    /// Its whole content.
    pub bytes: &'a [u8],
    /// Whether git tracks it, where that is known.
    pub tracked: Option<bool>,
}

/// What linting a file gave.
#[derive(Debug, Default)]
pub struct Lint {
    /// How many documents were read.
    pub documents: u64,
    /// How many files of code were read, of those that a check wanted to see.
    pub sources: u64,
    /// What breaches the policy, in the order of the file.
    pub breaches: Vec<Breach>,
    /// Why it could not be read, if so.
    pub notices: Vec<Notice>,
    /// The credentials that it refers to, if they were asked for.
    pub references: Vec<Reference>,
    /// The entries of the inventory that it states, if references were asked for.
    pub declared: Vec<Declared>,
}

/// An entry of `[[inventory]]` in a control file.
#[derive(Clone, Debug)]
pub struct Declared {
    /// Its name.
    pub name: String,
    /// Which of the files that were linted together, from 0.
    pub file: usize,
    /// Which bytes of the file.
    pub span: Range<usize>,
}

/// What to do with files that are linted together.
#[derive(Clone, Copy)]
pub struct Task<'t> {
    /// The checks to run.
    pub checks: &'t [&'t dyn Check],
    /// Whether to say what credentials they refer to.
    pub references: bool,
}

/// One breach of policy.
#[derive(Clone, Debug)]
pub struct Breach {
    /// The check.
    pub check: &'static Meta,
    /// Which of the files that were linted together, from 0.
    pub file: usize,
    /// Which bytes of the file.
    pub span: Range<usize>,
    /// The resource address or key path: the identity of the finding within the file, stable when lines move.
    pub route: String,
    /// What is wrong, one sentence, without any byte of a secret.
    pub message: String,
    /// How bad.
    pub severity: Severity,
    /// The limit it was compared with, if there is one.
    pub threshold: Option<Threshold>,
    /// Places that belong to it.
    pub related: Vec<Mark>,
    /// Whether the span is a secret, which no report may show.
    pub is_secret: bool,
}

/// A second place of a breach.
#[derive(Clone, Debug)]
pub struct Mark {
    /// What it is.
    pub label: String,
    /// Which of the files that were linted together, from 0.
    pub file: usize,
    /// Which bytes of the file.
    pub span: Range<usize>,
}

impl Breach {
    /// A breach of `check`, as bad as it says, in the first of the files.
    pub(crate) fn new(
        check: &'static Meta,
        span: Range<usize>,
        route: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            check,
            span,
            route: route.into(),
            message: message.into(),
            severity: check.severity,
            file: 0,
            threshold: None,
            related: Vec::new(),
            is_secret: false,
        }
    }

    /// The same breach with another severity.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The same breach with the limit it was compared with.
    #[must_use]
    pub fn threshold(mut self, threshold: Threshold) -> Self {
        self.threshold = Some(threshold);
        self
    }

    /// The same breach, whose span is a secret.
    #[must_use]
    pub fn secret(mut self) -> Self {
        self.is_secret = true;
        self
    }

    /// The same breach with one more place.
    #[must_use]
    pub fn related(mut self, label: impl Into<String>, span: Range<usize>) -> Self {
        self.related.push(Mark { label: label.into(), file: 0, span });
        self
    }
}

/// Lints one file against `settings`; `now` is what expiry dates are compared with.
///
/// The checks of the preset run, and those that `[[check]]` gives a severity. A file that is no document, or is a lock file or
/// minified, costs a look at its name and its first bytes.
#[must_use]
pub fn lint(subject: &Subject<'_>, settings: &PolicySettings, now: jiff::Timestamp) -> Lint {
    lint_module(std::slice::from_ref(subject), true, settings, now, check::all())
}

/// The dialects that checks can read: the name, and what it finds.
pub fn dialects() -> impl Iterator<Item = (&'static str, &'static str)> {
    dialect::all().map(|dialect| (dialect.id, dialect.about))
}

/// What files of one directory are together for their tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Togetherness {
    /// A module of Terraform.
    Module,
    /// The policies of a service mesh: what one of them checks, another may demand.
    Mesh,
}

impl Togetherness {
    /// What the file is a part of, if it is one: it is to be linted with the others of its directory, by [`lint_module`].
    #[must_use]
    pub fn of(path: &[u8], bytes: &[u8]) -> Option<Self> {
        let is_manifest = [&b".yaml"[..], b".yml"].iter().any(|end| path.ends_with(end));
        if is_of_module(path) {
            Some(Self::Module)
        } else if is_manifest && memchr::memmem::find(bytes, b"security.istio.io/").is_some() {
            Some(Self::Mesh)
        } else {
            None
        }
    }
}

/// Whether the file belongs to a module of Terraform.
#[must_use]
pub fn is_of_module(path: &[u8]) -> bool {
    [&b".tf"[..], b".tofu", b".tf.json", b".tofu.json", b".tfvars", b".tfvars.json"]
        .iter()
        .any(|end| path.ends_with(end))
}

/// Whether Terraform takes values of variables from a file of this name by itself.
fn is_values(path: &[u8]) -> bool {
    let name = dialect::file_name(path);
    [&b".auto.tfvars"[..], b".auto.tfvars.json"].iter().any(|end| name.ends_with(end))
        || matches!(name, b"terraform.tfvars" | b"terraform.tfvars.json")
}

/// Lints files that are one to their tool. `is_whole` says whether they are all that belongs to it: what is missing is only
/// claimed then, and only if all of them parse. `checks` are the checks to run.
#[must_use]
pub fn lint_module(
    subjects: &[Subject<'_>],
    is_whole: bool,
    settings: &PolicySettings,
    now: jiff::Timestamp,
    checks: &[&dyn Check],
) -> Lint {
    study(subjects, is_whole, settings, now, Task { checks, references: false })
}

/// The same, and what credentials the files refer to, if the task asks for that.
#[must_use]
pub fn study(
    subjects: &[Subject<'_>],
    is_whole: bool,
    settings: &PolicySettings,
    now: jiff::Timestamp,
    task: Task<'_>,
) -> Lint {
    let mut lint = Lint::default();
    let mut module = Module::default();
    for (number, subject) in subjects.iter().enumerate() {
        if task.references && inventory::is_code(subject.path, subject.bytes) {
            lint.references.extend(inventory::of_code(number, subject.bytes));
        }
        code::lint(number, subject, settings, task.checks, &mut lint);
        let head = &subject.bytes[..subject.bytes.len().min(512)];
        let Some(syntax) = Syntax::of(subject.path, head) else {
            lint.notices.extend(of_no_reader(subject));
            continue;
        };
        if PlaceFacts::of(subject.path).is_minified {
            continue;
        }
        match document::read(syntax, subject.bytes) {
            Ok(document) => {
                lint.documents += 1;
                lint.notices.extend(document.partial.iter().map(|error| in_part(subject, error)));
                module.add(number, subject, document);
            }
            Err(error) => lint.notices.push(notice(subject, &error)),
        }
    }
    let Some((mut document, files, text)) = module.read(subjects) else {
        in_order(&mut lint.breaches);
        return lint;
    };
    let values: Vec<bool> = files.iter().map(|(number, _)| is_values(subjects[*number].path)).collect();
    terraform::settle(&mut document, &values);
    azure::settle(&mut document);
    cloudformation::settle(&mut document);
    compose::settle(&mut document);
    spring::settle(&mut document, subjects[files[0].0].path);
    let is_whole = is_whole && lint.notices.is_empty();
    let settings = settings.for_path(subjects[files[0].0].path);
    let texts = Texts::of(&document, &text);
    let mut view = View::new(&subjects[files[0].0], &text, &document, is_whole, settings, now);
    view.texts = Some(&texts);
    view.files = files.iter().map(|(number, start)| (*start, subjects[*number].path)).collect();
    let mut breaches = checked(&view, task.checks);
    for inlay in inlay::of(&document, &text, subjects[files[0].0].path) {
        breaches.extend(within(&inlay, &view, task.checks, &mut lint.notices));
    }
    lint.notices.extend(view.take_notices());
    if task.references {
        lint.references.extend(inventory::references(&view).into_iter().map(|mut reference| {
            let (file, span) = home(&files, &(reference.span.0..reference.span.1));
            (reference.file, reference.span) = (file, (span.start, span.end));
            reference
        }));
        lint.declared = own::inventory(&view);
        lint.declared.iter_mut().for_each(|entry| (entry.file, entry.span) = home(&files, &entry.span));
    }
    for breach in &mut breaches {
        (breach.file, breach.span) = home(&files, &breach.span);
        for mark in &mut breach.related {
            (mark.file, mark.span) = home(&files, &mark.span);
        }
    }
    lint.breaches.append(&mut breaches);
    in_order(&mut lint.breaches);
    lint
}

/// What the checks that run find in a document.
fn checked(view: &View<'_>, checks: &[&dyn Check]) -> Vec<Breach> {
    let mut breaches: Vec<Breach> = Vec::new();
    for check in checks {
        let Some(severity) = runs(check.meta(), view.settings) else { continue };
        let first = breaches.len();
        check.check(view, &mut breaches);
        breaches[first..].iter_mut().for_each(|breach| breach.severity = severity.unwrap_or(breach.severity));
    }
    breaches
}

/// What they find in a file within it. One that does not parse is a text like any other.
fn within(inlay: &Inlay, outer: &View<'_>, checks: &[&dyn Check], notices: &mut Vec<Notice>) -> Vec<Breach> {
    let bytes = inlay.text.as_bytes();
    let subject = Subject { path: &inlay.path, bytes, tracked: outer.subject.tracked };
    let document = Syntax::of(&inlay.path, &bytes[..bytes.len().min(512)]).map(|syntax| document::read(syntax, bytes));
    let Some(Ok(document)) = document else { return Vec::new() };
    let texts = Texts::of(&document, &inlay.text);
    let mut view = View::new(&subject, &inlay.text, &document, true, outer.settings, outer.now);
    view.texts = Some(&texts);
    let breaches = checked(&view, checks);
    notices.extend(view.take_notices());
    breaches.into_iter().map(|breach| inlay.outer(breach)).collect()
}

/// Puts breaches in the order of the files, each once.
fn in_order(breaches: &mut Vec<Breach>) {
    let key = |breach: &Breach| (breach.file, breach.span.start, breach.check.id);
    breaches.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.route.cmp(&b.route)));
    // An alias is one value that is used in many places. A rule of a pack may say several things of one.
    breaches.dedup_by(|next, kept| {
        let is_same = next.file == kept.file && next.span == kept.span && next.check.id == kept.check.id;
        let is_once = is_same && (!next.check.is_of_pack() || next.message == kept.message);
        if is_once && next.route != kept.route {
            // What several instances of a resource share is said of the resource.
            kept.message = without_instance(&kept.message);
            kept.route = without_instance(&kept.route);
        }
        is_once
    });
}

/// The text without the key of an instance of a resource of Terraform.
fn without_instance(text: &str) -> String {
    match text.split_once("[\"").and_then(|(before, key)| Some((before, key.split_once("\"]")?.1))) {
        Some((before, behind)) => format!("{before}{behind}"),
        None => text.to_owned(),
    }
}

/// Whether a check runs, and with which severity, if the user has decided about that.
fn runs(meta: &Meta, settings: &PolicySettings) -> Option<Option<Severity>> {
    match settings.switch(meta.id) {
        Some(Switch::Off) => None,
        Some(Switch::Severity(severity)) => Some(Some(severity)),
        None => (meta.preset <= settings.preset()).then_some(None),
    }
}

/// Which file a span lies in, and where.
fn home(files: &[(usize, usize)], span: &Range<usize>) -> (usize, Range<usize>) {
    let index = files.partition_point(|(_, start)| *start <= span.start).saturating_sub(1);
    let (number, start) = files[index];
    (number, span.start - start..span.end - start)
}

/// The files that were read, one behind the other.
#[derive(Default)]
struct Module {
    documents: Vec<Document>,
    /// The number of each file among the subjects, and where its text begins.
    files: Vec<(usize, usize)>,
    length: usize,
}

/// One document of several files, each file with where it begins in the text, and the text.
type Joined<'s> = (Document, Vec<(usize, usize)>, Cow<'s, str>);

impl Module {
    fn add(&mut self, number: usize, subject: &Subject<'_>, document: Document) {
        self.documents.push(document);
        self.files.push((number, self.length));
        self.length += subject.bytes.len();
    }

    /// One document of all, the files with where they begin in its text, and the text.
    fn read<'s>(self, subjects: &[Subject<'s>]) -> Option<Joined<'s>> {
        // The readers refuse what is not UTF-8 before this.
        let text = |number: usize| std::str::from_utf8(subjects[number].bytes).ok();
        let mut documents = self.documents.into_iter();
        let mut whole = documents.next()?;
        let mut joined = Cow::Borrowed(text(self.files[0].0)?);
        for (document, (number, start)) in documents.zip(&self.files[1..]) {
            whole.roots.extend(document.roots.into_iter().map(|root| document::moved(root, *start)));
            joined.to_mut().push_str(text(*number)?);
        }
        Some((whole, self.files, joined))
    }
}

fn notice(subject: &Subject<'_>, error: &ReadError) -> Notice {
    let cause = if error.is_limit() { Cause::Budget } else { Cause::Unparsed };
    Notice::new(cause, FilePath::new(subject.path).display(), error.to_string())
}

/// What says that a configuration has no reader here, where its tool makes one of it that has.
fn of_no_reader(subject: &Subject<'_>) -> Option<Notice> {
    let is_bicep = [&b".bicep"[..], b".bicepparam"].iter().any(|end| subject.path.ends_with(end));
    let detail = "Bicep is not linted; the template that `bicep build` makes of it is";
    is_bicep.then(|| Notice::new(Cause::Unparsed, FilePath::new(subject.path).display(), detail))
}

/// What says that only a part of a document was linted.
fn in_part(subject: &Subject<'_>, error: &ReadError) -> Notice {
    Notice::new(
        Cause::Unparsed,
        FilePath::new(subject.path).display(),
        format!("read in part, since it does not parse: {error}"),
    )
}

#[cfg(test)]
mod tests;
