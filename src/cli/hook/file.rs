//! One hook in one directory: what is there, and how it is put in and taken out without losing what was there.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::script::{BEFORE, KEPT, is_as_written, is_own};
use crate::source::path_shown;

/// The place of a hook.
#[derive(Clone, Debug)]
pub(super) struct HookFile {
    pub(super) path: PathBuf,
}

/// What is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    Absent,
    /// Written by keysieve.
    Own {
        text: Vec<u8>,
    },
    /// Somebody else's.
    Other {
        text: Vec<u8>,
    },
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    Nothing,
    Written,
    /// The one that was there is kept, and run or put back.
    WithOther,
    /// The one that was there was keysieve's own, and somebody had edited it: it is kept beside, and not run.
    WithEdits,
}

impl HookFile {
    pub(super) fn new(directory: &Path, name: &str) -> Self {
        Self { path: directory.join(name) }
    }

    /// Where a hook is kept that was here before.
    pub(super) fn before(&self) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(BEFORE);
        PathBuf::from(name)
    }

    /// Where a hook of keysieve is kept that somebody edited.
    pub(super) fn kept(&self) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(KEPT);
        PathBuf::from(name)
    }

    /// What is there.
    pub(super) fn state(&self) -> anyhow::Result<State> {
        match fs::read(&self.path) {
            Ok(text) if is_own(&text) => Ok(State::Own { text }),
            Ok(text) => Ok(State::Other { text }),
            Err(_) if !is_there(&self.path) => Ok(State::Absent),
            Err(error) if error.kind() == io::ErrorKind::NotFound => bail!(
                "{}: is a symbolic link that leads nowhere, so git runs no hook here: take it away, or make what it leads to",
                path_shown(&self.path)
            ),
            Err(error) => Err(error).with_context(|| format!("{}: cannot be read", path_shown(&self.path))),
        }
    }

    /// Whether git runs it, as far as the file itself says.
    pub(super) fn is_executable(&self) -> bool {
        is_executable(&self.path)
    }

    /// Puts `text` there. What somebody else has there is kept beside it.
    pub(super) fn install(&self, text: &str) -> anyhow::Result<Done> {
        let cannot = || format!("{}: cannot be written", path_shown(&self.path));
        let before = self.before();
        let aside = match self.state()? {
            State::Own { text: there } if there == text.as_bytes() && self.is_executable() => return Ok(Done::Nothing),
            State::Own { text: there } => self.aside(&there)?,
            State::Absent => None,
            State::Other { .. } if is_there(&before) => bail!(
                "{} is another program's, and {} is there already: put one of them elsewhere, so that none is lost",
                path_shown(&self.path),
                path_shown(&before)
            ),
            State::Other { .. } => Some(before.clone()),
        };
        let directory = self.path.parent().context("a hook is in a directory")?;
        fs::create_dir_all(directory).with_context(cannot)?;
        // Whole or not at all, and only then in the place of another.
        let mut written = tempfile(&self.path).with_context(cannot)?;
        let done = written.0.write_all(text.as_bytes()).and_then(|()| make_executable(&written.1)).and_then(|()| {
            if let Some(aside) = &aside {
                fs::rename(&self.path, aside)?;
            }
            fs::rename(&written.1, &self.path).inspect_err(|_| {
                if let Some(aside) = &aside {
                    let _ = fs::rename(aside, &self.path);
                }
            })
        });
        if done.is_err() {
            let _ = fs::remove_file(&written.1);
        }
        done.with_context(cannot)?;
        Ok(match aside {
            Some(aside) if aside == self.kept() => Done::WithEdits,
            _ if is_there(&before) => Done::WithOther,
            _ => Done::Written,
        })
    }

    /// Where a script of keysieve with this text is to be kept; nowhere if it is as it was written.
    fn aside(&self, text: &[u8]) -> anyhow::Result<Option<PathBuf>> {
        let kept = self.kept();
        match is_as_written(text) {
            true => Ok(None),
            false if is_there(&kept) => bail!(
                "{} was edited, and {} is there already: put one of them elsewhere, so that none is lost",
                path_shown(&self.path),
                path_shown(&kept)
            ),
            false => Ok(Some(kept)),
        }
    }

    /// Makes the file, executable; one that is there is an error.
    pub(super) fn create(&self, text: &str) -> anyhow::Result<()> {
        let cannot = || format!("{}: cannot be written", path_shown(&self.path));
        if let Some(directory) = self.path.parent() {
            fs::create_dir_all(directory).with_context(cannot)?;
        }
        let mut file = fs::OpenOptions::new().write(true).create_new(true).open(&self.path).with_context(cannot)?;
        file.write_all(text.as_bytes()).and_then(|()| make_executable(&self.path)).with_context(cannot)
    }

    /// Takes keysieve's own away and puts back what was there before.
    pub(super) fn uninstall(&self) -> anyhow::Result<Done> {
        let cannot = || format!("{}: cannot be taken away", path_shown(&self.path));
        let State::Own { text } = self.state()? else { return Ok(Done::Nothing) };
        let before = self.before();
        if let Some(aside) = self.aside(&text)? {
            fs::rename(&self.path, aside).with_context(cannot)?;
            if is_there(&before) {
                fs::rename(&before, &self.path).with_context(cannot)?;
            }
            return Ok(Done::WithEdits);
        }
        if is_there(&before) {
            fs::rename(&before, &self.path).with_context(cannot)?;
            return Ok(Done::WithOther);
        }
        fs::remove_file(&self.path).with_context(cannot)?;
        Ok(Done::Written)
    }
}

/// Whether anything is there, be it a link that leads nowhere.
pub(super) fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

fn tempfile(path: &Path) -> io::Result<(fs::File, PathBuf)> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.partial", std::process::id()));
    let path = PathBuf::from(name);
    Ok((fs::OpenOptions::new().write(true).create_new(true).open(&path)?, path))
}

#[cfg(unix)]
fn make_executable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut permissions = path.metadata()?.permissions();
    // Whoever may read it may run it.
    permissions.set_mode(permissions.mode() | (permissions.mode() & 0o444) >> 2);
    fs::set_permissions(path, permissions)
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}
