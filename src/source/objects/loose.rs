//! Objects that have a file of their own.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::objs::Kind;

use super::inflate::{self, TOO_SHORT};
use super::{TOO_LONG, WHOLE_LIMIT};
use crate::notice::{Cause, Notice};
use crate::source::shown;

/// The loose objects of one object directory.
pub(super) struct Loose {
    directory: PathBuf,
    /// Sorted.
    pub(super) ids: Vec<ObjectId>,
}

impl Loose {
    /// Lists the objects below `directory`.
    pub(super) fn list(directory: &Path, hash: gix::hash::Kind, notices: &mut Vec<Notice>) -> Self {
        let mut ids = Vec::new();
        for first in 0..=255_u8 {
            let below = directory.join(format!("{first:02x}"));
            let entries = match fs::read_dir(&below) {
                Ok(entries) => entries,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => {
                    notices.push(Notice::new(Cause::Unreadable, shown(&below), error.to_string()));
                    continue;
                }
            };
            for entry in entries.flatten() {
                let name = entry.file_name();
                // Anything else is a temporary file of git's.
                if name.len() == hash.len_in_hex() - 2
                    && let Some(rest) = name.to_str()
                    && let Ok(id) = ObjectId::from_hex(format!("{first:02x}{rest}").as_bytes())
                {
                    ids.push(id);
                }
            }
        }
        ids.sort_unstable();
        Self { directory: directory.to_owned(), ids }
    }

    /// The file of an object.
    pub(super) fn file(&self, id: &gix::oid) -> PathBuf {
        let hex = id.to_hex().to_string();
        self.directory.join(&hex[..2]).join(&hex[2..])
    }

    /// Opens an object: its kind, its size, and a reader of its bytes.
    pub(super) fn open(&self, id: &gix::oid) -> Result<(Kind, u64, impl Read + use<>), String> {
        let path = self.file(id);
        // git writes regular files only; anything else could block for ever.
        let file = match fs::symlink_metadata(&path) {
            Ok(metadata) if !metadata.is_dir() && fs::metadata(&path).is_ok_and(|target| target.is_file()) => {
                File::open(&path)
            }
            Ok(_) => return Err("not a regular file".to_owned()),
            Err(error) => Err(error),
        };
        let mut reader = inflate::reader(BufReader::new(file.map_err(|error| error.to_string())?));
        let mut header = Vec::new();
        let mut byte = [0];
        loop {
            match reader.read(&mut byte) {
                Ok(1) if byte[0] == 0 => break,
                Ok(1) if header.len() < 32 => header.push(byte[0]),
                Ok(_) => return Err("the header is damaged".to_owned()),
                Err(error) => return Err(error.to_string()),
            }
        }
        let (kind, size) = parse_header(&header).ok_or("the header is damaged")?;
        Ok((kind, size, reader))
    }

    /// Reads a whole object into `out`.
    pub(super) fn read(&self, id: &gix::oid, out: &mut Vec<u8>) -> Result<Kind, String> {
        let (kind, size, reader) = self.open(id)?;
        fill((id, kind, size), reader, out)?;
        Ok(kind)
    }
}

/// Reads an object of exactly `size` bytes. Grows with what is read, not with what is promised. Packs have checksums, a loose
/// object has its name alone.
pub(super) fn fill(
    (id, kind, size): (&gix::oid, Kind, u64),
    reader: impl Read,
    out: &mut Vec<u8>,
) -> Result<(), String> {
    if size > WHOLE_LIMIT {
        return Err(TOO_LONG.to_owned());
    }
    out.clear();
    reader.take(size + 1).read_to_end(out).map_err(|error| error.to_string())?;
    if out.len() as u64 != size {
        return Err(TOO_SHORT.to_owned());
    }
    match gix::objs::compute_hash(id.kind(), kind, out) {
        Ok(found) if *found == *id => Ok(()),
        _ => Err("it holds another object than its name says".to_owned()),
    }
}

fn parse_header(header: &[u8]) -> Option<(Kind, u64)> {
    let space = memchr::memchr(b' ', header)?;
    let kind = Kind::from_bytes(&header[..space]).ok()?;
    Some((kind, std::str::from_utf8(&header[space + 1..]).ok()?.parse().ok()?))
}
