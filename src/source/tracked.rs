//! The files that git tracks, whatever of their working tree is looked at.

use std::path::PathBuf;

use super::index::Staged;
use super::{GitEnvironment, Paths, Repository, path_bytes};
use crate::place::FilePath;

/// The paths of the files of an index, or of a tree.
pub struct TrackedFiles {
    /// The top of the working tree, with a slash at its end.
    top: Vec<u8>,
    /// From the top, sorted.
    files: Vec<FilePath>,
}

impl TrackedFiles {
    /// Those of the repository around `roots`; none where there is no repository.
    ///
    /// # Errors
    /// Why nothing is known of them.
    pub fn around(paths: &Paths, roots: &[PathBuf]) -> Result<Option<Self>, String> {
        if !paths.exists(".git") {
            return Ok(None);
        }
        let is_elsewhere = |path: &PathBuf| !path.canonicalize().is_ok_and(|path| path.starts_with(paths.top()));
        if roots.iter().any(is_elsewhere) {
            return Err("the paths do not lie in one repository".to_owned());
        }
        let repository = Repository::open(paths.top(), &GitEnvironment::from_process()).map_err(|it| it.to_string())?;
        let top = repository.work_dir().and_then(|top| top.canonicalize().ok());
        if top.as_deref() != Some(paths.top()) {
            return Err("git's environment names another working tree".to_owned());
        }
        let files = Staged::new(&repository, 1).tracked().map_err(|error| error.to_string())?;
        Ok(Some(Self::of(paths, files)))
    }

    /// These files, by their paths from the top.
    #[must_use]
    pub fn of(paths: &Paths, mut files: Vec<FilePath>) -> Self {
        files.sort_unstable();
        Self { top: [&path_bytes(paths.top())[..], b"/"].concat(), files }
    }

    /// Whether the file at a path from the top is one of them.
    #[must_use]
    pub fn holds(&self, path: &FilePath) -> bool {
        self.files.binary_search(path).is_ok()
    }

    /// Whether what stands at an absolute path is one of them, or a directory that has one.
    pub(super) fn holds_absolute(&self, path: &[u8], is_dir: bool) -> bool {
        let Some(path) = path.strip_prefix(self.top.as_slice()) else { return false };
        let wanted = if is_dir { &[path, b"/"].concat()[..] } else { path };
        let first = self.files.partition_point(|file| file.as_bytes() < wanted);
        let found = self.files.get(first).map(FilePath::as_bytes);
        found.is_some_and(|found| if is_dir { found.starts_with(wanted) } else { found == wanted })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_told_by_what_they_hold() {
        let files = ["a-b", "a/c/d", "e"].map(FilePath::from).to_vec();
        let tracked = TrackedFiles { top: b"/top/".to_vec(), files };
        for (path, is_dir, holds) in [
            ("/top/a", true, true),
            ("/top/a/c", true, true),
            ("/top/a/c/d", false, true),
            ("/top/a/c", false, false),
            ("/top/a-b", true, false),
            ("/top/e", false, true),
            ("/top/f", false, false),
            ("/elsewhere/e", false, false),
        ] {
            assert_eq!(tracked.holds_absolute(path.as_bytes(), is_dir), holds, "{path}");
        }
    }
}
