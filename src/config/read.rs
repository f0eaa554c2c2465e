//! Reading control files.

use std::path::Path;

use super::ConfigError;
use crate::place::{FilePath, LineState, Positions};

/// A control file larger than this is refused.
pub(super) const LARGEST: u64 = 1024 * 1024;

/// Reads a control file: a regular file of a sensible size, never through a symbolic link, which could lead anywhere.
pub(super) fn read(path: &Path, most: u64) -> Result<String, Vec<ConfigError>> {
    let error = |reason: String| vec![ConfigError { file: display(path), line: None, reason }];
    let metadata = path.symlink_metadata().map_err(|fault| error(format!("cannot be read: {fault}")))?;
    if metadata.is_symlink() {
        return Err(error("is a symbolic link; a control file must be a regular file".to_owned()));
    }
    if !metadata.is_file() {
        return Err(error("is not a regular file".to_owned()));
    }
    if metadata.len() > most {
        return Err(error(format!("is larger than {most} bytes")));
    }
    let bytes = std::fs::read(path).map_err(|fault| error(format!("cannot be read: {fault}")))?;
    text(&display(path), bytes, most)
}

/// What the bytes of a control file say.
pub(super) fn text(name: &str, bytes: Vec<u8>, most: u64) -> Result<String, Vec<ConfigError>> {
    let error = |line, reason: String| vec![ConfigError { file: name.to_owned(), line, reason }];
    if bytes.len() as u64 > most {
        return Err(error(None, format!("is larger than {most} bytes")));
    }
    String::from_utf8(bytes).map_err(|fault| {
        let offset = fault.utf8_error().valid_up_to();
        let mut state = LineState::default();
        state.advance(&fault.as_bytes()[..offset]);
        error(Some(state.position().line), "is not UTF-8".to_owned())
    })
}

/// A path as the user would name it.
pub(super) fn display(path: &Path) -> String {
    let path = path.to_string_lossy();
    FilePath::from(path.strip_prefix("./").unwrap_or(&path)).display()
}

pub(super) fn line_at(text: &str, offset: usize) -> u64 {
    Positions::new(text.as_bytes(), LineState::default()).at(offset).line
}
