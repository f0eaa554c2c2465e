//! Laws that hold for every text, tried over the examples of all rules and over random ones.
//!
//! A text in parts gives what the whole gives; what is found is found in every encoding; the literals that pick the places lose nothing; offsets of decoded text lead
//! back to the file; positions can be carried over any cut; and no input stops the scanner.
#![allow(clippy::unwrap_used)]

#[path = "properties/deltas.rs"]
mod deltas;
#[path = "properties/encodings.rs"]
mod encodings;
#[path = "properties/hostile.rs"]
mod hostile;
#[path = "properties/long.rs"]
mod long;
#[path = "properties/offsets.rs"]
mod offsets;
#[path = "properties/parts.rs"]
mod parts;
#[path = "properties/positions.rs"]
mod positions;
#[path = "properties/prefilter.rs"]
mod prefilter;
#[path = "properties/support.rs"]
mod support;
