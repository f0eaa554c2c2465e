//! `keysieve hook status`.

use std::fs;

use clap::Args;

use super::file::{HookFile, State, is_there};
use super::global::FORWARDED;
use super::install::{names, places, script};
use super::manager::Manager;
use super::script::{BEFORE, Hook, KEPT, is_own, scans};
use crate::cli::output::print;
use crate::source::{HookPlaces, StatedBy, path_shown};

/// Say which hooks are installed here, what they run first, and what keeps git from running them
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub(super) struct StatusArgs {}

const AFTER: &str = "\
Examples:
  keysieve hook status

Exit codes: 0, or 2 if it cannot be said.";

impl StatusArgs {
    pub(super) fn run(&self) -> anyhow::Result<u8> {
        let places = places()?;
        let mut text = String::new();
        for hook in Hook::ALL {
            text.push_str(&format!("{}: {}\n", hook.name(), of(&places, hook)?));
        }
        if places.is_elsewhere() {
            let stated = places.stated.as_ref();
            let by = stated.map_or("", |stated| stated.by.name());
            text.push_str(&format!("git runs the hooks of {} (core.hooksPath in {by})\n", path_shown(&places.used)));
            for name in shadowed(&places) {
                let own = path_shown(&places.own.join(name));
                text.push_str(&format!("shadowed by that, not run: {own}\n"));
            }
        }
        print(&text)?;
        Ok(0)
    }
}

/// One hook, in words.
pub(super) fn of(places: &HookPlaces, hook: Hook) -> anyhow::Result<String> {
    let file = HookFile::new(&places.used, hook.name());
    let at = path_shown(&file.path);
    let state = file.state()?;
    let other = if let State::Other { text } = &state { Some(text.as_slice()) } else { None };
    let manager = Manager::of(places, hook, other);
    if let State::Own { text } = &state
        && scans(text, hook)
    {
        let mut words = match file.is_executable() {
            true => format!("installed in {at}"),
            false => {
                format!("in {at}, which is not executable, so git does not run it; `keysieve hook install` mends it")
            }
        };
        if is_there(&file.before()) {
            let before = path_shown(&file.before());
            words.push_str(&match HookFile::new(&places.used, &format!("{}{BEFORE}", hook.name())).is_executable() {
                true => format!("; {before} is run first"),
                false => format!("; {before} is not executable, and not run"),
            });
        }
        let is_of_all = places.stated.as_ref().is_some_and(|stated| stated.by != StatedBy::Repository);
        if !is_of_all && text != script(places, hook).as_bytes() {
            words
                .push_str("; written by another version or for a program elsewhere: `keysieve hook install` renews it");
        }
        return Ok(words);
    }
    if let Some(manager) = &manager {
        let (name, its) = (manager.name(), manager.file().map(path_shown).unwrap_or_default());
        if manager.names_keysieve(hook) && !manager.is_installed(other) {
            return Ok(format!(
                "not run: {its} names it, but {name} has not written its hooks here; run `{name} install`"
            ));
        }
        if manager.names_keysieve(hook) {
            return Ok(format!("{name} runs it, by {its}"));
        }
        // It keeps what it found, and runs it.
        let [_, legacy, _] = names(hook);
        if matches!(manager, Manager::PreCommit { .. })
            && fs::read(places.used.join(&legacy)).is_ok_and(|text| is_own(&text))
        {
            return Ok(format!("{name} runs it, as {legacy}"));
        }
        return Ok(format!("not installed; {name} manages the hooks here: `keysieve hook install` says what to add"));
    }
    Ok(match state {
        State::Other { .. } if !file.is_executable() => {
            format!("not installed; {at} is another program's, and not executable, so git does not run it")
        }
        State::Other { .. } => format!("not installed; {at} is another program's"),
        _ if is_there(&file.before()) => {
            format!(
                "not installed, but {} is there: rename it to {at} to have it run again",
                path_shown(&file.before())
            )
        }
        _ => "not installed".to_owned(),
    })
}

/// The repository's own hooks that git does not run, as it looks elsewhere, and that nothing there runs for it.
fn shadowed(places: &HookPlaces) -> Vec<String> {
    let entries = fs::read_dir(&places.own).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let is_run = |name: &str| fs::read(places.used.join(name)).is_ok_and(|text| is_own(&text) && forwards(&text));
    let forwards = |name: &String| FORWARDED.contains(&name.as_str()) && is_run(name);
    let mut names: Vec<String> = names
        .filter(|name| {
            !name.ends_with(".sample") && !name.ends_with(BEFORE) && !name.ends_with(KEPT) && !forwards(name)
        })
        .filter(|name| HookFile::new(&places.own, name).is_executable())
        .collect();
    names.sort();
    names
}

/// Whether a script of this program runs the repository's own hook.
fn forwards(text: &[u8]) -> bool {
    memchr::memmem::find(text, b"--git-common-dir").is_some()
}
