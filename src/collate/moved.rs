//! Files that have another path in the report before.

use std::collections::HashMap;

use crate::place::FilePath;

/// Where files are that were moved, by where they were; both as URIs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moved(HashMap<String, String>);

impl Moved {
    /// The renames that `git diff -z -M --name-status` lists: `R100`, the old path and the new one, a zero byte behind each. All
    /// else that it lists is a status and one path, and of a copy two.
    #[must_use]
    pub fn of_git(list: &[u8]) -> Self {
        let mut fields = list.split(|&byte| byte == 0);
        let mut moved = HashMap::new();
        while let (Some(status), Some(path)) = (fields.next(), fields.next()) {
            let other = match status.first() {
                Some(b'R' | b'C') => fields.next(),
                _ => None,
            };
            if let (Some(b'R'), Some(new)) = (status.first(), other.filter(|new| !new.is_empty())) {
                moved.insert(FilePath::new(path).to_uri(), FilePath::new(new).to_uri());
            }
        }
        Self(moved)
    }

    /// The URI of a file as it is now.
    pub(super) fn now<'u>(&'u self, uri: &'u str) -> &'u str {
        self.0.get(uri.trim_start_matches('/')).map_or(uri, String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::Moved;

    #[test]
    fn renames_are_read_as_git_lists_them() {
        let moved = Moved::of_git(b"M\0a\0R100\0old file\0new/file\0C075\0x\0y\0D\0b\0R060\0b\xff\0c\0");
        assert_eq!(moved.now("old%20file"), "new/file");
        assert_eq!(moved.now("b%FF"), "c");
        for other in ["a", "x", "y", "b", "new/file", ""] {
            assert_eq!(moved.now(other), other);
        }
        for cut in [&b""[..], b"R100", b"R100\0a", b"R100\0a\0"] {
            assert_eq!(Moved::of_git(cut).now("a"), "a", "{cut:?}");
        }
    }
}
