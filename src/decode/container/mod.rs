//! Files that hold other files, or text in another form than plain: archives, compressed streams, documents, databases.
//!
//! Each format has a reader of its own, which goes from bytes to members and pushes them into a [`Visit`], one after the
//! other. A reader knows no file system: a member's name is data, and its body is a stream that is read or left. What
//! comes out is bounded by whoever visits: bodies are made as they are read, so a bomb that nobody reads on costs
//! nothing. What a reader itself must hold (a window, a whole document) it asks [`Memory`] for first.
//!
//! Readers are forgiving: a damaged archive is read as far as it goes, found again behind the damage where the format
//! allows it, and the damage is told. Checksums are not verified: a secret is a secret in a damaged file, too. Libraries
//! for zip, tar and SQLite were not taken, because they believe the index that an archive gives of itself, and what
//! somebody wants to hide is what the index leaves out.

use std::io::{Read, Seek};
use std::ops::ControlFlow;

mod ar;
mod bits;
mod bzip2;
mod exactly;
mod memory;
pub mod notebook;
mod packed;
mod pdf;
mod seven;
mod sqlite;
mod tar;
mod zip;

pub use memory::{Gate, Memory, RESERVED};

/// A container that can be read from any place of it.
pub trait Input: Read + Seek {}

impl<T: Read + Seek + ?Sized> Input for T {}

/// What takes the members of a container.
pub trait Visit {
    /// One member. `name` is as the container spells it, and empty where it gives none. What is left of `body` is passed
    /// over. An error of `body` is damage of this member, or a limit if its kind is
    /// [`OutOfMemory`](std::io::ErrorKind::OutOfMemory).
    ///
    /// Returns `Break` if no further member is wanted.
    fn member(&mut self, name: &[u8], body: &mut dyn Read) -> ControlFlow<()>;

    /// Something that is not read: the member `name`, or, if it is empty, the container or the rest of it.
    fn problem(&mut self, name: &[u8], problem: Problem);
}

/// Why something is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It is not as its format wants it; the words say how.
    Damaged(&'static str),
    /// It is encrypted.
    Encrypted,
    /// It is packed in a way that no reader here knows.
    Unsupported(&'static str),
    /// It needs more memory than there is for it.
    Limit(&'static str),
}

/// The formats that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RFC 1952.
    Gzip,
    /// bzip2.
    Bzip2,
    /// The .xz file format 1.2.
    Xz,
    /// RFC 8878.
    Zstd,
    /// PKWARE's APPNOTE 6.3, and what is written in it: jar, docx, apk, whl, crx …
    Zip,
    /// POSIX ustar and pax, GNU, and the older one without a magic.
    Tar,
    /// The archives of Unix linkers, and Debian packages.
    Ar,
    /// 7-Zip's.
    SevenZip,
    /// SQLite 3.
    Sqlite,
    /// ISO 32000.
    Pdf,
}

impl Format {
    /// Tells a container by its first bytes: a few hundred are enough.
    #[must_use]
    pub fn of(head: &[u8]) -> Option<Format> {
        match *head.first()? {
            0x1F if head.starts_with(&[0x1F, 0x8B, 8]) => Some(Format::Gzip),
            b'B' if bzip2::is_head(head) => Some(Format::Bzip2),
            0xFD if head.starts_with(b"\xFD7zXZ\0") => Some(Format::Xz),
            _ if packed::is_zstd(head) => Some(Format::Zstd),
            b'P' if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") => Some(Format::Zip),
            b'P' if head.starts_with(b"PK\x07\x08PK\x03\x04") => Some(Format::Zip),
            b'C' if head.starts_with(b"Cr24\x02\0\0\0") || head.starts_with(b"Cr24\x03\0\0\0") => Some(Format::Zip),
            b'!' if head.starts_with(b"!<arch>\n") => Some(Format::Ar),
            b'7' if head.starts_with(b"7z\xBC\xAF\x27\x1C") => Some(Format::SevenZip),
            b'S' if sqlite::is_head(head) => Some(Format::Sqlite),
            _ if pdf::is_head(head) => Some(Format::Pdf),
            _ if tar::is_head(head) => Some(Format::Tar),
            _ => None,
        }
    }

    /// Whether the format is read from front to back, so that no more of it is held than a window.
    #[must_use]
    pub fn is_streamed(self) -> bool {
        self.is_compression() || matches!(self, Format::Tar | Format::Ar)
    }

    /// Whether it is one stream that is compressed, and no archive.
    #[must_use]
    pub fn is_compression(self) -> bool {
        matches!(self, Format::Gzip | Format::Bzip2 | Format::Xz | Format::Zstd)
    }
}

/// Reads a container of a [streamed](Format::is_streamed) format that begins with `head`; `input` gives it all.
pub fn stream(format: Format, head: &[u8], input: &mut dyn Read, memory: &Memory<'_>, visit: &mut dyn Visit) {
    match format {
        Format::Gzip => packed::gzip(input, visit),
        Format::Bzip2 => bzip2::members(input, memory, visit),
        Format::Xz => packed::xz(head, input, memory, visit),
        Format::Zstd => packed::zstd(input, memory, visit),
        Format::Tar => tar::members(input, visit),
        Format::Ar => ar::members(input, visit),
        _ => visit.problem(b"", Problem::Unsupported("it cannot be read as a stream")),
    }
}

/// Reads a container of any format; `input` is at its beginning, and `head` is what it begins with.
pub fn read(format: Format, head: &[u8], input: &mut dyn Input, memory: &Memory<'_>, visit: &mut dyn Visit) {
    match format {
        Format::Zip => zip::members(input, memory, visit),
        Format::SevenZip => seven::members(head, input, memory, visit),
        Format::Sqlite => sqlite::members(head, input, visit),
        Format::Pdf => pdf::members(input, memory, visit),
        streamed => stream(streamed, head, &mut { input }, memory, visit),
    }
}
