//! Where git looks for the hooks of a repository.
//!
//! Scans read no configuration of the user. This does, since only that tells whether a hook that is installed will be run:
//! `core.hooksPath` of any configuration puts another directory in the place of the repository's own.

use std::fs;
use std::path::{Component, Path, PathBuf};

use gix::config::Source;
use gix::sec::Trust;

use super::repository::causes;
use super::{Repository, SourceError, shown};

pub mod global;

/// The directories of a repository's hooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookPlaces {
    /// The one that git looks in.
    pub used: PathBuf,
    /// The repository's own, which all its worktrees share.
    pub own: PathBuf,
    /// Who says that another one is used, with the value; none if nobody does.
    pub stated: Option<Stated>,
    /// The top of the working tree; none for a bare repository.
    pub top: Option<PathBuf>,
}

/// A `core.hooksPath` that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// As it is written.
    pub value: String,
    /// By whom.
    pub by: StatedBy,
}

/// Whose configuration it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatedBy {
    /// The repository's, or a worktree's.
    Repository,
    /// The user's.
    User,
    /// The machine's.
    System,
    /// The environment's.
    Environment,
}

impl StatedBy {
    /// For people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Repository => "the configuration of this repository",
            Self::User => "your git configuration",
            Self::System => "the git configuration of this machine",
            Self::Environment => "the environment",
        }
    }
}

impl HookPlaces {
    /// Whether git looks in another directory than the repository's own.
    #[must_use]
    pub fn is_elsewhere(&self) -> bool {
        let canonical = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        canonical(&self.used) != canonical(&self.own)
    }
}

impl Repository {
    /// Where git looks for the hooks.
    ///
    /// # Errors
    /// If the configuration cannot be read.
    pub fn hook_places(&self) -> Result<HookPlaces, SourceError> {
        let unreadable = |error: &dyn std::error::Error| SourceError::Repository {
            path: self.shown(),
            detail: crate::place::sanitize(&format!("{}; `git config --list` may say more", causes(error))),
        };
        let mut permissions = gix::open::Permissions::all();
        // Where the file of the machine lies only git itself knows on Windows, and no program is started.
        permissions.config.system = cfg!(not(windows));
        let options = gix::open::Options::isolated().open_path_as_is(true).with(Trust::Full).permissions(permissions);
        let git = options.open(self.git_dir()).map_err(|error| unreadable(&error))?.to_thread_local();
        let config = git.config_snapshot();
        let sections = config.plumbing().sections_by_name("core").into_iter().flatten();
        let stated = sections.filter_map(|section| {
            let value = section.value("hooksPath")?;
            let by = match section.meta().source {
                Source::GitInstallation | Source::System => StatedBy::System,
                Source::Git | Source::User => StatedBy::User,
                Source::Local | Source::Worktree => StatedBy::Repository,
                _ => StatedBy::Environment,
            };
            Some(Stated { value: crate::place::sanitize(&value.to_string()), by })
        });
        let stated = stated.last();
        let own = self.common_dir().join("hooks");
        let top = self.work_dir().map(Path::to_path_buf);
        let used = match config.trusted_path("core.hooksPath") {
            // A relative one begins where git runs hooks.
            Ok(Some(path)) => top.as_deref().unwrap_or(self.git_dir()).join(path),
            Ok(None) => own.clone(),
            Err(error) => {
                let detail = crate::place::sanitize(&format!("core.hooksPath: {error}"));
                return Err(SourceError::Repository { path: self.shown(), detail });
            }
        };
        Ok(HookPlaces { used, own, stated, top })
    }
}

/// A path for a person.
#[must_use]
pub fn path_shown(path: &Path) -> String {
    // From a linked worktree the way to the shared directory goes down and up again.
    let mut short = PathBuf::new();
    for part in path.components() {
        match (part, short.components().next_back()) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => _ = short.pop(),
            _ => short.push(part),
        }
    }
    shown(&short)
}
