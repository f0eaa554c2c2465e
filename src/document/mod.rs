//! What a file is, and what is in it.
//!
//! [`kind`] names a file from its path and its first bytes, for detection; [`Syntax`] says which reader, if any, reads it as
//! configuration. [`read`] turns a whole document into one tree of nodes, whatever the syntax, in which every value knows
//! which bytes of the file it stands in. A check therefore never searches text for a place it has already read. [`line`]
//! reads assignments around a word, in any text and any part of one, for detection.
//!
//! A reader bounds its work before a library recurses: nesting by [`MAX_DEPTH`], nodes (aliases counted as often as they
//! are used) by [`MAX_NODES`], bytes by [`MAX_BYTES`].

mod budget;
mod dockerfile;
mod dotenv;
mod error;
mod hcl;
mod ini;
mod json;
mod json_lines;
pub mod kind;
pub mod line;
mod lines;
mod nesting;
mod netrc;
mod node;
mod offsets;
mod properties;
mod scalar;
mod syntax;
mod toml;
mod trail;
mod xml;
mod yaml;

pub use error::ReadError;
pub use node::{Entry, Node, Value};
pub use syntax::Syntax;
pub use trail::{Segment, Trail, walk};

use std::sync::Arc;

use kind::FileKind;

/// The largest document that is read, in bytes.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;

/// The deepest nesting that is read. Hand-written configuration stays below 20.
pub const MAX_DEPTH: usize = 128;

/// The most nodes of one document, an aliased node counted once for each use.
pub const MAX_NODES: usize = 1_000_000;

/// A document that was read.
#[derive(Clone, Debug)]
pub struct Document {
    /// Which reader read it.
    pub syntax: Syntax,
    /// What kind of file it is.
    pub kind: FileKind,
    /// The top nodes: one for most formats, one a document for YAML streams, one a line for JSON Lines. Empty for an empty
    /// file.
    pub roots: Vec<Arc<Node>>,
}

/// Reads a whole document.
///
/// A byte order mark is skipped; spans count from the first byte of `bytes` all the same.
///
/// # Errors
/// When the bytes are not UTF-8, do not parse, hold an unrendered template, or go beyond a limit.
pub fn read(syntax: Syntax, bytes: &[u8]) -> Result<Document, ReadError> {
    if bytes.len() > MAX_BYTES {
        return Err(ReadError::TooLarge { bytes: bytes.len() });
    }
    let text =
        std::str::from_utf8(bytes).map_err(|error| ReadError::syntax(bytes, error.valid_up_to(), "not UTF-8"))?;
    let roots = match syntax {
        Syntax::Yaml => yaml::read(text),
        Syntax::Json => json::read(text),
        Syntax::JsonLines => json_lines::read(text),
        Syntax::Toml => toml::read(text),
        Syntax::Hcl => hcl::read(text),
        Syntax::Dotenv => dotenv::read(text),
        Syntax::Ini => ini::read(text),
        Syntax::Properties => properties::read(text),
        Syntax::Xml => xml::read(text),
        Syntax::Dockerfile => dockerfile::read(text),
        Syntax::Netrc => netrc::read(text),
        // No reader yet; `Syntax::of` names neither.
        Syntax::Server | Syntax::PythonSettings => Ok(Vec::new()),
    }?;
    Ok(Document { syntax, kind: syntax.kind(), roots })
}

/// Reads JSON that stands inside another document, its spans moved by `offset`.
///
/// # Errors
/// As for [`read`].
pub fn read_embedded_json(text: &str, offset: usize) -> Result<Option<Arc<Node>>, ReadError> {
    json::read_at(text, offset)
}

/// How many bytes of byte order mark the text begins with.
fn mark_length(text: &str) -> usize {
    if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 }
}

#[cfg(test)]
mod tests;
