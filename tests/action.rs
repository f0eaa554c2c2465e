//! `action.yml`: its scripts, run step by step as a runner runs them, on repositories that git makes and with recorded event
//! payloads; and the shape of the file itself.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod scripted;
mod support;

#[path = "action/changes.rs"]
mod changes;
#[path = "action/forge.rs"]
mod forge;
#[path = "action/getting.rs"]
mod getting;
#[path = "action/hostile.rs"]
mod hostile;
#[path = "action/policy.rs"]
mod policy;
#[path = "action/pulls.rs"]
mod pulls;
#[path = "action/pushes.rs"]
mod pushes;
#[path = "action/release.rs"]
mod release;
#[path = "action/runner.rs"]
mod runner;
#[path = "action/shallow.rs"]
mod shallow;
#[path = "action/shape.rs"]
mod shape;
#[path = "action/whole.rs"]
mod whole;
#[path = "action/yaml.rs"]
mod yaml;
