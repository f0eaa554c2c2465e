//! What a repository says of where it comes from and what is checked out, for whoever opens its files at a forge.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use super::{Id, Repository, Trees};
use crate::place::FilePath;

/// Files of the top directory that stand for the whole, the first that is there. A README is asked for after them, then any file.
const ANCHORS: [&[u8]; 2] = [b"keysieve.toml", b".keysieve.toml"];

impl Repository {
    /// The URL of the remote `origin`, or else of the first by name: without userinfo, query and fragment, in which
    /// credentials stand. None where there is no remote, and for a directory of this machine.
    #[must_use]
    pub fn remote(&self) -> Option<String> {
        let git = self.git.to_thread_local();
        let config = git.config_snapshot();
        let sections = config.plumbing().sections_by_name("remote").into_iter().flatten();
        let remotes: BTreeMap<String, String> = sections
            .filter_map(|section| {
                let name = section.header().subsection_name()?.to_string();
                Some((name, section.value("url")?.to_string()))
            })
            .collect();
        remotes.get("origin").or_else(|| remotes.values().next()).and_then(|url| public(url))
    }

    /// The commit that is checked out; none before the first one.
    #[must_use]
    pub fn checked_out(&self) -> Option<Id> {
        self.head().map(Id)
    }

    /// The branch that is checked out, without `refs/heads/`; none where `HEAD` is detached.
    #[must_use]
    pub fn branch(&self) -> Option<String> {
        let head = fs::read_to_string(self.git_dir().join("HEAD")).ok()?;
        Some(crate::place::sanitize(head.trim().strip_prefix("ref: refs/heads/")?))
    }

    /// What of `paths` the commit at `HEAD` holds, each with its blob.
    #[must_use]
    pub fn at_head<'p>(&self, paths: impl IntoIterator<Item = &'p FilePath>) -> BTreeMap<FilePath, Id> {
        let mut trees = Trees::of(self);
        let Some(tree) = self.head().and_then(|head| trees.of_commit(head)) else { return BTreeMap::new() };
        let held = paths.into_iter().filter_map(|path| Some((path.clone(), Id(trees.at(tree, path.as_bytes())?))));
        held.collect()
    }

    /// The file at `HEAD` that stands for the repository: its control file, or else the first README of its top directory, or
    /// else its first file. None where `HEAD` has no file at all.
    #[must_use]
    pub fn anchor_at_head(&self) -> Option<FilePath> {
        let mut trees = Trees::of(self);
        let tree = trees.of_commit(self.head()?)?;
        let control = ANCHORS.into_iter().find(|name| trees.at(tree, name).is_some()).map(<[u8]>::to_vec);
        let is_readme = |name: &[u8]| name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case(b"readme"));
        let readme = |trees: &mut Trees<'_>| trees.names(tree).into_iter().find(|name| is_readme(name));
        control.or_else(|| readme(&mut trees)).or_else(|| trees.any_file(tree)).map(FilePath::new)
    }
}

/// A remote's URL as a URI that can be shown; none for a path. git's short form `host:path` is that of SSH.
fn public(url: &str) -> Option<String> {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest.to_owned()),
        None => {
            let (host, path) = url.split_once(':')?;
            // `C:\repository` names a drive.
            let is_host = !host.contains(['/', '\\']) && host.len() > 1;
            if !is_host || path.starts_with(':') {
                return None;
            }
            ("ssh".to_owned(), format!("{host}/{}", path.trim_start_matches('/')))
        }
    };
    if !["http", "https", "ssh", "git", "git+ssh", "ssh+git"].contains(&scheme.as_str()) {
        return None;
    }
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let host = authority.rsplit('@').next().unwrap_or_default();
    let is_host = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b));
    if !is_host {
        return None;
    }
    let mut uri = format!("{scheme}://{host}");
    for byte in path.bytes() {
        match byte {
            b'%' => uri.push('%'),
            b if b.is_ascii_alphanumeric() || b"-._~/:@!$&'()*+,;=".contains(&b) => uri.push(char::from(b)),
            b => _ = write!(uri, "%{b:02X}"),
        }
    }
    Some(uri)
}

#[cfg(test)]
mod tests {
    use super::public;

    #[test]
    fn only_what_everybody_may_read_is_left_of_a_url() {
        for (url, expected) in [
            ("https://example.com/a/b.git", Some("https://example.com/a/b.git")),
            ("HTTPS://ada:word@example.com:8443/a b?key=x#y", Some("https://example.com:8443/a%20b")),
            ("https://a@b@example.com/c", Some("https://example.com/c")),
            ("git@example.com:a/b.git", Some("ssh://example.com/a/b.git")),
            ("ssh://git@example.com/~a/b", Some("ssh://example.com/~a/b")),
            ("/srv/a.git", None),
            ("../a.git", None),
            ("./a:b", None),
            ("file:///srv/a.git", None),
            ("C:\\a", None),
            ("ext::sh -c x", None),
            ("https:///a", None),
            ("https://exa mple/a", None),
        ] {
            assert_eq!(public(url).as_deref(), expected, "{url}");
        }
    }
}
