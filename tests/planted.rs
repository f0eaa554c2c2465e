//! A repository with one secret at every place that a repository has, and what the built program says of it.
#![allow(clippy::unwrap_used)]

mod scripted;
mod support;

#[path = "planted/environment.rs"]
mod environment;
#[path = "planted/everywhere.rs"]
mod everywhere;
#[path = "planted/redaction.rs"]
mod redaction;
#[path = "planted/repository.rs"]
mod repository;
/// What the SARIF linter tests itself with.
#[allow(dead_code)]
#[path = "report_formats/sample.rs"]
mod sample;
#[path = "planted/sarif.rs"]
mod sarif;
#[path = "planted/shapes.rs"]
mod shapes;
#[path = "planted/threads.rs"]
mod threads;
