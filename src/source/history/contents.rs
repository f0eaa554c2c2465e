//! The contents that Git LFS keeps beside the repository, by the digest that a pointer names.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::notice::{Cause, Notice, Tally};
use crate::place::Origin;
use crate::source::parts::{Buffer, Lanes, lend_stream};
use crate::source::{Repository, Sink, Stop, shown};

/// The longest pointer, by the specification of Git LFS.
const POINTER_MOST: usize = 1024;

/// How many contents are named that are not here.
const NAMED: usize = 5;

/// Where the contents lie.
pub(crate) struct Contents {
    directory: PathBuf,
    /// The first that are not here, by their digest.
    absent: Mutex<BTreeSet<String>>,
}

impl Contents {
    /// The contents of the repository whose shared directory this is. Another place that its configuration names
    /// (`lfs.storage`) is not followed: a repository does not choose which files of the machine are read.
    pub(crate) fn of(common_dir: &Path) -> Self {
        Self { directory: common_dir.join("lfs").join("objects"), absent: Mutex::default() }
    }

    /// Lends what the pointer in the blob `id` stands for, or counts it as not scanned.
    pub(crate) fn lend(&self, id: &str, pointer: &[u8], stop: &Stop, sink: &Sink<'_>, tally: &mut Tally) {
        let named = digest(pointer);
        let Some((path, mut file)) = named.and_then(|(digest, size)| self.open(digest, size)) else {
            if let Some((digest, _)) = named {
                let mut absent = self.absent.lock().unwrap_or_else(PoisonError::into_inner);
                absent.insert(digest.to_owned());
                if absent.len() > NAMED {
                    absent.pop_last();
                }
            }
            return tally.coverage.skip(Cause::LfsPointer);
        };
        let origin = Origin::LfsObject { id: id.to_owned(), path: None };
        // The other threads have work of their own: the parts are lent in turn, from this one.
        let lanes = Lanes::new(1);
        let open = path.as_path();
        let lent = lend_stream(&origin, &mut file, &mut Buffer::new(), &lanes, Some(&open), stop, sink);
        tally.coverage.history_bytes += lent.bytes;
        if let Some(error) = lent.error {
            tally.notice(Notice::new(Cause::Unreadable, shown(&path), error.to_string()));
        }
    }

    /// What is not here and was counted: the first of it.
    pub(crate) fn absent(&self, repository: &Repository) -> Vec<Notice> {
        let absent = self.absent.lock().unwrap_or_else(PoisonError::into_inner);
        let detail = repository.fetch_contents();
        absent.iter().map(|digest| Notice::new(Cause::LfsPointer, format!("content {digest}"), &detail)).collect()
    }

    /// Opens the content of this digest; none if it is not there or not as long as it should be.
    fn open(&self, digest: &str, size: u64) -> Option<(PathBuf, File)> {
        let path = self.directory.join(&digest[..2]).join(&digest[2..4]).join(digest);
        let file = File::open(&path).ok()?;
        let metadata = file.metadata().ok()?;
        (metadata.is_file() && metadata.len() == size).then_some((path, file))
    }
}

/// The digest of the content that a pointer stands for, and how long it is.
fn digest(pointer: &[u8]) -> Option<(&str, u64)> {
    let text = std::str::from_utf8(pointer.get(..pointer.len().min(POINTER_MOST))?).ok()?;
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
    let digest = field("oid sha256:")?;
    let size: u64 = field("size ")?.parse().ok()?;
    (digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some((digest, size))
}
