//! The contents that Git LFS keeps beside the repository, by the digest that a pointer names.

use std::fs::File;
use std::path::PathBuf;

/// The longest pointer, by the specification of Git LFS.
const POINTER_MOST: usize = 1024;

/// Where the contents lie.
pub(super) struct Contents {
    directory: PathBuf,
}

impl Contents {
    /// The contents of the repository whose shared directory this is. Another place that its configuration names
    /// (`lfs.storage`) is not followed: a repository does not choose which files of the machine are read.
    pub(super) fn of(common_dir: &std::path::Path) -> Self {
        Self { directory: common_dir.join("lfs").join("objects") }
    }

    /// Opens what `pointer` stands for; none if it is not there or not as long as the pointer says.
    pub(super) fn open(&self, pointer: &[u8]) -> Option<(PathBuf, File)> {
        let text = std::str::from_utf8(pointer.get(..pointer.len().min(POINTER_MOST))?).ok()?;
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
        let digest = field("oid sha256:")?;
        let size: u64 = field("size ")?.parse().ok()?;
        if digest.len() != 64 || !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let path = self.directory.join(&digest[..2]).join(&digest[2..4]).join(digest);
        let file = File::open(&path).ok()?;
        let metadata = file.metadata().ok()?;
        (metadata.is_file() && metadata.len() == size).then_some((path, file))
    }
}
