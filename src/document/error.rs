//! Why a document could not be read.

use crate::place::{LineState, Positions};

/// Why a document could not be read, with the place as `line:column` (both from 1, columns in characters).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The text is not valid in its format.
    #[error("{line}:{column}: {message}")]
    Syntax {
        /// Line of the place.
        line: u64,
        /// Column of the place.
        column: u64,
        /// What is wrong there.
        message: String,
    },
    /// The text is a template that has to be rendered first.
    #[error("{line}:{column}: a template, which says nothing before it is rendered; lint the rendered output instead")]
    Template {
        /// Line of the place.
        line: u64,
        /// Column of the place.
        column: u64,
    },
    /// The document is nested more deeply than [`MAX_DEPTH`](super::MAX_DEPTH).
    #[error("{line}:{column}: nested more than {} levels deep", super::MAX_DEPTH)]
    TooDeep {
        /// Line of the place.
        line: u64,
        /// Column of the place.
        column: u64,
    },
    /// The document holds more nodes than [`MAX_NODES`](super::MAX_NODES).
    #[error("more than {} values, aliases counted as often as they are used", super::MAX_NODES)]
    TooManyNodes,
    /// The document is longer than [`MAX_BYTES`](super::MAX_BYTES).
    #[error("{bytes} bytes; documents of up to {} are linted", super::MAX_BYTES)]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
}

impl ReadError {
    /// Whether a limit was reached, as opposed to a text that does not parse.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        matches!(self, ReadError::TooDeep { .. } | ReadError::TooManyNodes | ReadError::TooLarge { .. })
    }

    /// The same error in a text that is preceded by so many lines.
    pub(super) fn lines_below(mut self, lines: u64) -> Self {
        match &mut self {
            ReadError::Syntax { line, .. } | ReadError::Template { line, .. } | ReadError::TooDeep { line, .. } => {
                *line += lines;
            }
            ReadError::TooManyNodes | ReadError::TooLarge { .. } => {}
        }
        self
    }

    pub(super) fn syntax(text: &[u8], offset: usize, message: impl Into<String>) -> Self {
        let (line, column) = place(text, offset);
        ReadError::Syntax { line, column, message: message.into() }
    }

    pub(super) fn template(text: &str, offset: usize) -> Self {
        let (line, column) = place(text.as_bytes(), offset);
        ReadError::Template { line, column }
    }

    pub(super) fn too_deep(text: &str, offset: usize) -> Self {
        let (line, column) = place(text.as_bytes(), offset);
        ReadError::TooDeep { line, column }
    }
}

fn place(text: &[u8], offset: usize) -> (u64, u64) {
    let position = Positions::new(text, LineState::default()).at(offset);
    (position.line, position.column)
}
