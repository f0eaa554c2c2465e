//! The configuration of a repository, which holds credentials: its own files, those of its worktrees and submodules, and what
//! they include.
//!
//! A file that is included counts whatever the condition, as long as it lies in the repository that includes it. What lies
//! elsewhere is not opened: a repository does not choose which files of the machine are read.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use gix::config::file::Metadata;

use super::repository::{modules_of, worktrees_of};
use super::{Repository, path_bytes, regular};
use crate::place::{FilePath, sanitize};

/// The files, and what was not followed.
#[derive(Default)]
pub(super) struct Configuration {
    /// The directories of git's that the repository has: its own, those of its submodules, and of theirs.
    pub(super) rooms: Vec<Room>,
    /// Each by its name from the top of the working tree.
    pub(super) files: Vec<(FilePath, PathBuf)>,
    /// What is included and lies elsewhere, as it is written.
    elsewhere: BTreeSet<String>,
    /// The files that were seen, so that a circle of them ends.
    seen: BTreeSet<PathBuf>,
}

/// A directory of git's, as it is called and where it lies.
pub(super) struct Room {
    pub(super) name: PathBuf,
    pub(super) path: PathBuf,
}

/// How many files are included at most, one by the other or side by side.
const INCLUDED: usize = 1_000;

impl Repository {
    /// Every configuration file of the repository, of its worktrees and of the submodules it holds.
    pub(super) fn configuration(&self) -> &Configuration {
        self.configuration.get_or_init(|| self.find_configuration())
    }

    /// What git's own directory is called from the top of the working tree; nothing where there is none.
    pub(super) fn git_dir_name(&self) -> PathBuf {
        PathBuf::from(if self.work_dir().is_some() { ".git" } else { "" })
    }

    fn rooms(&self) -> Vec<Room> {
        let top = self.git_dir_name();
        let canonical = |path: &Path| fs::canonicalize(path).ok();
        let common_dir = canonical(self.common_dir());
        let own = Room { name: top.clone(), path: self.common_dir().to_owned() };
        let modules = self.submodules().into_iter().map(|(path, git_dir)| {
            // Most lie in this repository; one that was made in the working tree keeps its own.
            let inside = canonical(&git_dir).zip(common_dir.as_ref());
            let inside = inside.and_then(|(it, common_dir)| Some(it.strip_prefix(common_dir).ok()?.to_owned()));
            let path = gix::path::from_byte_slice(path.as_bytes()).unwrap_or(Path::new("submodule"));
            let name = inside.map_or_else(|| path.join(".git"), |inside| top.join(inside));
            Room { name, path: git_dir }
        });
        let mut pending: Vec<Room> = modules.collect();
        pending.reverse();
        let mut rooms = vec![own];
        while let Some(room) = pending.pop() {
            let inside = modules_of(&room.path).into_iter().map(|name| Path::new("modules").join(name));
            pending.extend(inside.map(|it| Room { name: room.name.join(&it), path: room.path.join(&it) }));
            rooms.push(room);
        }
        rooms
    }

    fn find_configuration(&self) -> Configuration {
        let mut found = Configuration::default();
        let rooms = self.rooms();
        for room in &rooms {
            found.add(room, Path::new("config"));
            worktrees_of(&room.path).iter().for_each(|place| found.add(room, &place.join("config.worktree")));
        }
        Configuration { rooms, ..found }
    }

    /// Says which files the configuration includes that were not opened.
    pub(crate) fn included_elsewhere(&self) -> Option<String> {
        let elsewhere = &self.configuration().elsewhere;
        let names = elsewhere.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
        let more = if elsewhere.len() > 3 { format!(" and {} more", elsewhere.len() - 3) } else { String::new() };
        let words = "the configuration of the repository includes files outside of it, which were not looked at";
        (!elsewhere.is_empty()).then(|| format!("{words}: {names}{more}"))
    }
}

impl Configuration {
    /// Takes a file of a room, and what it includes.
    fn add(&mut self, room: &Room, file: &Path) {
        let mut pending = vec![file.to_owned()];
        let room_path = fs::canonicalize(&room.path).ok();
        while let Some(file) = pending.pop() {
            let path = room.path.join(&file);
            let Ok(canonical) = fs::canonicalize(&path) else { continue };
            if !path.is_file() || self.seen.contains(&canonical) {
                continue;
            }
            if self.seen.len() >= INCLUDED {
                self.elsewhere.insert(format!("{} and what else is included", sanitize(&file.to_string_lossy())));
                break;
            }
            self.seen.insert(canonical);
            for written in included(&path) {
                match resolved(&path, &written) {
                    Some(target) => {
                        // git passes over what is not there.
                        let Ok(target) = fs::canonicalize(&target) else { continue };
                        match Some(target)
                            .zip(room_path.as_ref())
                            .and_then(|(it, room)| Some(it.strip_prefix(room).ok()?.to_owned()))
                        {
                            Some(inside) => pending.push(inside),
                            None => _ = self.elsewhere.insert(sanitize(&written)),
                        }
                    }
                    None => _ = self.elsewhere.insert(sanitize(&written)),
                }
            }
            self.files.push((FilePath::new(path_bytes(&room.name.join(&file))), path));
        }
    }
}

/// What a configuration file includes, whatever the condition.
fn included(file: &Path) -> Vec<String> {
    let parsed = regular::read(file).ok().and_then(|text| {
        gix::config::File::from_bytes_no_includes(&text, Metadata::from(gix::config::Source::Local), Default::default())
            .ok()
    });
    let Some(parsed) = parsed else { return Vec::new() };
    let sections = ["include", "includeIf"].into_iter().filter_map(|name| parsed.sections_by_name(name)).flatten();
    sections.flat_map(|section| section.values("path")).map(|path| path.to_string()).collect()
}

/// Where an included file lies; none for the user's home and git's own directory, which only git knows.
fn resolved(file: &Path, written: &str) -> Option<PathBuf> {
    if written.starts_with('~') || written.starts_with("%(") {
        return None;
    }
    Some(file.parent()?.join(written))
}
