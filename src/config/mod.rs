//! `keysieve.toml`.

pub mod policy;
