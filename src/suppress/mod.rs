//! What hides a finding.
//!
//! Nothing is hidden in silence: whatever is hidden is in the outcome with the words of who hid it, and every report counts it.

pub mod baseline;
pub mod comment;
mod exception;
pub mod foreign;
mod judge;
#[cfg(test)]
mod sample;

pub use exception::Exceptions;
pub use foreign::Foreign;
pub use judge::{Counting, Ground, Settled, Standing, Standings, Suppressions, sort};
