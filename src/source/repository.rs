//! Finding and opening a git repository, the same way for every source.
//!
//! No user or system configuration is read, so nothing outside the repository changes what is seen, and replace refs
//! are off: what they hide is in the repository all the same. Who owns the repository does not matter, because nothing
//! in it is ever run. The variables that git itself sets for hooks and for the quarantine of a push are honoured, but
//! only for the repository that they speak of: a path that lies in another repository is opened as that. They are read
//! once into a [`GitEnvironment`], so that the rest of the crate sees a value and not the process.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use gix::discover::upwards::{Options as Upwards, TrustPolicy};
use gix::odb::store::init::Slots;
use gix::sec::Trust;

use super::configuration::Configuration;
use super::quoted::unquote;
use super::{SourceError, Store, path_bytes, regular, shown};
use crate::notice::Notice;
use crate::place::FilePath;

/// What git's own variables say about the repository at hand.
#[derive(Clone, Debug, Default)]
pub struct GitEnvironment {
    /// The current directory: relative paths begin here, and the variables speak of the repository here.
    pub current_dir: PathBuf,
    /// `GIT_DIR`.
    pub git_dir: Option<PathBuf>,
    /// `GIT_INDEX_FILE`.
    pub index_file: Option<PathBuf>,
    /// `GIT_OBJECT_DIRECTORY`.
    pub object_directory: Option<PathBuf>,
    /// `GIT_ALTERNATE_OBJECT_DIRECTORIES`.
    pub alternates: Vec<PathBuf>,
    /// `GIT_SHALLOW_FILE`.
    pub shallow_file: Option<PathBuf>,
}

impl GitEnvironment {
    /// Reads the environment of the process.
    #[must_use]
    pub fn from_process() -> Self {
        let path = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let alternates = env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES").unwrap_or_default();
        Self {
            // Not the absolute path: reports are the same wherever the repository lies.
            current_dir: PathBuf::from("."),
            git_dir: path("GIT_DIR"),
            index_file: path("GIT_INDEX_FILE"),
            object_directory: path("GIT_OBJECT_DIRECTORY"),
            alternates: listed(&path_bytes(Path::new(&alternates))),
            shallow_file: path("GIT_SHALLOW_FILE"),
        }
    }

    fn says_something(&self) -> bool {
        self.index_file.is_some()
            || self.object_directory.is_some()
            || !self.alternates.is_empty()
            || self.shallow_file.is_some()
    }

    /// The same without a word about any repository.
    fn silent(&self) -> Self {
        Self { current_dir: self.current_dir.clone(), ..Self::default() }
    }
}

/// What separates directories in git's variables.
const SEPARATOR: u8 = if cfg!(windows) { b';' } else { b':' };

/// The directories of a list in a variable of git, which quotes those that hold the separator.
fn listed(text: &[u8]) -> Vec<PathBuf> {
    let mut listed = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (directory, behind) = unquote(rest).unwrap_or_else(|| {
            let end = memchr::memchr(SEPARATOR, rest).unwrap_or(rest.len());
            (rest[..end].to_vec(), &rest[end..])
        });
        rest = behind.strip_prefix(&[SEPARATOR]).unwrap_or(behind);
        if let Ok(directory) = gix::path::from_byte_slice(&directory) {
            listed.extend((!directory.as_os_str().is_empty()).then(|| directory.to_owned()));
        }
    }
    listed
}

/// An open repository.
pub struct Repository {
    pub(crate) git: gix::ThreadSafeRepository,
    git_dir: PathBuf,
    common_dir: PathBuf,
    work_dir: Option<PathBuf>,
    environment: GitEnvironment,
    store: OnceLock<(Store, Vec<Notice>)>,
    pub(super) configuration: OnceLock<Configuration>,
}

impl Repository {
    /// Opens the repository that holds `path`, looking upwards from it.
    ///
    /// # Errors
    /// [`SourceError::NotARepository`], [`SourceError::Unsupported`] for a repository whose refs are stored as a
    /// reftable, [`SourceError::Repository`] for one that is broken, or of which only a `.git` can be seen.
    pub fn open(path: &Path, environment: &GitEnvironment) -> Result<Self, SourceError> {
        let start = environment.current_dir.join(path);
        // What is not there is not looked for in the directories above it.
        if fs::symlink_metadata(&start).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
            return Err(SourceError::NoSuchPath { path: shown(path) });
        }
        let obstacle = environment.git_dir.as_ref().and_then(|it| regular::obstacle(&environment.current_dir.join(it)));
        if let Some(name) = regular::obstacle(&start).or(obstacle) {
            let detail = format!("its `{name}` is not a regular file; take it away or put the file back");
            return Err(SourceError::Repository { path: shown(path), detail });
        }
        let (git_dir, work_dir, environment) = find(&start, environment).ok_or_else(|| missing(&start, path))?;
        let common_dir = common_dir(&git_dir);
        refuse_reftable(path, &common_dir)?;
        let options = gix::open::Options::isolated()
            .open_path_as_is(true)
            .with(Trust::Full)
            .filter_config_section(|_| true)
            .config_overrides(["core.useReplaceRefs=false"]);
        // Of alternates that form a circle the library reads nothing, git and our own store everything. With slots given they
        // are not looked at here.
        let without_alternates = || options.clone().object_store_slots(Slots::Given(32)).open(&git_dir).ok();
        let opened = options.clone().open(&git_dir).or_else(|error| without_alternates().ok_or(error));
        let git = opened.map_err(|error| SourceError::Repository {
            path: shown(path),
            detail: crate::place::sanitize(&format!("{}; `git fsck` may say more", causes(&error))),
        })?;
        let (store, configuration) = (OnceLock::new(), OnceLock::new());
        Ok(Self { git, git_dir, common_dir, work_dir, environment, store, configuration })
    }

    /// The repository's own directory; of a linked worktree, the private one.
    #[must_use]
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// The top directory of the working tree; none for a bare repository.
    #[must_use]
    pub fn work_dir(&self) -> Option<&Path> {
        self.work_dir.as_deref()
    }

    /// The directory to show people: the working tree, or the repository itself.
    pub(crate) fn shown(&self) -> String {
        shown(self.work_dir.as_deref().unwrap_or(&self.git_dir))
    }

    /// The directory that all worktrees share.
    pub(crate) fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// The repositories of submodules, each with the path from the top of this one: those of the working tree, and those
    /// that it once had. Sorted by path.
    pub(crate) fn submodules(&self) -> Vec<(FilePath, PathBuf)> {
        let mut found: Vec<(FilePath, PathBuf)> = Vec::new();
        let mut seen: Vec<PathBuf> = fs::canonicalize(&self.common_dir).into_iter().collect();
        let mut add = |name: FilePath, git_dir: PathBuf| {
            let Ok(canonical) = fs::canonicalize(&git_dir) else { return };
            if !seen.contains(&canonical) {
                seen.push(canonical);
                found.push((name, git_dir));
            }
        };
        if let (Some(top), Ok(links)) = (&self.work_dir, super::Staged::new(self, 1).submodules()) {
            for link in links {
                let Ok(path) = gix::path::from_byte_slice(link.as_bytes()) else { continue };
                // Of a submodule that was not fetched the directory is empty, and what lies above it is this repository.
                if let Some((git_dir, Some(work_dir))) = discover(&top.join(path))
                    && same(&work_dir, &top.join(path))
                {
                    add(link, git_dir);
                }
            }
        }
        for module in modules_of(&self.common_dir) {
            add(FilePath::new(path_bytes(&module)), self.common_dir.join("modules").join(&module));
        }
        found.sort();
        found
    }

    pub(crate) fn hash(&self) -> gix::hash::Kind {
        self.git.to_thread_local().object_hash()
    }

    pub(crate) fn index_file(&self) -> PathBuf {
        match &self.environment.index_file {
            // git goes to the top before it opens it.
            Some(file) => self.work_dir.as_ref().unwrap_or(&self.environment.current_dir).join(file),
            None => self.git_dir.join("index"),
        }
    }

    pub(crate) fn shallow_file(&self) -> PathBuf {
        match &self.environment.shallow_file {
            Some(file) => self.environment.current_dir.join(file),
            None => self.common_dir.join("shallow"),
        }
    }

    /// The object directories to begin with; each may name alternates of its own.
    fn object_directories(&self) -> Vec<PathBuf> {
        let own = match &self.environment.object_directory {
            Some(directory) => self.environment.current_dir.join(directory),
            None => self.common_dir.join("objects"),
        };
        let alternates = self.environment.alternates.iter().map(|path| self.environment.current_dir.join(path));
        std::iter::once(own).chain(alternates).collect()
    }

    /// Every object, by pack and loose file; opened on first use, with what was wrong while opening.
    pub(crate) fn store(&self) -> &(Store, Vec<Notice>) {
        self.store.get_or_init(|| Store::open(self.object_directories(), self.hash()))
    }

    /// Handles for looking up single objects without opening every pack first.
    pub(crate) fn handles(&self) -> Vec<gix::odb::Handle> {
        let open = |directory: PathBuf| {
            let options = gix::odb::store::init::Options { use_multi_pack_index: false, ..Default::default() };
            let mut handle = gix::odb::at_opts(directory, self.hash(), None, options).ok()?;
            handle.refresh_never();
            Some(handle)
        };
        self.object_directories().into_iter().filter_map(open).collect()
    }

    /// Every ref's name and object, `HEAD` and the heads of all worktrees included, and what could not be read.
    pub(crate) fn tips(&self) -> (Vec<(String, gix::ObjectId)>, Vec<Notice>) {
        let git = self.git.to_thread_local();
        let mut tips = Vec::new();
        let mut notices = Vec::new();
        let broken = |detail: String| {
            let detail = crate::place::sanitize(&detail);
            Notice::new(crate::notice::Cause::CorruptObject, "a ref of the repository", detail)
        };
        match git.references() {
            Ok(platform) => match platform.all() {
                Ok(all) => {
                    for reference in all {
                        match reference {
                            Ok(reference) => {
                                if let gix::refs::TargetRef::Object(id) = reference.target() {
                                    tips.push((
                                        crate::place::sanitize(&reference.name().as_bstr().to_string()),
                                        id.to_owned(),
                                    ));
                                }
                            }
                            Err(error) => notices.push(broken(error.to_string())),
                        }
                    }
                }
                Err(error) => notices.push(broken(error.to_string())),
            },
            Err(error) => notices.push(broken(error.to_string())),
        }
        if let Some(head) = self.head() {
            tips.push(("HEAD".to_owned(), head));
        }
        if let Err(error) = git.head() {
            let detail = format!("{}; `git checkout` of a branch writes it anew", causes(&error));
            let detail = crate::place::sanitize(&detail);
            notices.push(Notice::new(crate::notice::Cause::CorruptObject, "HEAD", detail));
        }
        for place in worktrees_of(&self.common_dir) {
            let room = self.common_dir.join(&place);
            let mut files = vec![room.join("HEAD")];
            // What a worktree keeps for itself: where a bisection is, and `refs/worktree`.
            if place != Path::new("") {
                files_below(&room.join("refs"), &mut files);
            }
            for file in files {
                let id = regular::read(&file).ok().and_then(|text| gix::ObjectId::from_hex(text.trim_ascii()).ok());
                tips.extend(id.map(|id| (shown(&file), id)));
            }
        }
        (tips, notices)
    }

    /// The object that a revision names.
    ///
    /// # Errors
    /// [`SourceError::NoSuchRevision`].
    pub(crate) fn revision(&self, name: &str) -> Result<gix::ObjectId, SourceError> {
        let error = |detail: String| SourceError::NoSuchRevision {
            path: self.shown(),
            revision: crate::place::sanitize(name),
            detail: crate::place::sanitize(&detail),
        };
        // An object of a push lies in its quarantine, where only the store looks.
        if let Ok(id) = gix::ObjectId::from_hex(name.as_bytes()) {
            let found = id.kind() == self.hash() && self.store().0.number(&id).is_some();
            return found.then_some(id).ok_or_else(|| error(format!("the object is not here; {}", self.fetching())));
        }
        let is_several = |end: &str| {
            end.ends_with("^!")
                || end.ends_with("^@")
                || end.rsplit_once("^-").is_some_and(|(_, parent)| parent.bytes().all(|byte| byte.is_ascii_digit()))
        };
        if is_several(name) {
            return Err(error("that names several commits; a range is written A..B".to_owned()));
        }
        let found = self.git.to_thread_local().rev_parse_single(name).map(gix::Id::detach);
        found.map_err(|_| error(self.naming(name)))
    }

    /// Whether the history is cut off.
    pub(crate) fn is_shallow(&self) -> bool {
        fs::metadata(self.shallow_file()).is_ok_and(|file| file.len() > 0)
    }

    /// The names of the remotes, sorted.
    pub(super) fn remotes(&self) -> Vec<String> {
        let git = self.git.to_thread_local();
        let config = git.config_snapshot();
        let sections = config.plumbing().sections_by_name("remote").into_iter().flatten();
        let names = sections.filter_map(|section| Some(section.header().subsection_name()?.to_string()));
        names.collect::<std::collections::BTreeSet<String>>().into_iter().collect()
    }

    /// The object at `HEAD`; none before the first commit.
    pub(crate) fn head(&self) -> Option<gix::ObjectId> {
        let git = self.git.to_thread_local();
        let unpeeled = || git.head().ok()?.id().map(gix::Id::detach);
        git.head_id().ok().map(gix::Id::detach).or_else(unpeeled)
    }

    /// The whole name of the default branch: what `origin` calls its own, as far as it is known here, or else that of `HEAD`.
    pub(crate) fn default_branch(&self) -> Option<String> {
        let text = |path: PathBuf| String::from_utf8(regular::read(&path).ok()?).ok();
        let target = |text: String| Some(text.trim().strip_prefix("ref: ")?.to_owned());
        let known = |name: &String| self.git.to_thread_local().find_reference(name.as_str()).is_ok();
        let origin = text(self.common_dir.join("refs/remotes/origin/HEAD")).and_then(target);
        let own = origin.as_ref().and_then(|name| name.strip_prefix("refs/remotes/origin/"));
        let own = own.map(|name| format!("refs/heads/{name}"));
        let head = || text(self.git_dir.join("HEAD")).and_then(target);
        let names = [own, origin.clone(), head()];
        names.into_iter().flatten().find(known).map(|name| crate::place::sanitize(&name))
    }

    /// The objects that the reflogs of the repository and its worktrees name.
    pub(crate) fn reflog(&self) -> Vec<gix::ObjectId> {
        let mut logs = Vec::new();
        for place in worktrees_of(&self.common_dir) {
            files_below(&self.common_dir.join(place).join("logs"), &mut logs);
        }
        let mut ids = std::collections::BTreeSet::new();
        for log in logs {
            let text = fs::read(log).unwrap_or_default();
            for line in text.split(|&byte| byte == b'\n') {
                let words = line.split(|&byte| byte == b' ').take(2);
                ids.extend(words.filter_map(|id| gix::ObjectId::from_hex(id).ok()).filter(|id| !id.is_null()));
            }
        }
        ids.into_iter().collect()
    }

    /// The commits that are being merged into `HEAD`.
    pub(crate) fn merging(&self) -> Vec<gix::ObjectId> {
        let text = regular::read(&self.git_dir.join("MERGE_HEAD")).unwrap_or_default();
        text.split(|&byte| byte == b'\n').filter_map(|id| gix::ObjectId::from_hex(id.trim_ascii()).ok()).collect()
    }

    /// Whether objects may have been left at the server on purpose.
    pub(crate) fn is_partial(&self) -> bool {
        let git = self.git.to_thread_local();
        let config = git.config_snapshot();
        let no = |value: &[u8]| matches!(value, b"false" | b"no" | b"off" | b"0");
        let mut remotes = config.plumbing().sections_by_name("remote").into_iter().flatten();
        self.store().0.has_promisor_pack()
            || config.string("extensions.partialClone").is_some()
            || remotes.any(|remote| remote.value("promisor").is_some_and(|value| !no(&value)))
    }
}

/// Where in a directory of git's what the working trees have for themselves lies: in itself, and below for those that are linked.
pub(super) fn worktrees_of(git_dir: &Path) -> Vec<PathBuf> {
    let linked = directories(&git_dir.join("worktrees")).into_iter().map(|name| Path::new("worktrees").join(name));
    std::iter::once(PathBuf::new()).chain(linked).collect()
}

/// Adds the files in a directory and below it; links are not followed.
fn files_below(directory: &Path, files: &mut Vec<PathBuf>) {
    let mut pending = vec![directory.to_owned()];
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => pending.push(entry.path()),
                Ok(kind) if kind.is_file() => files.push(entry.path()),
                _ => {}
            }
        }
    }
}

/// The names of the submodules whose repositories lie in a directory of git's, sorted.
pub(super) fn modules_of(git_dir: &Path) -> Vec<PathBuf> {
    let top = git_dir.join("modules");
    let mut pending: Vec<PathBuf> = directories(&top).into_iter().map(PathBuf::from).collect();
    let mut modules = Vec::new();
    while let Some(name) = pending.pop() {
        let directory = top.join(&name);
        if gix::discover::is_git(&directory).is_ok() {
            modules.push(name);
        } else if name.components().count() < MODULE_DEPTH {
            pending.extend(directories(&directory).into_iter().map(|inner| name.join(inner)));
        }
    }
    modules.sort();
    modules
}

/// Names of submodules are paths of at most so many parts: a repository does not choose how deep is looked for them.
const MODULE_DEPTH: usize = 16;

/// The names of the directories in a directory, sorted; links are not followed.
pub(super) fn directories(directory: &Path) -> Vec<OsString> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let is_directory = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
    let mut names: Vec<OsString> = entries.filter(is_directory).map(|entry| entry.file_name()).collect();
    names.sort();
    names
}

/// An error and what caused it, in one sentence.
pub(super) fn causes(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        words.push_str(&format!(": {cause}"));
        next = cause.source();
    }
    words
}

fn find(start: &Path, environment: &GitEnvironment) -> Option<(PathBuf, Option<PathBuf>, GitEnvironment)> {
    let here = discover(start);
    let Some(git_dir) = &environment.git_dir else {
        let (git_dir, work_dir) = here?;
        let speaks_of_it = environment.says_something()
            && discover(&environment.current_dir).is_some_and(|(current, _)| same(&current, &git_dir));
        let environment = if speaks_of_it { environment.clone() } else { environment.silent() };
        return Some((git_dir, work_dir, environment));
    };
    let git_dir = environment.current_dir.join(git_dir);
    match here {
        Some((other, work_dir)) if !same(&other, &git_dir) => Some((other, work_dir, environment.silent())),
        here => {
            gix::discover::is_git(&git_dir).ok()?;
            let (git_dir, found) = discover(&git_dir).unwrap_or((git_dir, None));
            Some((git_dir, here.and_then(|(_, work_dir)| work_dir).or(found), environment.clone()))
        }
    }
}

/// Why no repository was found: there is none, or its `.git` leads nowhere. What it hides is then not nothing.
fn missing(start: &Path, path: &Path) -> SourceError {
    let absolute = fs::canonicalize(start).unwrap_or_else(|_| start.to_owned());
    let is_there = |directory: &&Path| fs::symlink_metadata(directory.join(".git")).is_ok();
    match absolute.ancestors().find(is_there) {
        None => SourceError::NotARepository { path: shown(path) },
        Some(_) => {
            let detail = "its `.git` is there, but leads to no repository that can be read: see to its permissions, or where it \
                          is a file to the directory that it names; without a history to scan take it away";
            SourceError::Repository { path: shown(path), detail: detail.to_owned() }
        }
    }
}

fn same(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

fn discover(start: &Path) -> Option<(PathBuf, Option<PathBuf>)> {
    let directory = if start.is_dir() { start } else { start.parent()? };
    let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    let options = Upwards { trust: TrustPolicy::Assume(Trust::Full), ..Upwards::default() };
    // Of a directory by its whole name: of `../bare.git` the library makes `../.git`.
    let absolute = fs::canonicalize(directory).ok()?;
    let (found, _) = gix::discover::upwards_opts(&absolute, options).ok()?;
    let (git_dir, work_dir) = found.into_repository_and_work_tree_directories();
    let named = |found: PathBuf| as_named(directory, &absolute, found);
    Some((named(git_dir), work_dir.map(named)))
}

/// A path that was found from `directory`, relative if that is: what is said of it is then the same on every machine.
fn as_named(directory: &Path, absolute: &Path, found: PathBuf) -> PathBuf {
    if directory.is_absolute() {
        return found;
    }
    let shared = absolute.ancestors().find_map(|shared| Some((shared, found.strip_prefix(shared).ok()?)));
    let Some((shared, down)) = shared else { return found };
    let mut named = if directory == Path::new(".") { PathBuf::new() } else { directory.to_owned() };
    named.extend(absolute.strip_prefix(shared).into_iter().flat_map(Path::components).map(|_| ".."));
    named.push(down);
    // Joining nothing leaves a slash at the end.
    let named: PathBuf = named.components().collect();
    if named.as_os_str().is_empty() { PathBuf::from(".") } else { named }
}

fn common_dir(git_dir: &Path) -> PathBuf {
    match regular::read(&git_dir.join("commondir")) {
        Ok(text) => match gix::path::from_byte_slice(text.trim_ascii()) {
            Ok(path) => git_dir.join(path),
            Err(_) => git_dir.to_owned(),
        },
        Err(_) => git_dir.to_owned(),
    }
}

fn refuse_reftable(path: &Path, common_dir: &Path) -> Result<(), SourceError> {
    let config = regular::read(&common_dir.join("config")).unwrap_or_default();
    let config = String::from_utf8_lossy(&config).to_ascii_lowercase();
    let named = config.lines().any(|line| {
        let mut parts = line.splitn(2, '=').map(str::trim);
        parts.next() == Some("refstorage") && parts.next().is_some_and(|value| value.starts_with("reftable"))
    });
    if !named && !common_dir.join("reftable").is_dir() {
        return Ok(());
    }
    Err(SourceError::Unsupported {
        path: shown(path),
        detail: "the repository stores its refs as a reftable, which is not read; convert it with `git refs migrate \
                 --ref-format=files`, or scan a clone made with `git clone --ref-format=files`"
            .to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_git_quotes_is_one_directory() {
        let text = format!("one{s}\"two{s}\\303\\274\"{s}{s}three", s = char::from(SEPARATOR));
        let two = format!("two{}ü", char::from(SEPARATOR));
        assert_eq!(listed(text.as_bytes()), [PathBuf::from("one"), PathBuf::from(two), PathBuf::from("three")]);
        assert_eq!(listed(b""), [] as [PathBuf; 0]);
    }
}
