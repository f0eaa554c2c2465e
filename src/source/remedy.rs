//! The commands that bring what is not here, as a shell takes them.

use crate::source::Repository;

impl Repository {
    /// How to get what a shallow clone lacks.
    pub(super) fn unshallow(&self) -> String {
        format!("`{} fetch --unshallow` fetches it", git(&self.shown()))
    }

    /// How to get what a partial clone left at the server.
    pub(super) fn refetch(&self) -> String {
        format!("`{} fetch --refetch --no-filter` fetches everything", git(&self.shown()))
    }

    /// How to get submodules that are not here.
    pub(super) fn update_submodules(&self) -> String {
        format!("`{} submodule update --init --recursive` fetches it", git(&self.shown()))
    }

    /// How to get what Git LFS keeps elsewhere.
    pub(super) fn fetch_contents(&self) -> String {
        format!("Git LFS keeps it elsewhere; `{} lfs fetch --all` fetches it", git(&self.shown()))
    }

    /// What brings an object that is not here.
    pub(super) fn fetching(&self) -> String {
        if self.is_shallow() { self.unshallow() } else { "`git fetch` may bring it".to_owned() }
    }

    /// What brings a revision that is not here, or else what to do.
    pub(super) fn naming(&self, revision: &str) -> String {
        const ANOTHER: &str = "name another";
        if revision.starts_with('-') || revision.is_empty() {
            return "that is no revision".to_owned();
        }
        if revision == "HEAD" && self.head().is_none() {
            return "there is no commit yet".to_owned();
        }
        // What is worked out from another revision is not at a remote by that name.
        if revision == "HEAD" || revision.contains(['^', '~', '@', '{', ':', '*', '?', '[', ' ']) {
            return if self.is_shallow() { self.unshallow() } else { ANOTHER.to_owned() };
        }
        if revision.len() >= 7 && revision.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return format!("no object here begins so; {}", self.fetching());
        }
        let fetch = |remote: &str, branch: &str| {
            let refs = quoted(&format!("+refs/heads/{branch}:refs/remotes/{remote}/{branch}"));
            format!("`{} fetch {} {refs}`", git(&self.shown()), quoted(remote))
        };
        let remotes = self.remotes();
        let of = |remote: &String| {
            let branch = revision.strip_prefix("refs/remotes/").unwrap_or(revision).strip_prefix(remote.as_str())?;
            Some((remote.clone(), branch.strip_prefix('/').filter(|branch| !branch.is_empty())?))
        };
        if let Some((remote, branch)) = remotes.iter().find_map(of) {
            return format!("{} fetches it, if {remote} has it", fetch(&remote, branch));
        }
        match remotes.iter().find(|name| *name == "origin").or(remotes.first()) {
            Some(remote) if !revision.starts_with("refs/") => format!(
                "{ANOTHER}; if it is a branch of {remote}, {} fetches it as `{remote}/{revision}`",
                fetch(remote, revision)
            ),
            _ => ANOTHER.to_owned(),
        }
    }
}

/// git, told of a repository.
pub(super) fn git(repository: &str) -> String {
    format!("git -C {}", quoted(repository))
}

/// A word as a shell takes it.
pub(super) fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+:".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
