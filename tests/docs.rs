//! The pages: their commands are run, their links are followed, and what they call a command or a flag is one.
#![allow(clippy::unwrap_used)]

mod scripted;
mod support;

#[cfg(unix)]
#[path = "docs/commands.rs"]
mod commands;
#[path = "docs/links.rs"]
mod links;
#[path = "docs/names.rs"]
mod names;
#[path = "docs/page.rs"]
mod page;
