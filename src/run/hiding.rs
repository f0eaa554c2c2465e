//! What is hidden of a run: the pieces that the suppressions need of it, and what is said of those that hide nothing.

use std::collections::HashMap;
use std::sync::PoisonError;

use crate::decode::Charset;
use crate::finding::{Explained, Finding, Kind, Place, Suppressed, Suppression};
use crate::place::{Origin, Positions, Span};
use crate::policy::comments::{self, Idle, Said};
use crate::rule::set::RuleSet;
use crate::secret::FingerprintKey;
use crate::source::{End, Item, Paths, Purpose, Repository};
use crate::suppress::comment::{self, Comment, CommentFlaw};
use crate::suppress::{Counting, Exceptions, Foreign, Settled, Suppressions};

use super::excerpt;
use super::lint::breached;
use super::{Outcome, Plan, Run, Settings};

/// A comment of ours in a file.
pub struct Marked {
    place: Place,
    comment: Comment,
}

impl Run<'_> {
    /// Keeps the comments of ours that a file holds, so that those which hide nothing can be told of.
    pub(super) fn mark(&self, item: &Item<'_>) {
        if !(self.plan.policy && matches!(item.origin, Origin::File(_))) {
            return;
        }
        let own = &item.bytes[item.own.clone()];
        if memchr::memmem::find(own, comment::NAME).is_none()
            || !matches!(Charset::of(item.head), Charset::AsciiCompatible)
        {
            return;
        }
        let mut positions = Positions::new(item.bytes, item.lines);
        let found = comment::all(item.bytes).filter(|(at, _)| item.own.contains(at)).map(|(at, comment)| {
            let range = at..at + comment::OWN.len();
            let (start, end) = (positions.at(range.start), positions.at(range.end));
            let span = Span::new(item.offset + range.start as u64, item.offset + range.end as u64);
            let excerpt = Some(excerpt::excerpt(item.bytes, &range, &[]));
            let place = Place {
                origin: item.origin.clone(),
                span,
                start,
                end,
                excerpt,
                decoding: Vec::new(),
                introduced: None,
            };
            Marked { comment: Comment { line: start.line, ..comment }, place }
        });
        self.marked.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
    }
}

/// Tells the candidates that are hidden by what.
pub fn tell(explained: &mut [Explained], hidden: &[Suppressed]) {
    if explained.is_empty() {
        return;
    }
    let of = |hidden: &Suppressed| {
        let by = hidden.by.clone();
        hidden
            .finding
            .places
            .iter()
            .map(move |place| ((place.origin.clone(), place.span), by.clone()))
            .collect::<Vec<_>>()
    };
    let secrets = hidden.iter().filter(|hidden| hidden.finding.kind == Kind::Secret);
    let by_place: HashMap<(Origin, Span), Suppression> = secrets.flat_map(of).collect();
    for it in explained.iter_mut().filter(|it| it.confidence.is_some()) {
        it.hidden = by_place.get(&(it.place.origin.clone(), it.place.span)).cloned();
    }
}

/// The suppressions of a run.
pub fn suppressions<'s>(plan: &Plan, settings: &'s Settings) -> Suppressions<'s> {
    let exceptions = Exceptions::new(&settings.config.policy, settings.now);
    let foreign = Foreign::read(&settings.foreign);
    Suppressions::new(exceptions, counting(plan, settings), settings.baseline.clone(), foreign)
}

/// A change is judged by what its base says: a comment that it brings itself counts once the base has it.
fn counting(plan: &Plan, settings: &Settings) -> Counting {
    let suppression = &settings.config.suppression;
    let is_change = plan.range.as_ref().is_some_and(|(_, it)| matches!(it.purpose, Purpose::Base | Purpose::Receive));
    if settings.no_inline {
        return Counting { own: false, foreign: false, why_not: "--no-inline" };
    }
    if is_change && !suppression.comments_of_changes {
        return Counting { own: false, foreign: false, why_not: "the change under test brings it itself" };
    }
    let why_not = "[suppression] switches it off";
    Counting { own: suppression.comments, foreign: suppression.foreign_comments, why_not }
}

/// The path under which a place is known beyond the run: that of the file from the top of the repository, with the names of
/// members behind it; a word for what is no file.
pub fn address(paths: &Paths, origin: &Origin) -> String {
    let outermost = origin.outermost();
    let mut address = match outermost {
        Origin::File(path) | Origin::FileName(path) => paths.from_top(path),
        other => match other.path() {
            Some(path) => path.display(),
            None => format!("<{}>", other.kind()),
        },
    };
    for member in origin.members() {
        address.push('!');
        address.push_str(&member.display());
    }
    address
}

/// Whether a path that holds a finding no longer was looked at, or is no file any more.
pub fn is_gone(plan: &Plan, paths: &Paths, repository: Option<&Repository>, path: &str) -> bool {
    let path = path.split('!').next().unwrap_or_default();
    if plan.history.is_some() || path.starts_with('<') {
        return true;
    }
    if let (Some((_, selection)), Some(repository)) = (&plan.range, repository) {
        let has = |revision: &str| repository.has_at(revision, path).unwrap_or(false);
        let end = selection.wanted.iter().find_map(End::revision).unwrap_or("HEAD");
        // What was never there before the range was not moved in it.
        let mut before = selection.left_out.iter().filter_map(End::revision).peekable();
        return !has(end) && (before.peek().is_none() || before.any(has));
    }
    if plan.range.is_some() {
        return true;
    }
    paths.was_scanned(path) && !plan.paths.is_empty() || !paths.exists(path)
}

/// Every fingerprint of a finding: its own, and those in the families that its rule took over.
pub fn names(finding: &Finding, rules: &RuleSet, key: &FingerprintKey) -> Vec<String> {
    let mut names = vec![finding.fingerprint.to_string()];
    if let (Some(secret), Some((_, rule))) = (&finding.secret, rules.by_id(&finding.rule)) {
        names.extend(rule.replaces.iter().map(|family| secret.fingerprint(family, key).to_string()));
    }
    names
}

/// How many entries of the baseline are named whose findings have moved.
const MOVED: usize = 3;

/// What the files that hide say about themselves.
pub fn notes(plan: &Plan, paths: &Paths, outcome: &Outcome, settings: &Settings) -> Vec<String> {
    let mut notes = outcome.notes.clone();
    // The linter has findings for them.
    if !plan.policy {
        notes.extend(Exceptions::idle(&settings.config.policy, settings.now));
    }
    let Some(baseline) = &outcome.baseline else { return notes };
    notes.extend(baseline.notes.iter().cloned());
    let moved: Vec<_> = baseline.moved().collect();
    for (entry, path) in moved.iter().take(MOVED) {
        notes.push(format!("{}: what was at {} is at {path}", baseline.name, entry.path));
    }
    if let Some(more) = moved.len().checked_sub(MOVED).filter(|more| *more > 0) {
        notes.push(format!("{}: {more} more are at other paths than it says", baseline.name));
    }
    if !moved.is_empty() {
        notes.push(format!("{}: `keysieve baseline update` writes where they are", baseline.name));
    }
    // Only a run that sees as much as the one that wrote it can tell that something is gone.
    let sees_all = plan.history.is_some() && plan.secrets && plan.policy && paths.is_whole() && outcome.complete;
    let stale = baseline.stale().count();
    if sees_all && stale > 0 {
        let what = if stale == 1 { "1 entry meets" } else { &format!("{stale} entries meet") };
        notes.push(format!("{}: {what} nothing any more; `keysieve baseline update` takes them out", baseline.name));
    }
    notes
}

/// Findings for comments that hide nothing.
pub fn idle(
    marked: Vec<Marked>,
    settled: &Settled,
    paths: &Paths,
    rules: &RuleSet,
    settings: &Settings,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for Marked { place, comment } in marked {
        let address = address(paths, &place.origin);
        let is_known = |id: &String| rules.by_id(id).is_some() || settings.checks.find(id).is_some();
        let said = match comment.flaw(settings.now) {
            // Built-in ids have a hyphen; other words are prose that talks of such comments.
            _ if !comment.rules.iter().any(|id| is_known(id) || id.contains('-') || id == "*") => continue,
            Some(flaw @ CommentFlaw::Misspelt) => Said::Incomplete(flaw.words()),
            _ if !comment.rules.iter().any(is_known) => Said::Unknown,
            Some(CommentFlaw::Ended) => Said::Ended,
            Some(flaw) => Said::Incomplete(flaw.words()),
            None if settled.used.contains(&(address.clone(), comment.line)) => continue,
            None => Said::Unused,
        };
        let Some(Idle { check, severity, message }) = comments::judge(said, &comment.rules, &settings.config.policy)
        else {
            continue;
        };
        let route = format!("{address}#{}", comment.rules.join(","));
        let key = &settings.config.fingerprint_key;
        findings.push(Finding { severity, ..breached(check, &route, message, place, key) });
    }
    findings
}
