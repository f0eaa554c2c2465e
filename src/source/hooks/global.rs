//! `core.hooksPath` in the user's own git configuration: read, and set as `git config --global` sets it.
//!
//! The file is locked as git locks it (`NAME.lock`), changed in that one value with everything else kept byte for byte, and
//! put in the place of the old one. A file behind a link stays behind it.

use std::env;
use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use gix::config::file::{Metadata, includes, init};
use gix::config::{File, Source};
use gix::sec::Trust;

const KEY: &str = "core.hooksPath";

/// Why it could not be read or set.
#[derive(Debug, thiserror::Error)]
pub enum GlobalError {
    /// Nothing says where the configuration of the user is.
    #[error("neither GIT_CONFIG_GLOBAL nor HOME is set, so your git configuration cannot be found")]
    NoHome,
    /// The file is not what git reads.
    #[error("{}: {detail}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// The file cannot be written.
    #[error("{}: cannot be written: {error}", .path.display())]
    Unwritable {
        /// The file, or its lock.
        path: PathBuf,
        /// The operating system's words.
        error: io::Error,
    },
}

/// The user's git configuration.
#[derive(Debug)]
pub struct UserConfig {
    path: PathBuf,
    file: File,
}

impl UserConfig {
    /// Reads the file that `git config --global` changes; one that is not there is empty.
    ///
    /// # Errors
    /// If it cannot be found or read.
    pub fn read() -> Result<Self, GlobalError> {
        let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
        let path = path(&variable).ok_or(GlobalError::NoHome)?;
        // What links lead to is what is changed.
        let path = fs::canonicalize(&path).unwrap_or(path);
        let unreadable = |detail: String| GlobalError::Unreadable { path: path.clone(), detail };
        let file = match path.metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                File::new(gix::config::file::Metadata::from(Source::User))
            }
            Err(error) => return Err(unreadable(error.to_string())),
            Ok(_) => File::from_path_no_includes(path.clone(), Source::User)
                .map_err(|error| unreadable(crate::place::sanitize(&error.to_string())))?,
        };
        Ok(Self { path, file })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The directory that it names for hooks itself, `~` replaced.
    #[must_use]
    pub fn hooks_path(&self) -> Option<PathBuf> {
        hooks_path(&self.file)
    }

    /// The directory that git looks in where a repository names none: as this file names it, a file that it includes, the other
    /// file of the user, or that of the machine.
    ///
    /// # Errors
    /// If one of them cannot be read.
    pub fn used_hooks_path(&self) -> Result<Option<PathBuf>, GlobalError> {
        // Where the file of the machine lies only git itself knows on Windows, and no program is started.
        let sources = [Source::System, Source::Git, Source::User];
        let sources = sources.into_iter().filter(|&source| source != Source::System || cfg!(not(windows)));
        let files = sources.map(|source| Metadata {
            path: source.storage_location(&mut |name| env::var_os(name)).filter(|path| path.is_file()),
            source,
            level: 0,
            trust: Trust::Full,
        });
        let home = env::var_os("HOME").map(PathBuf::from);
        let includes = includes::Options::follow_without_conditional(home.as_deref());
        let read = File::from_paths_metadata(files, init::Options { includes, ..init::Options::default() });
        let file = read.map_err(|error| GlobalError::Unreadable {
            path: self.path.clone(),
            detail: crate::place::sanitize(&format!("or what it includes: {error}")),
        })?;
        Ok(file.as_ref().and_then(hooks_path))
    }

    /// Names `directory` for hooks, or none, and writes the file.
    ///
    /// # Errors
    /// If it cannot be written, or somebody else writes it at the moment.
    pub fn set_hooks_path(mut self, directory: Option<&Path>) -> Result<(), GlobalError> {
        let unreadable = |detail: String| GlobalError::Unreadable { path: self.path.clone(), detail };
        match directory {
            Some(directory) => {
                let value = gix::path::into_bstr(directory).map_err(|error| unreadable(error.to_string()))?;
                self.file.set_raw_value(KEY, &*value).map_err(|error| unreadable(error.to_string()))?;
            }
            None => {
                let is_empty = self.file.section_mut("core", None).is_ok_and(|mut section| {
                    section.remove("hooksPath");
                    section.num_values() == 0
                });
                if is_empty {
                    self.file.remove_section("core", None);
                }
            }
        }
        self.write()
    }

    fn write(&self) -> Result<(), GlobalError> {
        // GIT_CONFIG_GLOBAL may name a device, such as the one that is always empty, whose place is not to be taken.
        if self.path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
            let error = io::Error::new(io::ErrorKind::InvalidInput, "not a regular file");
            return Err(GlobalError::Unwritable { path: self.path.clone(), error });
        }
        let mut lock = OsString::from(&self.path);
        lock.push(".lock");
        let lock = PathBuf::from(lock);
        let unwritable = |path: &Path, error| GlobalError::Unwritable { path: path.to_owned(), error };
        if let Some(parent) = self.path.parent() {
            fs::create_dir_all(parent).map_err(|error| unwritable(parent, error))?;
        }
        let mut out =
            OpenOptions::new().write(true).create_new(true).open(&lock).map_err(|error| unwritable(&lock, error))?;
        let written = self.file.write_to(&mut out).and_then(|()| out.flush()).and_then(|()| {
            if let Ok(metadata) = self.path.metadata() {
                fs::set_permissions(&lock, metadata.permissions())?;
            }
            fs::rename(&lock, &self.path)
        });
        written.map_err(|error| {
            let _ = fs::remove_file(&lock);
            unwritable(&self.path, error)
        })
    }
}

fn hooks_path(file: &File) -> Option<PathBuf> {
    let value = file.raw_value(KEY).ok()?.to_string();
    let home = env::var_os("HOME").map(PathBuf::from);
    match (value.strip_prefix("~/"), home) {
        (Some(inside), Some(home)) => Some(home.join(inside)),
        _ => Some(PathBuf::from(value)),
    }
}

/// Where `git config --global` writes (`git-config(1)`, FILES).
fn path(variable: &dyn Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    if let Some(named) = variable("GIT_CONFIG_GLOBAL") {
        return Some(PathBuf::from(named));
    }
    let home = variable("HOME").map(PathBuf::from).or_else(env::home_dir)?;
    let xdg = variable("XDG_CONFIG_HOME").map_or_else(|| home.join(".config"), PathBuf::from).join("git/config");
    let own = home.join(".gitconfig");
    Some(if !own.exists() && xdg.exists() { xdg } else { own })
}

/// The directory for hooks that are run in every repository of the user: beside the other configuration of the user.
#[must_use]
pub fn directory() -> Option<PathBuf> {
    let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let configuration = variable("XDG_CONFIG_HOME").filter(|path| path.is_absolute());
    let configuration = configuration.or_else(|| Some(variable("HOME").or_else(env::home_dir)?.join(".config")));
    Some(configuration?.join("keysieve").join("hooks"))
}
