//! The keysieve command.
fn main() {}
