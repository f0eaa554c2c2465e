//! What git keeps in texts of its own beside objects, refs and configuration: where old remotes lie, what the reflog says of
//! each step, messages that are being written, hooks, conflicts and how they were resolved.
//!
//! None of it is pushed or cloned, and all of it is handed on with a copy of the directory: a backup, an image, a cache of a
//! job. The address that somebody pulled from with a password in it stands in the reflog, and a message that was given up
//! because it held a secret in `COMMIT_EDITMSG`. Only what is git's is read: other programs keep what they like in there, by the
//! gigabyte.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::repository::{directories, worktrees_of};
use super::{Repository, path_bytes, regular};
use crate::place::FilePath;

/// Files at the top. `FETCH_HEAD` has addresses.
const FILES: [&str; 9] = [
    "COMMIT_EDITMSG",
    "EDIT_DESCRIPTION",
    "FETCH_HEAD",
    "MERGE_MSG",
    "NOTES_EDITMSG",
    "SQUASH_MSG",
    "TAG_EDITMSG",
    "description",
    "info/attributes",
];

/// Directories, with all that is below them.
const DIRECTORIES: [&str; 8] =
    ["branches", "hooks", "logs", "rebase-apply", "rebase-merge", "remotes", "rr-cache", "sequencer"];

/// The longest text that is held: a reflog of a million steps is shorter.
const LONGEST: u64 = 256 * 1024 * 1024;

/// Directories within directories: branches may have such names.
const DEPTH: usize = 32;

/// A text that git keeps.
pub(super) struct Kept {
    /// Its name from the top of the working tree.
    pub(super) name: FilePath,
    path: PathBuf,
    /// Whether it is a reflog.
    is_log: bool,
}

impl Kept {
    /// The text, as far as no commit says it: `said` is the message of the one at `HEAD`.
    pub(super) fn read(&self, said: &[u8]) -> io::Result<Vec<u8>> {
        if fs::metadata(&self.path)?.len() > LONGEST {
            return Err(io::Error::other("it is longer than 256 MiB"));
        }
        let mut text = regular::read(&self.path)?;
        if self.is_log {
            text.split_mut(|&byte| byte == b'\n').for_each(leave_words);
        } else if self.path.ends_with("COMMIT_EDITMSG") && text.trim_ascii() == said.trim_ascii() {
            text.clear();
        }
        Ok(text)
    }

    /// Where it lies.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Repository {
    /// Every text that git keeps for the repository, its worktrees and submodules, by name.
    pub(super) fn kept(&self) -> Vec<Kept> {
        let mut kept = Vec::new();
        let rooms = self.configuration().rooms.iter();
        let places = rooms.flat_map(|room| worktrees_of(&room.path).into_iter().map(move |place| (room, place)));
        for (room, place) in places {
            let mut add = |inside: &Path| {
                let path = room.path.join(&place).join(inside);
                // A link may lead anywhere: a repository does not choose which files of the machine are read.
                if fs::symlink_metadata(&path).is_ok_and(|found| found.is_file()) {
                    let name = FilePath::new(path_bytes(&room.name.join(&place).join(inside)));
                    kept.push(Kept { name, path, is_log: inside.starts_with("logs") });
                }
            };
            FILES.iter().for_each(|file| add(Path::new(file)));
            let mut pending: Vec<PathBuf> = DIRECTORIES.iter().map(PathBuf::from).collect();
            while let Some(directory) = pending.pop() {
                let full = room.path.join(&place).join(&directory);
                if fs::symlink_metadata(&full).is_ok_and(|found| found.is_symlink()) {
                    continue;
                }
                if directory.components().count() < DEPTH {
                    pending.extend(directories(&full).into_iter().map(|inner| directory.join(inner)));
                }
                let entries = fs::read_dir(&full).into_iter().flatten().flatten();
                entries.map(|entry| directory.join(entry.file_name())).filter(|it| is_told(it)).for_each(|it| add(&it));
            }
        }
        kept.sort_by(|one, other| one.name.cmp(&other.name));
        kept
    }
}

/// Leaves of a line of a reflog what only that says: how the ref came to be what it is. The ids of commits would be taken for
/// tokens of whatever the line before speaks of; who made a commit, and what its message begins with, the commit says itself.
fn leave_words(line: &mut [u8]) {
    const REPEATING: [&[u8]; 5] = [b"commit", b"cherry-pick", b"rebase", b"revert", b"am"];
    let Some(tab) = memchr::memchr(b'\t', line) else { return };
    let words = &line[tab + 1..];
    let action = words.split(|byte| !byte.is_ascii_alphabetic() && *byte != b'-').next().unwrap_or_default();
    let end = if REPEATING.contains(&action) { line.len() } else { tab };
    line[..end].fill(b' ');
}

/// Whether a file says anything of its own: git's examples of hooks and its lists of what is to be done do not.
fn is_told(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let is_example = file.starts_with("hooks") && name.ends_with(".sample");
    // A branch may have such a name, too.
    let is_list = ["rebase-merge", "sequencer"].iter().any(|directory| file.starts_with(directory))
        && (name == "done" || name == "todo" || name.starts_with("git-rebase-todo"));
    // What it says of a stash is the message of its commit.
    !is_example && !is_list && file != Path::new("logs/refs/stash")
}
