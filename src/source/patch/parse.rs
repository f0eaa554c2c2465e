//! Patches: unified diffs, as git and others write them, the combined diffs of merges included.
//!
//! What is read is what GNU patch and `git apply` read: the headers before a file, `@@` lines, and as many lines as these
//! announce. Whatever stands between is text of its own, such as the message of a commit.

use std::ops::Range;

use super::binary::{self, Binary, Side};
use crate::source::quoted::unquote;

/// A file of a patch.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct File {
    /// The path before; none for a file that is new.
    pub(super) old: Option<Vec<u8>>,
    /// The path behind; none for a file that was removed.
    pub(super) new: Option<Vec<u8>>,
    pub(super) hunks: Vec<Hunk>,
    /// Its content is not text, and not in the patch.
    pub(super) is_binary: bool,
    /// Its content is not text, and in the patch.
    pub(super) binary: Option<Binary>,
    /// Which of the patches that were written one behind the other it belongs to, from 0.
    pub(super) patch: usize,
}

/// A run of lines, as they are now and as they were.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Hunk {
    pub(super) new: Vec<u8>,
    /// Number of the first line, from 1.
    pub(super) line: u64,
    /// As they were in each parent.
    pub(super) old: Vec<Vec<u8>>,
}

/// What a patch holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parsed {
    pub(super) files: Vec<File>,
    /// What stands outside of files: ranges of bytes.
    pub(super) between: Vec<Range<usize>>,
    /// Where a hunk ends too early: the number of the line, from 1.
    pub(super) damaged: Vec<u64>,
}

/// What begins another patch: a mail, a commit in a log of git's, one of Mercurial's.
const HEADS: [&[u8]; 3] = [b"From ", b"commit ", b"# HG changeset patch"];

pub(super) fn parse(text: &[u8]) -> Parsed {
    let mut reader = Reader { text, at: 0, line: 0 };
    let mut parsed = Parsed::default();
    let mut is_git = false;
    let mut in_header = false;
    let mut patch = 0;
    while let Some((start, line)) = reader.next() {
        let end = reader.at;
        if let Some(paths) = line.strip_prefix(b"diff --git ") {
            is_git = true;
            in_header = true;
            let (old, new) = git_paths(paths);
            parsed.files.push(File { old, new, patch, ..File::default() });
        } else if let Some(path) = line.strip_prefix(b"diff --cc ").or(line.strip_prefix(b"diff --combined ")) {
            is_git = true;
            in_header = true;
            let path = Some(unquoted(path));
            parsed.files.push(File { old: path.clone(), new: path, patch, ..File::default() });
        } else if line.starts_with(b"--- ") && reader.peek().is_some_and(|next| next.starts_with(b"+++ ")) {
            let new = reader.next().map(|(_, line)| path(&line[4..], is_git));
            let old = path(&line[4..], is_git);
            if !in_header {
                parsed.files.push(File { patch, ..File::default() });
            }
            in_header = false;
            if let (Some(file), Some(new)) = (parsed.files.last_mut(), new) {
                (file.old, file.new) = (old, new);
            }
        } else if let Some(header) = hunk_header(line).filter(|_| !parsed.files.is_empty()) {
            in_header = false;
            let (hunk, is_whole) = reader.hunk(&header);
            if !is_whole {
                parsed.damaged.push(reader.line);
            }
            if let Some(file) = parsed.files.last_mut() {
                file.hunks.push(hunk);
            }
        } else if in_header
            && line == b"GIT binary patch"
            && let Some(file) = parsed.files.last_mut()
        {
            file.binary = reader.side().map(|new| Binary { new, old: reader.side() });
            // Where nothing of it can be read that is said as of any other.
            file.is_binary = file.binary.is_none();
        } else if in_header && is_extended(line, &mut parsed) {
            // It belongs to the file.
        } else {
            in_header = false;
            patch += usize::from(HEADS.iter().any(|head| line.starts_with(head)));
            match parsed.between.last_mut() {
                Some(last) if last.end == start => last.end = end,
                _ => parsed.between.push(start..end),
            }
        }
    }
    parsed
}

/// Takes a line that git writes between `diff --git` and the hunks.
fn is_extended(line: &[u8], parsed: &mut Parsed) -> bool {
    let Some(file) = parsed.files.last_mut() else { return false };
    let after = |words: &[u8]| line.strip_prefix(words);
    if let Some(path) = after(b"rename from ").or(after(b"copy from ")) {
        file.old = Some(unquoted(path));
    } else if let Some(path) = after(b"rename to ").or(after(b"copy to ")) {
        file.new = Some(unquoted(path));
    } else if after(b"new file mode ").is_some() {
        file.old = None;
    } else if after(b"deleted file mode ").is_some() {
        file.new = None;
    } else if after(b"Binary files ").is_some() {
        file.is_binary = true;
    } else {
        let words: [&[u8]; 6] =
            [b"index ", b"old mode ", b"new mode ", b"mode ", b"similarity index ", b"dissimilarity index "];
        return words.iter().any(|word| line.starts_with(word));
    }
    true
}

/// The numbers of an `@@` line.
struct Header {
    parents: usize,
    /// For each parent the lines that are announced, then those of the new side.
    counts: Vec<u64>,
    line: u64,
}

fn hunk_header(line: &[u8]) -> Option<Header> {
    let signs = line.iter().take_while(|&&byte| byte == b'@').count();
    if !(2..=64).contains(&signs) || line.get(signs) != Some(&b' ') {
        return None;
    }
    let text = std::str::from_utf8(&line[signs + 1..]).ok().or_else(|| {
        let end = memchr::memmem::find(&line[signs + 1..], &line[..signs])?;
        std::str::from_utf8(&line[signs + 1..signs + 1 + end]).ok()
    })?;
    let mut words = text.split(' ');
    let mut counts = Vec::new();
    let mut number = |sign: char| -> Option<(u64, u64)> {
        let range = words.next()?.strip_prefix(sign)?;
        let (first, count) = range.split_once(',').unwrap_or((range, "1"));
        Some((first.parse().ok()?, count.parse().ok()?))
    };
    for _ in 1..signs {
        counts.push(number('-')?.1);
    }
    let (line, count) = number('+')?;
    counts.push(count);
    Some(Header { parents: signs - 1, counts, line: line.max(1) })
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    /// Number of the line that was read last.
    line: u64,
}

impl<'t> Reader<'t> {
    /// The next line without its end, and where it begins.
    fn next(&mut self) -> Option<(usize, &'t [u8])> {
        let start = self.at;
        let line = self.peek_raw()?;
        self.at += line.len();
        self.line += 1;
        Some((start, trimmed(line)))
    }

    fn peek(&self) -> Option<&'t [u8]> {
        self.peek_raw().map(trimmed)
    }

    /// The next line with its end.
    fn peek_raw(&self) -> Option<&'t [u8]> {
        let rest = &self.text[self.at..];
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        (end > 0).then(|| &rest[..end])
    }

    /// One side of a binary patch, with the empty line behind it.
    fn side(&mut self) -> Option<Side> {
        let (is_delta, length) = binary::beginning(self.peek()?)?;
        self.next();
        let start = self.at;
        while self.peek().is_some_and(binary::is_data) {
            self.next();
        }
        let lines = start..self.at;
        if self.peek().is_some_and(<[u8]>::is_empty) {
            self.next();
        }
        Some(Side { is_delta, length, lines })
    }

    /// The lines of a hunk; says whether all that were announced are there.
    fn hunk(&mut self, header: &Header) -> (Hunk, bool) {
        let parents = header.parents;
        let mut left = header.counts.clone();
        let mut hunk = Hunk { new: Vec::new(), line: header.line, old: vec![Vec::new(); parents] };
        while left.iter().any(|&count| count > 0) {
            let Some(line) = self.peek_raw() else { return (hunk, false) };
            if line.starts_with(b"\\") {
                self.next();
                continue;
            }
            let signs = if trimmed(line).is_empty() { b"" } else { &line[..parents.min(line.len())] };
            if !signs.iter().all(|sign| b" +-".contains(sign)) {
                return (hunk, false);
            }
            let content = &line[signs.len()..];
            let is_removed = signs.contains(&b'-');
            for (parent, count) in left[..parents].iter_mut().enumerate() {
                let sign = signs.get(parent).copied().unwrap_or(b' ');
                if sign == b'-' || (sign == b' ' && !is_removed) {
                    *count = count.saturating_sub(1);
                    hunk.old[parent].extend_from_slice(content);
                }
            }
            if !is_removed {
                left[parents] = left[parents].saturating_sub(1);
                hunk.new.extend_from_slice(content);
            }
            self.next();
        }
        // `\ No newline at end of file` belongs to the line before it.
        if self.peek_raw().is_some_and(|line| line.starts_with(b"\\ ")) {
            self.next();
        }
        (hunk, true)
    }
}

fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The path of a `---` or `+++` line; none for what does not exist.
fn path(text: &[u8], is_git: bool) -> Option<Vec<u8>> {
    // Other tools put a time behind a tab, and git puts a tab behind a name with a space.
    let text =
        if text.starts_with(b"\"") { text } else { text.split(|&byte| byte == b'\t').next().unwrap_or_default() };
    let path = unquoted(text);
    match path.as_slice() {
        b"/dev/null" => None,
        [letter, b'/', rest @ ..] if is_git && letter.is_ascii_lowercase() && !rest.is_empty() => Some(rest.to_vec()),
        _ => Some(path),
    }
}

/// The two paths of a `diff --git` line: without a rename they are the same behind their prefixes.
fn git_paths(text: &[u8]) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
    if let Some((_, rest)) = unquote(text)
        && let Some(new) = rest.strip_prefix(b" ")
    {
        return (path(text, true), path(new, true));
    }
    let middle = text.len() / 2;
    let found = memchr::memchr_iter(b' ', text).find(|&at| {
        let (old, new) = (path(&text[..at], true), path(&text[at + 1..], true));
        old.is_some() && old == new
    });
    let at = found.or_else(|| memchr::memchr_iter(b' ', text).min_by_key(|at| at.abs_diff(middle)));
    match at {
        Some(at) => (path(&text[..at], true), path(&text[at + 1..], true)),
        None => (None, None),
    }
}

/// A path as git writes it: in quotes, whatever is behind them, or not.
fn unquoted(text: &[u8]) -> Vec<u8> {
    unquote(text).map_or_else(|| text.to_vec(), |(path, _)| path)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_git_writes_them() {
        assert_eq!(unquoted(br#""gr\303\266\303\237e \"x\"\t\\""#), "größe \"x\"\t\\".as_bytes());
        assert_eq!(path(b"b/src/a b.txt", true).unwrap(), b"src/a b.txt");
        assert_eq!(path(b"\"b/\\303\\274 x.txt\"\t", true).unwrap(), "ü x.txt".as_bytes());
        assert_eq!(path(b"src/a.txt\t2026-01-01 00:00:00", false).unwrap(), b"src/a.txt");
        assert_eq!(path(b"/dev/null", true), None);
        let quoted = br#""a/\" \303\274" "b/\" \303\274""#;
        assert_eq!(git_paths(quoted), (Some("\" ü".into()), Some("\" ü".into())));
        assert_eq!(git_paths(b"a/x y b/x y"), (Some(b"x y".to_vec()), Some(b"x y".to_vec())));
    }

    #[test]
    fn a_hunk_is_as_long_as_it_says() {
        let text =
            b"--- a\n+++ b\n@@ -1,2 +1,3 @@ fn\n one\n-two\n+zwei\n++++ plus\n\\ No newline at end of file\ntext\n";
        let parsed = parse(text);
        let [file] = parsed.files.as_slice() else { panic!("{parsed:?}") };
        assert_eq!(file.hunks[0].new, b"one\nzwei\n+++ plus\n");
        assert_eq!(file.hunks[0].old, [b"one\ntwo\n"]);
        let between: Vec<&[u8]> = parsed.between.iter().map(|range| &text[range.clone()]).collect();
        assert_eq!(between, [b"text\n"]);
        assert_eq!(parsed.damaged, [] as [u64; 0]);
    }

    #[test]
    fn a_merge_has_two_old_sides() {
        let text = b"diff --cc f\nindex 1,2..3\n--- a/f\n+++ b/f\n@@@ -1,2 -1,2 +1,3 @@@\n  same\n- one\n -two\n++both\n +kept\n";
        let parsed = parse(text);
        let hunk = &parsed.files[0].hunks[0];
        assert_eq!(hunk.new, b"same\nboth\nkept\n");
        assert_eq!(hunk.old, [b"same\none\nkept\n".to_vec(), b"same\ntwo\n".to_vec()]);
    }

    #[test]
    fn what_ends_too_early_is_said() {
        assert_eq!(parse(b"--- a\n+++ b\n@@ -1,9 +1,9 @@\n one\n").damaged, [4]);
        assert_eq!(parse(b"--- a\n+++ b\n@@ -0,0 +1,9 @@\n+one\ndiff --git a/x b/x\n").damaged, [4]);
    }
}
