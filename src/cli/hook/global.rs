//! `--global`: a directory of hooks that `core.hooksPath` of the user names.
//!
//! Such a directory puts aside all hooks of all repositories. So it holds a script for every hook that git may run there, which
//! runs the repository's own. Left out are those whose mere presence changes or slows what git does: `push-to-checkout`,
//! `proc-receive`, `reference-transaction`, `post-index-change`, `fsmonitor-watchman`; `status` names what is not run.
//! Where git looks in such a directory already, whichever file of the user or the machine says so, keysieve is put into that, as
//! into any other: a second value would silence its hooks.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::bail;

use super::file::{Done, HookFile, State};
use super::install::{edited, home, program};
use super::script::{Before, Hook, forward, scans, text};
use crate::cli::output::print;
use crate::source::hooks::global::UserConfig;
use crate::source::path_shown;

/// The hooks of git (`githooks(5)`) that are passed on.
pub(super) const FORWARDED: [&str; 19] = [
    "applypatch-msg",
    "commit-msg",
    "post-applypatch",
    "post-checkout",
    "post-commit",
    "post-merge",
    "post-receive",
    "post-rewrite",
    "post-update",
    "pre-applypatch",
    "pre-auto-gc",
    "pre-commit",
    "pre-merge-commit",
    "pre-push",
    "pre-rebase",
    "pre-receive",
    "prepare-commit-msg",
    "sendemail-validate",
    "update",
];

/// Where hooks for all repositories go.
struct Target {
    directory: PathBuf,
    /// Keysieve's own directory, which passes on what it does not do itself.
    is_own: bool,
    /// Whether git looks there already.
    is_used: bool,
    config: UserConfig,
}

impl Target {
    fn find() -> anyhow::Result<Self> {
        let config = UserConfig::read()?;
        let own = home()?;
        let canonical = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let used = config.used_hooks_path()?;
        let is_used = used.is_some();
        Ok(match used {
            Some(directory) if directory.is_relative() => bail!(
                "core.hooksPath of your git configuration is {}, another directory in each repository: `keysieve hook \
                 install` there",
                path_shown(&directory)
            ),
            Some(directory) if directory.exists() && !directory.is_dir() => bail!(
                "core.hooksPath is {}, which is no directory: hooks are switched off for all your repositories",
                path_shown(&directory)
            ),
            Some(directory) if canonical(&directory) != canonical(&own) => {
                Self { directory, is_own: false, is_used, config }
            }
            _ => Self { directory: own, is_own: true, is_used, config },
        })
    }

    fn scans(&self, hook: Hook) -> anyhow::Result<bool> {
        let state = HookFile::new(&self.directory, hook.name()).state()?;
        Ok(matches!(state, State::Own { text } if scans(&text, hook)))
    }
}

/// Installs `hooks` for all repositories of the user.
pub(super) fn install(hooks: &[Hook]) -> anyhow::Result<u8> {
    let target = Target::find()?;
    let program = program();
    let directory = path_shown(&target.directory);
    if target.is_own {
        for name in FORWARDED {
            let hook = Hook::ALL.into_iter().find(|hook| hook.name() == name);
            let scanning = match hook {
                Some(hook) if hooks.contains(&hook) || target.scans(hook)? => Some(hook),
                _ => None,
            };
            let text =
                scanning.map_or_else(|| forward(name), |hook| text(hook, Before::OfRepository, program.as_deref()));
            HookFile::new(&target.directory, name).install(&text)?;
        }
        if !target.is_used {
            let file = path_shown(target.config.path());
            target.config.set_hooks_path(Some(&target.directory))?;
            print(&format!("core.hooksPath = {directory} is set in {file}\n"))?;
        }
        for hook in hooks {
            let name = hook.name();
            print(&format!("{name}: installed in {directory}; a repository's own {name} is run first\n"))?;
        }
        print("A repository with a core.hooksPath of its own, as husky sets it, is not reached.\n")?;
        return Ok(0);
    }
    for hook in hooks {
        let file = HookFile::new(&target.directory, hook.name());
        let done = file.install(&text(*hook, Before::Beside, program.as_deref()))?;
        let words = match done {
            Done::Nothing => format!("installed already in {directory}"),
            Done::Written => format!("installed in {directory}, where your core.hooksPath leads"),
            Done::WithOther => format!("installed in {directory}; {} is run first", path_shown(&file.before())),
            Done::WithEdits => format!("installed in {directory}; {}", edited(&file)),
        };
        print(&format!("{}: {words}\n", hook.name()))?;
    }
    Ok(0)
}

/// Takes `hooks` away.
pub(super) fn uninstall(hooks: &[Hook]) -> anyhow::Result<u8> {
    let target = Target::find()?;
    let mut is_left = false;
    for hook in Hook::ALL {
        let file = HookFile::new(&target.directory, hook.name());
        let scans = target.scans(hook)?;
        if !hooks.contains(&hook) {
            is_left |= scans;
            continue;
        }
        match target.is_own {
            true if scans => _ = file.install(&forward(hook.name()))?,
            true => {}
            false => _ = file.uninstall()?,
        }
        let words = if scans { "taken away" } else { "there was none" };
        print(&format!("{}: {words}\n", hook.name()))?;
    }
    if target.is_own && !is_left {
        let named = target.config.hooks_path().is_some();
        if target.is_used && !named {
            let directory = path_shown(&target.directory);
            print(&format!(
                "core.hooksPath is not stated in {}, but in another file: {directory} stays, and runs the repository's own hooks\n",
                path_shown(target.config.path())
            ))?;
            return Ok(0);
        }
        if named {
            let file = path_shown(target.config.path());
            target.config.set_hooks_path(None)?;
            print(&format!("core.hooksPath is taken out of {file}\n"))?;
        }
        for name in FORWARDED {
            HookFile::new(&target.directory, name).uninstall()?;
        }
        // Whatever else somebody put there stays.
        let _ = fs::remove_dir(&target.directory);
    }
    Ok(0)
}
