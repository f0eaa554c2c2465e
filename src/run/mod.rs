//! The only room that sees every stage: it wires them together and decides nothing of its own.
//!
//! Sources push items; each item is inspected on the source's own thread, once for secrets and, in a run that lints, once
//! for policy. What is left of the history is then placed by provenance, hits become findings, and findings an outcome.

pub mod anchors;
mod checkout;
mod contest;
pub mod draft;
mod estate;
pub mod examples;
pub mod excerpt;
mod former;
pub mod gather;
mod hiding;
mod history;
mod hits;
pub mod inherit;
pub mod inspect;
mod introduced;
mod inventory;
mod joined;
mod kept;
mod layers;
mod lint;
mod lives;
mod masked;
mod outcome;
mod reuse;
pub mod rule_lint;
pub mod shared;
mod signing;
mod slots;
mod unpack;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::config::Config;
use crate::decode::container::Gate;
use crate::detect::{self, Detector};
use crate::finding::{Introduction, Place};
use crate::notice::{Cause, Coverage, Notice, Tally};
use crate::place::{FilePath, Origin};
use crate::policy::{self, Checks, Task};
use crate::provenance::Lineage;
use crate::source::{
    Awaited, GitEnvironment, Item, Paths, Repository, Selection, Sink, Source, SourceError, Stdin, Stop, TrackedFiles,
    Tree,
};
use crate::suppress::baseline::{Baseline, Version};
use crate::suppress::{self, Ground};

use hiding::Marked;
pub use hiding::address;
use hits::Hits;
use inherit::{Flaw, Inheritance};
use inventory::{Credentials, Gathered};
use lint::{File, Linted, Modules, Yield};
use lives::Lives;
pub use outcome::{Outcome, of_check, of_rule};
use slots::Kept;
use unpack::Listing;

/// What to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Files and directories.
    pub paths: Vec<PathBuf>,
    /// Scan the files for secrets.
    pub secrets: bool,
    /// Check the files against the policy.
    pub policy: bool,
    /// List the credentials that the files hold and refer to.
    pub inventory: bool,
    /// Scan standard input.
    pub stdin: bool,
    /// Scan what the index of the repository here would commit.
    pub staged: Option<PathBuf>,
    /// Only what is staged at this path or below it.
    pub staged_within: Option<PathBuf>,
    /// Of that index scan everything, also what `HEAD` has.
    pub whole_index: bool,
    /// Scan the whole history of the repository here.
    pub history: Option<PathBuf>,
    /// Scan what a patch brings: from this file, or from standard input for `-`.
    pub patch: Option<PathBuf>,
    /// Scan what a range of the history brings, in the repository here.
    pub range: Option<(PathBuf, Selection)>,
    /// Search every text of the history whole, also what it has from another.
    pub no_delta: bool,
    /// Where what is known of the history is kept from run to run.
    pub cache: Option<PathBuf>,
    /// Scan the histories of its submodules, too.
    pub submodules: bool,
    /// A path without a repository is no error: the files are scanned, and the outcome says that there was no history.
    pub history_optional: bool,
    /// See what ignore files hide.
    pub no_ignore: bool,
}

impl Plan {
    /// Where the files and the repository lie that are looked at; nothing where only standard input is.
    #[must_use]
    pub fn roots(&self) -> Vec<PathBuf> {
        let range = self.range.as_ref().map(|(path, _)| path);
        let repository = self.staged.as_ref().or(self.history.as_ref()).or(range);
        match self.paths.is_empty() {
            true => repository.into_iter().cloned().collect(),
            false => self.paths.clone(),
        }
    }
}

impl Plan {
    /// Whether the paths are those of a bare repository: its files are its objects, which the history reads as what they are.
    fn is_of_objects(&self, repository: Option<&Repository>) -> bool {
        (self.history_optional || self.range.is_some())
            && repository.is_some_and(|repository| repository.work_dir().is_none())
    }

    /// As many hits as are kept. Of a whole history, and for those who ask why, those are all.
    fn bound(&self, settings: &Settings) -> Hits {
        let wants_all = self.history.is_some() || settings.explain;
        match settings.max_places.unwrap_or(if wants_all { 0 } else { hits::MOST }) {
            0 => Hits::default(),
            most => Hits::within(most, settings.config.min_confidence),
        }
    }
}

/// How to look at it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What `keysieve.toml` says, with what the command line overrides.
    pub config: Config,
    /// The checks of the linter.
    pub checks: Checks,
    /// Threads, at least 1.
    pub threads: usize,
    /// Treat every cause as making the run incomplete.
    pub strict: bool,
    /// Causes that do not make the run incomplete.
    pub accept: Vec<Cause>,
    /// Exit 0 instead of 1.
    pub exit_zero: bool,
    /// What "now" is, for lifetimes and expiry dates.
    pub now: jiff::Timestamp,
    /// Keep every candidate with what was said of it, reported or not.
    pub explain: bool,
    /// What was known before, so that only what is new is reported.
    pub baseline: Option<Baseline>,
    /// The files of other tools that hide findings: the name and the text of each.
    pub foreign: Vec<(&'static str, String)>,
    /// No comment hides anything.
    pub no_inline: bool,
    /// What is to be said of the configuration.
    pub notes: Vec<String>,
    /// The fewest commits that must have been scanned for the scan to be complete.
    pub require_commits: u64,
    /// The fewest bytes of files and objects.
    pub require_bytes: u64,
    /// The most places of secrets that are kept; 0 is as many as there are, and none leaves it to the plan.
    pub max_places: Option<usize>,
}

impl Settings {
    /// Says if less was scanned than is required.
    fn require(&self, tally: &mut Tally) {
        let Coverage { commits, file_bytes, history_bytes, .. } = tally.coverage;
        for (flag, least, seen, what) in [
            ("--require-commits", self.require_commits, commits, "commits"),
            ("--require-bytes", self.require_bytes, file_bytes + history_bytes, "bytes"),
        ] {
            if seen < least {
                let detail =
                    format!("{seen} {what} were scanned, {least} are required: see what is missing, or ask for less");
                tally.notice(Notice::new(Cause::TooLittle, flag, detail));
            }
        }
    }
}

/// What a run has read so far, for a progress line.
#[derive(Debug, Default)]
pub struct Progress {
    /// Texts.
    pub items: AtomicU64,
    /// Bytes.
    pub bytes: AtomicU64,
    /// Hits.
    pub hits: AtomicU64,
    /// What was known of the history, where a cache is kept.
    pub reused: Mutex<Option<Reused>>,
}

/// How many objects of a history were read, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reused {
    /// Read for the first time.
    pub new: u64,
    /// Read again, because they hold something.
    pub again: u64,
    /// Not read.
    pub quiet: u64,
}

/// Why a run could not start. All of these are the user's to mend.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A source could not start.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The rules could not be compiled.
    #[error(transparent)]
    Rules(#[from] crate::detect::prefilter::PrefilterError),
}

/// Runs a plan.
///
/// # Errors
/// When nothing can be looked at; whatever goes wrong later is a notice in the outcome.
pub fn run(plan: &Plan, settings: &Settings, stop: &Stop, progress: &Progress) -> Result<Outcome, RunError> {
    let detector = Detector::new(settings.config.rules.clone())?;
    let gate = Gate::default();
    let inheritance = Inheritance::new(&detector, Flaw::None);
    let policy = &settings.config.policy;
    let run = Run {
        plan,
        settings,
        stop,
        progress,
        detector: &detector,
        hits: Mutex::new(plan.bound(settings)),
        linted: Mutex::new(Linted::default()),
        references: plan.inventory || plan.policy && policy::inventory::is_asked(policy, settings.checks.all()),
        gathered: Mutex::default(),
        modules: Mutex::new(Modules::default()),
        slots: Mutex::new(Vec::new()),
        marked: Mutex::default(),
        skipped: Mutex::new(Tally::default()),
        notes: Mutex::default(),
        masked: Mutex::default(),
        gate: &gate,
        inheritance: &inheritance,
    };
    let mut tally = Tally::default();
    let repository = run.repository(&mut tally)?;
    run.files(repository.as_ref(), &mut tally)?;
    let lives = match (&repository, &plan.patch) {
        (Some(repository), _) => run.git(repository, &mut tally)?,
        (None, Some(patch)) => run.patch(patch, &mut tally)?,
        (None, None) => Lives::default(),
    };
    if let (Some(repository), Some((lineage, _))) = (&repository, &lives.whole) {
        run.date_slots(repository, lineage);
    }
    let former = match &repository {
        Some(repository) => run.former(repository, &mut tally)?,
        None => None,
    };
    tally.add(run.skipped.into_inner().unwrap_or_else(PoisonError::into_inner));
    let mut notes = run.notes.into_inner().unwrap_or_else(PoisonError::into_inner);
    let references = run.references;
    let is_bare = plan.is_of_objects(repository.as_ref());
    let marked = run.marked.into_inner().unwrap_or_else(PoisonError::into_inner);
    let gathered = run.gathered.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (hits, cut_at) = run.hits.into_inner().unwrap_or_else(PoisonError::into_inner).all();
    if let Some(most) = cut_at {
        let detail = format!("more than {most} places: those of the first files are told, `--max-places 0` keeps all");
        tally.notice(Notice::new(Cause::Budget, "--max-places", detail));
    }
    let masked = run.masked.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut linted = run.linted.into_inner().unwrap_or_else(PoisonError::into_inner);
    tally.coverage.documents += linted.documents;
    let mut explained = Vec::new();
    let paths = Paths::new(&plan.roots());
    let address = |origin: &Origin| hiding::address(&paths, origin);
    let reads_files = plan.stdin || plan.staged.is_some() || !plan.paths.is_empty() && plan.range.is_none();
    let version = if reads_files && !is_bare { Version::Read } else { Version::Head };
    let key = &settings.config.fingerprint_key;
    // The baseline asks where each finding stands, a comment only speaks of its own.
    let asked = gather::Asked { version, address: &address, every_place: settings.baseline.is_some() };
    let gather::Gathered { mut findings, holders, mut standings } =
        gather::gather(detector.rules(), key, hits, &lives, &asked, &mut |explain| {
            if settings.explain {
                explained.push(explain());
            }
        });
    if let Some(repository) = &repository {
        tally.add(lives.tell(repository, &mut findings, &holders, settings.threads, stop));
    }
    let mut rows = Vec::new();
    if references {
        let is_whole = plan.secrets && !stop.requested() && !tally.notices.iter().any(|it| hides_uses(it.cause));
        let credentials = Credentials::new(gathered, &findings, settings);
        if plan.policy {
            linted.add_of_tree(credentials.breaches(is_whole));
        }
        if plan.inventory {
            rows = credentials.rows(detector.rules());
        }
    }
    if let Some(former) = former {
        let known = former.leave_new(&mut linted);
        let (what, them) = if known == 1 { ("breach", "it") } else { ("breaches", "them") };
        let words = format!("{known} {what} of the policy stood there before the change: `keysieve lint` tells {them}");
        notes.extend((known > 0).then_some(words));
    }
    let mut suppressions = hiding::suppressions(plan, settings);
    linted.stand(&mut standings, &address);
    suppress::sort(&mut standings);
    let ground = Ground {
        standings: &standings,
        address: &address,
        names: &|finding| hiding::names(finding, detector.rules(), key),
        is_gone: &|path| hiding::is_gone(plan, &paths, repository.as_ref(), path),
        sees_past: plan.history.is_some() && !tally.notices.iter().any(|notice| notice.cause.is_incomplete()),
        now: settings.now,
    };
    findings.iter_mut().for_each(|finding| outcome::note_exposure(finding, settings.now));
    suppressions.hide_disabled(&mut findings, &settings.config.disabled);
    estate::remark(&mut findings, detector.rules(), &mut suppressions, settings, plan.range.is_some());
    linted.hide(&mut suppressions, &ground);
    // Of a change the files are linted as they lie there, and the commits scanned that led to them.
    let is_in = |place: &Place, path: &FilePath| match &place.origin {
        Origin::File(it) | Origin::Staged(it) => it == path,
        Origin::Blob { path: Some(it), .. } => {
            plan.range.is_some()
                && place.introduced.as_deref().is_some_and(Introduction::is_current)
                && *it == paths.file_from_top(path)
        }
        _ => false,
    };
    linted.join(&mut findings, &suppressions, &is_in);
    gather::hide_secret_names(&mut findings);
    // What is hidden exists all the same: an inventory has it.
    if !plan.inventory {
        suppressions.hide(&mut findings, &ground);
    }
    gather::condense(&mut findings);
    let settled = suppressions.settle();
    hiding::tell(&mut explained, &settled.hidden);
    if plan.secrets && plan.policy {
        findings.extend(hiding::idle(marked, &settled, &paths, detector.rules(), settings));
        if let (Some(repository), Some((lineage, _))) = (&repository, &lives.whole) {
            findings.extend(kept::old(repository, lineage, &settled.hidden, &paths, settings, stop));
        }
        gather::hide_secret_names(&mut findings);
    }
    settings.require(&mut tally);
    let mut outcome = outcome::outcome(findings, settled, explained, tally, detector.rules(), settings);
    outcome.notes = hiding::notes(plan, &paths, &outcome, settings);
    outcome.notes.extend(notes);
    outcome.notes.extend(settings.notes.iter().cloned());
    outcome.masked.extend(masked);
    outcome.checkout = checkout::checkout(plan, &paths, repository.as_ref(), &outcome);
    let said = [&outcome.checkout.remote, &outcome.checkout.branch].into_iter().flatten();
    let said: Vec<Vec<u8>> = said.flat_map(|words| masked::in_words(&detector, words)).collect();
    outcome.masked.extend(said);
    outcome.owners = checkout::owners(&paths, &outcome, settings);
    if settings.threads > 1 && lives.whole.is_some() {
        // Nobody has to wait until a large history is taken down.
        let known = inheritance.into_known();
        std::thread::spawn(move || drop((lives, repository, known)));
    }
    Ok(Outcome { rows, ..outcome })
}

/// Whether what was left out for this cause could use a credential.
fn hides_uses(cause: Cause) -> bool {
    cause.is_incomplete() || cause == Cause::Unparsed
}

struct Run<'r> {
    plan: &'r Plan,
    settings: &'r Settings,
    stop: &'r Stop,
    progress: &'r Progress,
    detector: &'r Detector,
    hits: Mutex<Hits>,
    linted: Mutex<Linted>,
    /// Whether the credentials that the files refer to are wanted.
    references: bool,
    gathered: Mutex<Gathered>,
    modules: Mutex<Modules>,
    slots: Mutex<Vec<Kept>>,
    /// The comments of ours in the files.
    marked: Mutex<Vec<Marked>>,
    skipped: Mutex<Tally>,
    /// What is to be said of the cache.
    notes: Mutex<Vec<String>>,
    /// What no report may show beside the secrets of the findings.
    masked: Mutex<Vec<Vec<u8>>>,
    gate: &'r Gate,
    inheritance: &'r Inheritance<'r>,
}

impl<'r> Run<'r> {
    /// The same run with nothing found yet, for what is looked at beside it.
    fn aside(&self) -> Run<'r> {
        Run {
            hits: Mutex::default(),
            linted: Mutex::default(),
            gathered: Mutex::default(),
            modules: Mutex::default(),
            slots: Mutex::default(),
            marked: Mutex::default(),
            skipped: Mutex::default(),
            notes: Mutex::default(),
            masked: Mutex::default(),
            ..*self
        }
    }

    /// Opens the repository that the plan needs.
    fn repository(&self, tally: &mut Tally) -> Result<Option<Repository>, RunError> {
        let range = self.plan.range.as_ref().map(|(path, _)| path);
        let Some(path) = self.plan.history.as_ref().or(range).or(self.plan.staged.as_ref()) else { return Ok(None) };
        match Repository::open(path, &GitEnvironment::from_process()) {
            Ok(repository) => Ok(Some(repository)),
            Err(SourceError::NotARepository { path }) => {
                let detail = "not a git repository: there is no history to scan";
                let cause = if self.plan.history_optional { Cause::NoHistory } else { Cause::NothingFound };
                tally.notice(Notice::new(cause, path, detail));
                Ok(None)
            }
            // The files can be scanned all the same.
            Err(SourceError::Repository { path, detail }) => {
                tally.notice(Notice::new(Cause::Unreadable, path, detail));
                Ok(None)
            }
            Err(SourceError::Unsupported { path, detail }) => {
                tally.notice(Notice::new(Cause::UnsupportedRepository, path, detail));
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The files and standard input.
    fn files(&self, repository: Option<&Repository>, tally: &mut Tally) -> Result<(), RunError> {
        if self.plan.stdin {
            let stdin = Stdin::new(Awaited::new(std::io::stdin(), self.stop), self.settings.threads);
            tally.add(stdin.each(&|item| self.take(&item), self.stop)?);
        }
        if self.plan.paths.is_empty() || self.plan.is_of_objects(repository) {
            return Ok(());
        }
        let files = self.tracked_files();
        let tracked = lint::Tracked::new(files.clone());
        let mut tree = Tree::new(&self.plan.paths, self.settings.threads);
        tree.no_ignore = self.plan.no_ignore;
        tree.exclude = self.settings.config.exclude.clone();
        tree.tracked = files.map(|(_, files)| files);
        let sink = |item: Item<'_>| {
            match self.plan.secrets {
                true => self.take(&item),
                false if item.origin.is_name() => self.mask_name(&item),
                false => {}
            }
            if self.plan.policy || self.references {
                self.lint(&item, &tracked);
            }
        };
        tally.add(tree.each(&sink as &Sink<'_>, self.stop)?);
        self.lint_modules();
        Ok(())
    }

    /// What git tracks, as far as somebody asks: the linter, and the walk of a directory.
    fn tracked_files(&self) -> Option<(Paths, Arc<TrackedFiles>)> {
        let roots = &self.plan.paths;
        if !self.plan.policy && (self.plan.no_ignore || !roots.iter().any(|root| root.is_dir())) {
            return None;
        }
        let paths = Paths::new(roots);
        match TrackedFiles::around(&paths, roots) {
            Ok(files) => files.map(|files| (paths, Arc::new(files))),
            Err(why) => {
                self.note(self.plan.policy.then(|| format!("{why}: the checks of what git tracks did not run")));
                None
            }
        }
    }

    /// Inspects one item, and what is in it if a container begins with it.
    fn take(&self, item: &Item<'_>) {
        let format = unpack::format(item);
        self.look(item, format.is_some());
        self.mark(item);
        let Some(format) = format else { return };
        let outlet = unpack::Outlet {
            take: &|member, opened| self.look(&member, opened),
            notice: &|notice, listing| {
                let mut skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
                match listing {
                    Listing::Both => skipped.notice(notice),
                    Listing::Counted => skipped.coverage.skip(notice.cause),
                    Listing::Listed => skipped.notices.push(notice),
                }
            },
            stop: self.stop,
            gate: self.gate,
        };
        let unpacked = unpack::unpack(item, format, &outlet);
        let mut skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        skipped.coverage.members += unpacked.members;
        skipped.coverage.member_bytes += unpacked.bytes;
    }

    /// Inspects one text and keeps what may be reported; `opened` says that it is a container which is read as such, too.
    fn look(&self, item: &Item<'_>, opened: bool) {
        let mut inspection = match (self.settings.explain, item.kin) {
            (true, _) => inspect::inspect_all(self.detector, item),
            (false, None) => inspect::inspect(self.detector, item),
            (false, Some(kin)) => self.look_by_kin(item, kin, opened),
        };
        match joined::is_notebook(item) {
            true if item.whole => inspection.hits.extend(joined::hits(self.detector, item)),
            true if item.offset == 0 => {
                let detail = "a notebook this long is read as it stands: its cells were not joined";
                let notice = Notice::about(Cause::Budget, &item.origin, detail);
                self.skipped.lock().unwrap_or_else(PoisonError::into_inner).notice(notice);
            }
            _ => {}
        }
        self.mask_spellings(item, &inspection.hits);
        self.progress.items.fetch_add(1, Ordering::Relaxed);
        self.progress.bytes.fetch_add(item.own.len() as u64, Ordering::Relaxed);
        if inspection.binary
            && item.offset == 0
            && !opened
            && matches!(item.origin, Origin::File(_) | Origin::Staged(_) | Origin::Blob { .. } | Origin::Member { .. })
        {
            self.skipped.lock().unwrap_or_else(PoisonError::into_inner).coverage.skip(Cause::Binary);
        }
        if !inspection.within_budget {
            let detail =
                format!("more than {} candidates in one text: what is behind them was not judged", detect::BUDGET);
            let notice = Notice::about(Cause::Budget, &item.origin, detail);
            self.skipped.lock().unwrap_or_else(PoisonError::into_inner).notice(notice);
        }
        if inspection.undecoded {
            let detail = "encoded too often or too long: what is inside was not decoded to its end";
            let notice = Notice::about(Cause::Budget, &item.origin, detail);
            self.skipped.lock().unwrap_or_else(PoisonError::into_inner).notice(notice);
        }
        inspection.hits.append(&mut inspection.rejected);
        if !self.settings.explain {
            // Of what is found there may be much, and nobody asks what the model saw in it.
            inspection.hits.iter_mut().for_each(|hit| hit.verdict.forget_score());
        }
        if !inspection.hits.is_empty() {
            self.progress.hits.fetch_add(inspection.hits.len() as u64, Ordering::Relaxed);
            self.hits.lock().unwrap_or_else(PoisonError::into_inner).add(inspection.hits);
        }
    }

    /// Checks one file against the policy, or keeps it until the others of its module have come.
    fn lint(&self, item: &Item<'_>, tracked: &lint::Tracked) {
        let Origin::File(path) = &item.origin else { return };
        let file = File::of(item, path, tracked, &mut |notice| {
            self.skipped.lock().unwrap_or_else(PoisonError::into_inner).notice(notice);
        });
        match file {
            Some(file) if Modules::want(&file) => {
                self.modules.lock().unwrap_or_else(PoisonError::into_inner).keep(file);
            }
            Some(file) => self.judge(&[file], true),
            None => {}
        }
    }

    /// Judges the slots that were kept by what the history says of them.
    fn date_slots(&self, repository: &Repository, lineage: &Lineage) {
        let kept = std::mem::take(&mut *self.slots.lock().unwrap_or_else(PoisonError::into_inner));
        if kept.is_empty() {
            return;
        }
        let overdue = slots::overdue(repository, lineage, &kept, self.settings, self.stop);
        let mut linted = self.linted.lock().unwrap_or_else(PoisonError::into_inner);
        for (kept, overdue) in kept.iter().zip(overdue) {
            linted.add(lint::overdue(&kept.file, overdue, self.detector, self.settings));
        }
    }

    /// Checks the modules that were kept.
    fn lint_modules(&self) {
        let modules = std::mem::take(&mut *self.modules.lock().unwrap_or_else(PoisonError::into_inner));
        let judge = |files: Vec<File<'_>>| {
            if !self.stop.requested() {
                self.judge(&files, !lint::is_named(self.plan, &files));
            }
        };
        let modules = modules.modules();
        // Threads take longer to begin than one file to be scanned.
        let pool = (modules.len() > 1).then(|| rayon::ThreadPoolBuilder::new().num_threads(self.settings.threads));
        match pool.map(rayon::ThreadPoolBuilder::build) {
            Some(Ok(pool)) => pool.install(|| modules.into_par_iter().for_each(judge)),
            _ => modules.into_iter().for_each(judge),
        }
    }

    fn judge(&self, files: &[File<'_>], is_whole: bool) {
        if self.plan.history.is_some() {
            for file in files {
                let slots = file.slots();
                if !slots.is_empty() {
                    let kept = Kept { file: file.owned(), slots };
                    self.slots.lock().unwrap_or_else(PoisonError::into_inner).push(kept);
                }
            }
        }
        let checks = if self.plan.policy { self.settings.checks.all() } else { &[] };
        let task = Task { checks, references: self.references };
        let Yield { linted, gathered, notices } = lint::lint(files, is_whole, self.detector, self.settings, task);
        if self.references {
            self.gathered.lock().unwrap_or_else(PoisonError::into_inner).add(gathered);
        }
        if !notices.is_empty() {
            let mut skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
            notices.into_iter().for_each(|notice| skipped.notice(notice));
        }
        if !linted.is_empty() {
            self.linted.lock().unwrap_or_else(PoisonError::into_inner).add(linted);
        }
    }
}
