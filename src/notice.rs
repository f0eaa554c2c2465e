//! What was seen and what was not: the receipt of a run.
//!
//! A scan that saw nothing must never look like a clean one, so whatever is not scanned becomes a [`Notice`], and every
//! run ends with its [`Coverage`].

use std::collections::BTreeMap;

use crate::place::{FilePath, Origin};

/// Why something was not scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The content is binary: only rules with a distinctive format ran over it.
    Binary,
    /// An ignore file excludes it.
    Ignored,
    /// The configuration excludes it.
    Excluded,
    /// A submodule: another repository's content.
    Submodule,
    /// A Git LFS pointer: the content is not in the repository.
    LfsPointer,
    /// A symbolic link: links are not followed.
    Symlink,
    /// Not a regular file (a socket, a device, a pipe).
    SpecialFile,
    /// A configuration document that does not parse; it was scanned for secrets all the same.
    Unparsed,
    /// A member of a container is encrypted.
    Encrypted,
    /// A container, or a member of one, is damaged: what could be read was read, and its raw bytes were.
    DamagedContainer,
    /// A container, or a member of one, is packed in a way that is not read; its raw bytes were scanned.
    UnsupportedContainer,
    /// The directory holds no git repository, so there is no history to scan.
    NoHistory,
    /// The index holds what HEAD holds, so there is nothing staged to scan.
    NothingStaged,
    /// The base of a change, or the receiver of a push, has every commit already.
    NothingNew,
    /// The file or directory could not be read.
    Unreadable,
    /// An object that another object names is not in the repository.
    MissingObject,
    /// An object, pack or index could not be decoded.
    CorruptObject,
    /// The history is cut off (a shallow clone).
    Shallow,
    /// Objects were left at the server (a partial clone).
    Partial,
    /// A repository format that is not read.
    UnsupportedRepository,
    /// The run was interrupted.
    Interrupted,
    /// A limit of work or size was reached.
    Budget,
    /// A check of a pack failed on a document, which it therefore says nothing of.
    FailedCheck,
    /// A path or range was named and holds nothing.
    NothingFound,
    /// Less was scanned than is required.
    TooLittle,
}

impl Cause {
    /// Every cause, in the order of the reports.
    pub const ALL: [Cause; 25] = [
        Cause::Binary,
        Cause::Ignored,
        Cause::Excluded,
        Cause::Submodule,
        Cause::LfsPointer,
        Cause::Symlink,
        Cause::SpecialFile,
        Cause::Unparsed,
        Cause::Encrypted,
        Cause::DamagedContainer,
        Cause::UnsupportedContainer,
        Cause::NoHistory,
        Cause::NothingStaged,
        Cause::NothingNew,
        Cause::Unreadable,
        Cause::MissingObject,
        Cause::CorruptObject,
        Cause::Shallow,
        Cause::Partial,
        Cause::UnsupportedRepository,
        Cause::Interrupted,
        Cause::Budget,
        Cause::FailedCheck,
        Cause::NothingFound,
        Cause::TooLittle,
    ];

    /// The word that reports and `--accept` use.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Cause::Binary => "binary",
            Cause::Ignored => "ignored",
            Cause::Excluded => "excluded",
            Cause::Submodule => "submodule",
            Cause::LfsPointer => "lfs-pointer",
            Cause::Symlink => "symlink",
            Cause::SpecialFile => "special-file",
            Cause::Unparsed => "unparsed",
            Cause::Encrypted => "encrypted",
            Cause::DamagedContainer => "damaged-container",
            Cause::UnsupportedContainer => "unsupported-container",
            Cause::NoHistory => "no-history",
            Cause::NothingStaged => "nothing-staged",
            Cause::NothingNew => "nothing-new",
            Cause::Unreadable => "unreadable",
            Cause::MissingObject => "missing-object",
            Cause::CorruptObject => "corrupt-object",
            Cause::Shallow => "shallow",
            Cause::Partial => "partial",
            Cause::UnsupportedRepository => "unsupported-repository",
            Cause::Interrupted => "interrupted",
            Cause::Budget => "budget",
            Cause::FailedCheck => "failed-check",
            Cause::NothingFound => "nothing-found",
            Cause::TooLittle => "too-little",
        }
    }

    /// The cause with this [`Cause::id`].
    #[must_use]
    pub fn from_id(id: &str) -> Option<Cause> {
        Cause::ALL.into_iter().find(|cause| cause.id() == id)
    }

    /// Whether the cause makes a run incomplete by default (exit 3), rather than being part of what a user expects.
    #[must_use]
    pub fn is_incomplete(self) -> bool {
        match self {
            Cause::Binary
            | Cause::Ignored
            | Cause::Excluded
            | Cause::Submodule
            | Cause::LfsPointer
            | Cause::Symlink
            | Cause::SpecialFile
            | Cause::Unparsed
            | Cause::Encrypted
            | Cause::DamagedContainer
            | Cause::UnsupportedContainer
            | Cause::NoHistory
            | Cause::NothingStaged
            | Cause::NothingNew => false,
            Cause::Unreadable
            | Cause::MissingObject
            | Cause::CorruptObject
            | Cause::Shallow
            | Cause::Partial
            | Cause::UnsupportedRepository
            | Cause::Interrupted
            | Cause::Budget
            | Cause::FailedCheck
            | Cause::NothingFound
            | Cause::TooLittle => true,
        }
    }
}

/// One thing that was not scanned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notice {
    /// Why.
    pub cause: Cause,
    /// What: a path, an object, a repository; sanitised, never secret.
    pub subject: String,
    /// What happened and what to do about it, in one sentence; may be empty where the cause says all.
    pub detail: String,
    /// What it is where nobody knows yet at which paths commits hold it.
    untraced: Option<Box<Origin>>,
}

impl Notice {
    /// A notice about `subject`.
    pub fn new(cause: Cause, subject: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { cause, subject: subject.into(), detail: detail.into(), untraced: None }
    }

    /// A notice about what was read from `origin`.
    pub fn about(cause: Cause, origin: &Origin, detail: impl Into<String>) -> Self {
        let is_untraced =
            matches!(origin.outermost(), Origin::Blob { path: None, .. } | Origin::LfsObject { path: None, .. });
        let untraced = is_untraced.then(|| Box::new(origin.clone()));
        Self { untraced, ..Self::new(cause, origin.display_untraced(), detail) }
    }

    /// The blob that it is about, in hexadecimal, as long as its paths are to be told.
    #[must_use]
    pub fn untraced_blob(&self) -> Option<&str> {
        self.untraced.as_ref()?.outermost().object()
    }

    /// Says at which paths commits hold the blob that it is about, the first of them by name; if there are none it stays as it is.
    pub fn trace(&mut self, paths: &[FilePath]) {
        let Some(origin) = self.untraced.take() else { return };
        let (Some((first, others)), outermost) = (paths.split_first(), origin.outermost()) else { return };
        let path = Some(first.clone());
        let there = match outermost.clone() {
            Origin::LfsObject { id, .. } => Origin::LfsObject { id, path },
            Origin::Blob { id, .. } => Origin::Blob { id, path },
            _ => return,
        };
        let more = match others.len() {
            0 => String::new(),
            1 => ", at one more path".to_owned(),
            more => format!(", at {more} more paths"),
        };
        self.subject = format!("{} ({}{more})", origin.within(&there).display(), outermost.display_untraced());
    }
}

/// What a run covered, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Files read from the working tree or the index, or standard input.
    pub files: u64,
    /// Bytes of those files.
    pub file_bytes: u64,
    /// Commits whose headers and messages were scanned.
    pub commits: u64,
    /// Annotated tags whose headers and messages were scanned.
    pub tags: u64,
    /// Distinct blobs of the history.
    pub blobs: u64,
    /// Distinct trees of the history.
    pub trees: u64,
    /// Distinct names of files and directories in those trees.
    pub names: u64,
    /// Refs: branches, tags, remote-tracking branches and all others.
    pub refs: u64,
    /// Packs that were read.
    pub packs: u64,
    /// Bytes of those blobs, headers, messages and names.
    pub history_bytes: u64,
    /// Bytes of blobs that were searched; the others were known from what the blobs are made from.
    pub searched_bytes: u64,
    /// Blobs that were searched only where they differ from what they are made from.
    pub inherited_blobs: u64,
    /// Blobs that were searched whole where they might not have been, by reason: how many, and their bytes.
    pub whole_blobs: BTreeMap<&'static str, (u64, u64)>,
    /// Members of containers.
    pub members: u64,
    /// Bytes that the containers unpacked to.
    pub member_bytes: u64,
    /// Documents that the policy linter parsed.
    pub documents: u64,
    /// Number of things not scanned, by cause: counted even where [`Notice`]s list only some.
    pub skipped: BTreeMap<Cause, u64>,
}

impl Coverage {
    /// Counts one thing that was not scanned.
    pub fn skip(&mut self, cause: Cause) {
        *self.skipped.entry(cause).or_default() += 1;
    }

    /// Counts one blob of so many bytes that was searched whole.
    pub fn searched_whole(&mut self, reason: &'static str, bytes: u64) {
        let sum = self.whole_blobs.entry(reason).or_default();
        *sum = (sum.0 + 1, sum.1 + bytes);
    }

    /// Adds the numbers of another part of the same run.
    pub fn add(&mut self, other: &Coverage) {
        self.files += other.files;
        self.file_bytes += other.file_bytes;
        self.commits += other.commits;
        self.tags += other.tags;
        self.blobs += other.blobs;
        self.trees += other.trees;
        self.names += other.names;
        self.refs += other.refs;
        self.packs += other.packs;
        self.history_bytes += other.history_bytes;
        self.searched_bytes += other.searched_bytes;
        self.inherited_blobs += other.inherited_blobs;
        for (reason, (count, bytes)) in &other.whole_blobs {
            let sum = self.whole_blobs.entry(reason).or_default();
            *sum = (sum.0 + count, sum.1 + bytes);
        }
        self.members += other.members;
        self.member_bytes += other.member_bytes;
        self.documents += other.documents;
        for (cause, count) in &other.skipped {
            *self.skipped.entry(*cause).or_default() += count;
        }
    }
}

/// What one source or stage has to say when it is done.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// The numbers.
    pub coverage: Coverage,
    /// The things not scanned that deserve a line of their own, in no particular order.
    pub notices: Vec<Notice>,
}

impl Tally {
    /// Counts and lists one thing that was not scanned.
    pub fn notice(&mut self, notice: Notice) {
        self.coverage.skip(notice.cause);
        self.notices.push(notice);
    }

    /// Adds another tally.
    pub fn add(&mut self, other: Tally) {
        self.coverage.add(&other.coverage);
        self.notices.extend(other.notices);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_is_listed_once_and_has_its_own_word() {
        for (index, cause) in Cause::ALL.into_iter().enumerate() {
            assert_eq!(cause as usize, index);
            assert_eq!(Cause::from_id(cause.id()), Some(cause));
        }
    }
}
