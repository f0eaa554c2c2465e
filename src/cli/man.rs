//! `keysieve man`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, CommandFactory as _};
use clap_mangen::Man;

use super::Cli;
use super::output::{print, shown, write_bytes};

/// Write the manual: the page of keysieve to standard output, or the pages of all commands into a directory
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct ManArgs {
    /// Write keysieve.1, keysieve-check.1 and so on into DIR, which is made if it is not there
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

const AFTER: &str = "\
Examples:
  keysieve man | man -l -
  keysieve man --dir ~/.local/share/man/man1

Exit codes: 0, or 2 if a page could not be written.";

impl ManArgs {
    /// Writes it. Returns the exit code.
    pub fn run(&self) -> anyhow::Result<u8> {
        let mut command = Cli::command().disable_help_subcommand(true);
        command.build();
        let Some(directory) = &self.dir else {
            write_bytes(None, &page(command)?)?;
            return Ok(0);
        };
        fs::create_dir_all(directory).with_context(|| format!("{}: cannot be made", shown(directory)))?;
        let count = write(&command, directory)?;
        print(&format!("{}: {count} pages written\n", shown(directory)))?;
        Ok(0)
    }
}

/// Writes the page of a command and those of the commands below it. Returns how many that were.
fn write(command: &clap::Command, directory: &Path) -> anyhow::Result<usize> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    write_bytes(Some(&directory.join(format!("{name}.1"))), &page(command.clone())?)?;
    command.get_subcommands().try_fold(1, |count, below| Ok(count + write(below, directory)?))
}

fn page(command: clap::Command) -> anyhow::Result<Vec<u8>> {
    let mut page = Vec::new();
    // The version in full has its own section.
    Man::new(command).source(concat!("keysieve ", env!("CARGO_PKG_VERSION"))).render(&mut page)?;
    Ok(page)
}
