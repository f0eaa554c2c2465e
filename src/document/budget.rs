//! How many nodes a reader may still make.

use std::ops::Range;
use std::sync::Arc;

use super::{MAX_NODES, Node, ReadError, Value};

/// What is left of [`MAX_NODES`].
pub(super) struct Budget(usize);

impl Budget {
    pub(super) fn new() -> Self {
        Self(MAX_NODES)
    }

    /// Takes one node off.
    pub(super) fn take(&mut self) -> Result<(), ReadError> {
        self.0 = self.0.checked_sub(1).ok_or(ReadError::TooManyNodes)?;
        Ok(())
    }

    /// A node, counted.
    pub(super) fn node(&mut self, span: Range<usize>, value: Value) -> Result<Arc<Node>, ReadError> {
        self.take()?;
        Ok(Node::new(span, value))
    }
}
