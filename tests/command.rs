//! The built program as a command: exit codes, messages, files, signals, and the integrations that call it.
#![allow(clippy::unwrap_used)]

mod scripted;
mod support;

#[path = "command/acceptance.rs"]
mod acceptance;
#[path = "command/alerts.rs"]
mod alerts;
#[path = "command/baseline.rs"]
mod baseline;
#[path = "command/beside.rs"]
mod beside;
#[path = "command/bounded.rs"]
mod bounded;
#[path = "command/cache.rs"]
mod cache;
#[path = "command/changes.rs"]
mod changes;
#[path = "command/cleanup.rs"]
mod cleanup;
#[path = "command/clock.rs"]
mod clock;
#[path = "command/comments.rs"]
mod comments;
#[path = "command/config.rs"]
mod config;
#[path = "command/deltas.rs"]
mod deltas;
#[path = "command/diff.rs"]
mod diff;
#[cfg(unix)]
#[path = "command/ending.rs"]
mod ending;
#[path = "command/exceptions.rs"]
mod exceptions;
#[path = "command/exit_codes.rs"]
mod exit_codes;
#[path = "command/foreign.rs"]
mod foreign;
#[cfg(unix)]
#[path = "command/framework.rs"]
mod framework;
#[path = "command/help.rs"]
mod help;
#[cfg(unix)]
#[path = "command/hooks.rs"]
mod hooks;
#[path = "command/included.rs"]
mod included;
#[path = "command/init.rs"]
mod init;
#[cfg(unix)]
#[path = "command/installed.rs"]
mod installed;
#[path = "command/inventory.rs"]
mod inventory;
#[path = "command/life.rs"]
mod life;
#[path = "command/manual.rs"]
mod manual;
#[path = "command/merge.rs"]
mod merge;
#[path = "command/missed.rs"]
mod missed;
#[path = "command/names.rs"]
mod names;
#[cfg(unix)]
#[path = "command/oddities.rs"]
mod oddities;
#[path = "command/own.rs"]
mod own;
#[path = "command/patches.rs"]
mod patches;
#[path = "command/positions.rs"]
mod positions;
#[cfg(unix)]
#[path = "command/pushes.rs"]
mod pushes;
#[path = "command/ranges.rs"]
mod ranges;
#[path = "command/reports.rs"]
mod reports;
#[path = "command/rotated.rs"]
mod rotated;
#[path = "command/rules.rs"]
mod rules;
#[path = "command/staged.rs"]
mod staged;
#[path = "command/submodules.rs"]
mod submodules;
#[path = "command/why.rs"]
mod why;
