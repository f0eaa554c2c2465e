//! The rules of `.gitignore` and `.ignore` files, as git applies them.
//!
//! Every directory that has such a file adds a link to a chain; a directory without shares its parent's. The nearest
//! rule that matches decides, and `.ignore` decides before `.gitignore`. A nested repository ends the reach of the
//! `.gitignore` files around it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::{path_bytes, to_path};

/// The ignore files of a directory and of those above it.
pub(super) struct Rules {
    above: Option<Arc<Rules>>,
    /// How many bytes of an absolute path lead to this directory, the slash behind it included.
    base: usize,
    git: Option<Gitignore>,
    plain: Option<Gitignore>,
    /// Whether a repository begins here.
    is_repository: bool,
}

impl Rules {
    /// The rules of the directory `at`, whose absolute path with a final slash is `base` bytes long.
    pub(super) fn below(above: Option<&Arc<Rules>>, at: &Path, base: usize) -> Option<Arc<Rules>> {
        let git = load(&at.join(".gitignore"));
        let plain = load(&at.join(".ignore"));
        // Whether a repository begins here matters only where there is something to be cut off.
        let is_repository = above.is_some() && fs::symlink_metadata(at.join(".git")).is_ok();
        if git.is_none() && plain.is_none() && !is_repository {
            return above.cloned();
        }
        Some(Arc::new(Rules { above: above.cloned(), base, git, plain, is_repository }))
    }

    /// The rules of a root, which may lie deep inside a repository: those from the repository's root downwards.
    pub(super) fn of_root(root: &Path) -> Option<Arc<Rules>> {
        let mut chain: Vec<PathBuf> = Vec::new();
        let repository = root.ancestors().find(|directory| fs::symlink_metadata(directory.join(".git")).is_ok());
        if let Some(repository) = repository {
            chain.extend(
                root.ancestors().skip(1).take_while(|above| above.starts_with(repository)).map(Path::to_path_buf),
            );
            chain.reverse();
        }
        chain.push(root.to_path_buf());
        chain.iter().fold(None, |above, directory| {
            let mut bytes = path_bytes(directory);
            if !bytes.ends_with(b"/") {
                bytes.push(b'/');
            }
            Rules::below(above.as_ref(), directory, bytes.len())
        })
    }

    /// Whether the entry at this absolute path is ignored.
    pub(super) fn ignore(&self, absolute: &[u8], is_dir: bool) -> bool {
        let decide = |rules: Option<&Gitignore>, base: usize| {
            let matched = rules?.matched(to_path(absolute.get(base..)?), is_dir);
            match matched {
                Match::None => None,
                Match::Ignore(_) => Some(true),
                Match::Whitelist(_) => Some(false),
            }
        };
        let chain = || std::iter::successors(Some(self), |rules| rules.above.as_deref());
        if let Some(decided) = chain().find_map(|rules| decide(rules.plain.as_ref(), rules.base)) {
            return decided;
        }
        for rules in chain() {
            if let Some(decided) = decide(rules.git.as_ref(), rules.base) {
                return decided;
            }
            if rules.is_repository {
                break;
            }
        }
        false
    }
}

/// Reads an ignore file. Only a regular file is one: git does not follow links here either, and a pipe would never end.
/// A line that is not a pattern is passed over, which lets more be scanned, not less.
fn load(path: &Path) -> Option<Gitignore> {
    if !fs::symlink_metadata(path).ok()?.is_file() {
        return None;
    }
    let text = fs::read(path).ok()?;
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&text);
    let mut builder = GitignoreBuilder::new("");
    for line in text.split(|&byte| byte == b'\n') {
        if let Ok(line) = std::str::from_utf8(line) {
            let _ = builder.add_line(None, line.strip_suffix('\r').unwrap_or(line));
        }
    }
    builder.build().ok().filter(|rules| !rules.is_empty())
}
