//! The flags of every command that judges, and what they make of the configuration.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};

use super::configuration::{ConfigArgs, Loaded};
use super::hiding::{Hiding, HidingArgs};
use super::output::{self, Target};
use super::time;
use crate::finding::{Confidence, Severity};
use crate::notice::Cause;
use crate::report::{Formats, Show};
use crate::run::{Plan, Settings};

/// Flags that every command that judges has.
#[derive(Args, Debug)]
pub struct JudgeArgs {
    /// Format of the report: text, json, jsonl, sarif, csv, junit, gitlab, gitlab-codequality, github, ecs, markdown
    /// or html (docs/formats.md says what each is for)
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Reports")]
    format: Formats,
    /// Write the report to FILE instead of standard output
    #[arg(long, short, value_name = "FILE", help_heading = "Reports")]
    output: Option<PathBuf>,
    /// One more report, as FORMAT=FILE; can be given several times
    #[arg(long, value_name = "FORMAT=FILE", help_heading = "Reports")]
    report: Vec<String>,
    /// Show the secrets themselves, in every report
    #[arg(long, help_heading = "Reports")]
    pub show_secrets: bool,

    #[command(flatten)]
    hiding: HidingArgs,
    #[command(flatten)]
    pub configuration: ConfigArgs,
    /// What "now" is, for lifetimes and expiry dates (2026-01-31 or RFC 3339); the clock by default
    #[arg(long, value_name = "TIME", help_heading = "Configuration")]
    now: Option<String>,
    /// Number of threads; the output does not depend on it
    #[arg(long, value_name = "N", help_heading = "Configuration")]
    threads: Option<std::num::NonZeroUsize>,

    /// Least severity that makes the exit code 1 [default: medium]
    #[arg(long, value_name = "SEVERITY", value_enum, help_heading = "Verdict")]
    fail_on: Option<Severity>,
    /// Findings below this confidence are counted, not shown [default: medium]
    #[arg(long, value_name = "CONFIDENCE", value_enum, help_heading = "Verdict")]
    min_confidence: Option<Confidence>,
    /// List what was judged to be no secret as well, with the reasons (not in SARIF)
    #[arg(long, help_heading = "Verdict")]
    show_rejected: bool,
    /// Exit 0 where findings would make it 1
    #[arg(long, help_heading = "Verdict")]
    exit_zero: bool,
    /// Whatever was not scanned, for whatever reason, makes the scan incomplete (exit 3)
    #[arg(long, help_heading = "Verdict")]
    strict: bool,
    /// Fewer scanned commits make the scan incomplete
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, help_heading = "Verdict")]
    require_commits: u64,
    /// Fewer scanned bytes of files and history make the scan incomplete
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, help_heading = "Verdict")]
    require_bytes: u64,
    /// Most places of secrets that are kept, 0 for all; those of the first files come first, and that there are more makes
    /// the scan incomplete [default: 60000, for a whole history all]
    #[arg(long, value_name = "N", help_heading = "Verdict")]
    max_places: Option<usize>,
    /// Reasons that do not make the scan incomplete, such as `shallow` or `unreadable`
    #[arg(long, value_name = "REASON", value_delimiter = ',', value_parser = cause, help_heading = "Verdict")]
    accept: Vec<Cause>,
}

impl JudgeArgs {
    /// The settings of a run of `plan`.
    pub fn settings(&self, plan: &Plan) -> anyhow::Result<Settings> {
        let loaded = self.configuration.load_for(plan)?;
        let hiding = self.hiding.load(&loaded)?;
        self.settings_of(loaded, hiding)
    }

    /// The settings of a run under a configuration, with what hides findings.
    pub fn settings_of(&self, loaded: Loaded, hiding: Hiding) -> anyhow::Result<Settings> {
        let Loaded { mut config, checks, home } = loaded;
        let notes = home.passed_over(self.configuration.file(), config.suppression.baseline.as_ref());
        config.fail_on = self.fail_on.unwrap_or(config.fail_on);
        config.min_confidence = self.min_confidence.unwrap_or(config.min_confidence);
        Ok(Settings {
            config,
            checks,
            threads: threads(self.threads),
            strict: self.strict,
            accept: self.accept.clone(),
            exit_zero: self.exit_zero,
            now: self.now()?,
            explain: self.show_rejected,
            baseline: hiding.baseline,
            foreign: hiding.foreign,
            no_inline: self.hiding.no_inline,
            notes: notes.into_iter().collect(),
            require_commits: self.require_commits,
            require_bytes: self.require_bytes,
            max_places: self.max_places,
        })
    }

    /// Whether comments may hide something.
    pub fn reads_comments(&self) -> bool {
        !self.hiding.no_inline
    }

    /// What "now" is.
    pub fn now(&self) -> anyhow::Result<jiff::Timestamp> {
        time::now(self.now.as_deref())
    }

    /// What a report shows beside what is reported.
    pub fn show(&self) -> Show {
        Show { secrets: self.show_secrets, suppressed: self.hiding.show_suppressed }
    }

    /// What the user said "now" is, if anything.
    pub fn stated_time(&self) -> anyhow::Result<Option<jiff::Timestamp>> {
        time::stated(self.now.as_deref())
    }

    /// The format of the report on standard output.
    pub fn format(&self) -> Formats {
        self.format
    }

    /// The file of `--output`.
    pub fn output(&self) -> Option<&Path> {
        self.output.as_deref()
    }

    /// Where reports go.
    pub fn targets(&self) -> anyhow::Result<Vec<Target>> {
        let mut targets = Vec::new();
        for report in &self.report {
            let Some((format, file)) = report.split_once('=') else {
                bail!("--report {report}: write FORMAT=FILE");
            };
            let format = format.parse().with_context(|| format!("--report {report}"))?;
            targets.push(Target { format, file: Some(PathBuf::from(file)), scene: None });
        }
        targets.push(Target { format: self.format, file: self.output.clone(), scene: None });
        output::check(&targets)?;
        Ok(targets)
    }
}

/// How many threads to use: those that were asked for, else those that there are.
pub fn threads(asked: Option<std::num::NonZeroUsize>) -> usize {
    match asked {
        Some(threads) => threads.get(),
        None => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
    }
}

/// The cause that the user names.
pub fn cause(text: &str) -> Result<Cause, String> {
    Cause::from_id(text).ok_or_else(|| {
        let known: Vec<&str> = Cause::ALL.iter().map(|cause| cause.id()).collect();
        format!("there is no such reason; there are: {}", known.join(", "))
    })
}

impl ValueEnum for Severity {
    fn value_variants<'a>() -> &'a [Self] {
        &Severity::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.id()))
    }
}

impl ValueEnum for Confidence {
    fn value_variants<'a>() -> &'a [Self] {
        &Confidence::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.id()))
    }
}
