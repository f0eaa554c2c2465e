//! The keysieve command.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(keysieve::cli::main(std::env::args_os()))
}
