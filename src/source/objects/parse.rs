//! Commits, tags and trees, as far as they are needed. They come from the repository: a reader here never fails as a
//! whole over one odd line.

use gix::ObjectId;

/// What a commit says.
pub(crate) struct ParsedCommit<'a> {
    pub(crate) tree: ObjectId,
    pub(crate) parents: Vec<ObjectId>,
    /// `Name <address>`, raw.
    pub(crate) author: &'a [u8],
    /// When it was committed, in seconds since 1970.
    pub(crate) time: i64,
    /// What stands before the message, without the ids of the tree and the parents.
    pub(crate) header: &'a [u8],
    pub(crate) message: &'a [u8],
}

/// What an annotated tag says.
pub(crate) struct ParsedTag<'a> {
    pub(crate) target: ObjectId,
    /// `Name <address>`, raw; empty in some very old tags.
    pub(crate) tagger: &'a [u8],
    pub(crate) time: i64,
    /// What stands before the message, without the id and kind of what is tagged.
    pub(crate) header: &'a [u8],
    pub(crate) message: &'a [u8],
}

/// Reads a commit; none if it names no tree.
pub(crate) fn commit(bytes: &[u8]) -> Option<ParsedCommit<'_>> {
    let (header, message) = split(bytes);
    let (mut tree, mut parents, mut author, mut time) = (None, Vec::new(), &b""[..], 0);
    for line in header.split(|&byte| byte == b'\n') {
        match word(line) {
            (b"tree", rest) => tree = tree.or(ObjectId::from_hex(rest).ok()),
            (b"parent", rest) => parents.extend(ObjectId::from_hex(rest).ok()),
            (b"author", rest) if author.is_empty() => author = signature(rest).0,
            (b"committer", rest) => time = signature(rest).1,
            _ => {}
        }
    }
    let header = without_leading(header, &[b"tree ", b"parent "]);
    Some(ParsedCommit { tree: tree?, parents, author, time, header, message })
}

/// Reads an annotated tag; none if it names no object.
pub(crate) fn tag(bytes: &[u8]) -> Option<ParsedTag<'_>> {
    let (header, message) = split(bytes);
    let (mut target, mut tagger) = (None, (&b""[..], 0));
    for line in header.split(|&byte| byte == b'\n') {
        match word(line) {
            (b"object", rest) => target = target.or(ObjectId::from_hex(rest).ok()),
            (b"tagger", rest) => tagger = signature(rest),
            _ => {}
        }
    }
    let header = without_leading(header, &[b"object ", b"type "]);
    Some(ParsedTag { target: target?, tagger: tagger.0, time: tagger.1, header, message })
}

/// The lines of a header behind its first ones, which begin with one of `words`.
fn without_leading<'a>(header: &'a [u8], words: &[&[u8]]) -> &'a [u8] {
    let mut rest = header;
    while words.iter().any(|word| rest.starts_with(word)) {
        rest = memchr::memchr(b'\n', rest).map_or(&[], |end| &rest[end + 1..]);
    }
    rest
}

fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memmem::find(bytes, b"\n\n") {
        Some(end) => (&bytes[..end], &bytes[end + 2..]),
        None => (bytes, &[]),
    }
}

fn word(line: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memchr(b' ', line) {
        Some(space) => (&line[..space], &line[space + 1..]),
        None => (line, &[]),
    }
}

/// `Name <address> seconds zone` to the person and the seconds.
fn signature(line: &[u8]) -> (&[u8], i64) {
    let Some(end) = memchr::memrchr(b'>', line) else { return (line, 0) };
    let time = line[end + 1..].trim_ascii().split(|&byte| byte == b' ').next().unwrap_or_default();
    let time = std::str::from_utf8(time).ok().and_then(|time| time.parse().ok()).unwrap_or_default();
    (&line[..=end], time)
}

/// An entry of a tree.
#[derive(Clone, Copy)]
pub(crate) struct TreeEntry<'a> {
    pub(crate) mode: u32,
    pub(crate) name: &'a [u8],
    pub(crate) id: &'a gix::oid,
}

impl TreeEntry<'_> {
    pub(crate) fn is_tree(&self) -> bool {
        self.mode & 0o170_000 == 0o040_000
    }

    pub(crate) fn is_submodule(&self) -> bool {
        self.mode & 0o170_000 == 0o160_000
    }
}

/// The entries of a tree; the last item is none if the tree does not end where an entry ends.
pub(crate) fn tree_entries(bytes: &[u8], hash: gix::hash::Kind) -> impl Iterator<Item = Option<TreeEntry<'_>>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let entry = tree_entry(rest, hash);
        rest = entry.map_or(&[], |(_, behind)| behind);
        Some(entry.map(|(entry, _)| entry))
    })
}

/// The entry that a tree begins with, and what is behind it; none if it begins with none.
pub(super) fn tree_entry(bytes: &[u8], hash: gix::hash::Kind) -> Option<(TreeEntry<'_>, &[u8])> {
    let (mut mode, mut at) = (0_u32, 0);
    loop {
        match bytes.get(at)? {
            b' ' => break,
            digit @ b'0'..=b'7' if at < 7 => mode = mode << 3 | u32::from(digit - b'0'),
            _ => return None,
        }
        at += 1;
    }
    let name = &bytes[at + 1..];
    let end = memchr::memchr(0, name)?;
    let (id, behind) = name[end + 1..].split_at_checked(hash.len_in_bytes())?;
    Some((TreeEntry { mode, name: &name[..end], id: gix::oid::try_from_bytes(id).ok()? }, behind))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn a_commit_without_a_message_and_with_odd_lines_is_read() {
        let text = format!(
            "tree {ID}\nparent {ID}\nparent nonsense\nauthor A B <a@example.com> 5 +0000\ncommitter C <c> x\nodd"
        );
        let commit = commit(text.as_bytes()).unwrap();
        assert_eq!(commit.parents.len(), 1);
        assert_eq!(commit.author, b"A B <a@example.com>");
        assert_eq!((commit.time, commit.message), (0, &b""[..]));
        assert!(super::commit(b"no tree").is_none());
    }

    #[test]
    fn the_message_begins_behind_the_first_empty_line() {
        let text = format!("object {ID}\ntype commit\ntag v1\ntagger T <t> -7 +0100\n\none\n\ntwo");
        let tag = tag(text.as_bytes()).unwrap();
        assert_eq!((tag.tagger, tag.time, tag.message), (&b"T <t>"[..], -7, &b"one\n\ntwo"[..]));
    }

    #[test]
    fn a_tree_that_is_cut_off_says_so() {
        let mut tree = b"100644 a\0".to_vec();
        tree.extend([7; 20]);
        tree.extend(b"40000 b\0");
        tree.extend([8; 20]);
        let entries: Vec<_> = tree_entries(&tree, gix::hash::Kind::Sha1).collect::<Option<_>>().unwrap();
        assert!(!entries[0].is_tree() && entries[1].is_tree());
        assert_eq!(entries[1].name, b"b");
        tree.pop();
        let cut: Vec<_> = tree_entries(&tree, gix::hash::Kind::Sha1).collect();
        assert!(cut.len() == 2 && cut[0].is_some() && cut[1].is_none());
    }
}
