//! What a rule is: the schema of packs, the built-in table, packs of the user's, offline checks, and examples.

pub mod builtin;
pub mod check;
pub mod example;
pub mod format;
pub mod model;
pub mod pack;
mod render;
pub mod schema;
pub mod set;
pub mod validate;

pub use model::{Anchor, Check, Form, Lifetime, Rule};
pub use set::{RuleIndex, RuleSet};
