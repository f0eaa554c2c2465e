//! What a rule is: the schema of packs, the built-in table, packs of the user's, offline checks, and examples.

pub mod builtin;
pub mod check;
pub mod example;
pub mod files;
pub mod foreign;
pub mod format;
pub mod model;
pub mod pack;
mod random;
mod render;
pub mod schema;
pub mod search;
pub mod set;
pub mod validate;
mod value;

pub use model::{Anchor, Check, Form, Lifetime, Rule};
pub use set::{RuleIndex, RuleSet};
