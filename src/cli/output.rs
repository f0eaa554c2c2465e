//! Writes reports: to standard output, or whole or not at all to files.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::config::ConfigError;
use crate::place::sanitize;
use crate::report::text::brief::{Brief, Scene};
use crate::report::{Format, Formats, Report, cleanup};

/// One report to write.
#[derive(Clone, Debug)]
pub struct Target {
    /// In this format.
    pub format: Formats,
    /// To this file; none is standard output.
    pub file: Option<PathBuf>,
    /// In a hook: text is the short message.
    pub scene: Option<Scene>,
}

impl Target {
    /// The file; none for standard output.
    fn path(&self) -> Option<&Path> {
        self.file.as_deref().filter(|path| *path != Path::new("-"))
    }

    fn writer(&self, colour: bool) -> Box<dyn Format> {
        match (&self.scene, self.format) {
            (Some(scene), Formats::Text) => Box::new(Brief { colour, scene: scene.clone() }),
            _ => self.format.writer(colour),
        }
    }
}

/// Writes every report, files first, so that a closed pipe costs none of them. One that cannot be written costs none of the
/// others, either.
///
/// # Errors
/// The first that cannot be written, with its name.
pub fn write(targets: &[Target], report: &Report<'_>) -> anyhow::Result<()> {
    let (files, shown): (Vec<&Target>, Vec<&Target>) = targets.iter().partition(|target| target.path().is_some());
    let mut written = Ok(());
    for target in files.into_iter().chain(shown) {
        let one = write_one(target.path(), &|colour, out| target.writer(colour).write(report, out));
        written = written.and(one);
    }
    written
}

/// Demands that every report has a place of its own, before anything is scanned for it.
///
/// # Errors
/// A name that is empty, a directory that is not there, a link that leads out of the current directory, or a file that two
/// reports would be written to.
pub fn check(targets: &[Target]) -> anyhow::Result<()> {
    let mut taken = HashSet::new();
    for path in targets.iter().filter_map(Target::path) {
        if path.file_name().is_none() {
            bail!("a report as `{}`: it names no file", shown(path));
        }
        let followed = followed(path);
        let directory = followed.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let canonical = directory.canonicalize().ok().filter(|it| it.is_dir());
        let canonical = canonical.with_context(|| {
            format!("{}: cannot be written: there is no directory `{}`", path.display(), directory.display())
        })?;
        if leads_out(path, &canonical) {
            let (path, followed) = (path.display(), followed.display());
            bail!("{path}: a link on the way leads out of this directory, to `{followed}`: name that file itself");
        }
        // A device takes any number of them.
        if !is_special(path) && !taken.insert(canonical.join(followed.file_name().unwrap_or_default())) {
            bail!("{}: two reports would be written to this file", path.display());
        }
    }
    Ok(())
}

/// Whether a path that is written as one below the current directory is none. In a checkout the links are those of whoever
/// wrote the change that is looked at.
fn leads_out(path: &Path, directory: &Path) -> bool {
    let is_below = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    is_below && Path::new(".").canonicalize().is_ok_and(|here| !directory.starts_with(here))
}

fn is_special(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| !metadata.is_file())
}

/// What an error of standard output is called.
const STDOUT: &str = "standard output cannot be written";

/// Writes to one place, given whether it takes colours.
type Writing<'w> = dyn Fn(bool, &mut dyn Write) -> io::Result<()> + 'w;

/// Writes one thing to a file, whole or not at all, or to standard output.
///
/// # Errors
/// As for [`write`].
pub fn write_one(file: Option<&Path>, write: &Writing<'_>) -> anyhow::Result<()> {
    match file.filter(|path| *path != Path::new("-")) {
        Some(path) => {
            beside(path, |out| write(false, out)).with_context(|| format!("{}: cannot be written", path.display()))
        }
        None => to_stdout(write).context(STDOUT),
    }
}

fn to_stdout(write: &Writing<'_>) -> io::Result<()> {
    let stdout = io::stdout();
    let colour = anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never;
    let mut out = BufWriter::new(stdout.lock());
    write(colour, &mut out)?;
    out.flush()
}

/// Writes beside the file and renames, so that nobody ever reads half a report. A symbolic link stays, and what it leads to is
/// written; a file that is there keeps its mode. What is not a regular file, such as a device, is written in place.
fn beside(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    if path.file_name().is_none() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "no name of a file"));
    }
    let special = is_special(path);
    // What is special is never followed by name: `/dev/stdout` leads to what has none.
    let path = &if special { path.to_owned() } else { followed(path) };
    let beside = path.with_file_name(format!(
        ".{}.{}.partial",
        path.file_name().unwrap_or_default().to_string_lossy(),
        std::process::id()
    ));
    let target = if special { path } else { &beside };
    let mut out = BufWriter::new(File::create(target)?);
    let written = write(&mut out).and_then(|()| out.flush());
    if special {
        return written;
    }
    let keep_mode = || match path.metadata() {
        Ok(metadata) => std::fs::set_permissions(&beside, metadata.permissions()),
        Err(_) => Ok(()),
    };
    match written.and_then(|()| keep_mode()).and_then(|()| std::fs::rename(&beside, path)) {
        Ok(()) => Ok(()),
        Err(error) => {
            let _ = std::fs::remove_file(&beside);
            Err(error)
        }
    }
}

/// Where symbolic links lead to, be there a file or not yet.
fn followed(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    // As many as Linux follows.
    for _ in 0..40 {
        let Ok(next) = std::fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(next);
    }
    path
}

/// Writes a text to standard output.
///
/// # Errors
/// Those of the operating system.
pub fn print(text: &str) -> anyhow::Result<()> {
    io::stdout().lock().write_all(text.as_bytes()).context(STDOUT)
}

/// Writes bytes to a file, whole or not at all, or to standard output.
///
/// # Errors
/// As for [`write`].
pub fn write_bytes(file: Option<&Path>, bytes: &[u8]) -> anyhow::Result<()> {
    match file.filter(|path| *path != Path::new("-")) {
        Some(path) => {
            beside(path, |out| out.write_all(bytes)).with_context(|| format!("{}: cannot be written", path.display()))
        }
        None => io::stdout().lock().write_all(bytes).context(STDOUT),
    }
}

/// Writes a file that nobody else may read; one that exists is left as it is.
///
/// # Errors
/// Those of the operating system, [`io::ErrorKind::AlreadyExists`] among them.
pub fn to_private_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Writes the plan of a rewrite of the history, beside the file and then in its place.
///
/// # Errors
/// Those of the operating system.
pub fn plan_to_file(path: &Path, report: &Report<'_>) -> io::Result<()> {
    beside(path, |out| cleanup::plan(report, out))
}

/// A path as people read it.
#[must_use]
pub fn shown(path: &Path) -> String {
    let path = path.to_string_lossy();
    sanitize(path.strip_prefix("./").unwrap_or(&path))
}

/// Says what of the user's files is not kept, a line each, on standard error. Nobody has to be there to read it.
pub fn warn(warnings: &[ConfigError]) {
    warnings.iter().for_each(|warning| say(&warning.to_string()));
}

/// Says one thing to the user on standard error.
pub fn say(warning: &str) {
    let text = sanitize(warning);
    let _ = writeln!(anstream::stderr(), "{BOLD_YELLOW}warning:{BOLD_YELLOW:#} {text}");
}

const BOLD_YELLOW: anstyle::Style = anstyle::AnsiColor::Yellow.on_default().bold();

/// Whether standard error is watched by a person.
#[must_use]
pub fn stderr_is_watched() -> bool {
    io::stderr().is_terminal()
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn links_and_modes_stay() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        for name in ["private", "new"] {
            symlink(name, at(&format!("to-{name}"))).unwrap();
        }
        fs::write(at("private"), "old").unwrap();
        fs::set_permissions(at("private"), fs::Permissions::from_mode(0o600)).unwrap();
        for name in ["private", "new"] {
            let link = at(&format!("to-{name}"));
            write_bytes(Some(&link), b"written").unwrap();
            assert!(link.symlink_metadata().unwrap().is_symlink(), "{name}");
            assert_eq!(fs::read(at(name)).unwrap(), b"written");
        }
        assert_eq!(mode(&at("private")), 0o600);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 4, "nothing is left beside");
    }
}
