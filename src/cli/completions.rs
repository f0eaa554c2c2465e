//! `keysieve completions`.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::Cli;
use super::output::write_bytes;

/// Write the completion script of a shell to standard output
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

const AFTER: &str = "\
Examples:
  keysieve completions bash > ~/.local/share/bash-completion/completions/keysieve
  keysieve completions zsh > ~/.zfunc/_keysieve
  keysieve completions fish > ~/.config/fish/completions/keysieve.fish

Exit codes: 0, 2 usage error.";

impl CompletionsArgs {
    /// Writes it. Returns the exit code.
    pub fn run(&self) -> anyhow::Result<u8> {
        // Written whole: a pipe that closes early is an error that the generator would not survive.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "keysieve", &mut script);
        write_bytes(None, &script)?;
        Ok(0)
    }
}
