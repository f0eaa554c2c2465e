//! `keysieve hook install` and `uninstall`.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;

use super::file::{Done, HookFile, State};
use super::manager::Manager;
use super::script::{Before, Hook, scans, text};
use super::{global, husky};
use crate::cli::output::print;
use crate::source::{GitEnvironment, HookPlaces, Repository, StatedBy, path_shown};

/// Which hooks, and where.
#[derive(Args, Debug)]
pub(super) struct Which {
    /// The hook that is run before a commit
    #[arg(long)]
    pre_commit: bool,
    /// The hook that is run before a push
    #[arg(long)]
    pre_push: bool,
    /// For all your repositories, by core.hooksPath of your git configuration
    #[arg(long)]
    global: bool,
}

impl Which {
    fn hooks(&self, unnamed: &[Hook]) -> Vec<Hook> {
        let named = [(self.pre_commit, Hook::PreCommit), (self.pre_push, Hook::PrePush)];
        let named: Vec<Hook> = named.into_iter().filter_map(|(is_named, hook)| is_named.then_some(hook)).collect();
        if named.is_empty() { unnamed.to_vec() } else { named }
    }
}

/// Install keysieve as a git hook: pre-commit, if none is named
///
/// A hook that is there already is kept beside it (NAME.before-keysieve) and run first. Where husky, lefthook or pre-commit
/// manage the hooks, keysieve is added to what they read, or the lines to add are printed. Doing it twice changes nothing.
#[derive(Args, Debug)]
#[command(after_help = AFTER_INSTALL)]
pub(super) struct InstallArgs {
    #[command(flatten)]
    which: Which,
}

const AFTER_INSTALL: &str = "\
Examples:
  keysieve hook install                           this repository, before each commit
  keysieve hook install --pre-commit --pre-push
  keysieve hook install --global                  all your repositories

Exit codes: 0 installed, or it was; 2 it could not be, and why.";

/// Take the hooks of keysieve away, and put back what was there before
#[derive(Args, Debug)]
#[command(after_help = AFTER_UNINSTALL)]
pub(super) struct UninstallArgs {
    #[command(flatten)]
    which: Which,
}

const AFTER_UNINSTALL: &str = "\
Examples:
  keysieve hook uninstall                  both hooks of this repository
  keysieve hook uninstall --pre-push
  keysieve hook uninstall --global

Exit codes: 0 done, or there was nothing to do; 2 it could not be done.";

impl InstallArgs {
    pub(super) fn run(&self) -> anyhow::Result<u8> {
        let hooks = self.which.hooks(&[Hook::PreCommit]);
        if self.which.global {
            return global::install(&hooks);
        }
        let places = places()?;
        for hook in hooks {
            print(&format!("{}: {}\n", hook.name(), install(&places, hook)?))?;
        }
        Ok(0)
    }
}

impl UninstallArgs {
    pub(super) fn run(&self) -> anyhow::Result<u8> {
        let hooks = self.which.hooks(&Hook::ALL);
        if self.which.global {
            return global::uninstall(&hooks);
        }
        let places = places()?;
        for hook in hooks {
            print(&format!("{}: {}\n", hook.name(), uninstall(&places, hook)?))?;
        }
        Ok(0)
    }
}

/// The hooks of the repository here.
pub(super) fn places() -> anyhow::Result<HookPlaces> {
    let places = Repository::open(Path::new("."), &GitEnvironment::from_process())?.hook_places()?;
    if places.top.is_none() {
        bail!("a bare repository has no commits or pushes of its own; on a server: docs/hooks.md, pre-receive");
    }
    Ok(places)
}

fn install(places: &HookPlaces, hook: Hook) -> anyhow::Result<String> {
    if let Some(stated) = places.stated.as_ref().filter(|_| places.used.exists() && !places.used.is_dir()) {
        bail!(
            "core.hooksPath is {} ({}), which is no directory: hooks are switched off. Take it out there, or `git config \
             core.hooksPath .git/hooks` makes git run those of this repository",
            stated.value,
            stated.by.name()
        );
    }
    let file = HookFile::new(&places.used, hook.name());
    let state = file.state()?;
    let other = if let State::Other { text } = &state { Some(text.as_slice()) } else { None };
    if let Some(manager) = Manager::of(places, hook, other) {
        return with(&manager, hook, manager.is_installed(other));
    }
    if places.is_elsewhere()
        && let Some(stated) = places.stated.as_ref().filter(|stated| stated.by != StatedBy::Repository)
    {
        if matches!(&state, State::Own { text } if scans(text, hook)) {
            return Ok(format!("installed for all your repositories, in {}", path_shown(&file.path)));
        }
        bail!(
            "core.hooksPath is {} ({}), so git does not run the hooks of this repository: `keysieve hook install --global` \
             installs it there, `git config core.hooksPath .git/hooks` makes git run those of this repository",
            stated.value,
            stated.by.name()
        );
    }
    let was_run = file.is_executable();
    let at = path_shown(&file.path);
    Ok(match (file.install(&script(places, hook))?, other) {
        (Done::Nothing, _) => format!("installed already in {at}"),
        (Done::Written, _) => format!("installed in {at}"),
        (Done::WithOther, Some(_)) if !was_run => {
            format!("installed in {at}; what was there was not executable: kept, and not run, as before")
        }
        (Done::WithOther, _) => format!("installed in {at}; {} is run first", path_shown(&file.before())),
        (Done::WithEdits, _) => format!("installed in {at}; {}", edited(&file)),
    })
}

fn with(manager: &Manager, hook: Hook, is_installed: bool) -> anyhow::Result<String> {
    let (name, lines) = (manager.name(), manager.to_add(hook));
    if manager.names_keysieve(hook) {
        let file = manager.file().map(path_shown).unwrap_or_default();
        if !is_installed {
            bail!(
                "{file} names it, but {name} has not written its hooks here, so nothing runs it: run `{name} install`"
            );
        }
        return Ok(format!("installed already: {name} runs it by {file}"));
    }
    match manager {
        Manager::Husky { file } => match husky::append(file, hook, &lines)? {
            Ok(()) => Ok(format!("added to {}, which husky runs", path_shown(file))),
            Err(reason) => {
                bail!("{}: {reason}, so nothing was appended. Add where it is always run:\n\n{lines}", path_shown(file))
            }
        },
        Manager::Lefthook { file } | Manager::PreCommit { file } => bail!(
            "{name} writes the hooks of this repository anew, so nothing was installed. Add to {}:\n\n{lines}\n\nand run \
             `{name} install`",
            file.as_deref().map_or_else(|| format!("its configuration ({name})"), path_shown)
        ),
    }
}

fn uninstall(places: &HookPlaces, hook: Hook) -> anyhow::Result<String> {
    let mut taken = Vec::new();
    if let Some(Manager::Husky { file }) = Manager::of(places, hook, None)
        && husky::take_out(&file)?
    {
        taken.push(format!("taken out of {}", path_shown(&file)));
    }
    let is_of_all = places.stated.as_ref().is_some_and(|stated| stated.by != StatedBy::Repository);
    let directories = if is_of_all { vec![&places.own] } else { vec![&places.used, &places.own] };
    for directory in directories {
        for name in names(hook) {
            let file = HookFile::new(directory, &name);
            let at = path_shown(&file.path);
            match file.uninstall()? {
                Done::Nothing => {}
                Done::Written => taken.push(format!("{at} is taken away")),
                Done::WithOther => taken.push(format!("{at} is again what was there before")),
                Done::WithEdits => taken.push(format!("{at} is taken away; {}", edited(&file))),
            }
        }
    }
    Ok(if taken.is_empty() { "there was none".to_owned() } else { taken.join("; ") })
}

/// What became of a hook of this program that somebody had edited.
pub(super) fn edited(file: &HookFile) -> String {
    format!("what was there was not as keysieve writes it: it is kept as {}, and not run", path_shown(&file.kept()))
}

/// The names that a hook of this program can have: other programs rename what they find.
pub(super) fn names(hook: Hook) -> [String; 3] {
    let name = hook.name();
    [name.to_owned(), format!("{name}.legacy"), format!("{name}.old")]
}

/// The script for a repository. A directory in the working tree may be shared with others, who have the program elsewhere.
pub(super) fn script(places: &HookPlaces, hook: Hook) -> String {
    // Of what is not there yet the directory above it tells where it will be.
    let canonical = |path: &Path| {
        let mut known = path.ancestors().filter_map(|above| Some((above, above.canonicalize().ok()?)));
        known.next().map_or_else(
            || path.to_owned(),
            |(above, canonical)| canonical.join(path.strip_prefix(above).unwrap_or(Path::new(""))),
        )
    };
    let is_in = |directory: Option<&Path>| {
        directory.is_some_and(|directory| canonical(&places.used).starts_with(canonical(directory)))
    };
    let is_shared = is_in(places.top.as_deref()) && !is_in(places.own.parent());
    let program = if is_shared { None } else { program() };
    text(hook, Before::Beside, program.as_deref())
}

/// Where this program is: by the name that the PATH has for it, which stays when a new version replaces it, or as it was
/// started.
pub(super) fn program() -> Option<PathBuf> {
    let own = env::current_exe().ok()?;
    let canonical = own.canonicalize().ok()?;
    let name = canonical.file_name()?;
    let path = env::var_os("PATH").unwrap_or_default();
    let mut found = env::split_paths(&path).filter(|directory| directory.is_absolute()).map(|it| it.join(name));
    Some(found.find(|path| path.canonicalize().is_ok_and(|path| path == canonical)).unwrap_or(own))
}

/// The directory of a file, for a message.
pub(super) fn home() -> anyhow::Result<PathBuf> {
    crate::source::hooks::global::directory().context("neither XDG_CONFIG_HOME nor HOME is set")
}
