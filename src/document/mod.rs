//! What a file is, and what is in it.
//!
//! [`kind`] names a file from its path and its first bytes, for detection; [`Syntax`] says which reader, if any, reads it as
//! configuration. [`read`] turns a whole document into one tree of nodes, whatever the syntax, in which every value knows
//! which bytes of the file it stands in. A check therefore never searches text for a place it has already read. [`line`]
//! reads assignments around a word, in any text and any part of one, for detection. [`code`] reads source code as a row of
//! tokens, for the checks that ask what a program does with a credential.
//!
//! A template of YAML is read as it is, not rendered: what its actions touch is unknown, and no map to which one may add is
//! complete.
//!
//! A reader bounds its work before a library recurses: nesting by [`MAX_DEPTH`], nodes (aliases counted as often as they
//! are used) by [`MAX_NODES`], bytes by [`MAX_BYTES`].

mod budget;
pub mod certificate;
pub mod code;
mod dockerfile;
mod dotenv;
mod error;
mod hcl;
mod ini;
mod jenkinsfile;
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
mod python;
mod relaxed;
mod requirements;
mod scalar;
mod server;
mod syntax;
mod template;
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
    /// Whether it is a template that nothing has rendered: maps to which an action may add [are open](Node::is_open).
    pub is_template: bool,
    /// Why only a part of it was read, if so: the documents of a stream that parse (`null` stands for each other one), and of a template that
    /// does not the lines that say something by themselves.
    pub partial: Option<ReadError>,
}

impl Document {
    /// A document that stands in the file as it is.
    fn plain(syntax: Syntax, roots: Vec<Arc<Node>>) -> Self {
        Self { syntax, kind: syntax.kind(), roots, is_template: false, partial: None }
    }
}

/// Reads a whole document.
///
/// A byte order mark is skipped; spans count from the first byte of `bytes` all the same.
///
/// # Errors
/// When the bytes are not UTF-8, do not parse, or go beyond a limit. A template of YAML is read as far as it can be.
pub fn read(syntax: Syntax, bytes: &[u8]) -> Result<Document, ReadError> {
    if bytes.len() > MAX_BYTES {
        return Err(ReadError::TooLarge { bytes: bytes.len() });
    }
    let text =
        std::str::from_utf8(bytes).map_err(|error| ReadError::syntax(bytes, error.valid_up_to(), "not UTF-8"))?;
    let roots = match syntax {
        Syntax::Yaml => return yaml::read(text),
        Syntax::Json => match json::read(text) {
            // Some write one value a line into files that are named as if it were one.
            Err(error @ ReadError::Syntax { .. }) => {
                let lines = json_lines::read(text).ok().filter(|roots| roots.len() > 1).ok_or(error);
                return lines.map(|roots| Document::plain(Syntax::JsonLines, roots));
            }
            result => result,
        },
        Syntax::JsonLines => json_lines::read(text),
        Syntax::Toml => toml::read(text),
        Syntax::Hcl => hcl::read(text),
        Syntax::Dotenv => dotenv::read(text),
        Syntax::Ini => ini::read(text),
        Syntax::Properties => properties::read(text),
        Syntax::Xml => xml::read(text),
        Syntax::Dockerfile => dockerfile::read(text),
        Syntax::Netrc => netrc::read(text),
        Syntax::Requirements => requirements::read(text),
        Syntax::Server => server::read(text),
        Syntax::PythonSettings => python::read(text),
        Syntax::Jenkinsfile => jenkinsfile::read(text),
        Syntax::Pem => Ok(vec![Node::new(0..text.len(), Value::String(text.to_owned()))]),
    };
    roots.map(|roots| Document::plain(syntax, roots))
}

/// Reads JSON that stands inside another document, its spans moved by `offset`.
///
/// # Errors
/// As for [`read`].
pub fn read_embedded_json(text: &str, offset: usize) -> Result<Option<Arc<Node>>, ReadError> {
    json::read_at(text, offset)
}

/// The tree with every span `by` bytes further on.
#[must_use]
pub fn moved(root: Arc<Node>, by: usize) -> Arc<Node> {
    let shifted = |span: &std::ops::Range<usize>| span.start + by..span.end + by;
    let all = |nodes: &[Arc<Node>]| nodes.iter().map(|node| moved(node.clone(), by)).collect();
    let value = match &root.value {
        Value::Map(entries) => {
            let moved = |entry: &Entry| Entry {
                key: entry.key.clone(),
                key_span: shifted(&entry.key_span),
                value: moved(entry.value.clone(), by),
            };
            Value::Map(entries.iter().map(moved).collect())
        }
        Value::Sequence(items) => Value::Sequence(all(items)),
        Value::Call { name, arguments } => Value::Call { name: name.clone(), arguments: all(arguments) },
        scalar => scalar.clone(),
    };
    Node::new(shifted(&root.span), value)
}

/// How many bytes of byte order mark the text begins with.
fn mark_length(text: &str) -> usize {
    if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 }
}

#[cfg(test)]
mod tests;
