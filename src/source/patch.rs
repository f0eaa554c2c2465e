//! What a patch brings: the new side of each hunk, as the file would have it.
//!
//! A hunk shows its lines and a few around them, and nothing else of the file is known. [`Patch::sections`] lends the old
//! sides, so that what merely stands beside a change is not taken for one. Several patches may follow one another in a stream: what
//! one of them brings is an old line of the next.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::{Item, Sink, Source, SourceError, Stop, file_name_start, parts, shown};
use crate::notice::{Cause, Notice, Tally};
use crate::place::{FilePath, HEAD, LineState, Origin};

mod binary;
mod parse;

use binary::{Side, Trouble, content};
use parse::{File, Parsed, parse};

/// What standard input is called.
const STDIN: &str = "<stdin>";
/// The longest patch that is read.
const LENGTH_MOST: u64 = 1024 * 1024 * 1024;

/// A patch from a stream.
pub struct Patch<R> {
    /// What to call it: `<stdin>` or the name of a file.
    name: String,
    reader: Mutex<R>,
    /// What is in the patch; with its text, if that is still needed.
    parsed: Mutex<Option<(Vec<u8>, Parsed)>>,
}

impl Patch<Box<dyn Read + Send>> {
    /// The patch in a file, or on standard input for `-`.
    ///
    /// # Errors
    /// [`SourceError::Unreadable`].
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        if path == Path::new("-") {
            return Ok(Self::new(Box::new(std::io::stdin()), STDIN));
        }
        match std::fs::File::open(path) {
            Ok(file) => Ok(Self::new(Box::new(file), shown(path))),
            Err(error) => Err(SourceError::Unreadable { path: shown(path), detail: error.to_string() }),
        }
    }
}

impl<R: Read + Send> Patch<R> {
    /// Reads from `reader`, which messages call `name`.
    pub fn new(reader: R, name: impl Into<String>) -> Self {
        Self { name: name.into(), reader: Mutex::new(reader), parsed: Mutex::new(None) }
    }

    /// Calls `visit` with each file of the patch, in its order. Calls nobody before [`Source::each`] has run.
    pub fn sections(&self, visit: &mut dyn FnMut(&Section<'_>)) {
        let parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((text, parsed)) = parsed.as_ref() else { return };
        let mut counts: HashMap<&[u8], usize> = HashMap::new();
        parsed
            .files
            .iter()
            .filter_map(|file| file.new.as_deref())
            .for_each(|path| *counts.entry(path).or_default() += 1);
        let mut removed: HashMap<usize, Vec<&File>> = HashMap::new();
        for file in parsed.files.iter().filter(|file| file.new.is_none()) {
            removed.entry(file.patch).or_default().push(file);
        }
        for file in &parsed.files {
            let Some(path) = &file.new else { continue };
            let sources = match file.old {
                Some(_) => vec![file],
                None => removed.get(&file.patch).cloned().unwrap_or_default(),
            };
            let is_repeated = counts[path.as_slice()] > 1;
            visit(&Section { path: FilePath::new(path.clone()), is_repeated, text, file, sources });
        }
    }
}

/// A file of a patch.
pub struct Section<'p> {
    /// The path that it has behind the patch.
    pub path: FilePath,
    /// Whether another patch of the same stream changes it, too.
    pub is_repeated: bool,
    text: &'p [u8],
    file: &'p File,
    /// What its old side is in. Of a new file these are the files that the same patch removes: it may have been one of them.
    sources: Vec<&'p File>,
}

impl Section<'_> {
    /// Lends the old side, under the path of now.
    pub fn before(&self, sink: &Sink<'_>, stop: &Stop) {
        for old in self.sources.iter().flat_map(|source| &source.hunks).flat_map(|hunk| &hunk.old) {
            lend(Origin::Patch(self.path.clone()), old, 0, LineState::default(), sink);
        }
        for side in self.sources.iter().filter_map(|source| source.binary.as_ref()?.old.as_ref()) {
            self.lend_whole(side, sink, stop);
        }
    }

    /// Lends the new side.
    pub fn now(&self, sink: &Sink<'_>, stop: &Stop) {
        for hunk in &self.file.hunks {
            lend(Origin::Patch(self.path.clone()), &hunk.new, 0, LineState::default(), sink);
        }
        if let Some(binary) = &self.file.binary {
            self.lend_whole(&binary.new, sink, stop);
        }
    }

    fn lend_whole(&self, side: &Side, sink: &Sink<'_>, stop: &Stop) {
        if let Ok(bytes) = content(self.text, side) {
            parts::lend(&Origin::Patch(self.path.clone()), &bytes, stop, sink);
        }
    }
}

impl<R: Read + Send> Source for Patch<R> {
    fn each(&self, sink: &Sink<'_>, stop: &Stop) -> Result<Tally, SourceError> {
        let mut tally = Tally::default();
        let mut text = Vec::new();
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let read = Read::take(&mut *reader, LENGTH_MOST).read_to_end(&mut text);
        if let Err(error) = read {
            return Err(SourceError::Unreadable { path: self.name.clone(), detail: error.to_string() });
        }
        if text.len() as u64 == LENGTH_MOST {
            let detail = "longer than 1 GiB: the rest was not scanned; split it";
            tally.notice(Notice::new(Cause::Budget, &self.name, detail));
        }
        let mut parsed = parse(&text);
        if parsed.files.is_empty() && memchr::memmem::find(&text, b"\x1b[").is_some() {
            // `color.ui=always` colours what is piped, too.
            text = uncoloured(&text);
            parsed = parse(&text);
        }
        for line in &parsed.damaged {
            let detail =
                format!("a hunk ends early at line {line}: the patch was cut off or changed by hand; make it anew");
            tally.notice(Notice::new(Cause::Unreadable, &self.name, detail));
        }
        if text.is_empty() {
            tally.notice(Notice::new(Cause::NothingNew, &self.name, "the patch is empty: nothing is changed"));
        } else if parsed.files.is_empty() {
            tally.coverage.files += 1;
            tally.coverage.file_bytes += text.len() as u64;
            let detail = "no patch in it: `git diff`, `git format-patch` and `diff -u` write one";
            tally.notice(Notice::new(Cause::NothingFound, &self.name, detail));
        }
        self.lend_between(&text, &parsed, sink);
        for file in &parsed.files {
            if stop.requested() {
                tally.notice(Notice::new(Cause::Interrupted, &self.name, "the rest was not scanned"));
                break;
            }
            lend_file(file, sink, &mut tally);
            lend_binary(&text, file, (sink, stop), &mut tally);
        }
        if parsed.files.iter().all(|file| file.binary.is_none()) {
            text = Vec::new();
        }
        *self.parsed.lock().unwrap_or_else(PoisonError::into_inner) = Some((text, parsed));
        Ok(tally)
    }
}

impl<R> Patch<R> {
    /// The text outside of files, at its place in the stream.
    fn lend_between(&self, text: &[u8], parsed: &Parsed, sink: &Sink<'_>) {
        let origin = match self.name.as_str() {
            STDIN => Origin::Stdin,
            name => Origin::File(FilePath::from(name)),
        };
        let (mut lines, mut at) = (LineState::default(), 0);
        for range in &parsed.between {
            lines.advance(&text[at..range.start]);
            at = range.start;
            lend(origin.clone(), &text[range.clone()], range.start as u64, lines, sink);
        }
    }
}

fn lend_file(file: &File, sink: &Sink<'_>, tally: &mut Tally) {
    let Some(path) = &file.new else { return };
    tally.coverage.files += 1;
    if file.is_binary {
        tally.coverage.skip(Cause::Binary);
    }
    if file.old.as_ref() != Some(path) {
        sink(Item::name(Origin::FileName(FilePath::new(path.clone())), path, file_name_start(path)));
    }
    let mut offset = 0;
    for hunk in &file.hunks {
        tally.coverage.file_bytes += hunk.new.len() as u64;
        let lines = LineState::at_line(hunk.line);
        lend(Origin::Patch(FilePath::new(path.clone())), &hunk.new, offset, lines, sink);
        offset += hunk.new.len() as u64;
    }
}

/// Lends what is no text, or says why it cannot be.
fn lend_binary(text: &[u8], file: &File, (sink, stop): (&Sink<'_>, &Stop), tally: &mut Tally) {
    let (Some(path), Some(binary)) = (&file.new, &file.binary) else { return };
    let path = FilePath::new(path.clone());
    let (cause, detail) = match content(text, &binary.new) {
        Ok(bytes) => {
            tally.coverage.file_bytes += bytes.len() as u64;
            return parts::lend(&Origin::Patch(path), &bytes, stop, sink);
        }
        Err(Trouble::Delta) => (
            Cause::MissingObject,
            "a binary patch of what was changed, without the file that it changes; a range of the repository sees it",
        ),
        Err(Trouble::TooLong) => (Cause::Budget, "a binary patch of more than 64 MiB: it was not scanned"),
        Err(Trouble::Damaged) => (Cause::Unreadable, "a binary patch that is damaged; make it anew"),
    };
    tally.notice(Notice::new(cause, path.display(), detail));
}

/// A text without the sequences that terminals take for colours.
fn uncoloured(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memmem::find(rest, b"\x1b[") {
        let parameters = &rest[at + 2..];
        let length = parameters.iter().take_while(|&&byte| byte.is_ascii_digit() || byte == b';').count();
        let is_colour = matches!(parameters.get(length), Some(b'm' | b'K'));
        let end = if is_colour { at + 2 + length + 1 } else { at + 2 };
        plain.extend_from_slice(if is_colour { &rest[..at] } else { &rest[..end] });
        rest = &rest[end..];
    }
    plain.extend_from_slice(rest);
    plain
}

/// Lends a piece of a text, of which nothing before or behind is known.
fn lend(origin: Origin, bytes: &[u8], offset: u64, lines: LineState, sink: &Sink<'_>) {
    if bytes.is_empty() {
        return;
    }
    let (own, head) = (0..bytes.len(), &bytes[..bytes.len().min(HEAD)]);
    sink(Item { origin, bytes, own, offset, lines, head, whole: false, open: None, kin: None });
}
