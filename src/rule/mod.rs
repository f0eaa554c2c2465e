//! What a rule is.
pub mod schema;
