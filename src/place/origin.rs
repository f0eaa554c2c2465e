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
    /// What a patch makes of the file at this path. Lines are those of the file; spans count within the new sides of its
    /// hunks, one behind the other, because more of the file is not known.
    Patch(FilePath),
    /// A blob of the history.
    Blob {
        /// Object id in hexadecimal.
        id: String,
        /// The path at which a commit holds the blob; none for a blob that no commit reaches.
        path: Option<FilePath>,
    },
    /// What a Git LFS pointer of the history stands for, from the repository's own store of such contents.
    LfsObject {
        /// Object id of the pointer in hexadecimal.
        id: String,
        /// The path at which a commit holds the pointer; none for one that no commit reaches.
        path: Option<FilePath>,
    },
    /// A note on a commit or another object.
    Note {
        /// Object id of the note's blob in hexadecimal.
        id: String,
        /// What it is a note on: an object id in hexadecimal.
        on: String,
    },
    /// The name of a file or directory in the history, not its content; only the name itself where no commit leads to it.
    EntryName(FilePath),
    /// The author, the committer and whatever else stands before the message of a commit.
    CommitHeader {
        /// Object id of the commit in hexadecimal.
        id: String,
    },
    /// The message of a commit.
    CommitMessage {
        /// Object id of the commit in hexadecimal.
        id: String,
    },
    /// The tag's own name, the tagger and whatever else stands before the message of an annotated tag.
    TagHeader {
        /// Object id of the tag object in hexadecimal.
        id: String,
    },
    /// The message of an annotated tag.
    TagMessage {
        /// Object id of the tag object in hexadecimal.
        id: String,
    },
    /// The name of a branch, a tag or another ref.
    RefName(FilePath),
    /// A configuration file of the repository itself, where the credentials in the URL of a remote stand, or another text that
    /// git keeps for it alone, such as the reflog.
    RepositoryConfig(FilePath),
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
            Origin::File(path)
            | Origin::FileName(path)
            | Origin::Staged(path)
            | Origin::Patch(path)
            | Origin::EntryName(path)
            | Origin::RepositoryConfig(path) => Some(path),
            Origin::Member { name, .. } | Origin::MemberName { name, .. } => Some(name),
            Origin::Blob { path, .. } | Origin::LfsObject { path, .. } => path.as_ref(),
            Origin::Note { .. }
            | Origin::CommitHeader { .. }
            | Origin::CommitMessage { .. }
            | Origin::TagHeader { .. }
            | Origin::TagMessage { .. }
            | Origin::RefName(_)
            | Origin::Stdin => None,
        }
    }

    /// The git object that the bytes come from, or that stands for them, in hexadecimal; none outside the history.
    #[must_use]
    pub fn object(&self) -> Option<&str> {
        match self {
            Origin::Blob { id, .. }
            | Origin::LfsObject { id, .. }
            | Origin::Note { id, .. }
            | Origin::CommitHeader { id }
            | Origin::CommitMessage { id }
            | Origin::TagHeader { id }
            | Origin::TagMessage { id } => Some(id),
            _ => None,
        }
    }

    /// Whether this is a place of a repository and of no file that could be opened.
    #[must_use]
    pub fn is_history(&self) -> bool {
        self.object().is_some() || matches!(self, Origin::EntryName(_) | Origin::RefName(_))
    }

    /// Whether commits hold this at a path, so that a later one may have it no more: unlike a message, which stays in its commit.
    #[must_use]
    pub fn is_of_tree(&self) -> bool {
        matches!(self, Origin::Blob { .. } | Origin::LfsObject { .. } | Origin::EntryName(_))
    }

    /// A stable machine word for the kind of origin, as the JSON report writes it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Origin::File(_) => "file",
            Origin::FileName(_) => "file-name",
            Origin::Staged(_) => "staged",
            Origin::Patch(_) => "patch",
            Origin::Blob { .. } => "blob",
            Origin::LfsObject { .. } => "lfs-object",
            Origin::Note { .. } => "note",
            Origin::EntryName(_) => "entry-name",
            Origin::CommitHeader { .. } => "commit-header",
            Origin::CommitMessage { .. } => "commit-message",
            Origin::TagHeader { .. } => "tag-header",
            Origin::TagMessage { .. } => "tag-message",
            Origin::RefName(_) => "ref-name",
            Origin::RepositoryConfig(_) => "repository-config",
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
        matches!(self, Origin::FileName(_) | Origin::EntryName(_) | Origin::RefName(_) | Origin::MemberName { .. })
    }

    /// The same origin with every path and name in it changed.
    #[must_use]
    pub fn map_paths(&self, change: &dyn Fn(&FilePath) -> FilePath) -> Origin {
        match self {
            Origin::File(path) => Origin::File(change(path)),
            Origin::FileName(path) => Origin::FileName(change(path)),
            Origin::Staged(path) => Origin::Staged(change(path)),
            Origin::Patch(path) => Origin::Patch(change(path)),
            Origin::Blob { id, path } => Origin::Blob { id: id.clone(), path: path.as_ref().map(change) },
            Origin::LfsObject { id, path } => Origin::LfsObject { id: id.clone(), path: path.as_ref().map(change) },
            Origin::EntryName(path) => Origin::EntryName(change(path)),
            Origin::RefName(name) => Origin::RefName(change(name)),
            Origin::RepositoryConfig(path) => Origin::RepositoryConfig(change(path)),
            Origin::Member { outer, name } => {
                Origin::Member { outer: Box::new(outer.map_paths(change)), name: change(name) }
            }
            Origin::MemberName { outer, name } => {
                Origin::MemberName { outer: Box::new(outer.map_paths(change)), name: change(name) }
            }
            Origin::Note { .. }
            | Origin::CommitHeader { .. }
            | Origin::CommitMessage { .. }
            | Origin::TagHeader { .. }
            | Origin::TagMessage { .. }
            | Origin::Stdin => self.clone(),
        }
    }

    /// The origin as that of a container: whether it is staged is not said between the names.
    fn container_in_words(&self, without_path: &str) -> String {
        match self {
            Origin::Staged(path) => path.display(),
            other => other.in_words(without_path),
        }
    }

    /// The origin for a person, sanitised.
    #[must_use]
    pub fn display(&self) -> String {
        self.in_words(" (no commit holds it)")
    }

    /// The same while nobody knows yet which commits hold what has no path.
    #[must_use]
    pub fn display_untraced(&self) -> String {
        self.in_words("")
    }

    /// The origin for a person, with what is to be said of an object that has no path.
    fn in_words(&self, without_path: &str) -> String {
        let short = |id: &str| id.get(..10).unwrap_or(id).to_owned();
        match self {
            Origin::File(path) => path.display(),
            Origin::FileName(path) => format!("{} (file name)", path.display()),
            Origin::Staged(path) => format!("{} (staged)", path.display()),
            Origin::Patch(path) | Origin::Blob { path: Some(path), .. } => path.display(),
            Origin::Blob { id, path: None } => format!("blob {}{without_path}", short(id)),
            Origin::LfsObject { path: Some(path), .. } => format!("{} (Git LFS)", path.display()),
            Origin::LfsObject { id, path: None } => {
                format!("Git LFS content of blob {}{without_path}", short(id))
            }
            Origin::Note { on, .. } => format!("note on {}", short(on)),
            Origin::EntryName(path) => format!("{} (file name)", path.display()),
            Origin::CommitHeader { id } => format!("author, committer or header of commit {}", short(id)),
            Origin::CommitMessage { id } => format!("message of commit {}", short(id)),
            Origin::TagHeader { id } => format!("header of tag object {}", short(id)),
            Origin::TagMessage { id } => format!("message of tag object {}", short(id)),
            Origin::RefName(name) => format!("{} (name of a ref)", name.display()),
            Origin::RepositoryConfig(path) => format!("{} (kept by git)", path.display()),
            Origin::Stdin => "<stdin>".to_owned(),
            Origin::Member { outer, name } => format!("{}!{}", outer.container_in_words(without_path), name.display()),
            Origin::MemberName { outer, name } => {
                format!("{}!{} (name)", outer.container_in_words(without_path), name.display())
            }
        }
    }
}
