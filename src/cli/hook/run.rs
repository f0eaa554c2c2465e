//! `keysieve hook run`: what a hook looks at, and what it says.
//!
//! The pre-commit framework runs the same entry for four things: a commit, a run by hand, `--all-files` or `--files`, and
//! a range. Of a range it tells in `PRE_COMMIT_FROM_REF` and `PRE_COMMIT_TO_REF`. A commit shows by `GIT_INDEX_FILE`, which git sets
//! for the hook. Nothing tells the other two apart, as the names of files are not asked for. So a run by hand looks at all
//! files that git tracks: that is never less than what was asked for, and the message says so. What is in none of them is only
//! in the working tree, which no hook looks at.

use std::env;
use std::io::Read as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};

use crate::cli::judge_to;
use crate::cli::settings::JudgeArgs;
use crate::report::Formats;
use crate::report::text::brief::Scene;
use crate::run::Plan;
use crate::source::{End, Purpose, Selection, pushed, received};

/// Be a hook: scan what is about to be committed, pushed or received
///
/// pre-commit scans what the next commit would bring, as the index has it. pre-push and pre-receive read from standard
/// input what git writes there; removed refs are passed over. New is, for pre-push, what no remote-tracking ref reaches, and
/// for pre-receive what no ref of the repository reaches; the objects of the push are read in their quarantine.
///
/// The message is short: at most five findings. --output FILE takes the whole report.
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub(super) struct RunArgs {
    #[command(subcommand)]
    hook: Hook,
    #[command(flatten)]
    judge: JudgeArgs,
}

#[derive(Subcommand, Debug)]
enum Hook {
    /// Scan what the next commit would bring
    ///
    /// Run by the pre-commit framework with --from-ref and --to-ref, what those commits bring; run by hand there, or with
    /// --all-files or --files, which it does not tell apart, all files that git tracks.
    #[command(name = "pre-commit")]
    Commit {
        /// What some programs name: all that is staged is looked at, named or not
        #[arg(hide = true)]
        files: Vec<std::ffi::OsString>,
    },
    /// Scan what a push would bring; on the client
    #[command(name = "pre-push")]
    Push {
        /// What git gives the hook: the name and the address of the remote
        #[arg(hide = true, num_args = 0..=2)]
        remote: Vec<std::ffi::OsString>,
    },
    /// Scan what a push brings; on the server
    #[command(name = "pre-receive")]
    Receive,
}

const AFTER: &str = "\
Examples:
  keysieve hook run pre-commit
  keysieve hook run --fail-on high pre-push \"$@\"       in .git/hooks/pre-push
  keysieve hook run pre-receive                        in hooks/pre-receive

Exit codes: 0 clean or nothing new, 1 findings, 2 usage or configuration error, 3 incomplete.";

impl RunArgs {
    /// Scans and says what is wrong. Returns the exit code.
    pub(super) fn run(&self) -> anyhow::Result<u8> {
        let here = PathBuf::from(".");
        let plan = Plan { secrets: true, ..Plan::default() };
        let (plan, scene) = match &self.hook {
            Hook::Commit { .. } => match PreCommit::from_process() {
                PreCommit::Staged => (Plan { staged: Some(here), ..plan }, committing()),
                PreCommit::Tracked => (Plan { staged: Some(here), whole_index: true, ..plan }, by_hand()),
                PreCommit::Range { from, to } => {
                    let (all, fix) = (format!("keysieve history --range {from}..{to}"), COMMITTED);
                    let selection = Selection {
                        wanted: vec![End::Revision(to)],
                        left_out: vec![End::Revision(from)],
                        purpose: Purpose::Base,
                        ..Selection::default()
                    };
                    let scene =
                        Scene { looked_at: None, stopped: "this range", fix, allow: ALLOW_ON_BASE, comment: true, all };
                    (Plan { range: Some((here, selection)), ..plan }, scene)
                }
            },
            Hook::Push { .. } => (Plan { range: Some((here, of_push(pushed(&told()?)?))), ..plan }, pushing()),
            Hook::Receive => {
                let selection = Selection { purpose: Purpose::Receive, ..of_push(received(&told()?)?) };
                let scene = Scene { allow: ALLOW_ON_SERVER, comment: false, ..pushing() };
                (Plan { range: Some((here, selection)), ..plan }, scene)
            }
        };
        let scene = match self.judge.reads_comments() {
            true => scene,
            false => Scene { allow: ALLOW_WITHOUT_COMMENTS, comment: false, ..scene },
        };
        let mut targets = self.judge.targets()?;
        if let Some(shown) = targets.iter_mut().find(|target| target.file.is_none() && target.format == Formats::Text) {
            shown.scene = Some(scene);
        }
        judge_to(&plan, &self.judge, &targets, |_| Ok(()))
    }
}

/// A push that only removes refs brings nothing.
fn of_push(selection: Option<Selection>) -> Selection {
    selection.unwrap_or(Selection { purpose: Purpose::Push, ..Selection::default() })
}

/// How pre-commit came to be run.
#[derive(Debug, PartialEq, Eq)]
enum PreCommit {
    /// By a commit, or by hand without the framework.
    Staged,
    /// By the framework, and not by a commit.
    Tracked,
    /// By the framework, for what `to` has and `from` has not.
    Range { from: String, to: String },
}

impl PreCommit {
    fn from_process() -> Self {
        let text = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        match (text("PRE_COMMIT_FROM_REF"), text("PRE_COMMIT_TO_REF"), text("PRE_COMMIT")) {
            (_, _, None) => Self::Staged,
            (Some(from), Some(to), _) => Self::Range { from, to },
            _ if env::var_os("GIT_INDEX_FILE").is_some() => Self::Staged,
            _ => Self::Tracked,
        }
    }
}

fn committing() -> Scene {
    Scene {
        looked_at: None,
        stopped: "the commit",
        fix: "read the value from the environment or a secret store, `git add` the file and commit again: the history is \
              still clean",
        allow: ALLOW,
        comment: true,
        all: "keysieve scan --staged".to_owned(),
    }
}

fn by_hand() -> Scene {
    let words = "keysieve: pre-commit does not tell a hook which files it was run for: all files that git tracks were looked \
                 at, as they are staged";
    Scene {
        looked_at: Some(words.to_owned()),
        stopped: "this run",
        fix: "read the value from the environment or a secret store; what was committed stays in the history: \
              `keysieve history` says where",
        allow: ALLOW,
        comment: true,
        all: "keysieve check".to_owned(),
    }
}

const ALLOW: &str = "as a comment on the line or the line above it, with a reason:";
// A change is judged by what its base says.
const ALLOW_ON_BASE: &str =
    "as a comment on the line or the line above it, with a reason; it counts once the base has it:";
// What is pushed does not excuse itself.
const ALLOW_ON_SERVER: &str =
    "no comment counts here: whoever keeps the server's keysieve.toml allows a rule at a path with an `[[exception]]`";
const ALLOW_WITHOUT_COMMENTS: &str =
    "no comment counts with --no-inline: an `[[exception]]` in keysieve.toml allows a rule at a path";

const COMMITTED: &str = "a commit on top does not take it out: rewrite the commits that hold it (`git rebase -i`), and replace \
                         the secret if anybody else may have seen it";

fn pushing() -> Scene {
    let all = "keysieve history".to_owned();
    Scene { looked_at: None, stopped: "the push", fix: COMMITTED, allow: ALLOW, comment: true, all }
}

/// What git writes to the hook.
fn told() -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    std::io::stdin().read_to_end(&mut text).context("standard input, where git says what is pushed")?;
    Ok(text)
}
