//! Reading what lies in a repository that somebody else may have made: a pipe or a device in the place of a file would keep
//! its reader waiting for ever.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The files that are read to open a repository.
const OPENED: [&str; 8] =
    ["HEAD", "commondir", "config", "config.worktree", "index", "packed-refs", "shallow", "objects/info/alternates"];

/// The bytes of a file, if it is one.
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    if is_irregular(path) {
        return Err(io::Error::other("it is not a regular file"));
    }
    fs::read(path)
}

/// Whether something is there that is neither a file nor a directory.
pub(super) fn is_irregular(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

/// What keeps the repository that holds `start` from being opened, by its name within the repository.
pub(super) fn obstacle(start: &Path) -> Option<&'static str> {
    let start = fs::canonicalize(start).ok()?;
    for directory in start.ancestors() {
        let link = directory.join(".git");
        let git_dir = match fs::metadata(&link) {
            Ok(found) if found.is_dir() => link,
            Ok(found) if found.is_file() => match named(&link, "gitdir: ") {
                Some(git_dir) => directory.join(git_dir),
                None => continue,
            },
            Ok(_) => return Some(".git"),
            Err(_) if directory.join("objects").is_dir() => directory.to_owned(),
            Err(_) => continue,
        };
        let common_dir = named(&git_dir.join("commondir"), "").map(|common_dir| git_dir.join(common_dir));
        for place in std::iter::once(&git_dir).chain(&common_dir) {
            if let Some(name) = OPENED.into_iter().find(|name| is_irregular(&place.join(name))) {
                return Some(name);
            }
        }
        if git_dir.join("HEAD").is_file() {
            break;
        }
    }
    None
}

/// The path in a file that names another.
fn named(file: &Path, prefix: &str) -> Option<PathBuf> {
    let text = read(file).ok()?;
    Some(gix::path::from_byte_slice(text.strip_prefix(prefix.as_bytes())?.trim_ascii()).ok()?.to_owned())
}
