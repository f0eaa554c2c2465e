//! What bytes were read from: a file, an index, an object, a member of a container.

use super::FilePath;

/// The thing that bytes were read from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A file of the working tree; the path is relative to the root of the scan.
    File(FilePath),
    /// The name of a file, not its content; spans count within the whole path.
    FileName(FilePath),
    /// What the index would commit at this path.
    Staged(FilePath),
    /// A blob of the history.
    Blob {
        /// Object id in hexadecimal.
        id: String,
        /// The path at which a commit holds the blob; none for a blob that no commit reaches.
        path: Option<FilePath>,
    },
    /// The message of a commit.
    CommitMessage {
        /// Object id of the commit in hexadecimal.
        id: String,
    },
    /// The message of an annotated tag.
    TagMessage {
        /// Object id of the tag object in hexadecimal.
        id: String,
    },
    /// Standard input.
    Stdin,
    /// A member of a container: of an archive, a compressed file, a document. Spans count within what it unpacks to.
    Member {
        /// The container, which may be a member itself.
        outer: Box<Origin>,
        /// The name that the container gives it: data, and never a path that is opened.
        name: FilePath,
    },
    /// The name of a member, not its content.
    MemberName {
        /// The container.
        outer: Box<Origin>,
        /// The name.
        name: FilePath,
    },
}

impl Origin {
    /// The path that tells what kind of file this is, where there is one: of a member of a container its own name.
    #[must_use]
    pub fn path(&self) -> Option<&FilePath> {
        match self {
            Origin::File(path) | Origin::FileName(path) | Origin::Staged(path) => Some(path),
            Origin::Member { name, .. } | Origin::MemberName { name, .. } => Some(name),
            Origin::Blob { path, .. } => path.as_ref(),
            Origin::CommitMessage { .. } | Origin::TagMessage { .. } | Origin::Stdin => None,
        }
    }

    /// A stable machine word for the kind of origin, as the JSON report writes it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Origin::File(_) => "file",
            Origin::FileName(_) => "file-name",
            Origin::Staged(_) => "staged",
            Origin::Blob { .. } => "blob",
            Origin::CommitMessage { .. } => "commit-message",
            Origin::TagMessage { .. } => "tag-message",
            Origin::Stdin => "stdin",
            Origin::Member { .. } => "member",
            Origin::MemberName { .. } => "member-name",
        }
    }

    /// What the container lies in that this is a member of, at any depth; the origin itself where it is no member.
    #[must_use]
    pub fn outermost(&self) -> &Origin {
        match self {
            Origin::Member { outer, .. } | Origin::MemberName { outer, .. } => outer.outermost(),
            other => other,
        }
    }

    /// The same member of another outermost thing.
    #[must_use]
    pub fn within(&self, outermost: &Origin) -> Origin {
        match self {
            Origin::Member { outer, name } => {
                Origin::Member { outer: Box::new(outer.within(outermost)), name: name.clone() }
            }
            Origin::MemberName { outer, name } => {
                Origin::MemberName { outer: Box::new(outer.within(outermost)), name: name.clone() }
            }
            _ => outermost.clone(),
        }
    }

    /// The container that this is a member of, if it is one.
    #[must_use]
    pub fn container(&self) -> Option<&Origin> {
        match self {
            Origin::Member { outer, .. } | Origin::MemberName { outer, .. } => Some(outer),
            _ => None,
        }
    }

    /// The names of the members that lead here from the outermost container: none for what is no member.
    #[must_use]
    pub fn members(&self) -> Vec<&FilePath> {
        match self {
            Origin::Member { outer, name } | Origin::MemberName { outer, name } => {
                let mut names = outer.members();
                names.push(name);
                names
            }
            _ => Vec::new(),
        }
    }

    /// Whether this is a name, and not what stands under it.
    #[must_use]
    pub fn is_name(&self) -> bool {
        matches!(self, Origin::FileName(_) | Origin::MemberName { .. })
    }

    /// The same origin with every path and name in it changed.
    #[must_use]
    pub fn map_paths(&self, change: &dyn Fn(&FilePath) -> FilePath) -> Origin {
        match self {
            Origin::File(path) => Origin::File(change(path)),
            Origin::FileName(path) => Origin::FileName(change(path)),
            Origin::Staged(path) => Origin::Staged(change(path)),
            Origin::Blob { id, path } => Origin::Blob { id: id.clone(), path: path.as_ref().map(change) },
            Origin::Member { outer, name } => {
                Origin::Member { outer: Box::new(outer.map_paths(change)), name: change(name) }
            }
            Origin::MemberName { outer, name } => {
                Origin::MemberName { outer: Box::new(outer.map_paths(change)), name: change(name) }
            }
            Origin::CommitMessage { .. } | Origin::TagMessage { .. } | Origin::Stdin => self.clone(),
        }
    }

    /// The origin as that of a container: whether it is staged is not said between the names.
    fn display_container(&self) -> String {
        match self {
            Origin::Staged(path) => path.display(),
            other => other.display(),
        }
    }

    /// The origin for a person, sanitised.
    #[must_use]
    pub fn display(&self) -> String {
        let short = |id: &str| id.get(..10).unwrap_or(id).to_owned();
        match self {
            Origin::File(path) => path.display(),
            Origin::FileName(path) => format!("{} (file name)", path.display()),
            Origin::Staged(path) => format!("{} (staged)", path.display()),
            Origin::Blob { path: Some(path), .. } => path.display(),
            Origin::Blob { id, path: None } => format!("blob {} (no commit holds it)", short(id)),
            Origin::CommitMessage { id } => format!("message of commit {}", short(id)),
            Origin::TagMessage { id } => format!("message of tag object {}", short(id)),
            Origin::Stdin => "<stdin>".to_owned(),
            Origin::Member { outer, name } => format!("{}!{}", outer.display_container(), name.display()),
            Origin::MemberName { outer, name } => {
                format!("{}!{} (name)", outer.display_container(), name.display())
            }
        }
    }
}
