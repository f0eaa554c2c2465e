//! keysieve finds hard-coded tokens in files and git history, and checks configuration against rotation and scope policy.
//!
//! Data flows one way: sources push bytes, detection proposes candidates, judgement decides with reasons, findings are
//! placed, and reports are written. `docs/architecture.md` draws the rooms; `tests/architecture.rs` holds them apart.

pub mod class;
#[cfg(feature = "cli")]
pub mod cli;
pub mod collate;
pub mod config;
pub mod decode;
mod der;
pub mod detect;
pub mod document;
pub mod finding;
pub mod judge;
mod keyed;
mod lanes;
mod layout;
pub mod notice;
pub mod place;
pub mod policy;
pub mod provenance;
pub mod report;
pub mod rule;
pub mod run;
pub mod scale;
pub mod secret;
pub mod source;
pub mod suppress;
pub mod window;
