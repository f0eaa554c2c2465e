//! Containers: what is in them is found where it is, and nothing that they are made of stops a run.
#![allow(clippy::unwrap_used)]

#[path = "containers/bounds.rs"]
mod bounds;
#[path = "containers/build.rs"]
mod build;
#[path = "containers/documents.rs"]
mod documents;
#[path = "containers/formats.rs"]
mod formats;
#[path = "containers/reports.rs"]
mod reports;
mod scripted;
#[path = "containers/support.rs"]
mod support;
