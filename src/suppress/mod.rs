//! What hides a finding.
//!
//! Nothing is hidden in silence: what is hidden is counted, and every report says how much it is.

mod exception;

pub use exception::Exceptions;
