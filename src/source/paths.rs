//! Paths from the top of the repository, whatever was scanned of it and from where.
//!
//! Origins are named for the reader, relative to what was scanned. Whoever keeps a path beyond the run (a baseline) needs one
//! that is the same for `check`, `check sub`, `scan sub/a.env` and the history.

use std::fs;
use std::path::{Path, PathBuf};

use super::path_bytes;
use crate::place::{FilePath, sanitize};

/// How paths of files lead to paths from the top.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    /// The top of the working tree, or where there is none the directory that was scanned.
    top: PathBuf,
    /// What the paths of origins are relative to, seen from the top: empty, or with a slash at its end.
    prefix: String,
    /// What was scanned, seen from the top: a directory with a slash at its end, the top itself as nothing.
    roots: Vec<String>,
}

impl Paths {
    /// Those of a scan of `roots`; of the current directory where there are none.
    #[must_use]
    pub fn new(roots: &[PathBuf]) -> Self {
        let here = fs::canonicalize(".").unwrap_or_default();
        let absolute = |path: &PathBuf| fs::canonicalize(path).unwrap_or_else(|_| here.join(path));
        let found: Vec<PathBuf> = roots.iter().map(absolute).collect();
        // Origins are relative to the directory where exactly one is named.
        let (base, is_only) = match found.as_slice() {
            [only] if only.is_dir() => (only.clone(), true),
            _ => (here.clone(), false),
        };
        let first = found.first().unwrap_or(&here);
        let top = top(first).unwrap_or_else(|| base.clone());
        let seen = |path: &Path| path.strip_prefix(&top).ok().map(slashed);
        let directory = |path: &Path| {
            let seen = seen(path)?;
            let is_directory = path.is_dir() && !seen.is_empty();
            Some(if is_directory { format!("{seen}/") } else { seen })
        };
        let prefix =
            if is_only || base.starts_with(&top) { directory(&base).unwrap_or_default() } else { String::new() };
        let roots = found.iter().filter_map(|root| directory(root)).collect();
        Self { top, prefix, roots }
    }

    /// What the names of files that were scanned are relative to, seen from the top: empty, or with a slash at its end.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The path of a file from the top, for people and for files that are kept: sanitised.
    #[must_use]
    pub fn from_top(&self, path: &FilePath) -> String {
        let shown = sanitize(&String::from_utf8_lossy(path.as_bytes()));
        if let Ok(inside) = Path::new(&shown).strip_prefix(&self.top) {
            return slashed(inside);
        }
        let joined = format!("{}{shown}", self.prefix);
        if !joined.split('/').any(|part| matches!(part, "." | "..")) {
            return joined;
        }
        let mut parts: Vec<&str> = Vec::new();
        for part in joined.split('/') {
            match part {
                "." => {}
                ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        parts.join("/")
    }

    /// The same with its bytes, as far as nothing in the path leads elsewhere.
    #[must_use]
    pub fn file_from_top(&self, path: &FilePath) -> FilePath {
        let bytes = path.as_bytes();
        let is_plain = !bytes.split(|&byte| byte == b'/').any(|part| matches!(part, b"" | b"." | b".."));
        match is_plain {
            true => FilePath::new([self.prefix.as_bytes(), bytes].concat()),
            false => FilePath::new(self.from_top(path).into_bytes()),
        }
    }

    /// How a scan names the file at a path from the top.
    #[must_use]
    pub fn named(&self, from_top: &FilePath) -> FilePath {
        let (path, prefix) = (from_top.as_bytes(), self.prefix.as_bytes());
        match path.strip_prefix(prefix) {
            Some(inside) => FilePath::new(inside),
            None => FilePath::new(["../".repeat(self.prefix.matches('/').count()).as_bytes(), path].concat()),
        }
    }

    /// Whether a path from the top lies in what was scanned.
    #[must_use]
    pub fn was_scanned(&self, path: &str) -> bool {
        self.roots.iter().any(|root| root.is_empty() || path == root || (root.ends_with('/') && path.starts_with(root)))
    }

    /// Whether all of the working tree was scanned.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.roots.iter().any(String::is_empty)
    }

    /// Whether the working tree has a file at a path from the top.
    #[must_use]
    pub fn exists(&self, path: &str) -> bool {
        self.top.join(path).symlink_metadata().is_ok()
    }

    /// The top.
    #[must_use]
    pub fn top(&self) -> &Path {
        &self.top
    }
}

/// The top of the working tree that a canonical path lies in.
#[must_use]
pub fn top(path: &Path) -> Option<PathBuf> {
    path.ancestors().find(|directory| directory.join(".git").exists()).map(Path::to_path_buf)
}

fn slashed(path: &Path) -> String {
    sanitize(&String::from_utf8_lossy(&path_bytes(path)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_the_same_from_everywhere() {
        let directory = tempfile::tempdir().unwrap();
        let top = directory.path().canonicalize().unwrap();
        fs::create_dir_all(top.join(".git")).unwrap();
        fs::create_dir_all(top.join("a/b")).unwrap();
        fs::write(top.join("a/b/c.env"), "").unwrap();
        let from = |roots: &[&str], path: &str| {
            let roots: Vec<PathBuf> = roots.iter().map(|root| top.join(root)).collect();
            Paths::new(&roots).from_top(&FilePath::from(path))
        };
        assert_eq!(from(&[""], "a/b/c.env"), "a/b/c.env");
        assert_eq!(from(&["a"], "b/c.env"), "a/b/c.env");
        assert_eq!(from(&["a/b"], "c.env"), "a/b/c.env");
        let named = top.join("a/b/c.env");
        assert_eq!(from(&["a/b/c.env"], &named.to_string_lossy()), "a/b/c.env");
        let paths = Paths::new(&[top.join("a")]);
        assert!(paths.was_scanned("a/b/c.env") && !paths.was_scanned("ab") && !paths.is_whole());
        assert!(paths.exists("a/b/c.env") && !paths.exists("a/x"));
        assert!(Paths::new(std::slice::from_ref(&top)).is_whole());
    }

    #[test]
    fn parts_that_lead_up_are_followed() {
        let paths = Paths { top: PathBuf::from("/nowhere"), prefix: "a/b/".to_owned(), roots: Vec::new() };
        assert_eq!(paths.from_top(&FilePath::from("../c/./d")), "a/c/d");
        assert_eq!(paths.from_top(&FilePath::from("d")), "a/b/d");
        for path in ["a/b/d", "a/c", "x/y/z"].map(FilePath::from) {
            assert_eq!(paths.file_from_top(&paths.named(&path)), path);
        }
    }
}
