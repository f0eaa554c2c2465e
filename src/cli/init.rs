//! `keysieve init`.
//!
//! It writes `keysieve.toml`, and says what is there and what comes next. The hook and the baseline are made by the commands that
//! make them alone, so that there is one way to each. What exists is left as it is.

mod ci;
mod found;

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use clap::Args;

use super::configuration::{lines, top};
use super::output::{print, shown};
use super::{Cli, hook};
use crate::config::key::{Wanted, with, with_text};
use crate::config::{self};
use ci::Ci;

/// Set keysieve up in a repository: write keysieve.toml, and say what comes next
///
/// Writes a keysieve.toml with a fingerprint-key of its own and all settings as comments, says what of CI, hooks and other
/// scanners is there, and prints the next commands. Nothing that exists is overwritten; doing it twice changes nothing.
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct InitArgs {
    /// Install the hook that is run before a commit, as `keysieve hook install` does
    #[arg(long)]
    hook: bool,
    /// List what is there already, as `keysieve baseline create` does
    #[arg(long)]
    baseline: bool,
    /// Write the job for this CI
    #[arg(long, value_name = "CI", value_enum)]
    ci: Option<Ci>,
    /// Write nothing, and say what would be written
    #[arg(long)]
    dry_run: bool,
}

const AFTER: &str = "\
Examples:
  keysieve init
  keysieve init --dry-run
  keysieve init --hook --baseline --ci github

Exit codes: 0 done, or it was; 2 something could not be done, and why; 3 the scan for the baseline is incomplete.";

/// What stands in a new control file, apart from the key.
const SETTINGS: &str = include_str!("init/keysieve.toml");

/// The name of a baseline that nobody gave another.
const BASELINE: &str = super::baseline::NAME;

impl InitArgs {
    /// Does what is asked for, and says it. Returns the exit code.
    pub fn run(&self) -> anyhow::Result<u8> {
        let repository = top(Path::new("."));
        let here = Path::new(".").canonicalize().context("the current directory")?;
        let home = repository.as_deref().unwrap_or(&here);
        print(&match &repository {
            Some(top) => format!("{}: a git repository\n", shown(top)),
            None => format!("{}: in no git repository, so there is no history to scan and no hook\n", shown(home)),
        })?;
        if self.hook && repository.is_none() {
            bail!("--hook: there is no git repository here; `git init` makes one");
        }
        let hook = match repository {
            Some(_) => Some(hook::before_commits()?),
            None => None,
        };
        let services: Vec<Ci> = Ci::ALL.into_iter().filter(|ci| ci.is_used(home)).collect();
        print(&found::described(home, &services, hook.as_deref()))?;

        print(&self.settings(home)?)?;
        if self.baseline {
            let code = self.baseline(home, home == here)?;
            if code != 0 {
                return Ok(code);
            }
        }
        // What others have in the place of one is no reason to leave the other undone.
        let installed = self.install();
        let written = self.ci.map_or(Ok(()), |ci| self.job(ci, home));
        print(&self.next(home, &services, hook.as_deref()))?;
        installed.and(written)?;
        Ok(0)
    }

    fn install(&self) -> anyhow::Result<()> {
        match (self.hook, self.dry_run) {
            (true, true) => print("hook: `keysieve hook install` would be run\n"),
            (true, false) => same_as(&["hook", "install"]).map(drop),
            (false, _) => Ok(()),
        }
    }

    /// Writes the control file, if there is none.
    fn settings(&self, home: &Path) -> anyhow::Result<String> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).context("the operating system gives no random bytes for a fingerprint key")?;
        let digits = data_encoding::HEXLOWER.encode(&bytes);
        let wanted = Wanted { key: Some(&digits), baseline: None };
        if let Some(file) = config::find(home) {
            let lacking = with(&file, wanted).map_err(|errors| anyhow::anyhow!(lines(&errors)))?.is_some();
            let key = if lacking { "; it has no fingerprint-key: `keysieve baseline create` adds one" } else { "" };
            return Ok(format!("{}: there already, and left as it is{key}\n", name_of(&file)));
        }
        let name = config::FILE_NAMES[0];
        if self.dry_run {
            return Ok(format!("{name}: would be written, with a fingerprint key\n"));
        }
        let text = with_text(name, SETTINGS, wanted).map_err(|errors| anyhow::anyhow!(lines(&errors)))?;
        create(&home.join(name), text.as_deref().unwrap_or(SETTINGS))?;
        Ok(format!("{name}: written, with a fingerprint key; commit it\n"))
    }

    fn baseline(&self, home: &Path, is_here: bool) -> anyhow::Result<u8> {
        if home.join(BASELINE).symlink_metadata().is_ok() {
            print(&format!("{BASELINE}: there already; `keysieve baseline update` brings it up to date\n"))?;
        } else if self.dry_run {
            print(&format!("{BASELINE}: `keysieve baseline create` would be run\n"))?;
        } else {
            let top = if is_here { Path::new(".") } else { home };
            return same_as(&["baseline", "create", top.to_str().context("a path that is no UTF-8")?]);
        }
        Ok(0)
    }

    /// Writes the file of a CI, if there is none.
    fn job(&self, ci: Ci, home: &Path) -> anyhow::Result<()> {
        let (file, recipe) = (ci.file(), ci.recipe());
        let path = home.join(file);
        if path.symlink_metadata().is_ok() {
            if fs::read_to_string(&path).is_ok_and(|text| text.contains("keysieve")) {
                return print(&format!("{file}: runs keysieve already\n"));
            }
            print(&format!("\n{recipe}\n"))?;
            bail!("{file} is there already, and nothing is overwritten: add to it what stands above");
        }
        if self.dry_run {
            return print(&format!("{file}: would be written:\n\n{recipe}\n"));
        }
        create(&path, &recipe)?;
        print(&format!("{file}: written; commit it\n"))?;
        for (what, why) in ci.to_replace() {
            print(&format!("  put in the place of {what}: {why}\n"))?;
        }
        Ok(())
    }

    /// What is left to do, a command a line.
    fn next(&self, home: &Path, services: &[Ci], hook: Option<&str>) -> String {
        let mut next = Vec::new();
        if !self.hook && hook.is_some_and(|hook| hook.starts_with("not installed")) {
            next.push(("keysieve hook install".to_owned(), "looks at what each commit brings"));
        }
        if !self.baseline && home.join(BASELINE).symlink_metadata().is_err() {
            next.push(("keysieve baseline create".to_owned(), "lists what is there, so that only what is new fails"));
        }
        let without: Vec<&Ci> = services.iter().filter(|ci| self.ci != Some(**ci) && !ci.runs_keysieve(home)).collect();
        for ci in &without {
            next.push((format!("keysieve init --ci {}", ci.id()), "gives the job that looks at every change"));
        }
        if services.is_empty() && self.ci.is_none() {
            let names: Vec<&str> = Ci::ALL.iter().map(|ci| ci.id()).collect();
            next.push((format!("keysieve init --ci {}", names.join("|")), "the same in CI"));
        }
        next.push(("keysieve check .".to_owned(), "looks at everything"));
        let width = next.iter().map(|(command, _)| command.len()).filter(|&width| width < 40).max().unwrap_or(0);
        let lines: Vec<String> = next.iter().map(|(command, why)| format!("  {command:width$}  {why}\n")).collect();
        format!("next:\n{}", lines.concat())
    }
}

/// What another command does, as if it had been typed.
fn same_as(arguments: &[&str]) -> anyhow::Result<u8> {
    use clap::Parser as _;
    let all = ["keysieve"].iter().chain(arguments);
    Cli::try_parse_from(all).expect("a command of this program").command.run()
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| shown(Path::new(name))).unwrap_or_default()
}

/// Makes a file; one that is there, be it a link that leads nowhere, is an error.
fn create(path: &Path, text: &str) -> anyhow::Result<()> {
    let written = || -> io::Result<()> {
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
    };
    written().with_context(|| format!("{}: cannot be written", shown(path)))
}
