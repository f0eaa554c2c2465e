//! Rego as a program: the only file that knows the library.
//!
//! The library is built without `std`, so that it has no clock, no environment and no standard error. The clock by which it bounds
//! its evaluations has to be given to it, and what it is given here counts how often it is asked: the bound is one of work, and the
//! same everywhere. Memory that a single builtin function takes (`numbers.range`) is not bounded by it.
//!
//! Clauses are evaluated one by one with what the library has for its own tests and leaves out of its documentation; its version is
//! therefore pinned.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::sync::Once;
use std::time::Duration;

use jiff::Timestamp;
use regorus::utils::limits::{ExecutionTimerConfig, TimeSource, set_time_source};
use regorus::{Engine, LimitError, Value};
use serde_json::Value as Json;

use super::Tested;
use super::source::{self, Role};
use crate::config::ConfigError;
use crate::config::rego::RegoFile;

/// After so many steps the library asks for the time.
const STEPS: NonZeroU32 = NonZeroU32::new(1_000).expect("it is not zero");
/// So often it may ask in one evaluation: a clause is given up after two million steps.
const MOST_ASKED: u64 = 2_000;

/// The time as the library sees it: how often this thread has asked for it, in nanoseconds.
struct Count;

impl TimeSource for Count {
    fn now(&self) -> Option<Duration> {
        thread_local! {
            static ASKED: Cell<u64> = const { Cell::new(0) };
        }
        ASKED.set(ASKED.get().wrapping_add(1));
        Some(Duration::from_nanos(ASKED.get()))
    }
}

/// Files of Rego that were read.
pub(super) struct Program {
    lenient: Engine,
    /// The same, to which it is an error to give a builtin function what it does not take.
    strict: Engine,
    clauses: Vec<Clause>,
}

/// One clause of a rule.
#[derive(Clone, Debug)]
pub(super) struct Clause {
    /// `kubernetes.security`
    pub(super) package: String,
    /// `deny_root`
    pub(super) name: String,
    pub(super) role: Role,
    /// The file as errors print it, and the line.
    pub(super) file: String,
    pub(super) line: u64,
    way: Vec<String>,
    module: usize,
    rule: usize,
}

/// What goes wrong in an evaluation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// `policy/main.rego:7`, where it is known.
    pub(super) place: Option<String>,
    pub(super) reason: String,
    /// Whether it is the bound of work.
    pub(super) is_limit: bool,
}

/// Whether a builtin function that is given what it does not take is undefined or an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// As the language has it.
    Lenient,
    /// An error.
    Strict,
}

/// A program with a document.
pub(super) struct Session<'p> {
    program: &'p Program,
    engine: Engine,
}

impl Program {
    /// Reads the files of a pack.
    ///
    /// # Errors
    /// What is wrong with the first file that is no Rego, or calls what reaches out of the document; or with all together.
    pub(super) fn read(files: &[RegoFile]) -> Result<Self, Vec<ConfigError>> {
        static CLOCK: Once = Once::new();
        CLOCK.call_once(|| {
            // It fails where somebody in this process has set a clock before, which then counts.
            let _ = set_time_source(&Count);
        });
        let mut engine = Engine::new();
        let limit = Duration::from_nanos(MOST_ASKED);
        engine.set_execution_timer_config(ExecutionTimerConfig { limit, check_interval: STEPS });
        for file in files {
            add(&mut engine, file)?;
        }
        let mut strict = engine.clone();
        strict.set_strict_builtin_errors(true);
        let mut program = Self { lenient: engine, strict, clauses: Vec::new() };
        for engine in [&mut program.lenient, &mut program.strict] {
            // What only all files together show (names that are not bound, packages that clash) is looked for at the first query.
            if let Err(error) = engine.eval_query("true".to_owned(), false) {
                let fault = fault_of(error.to_string(), false);
                return Err(vec![config_error(files.first().map_or("rego", |file| &file.name), &fault)]);
            }
        }
        program.clauses = clauses(&mut program.lenient, files);
        Ok(program)
    }

    /// Its clauses that have a role, in the order of the files.
    pub(super) fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// The program with a document as `input`; `now` is what `time.now_ns` gives.
    pub(super) fn with(&self, input: Json, now: Timestamp, mode: Mode) -> Session<'_> {
        let mut engine = if mode == Mode::Strict { self.strict.clone() } else { self.lenient.clone() };
        engine.set_input(Value::from(input));
        let nanoseconds = |time: Timestamp| i64::try_from(time.as_nanosecond()).map_or(Value::Undefined, Value::from);
        let now = nanoseconds(now);
        // They fail where they are there already, which they are not.
        let _ = engine.add_extension("time.now_ns".to_owned(), 0, Box::new(move |_: Vec<Value>| Ok(now.clone())));
        let parse = move |given: Vec<Value>| {
            let text = given.first().and_then(|value| value.as_string().ok().cloned());
            let time = text.and_then(|text| text.parse::<Timestamp>().ok());
            Ok(time.map_or(Value::Undefined, nanoseconds))
        };
        let _ = engine.add_extension("time.parse_rfc3339_ns".to_owned(), 1, Box::new(parse));
        Session { program: self, engine }
    }
}

impl Session<'_> {
    /// What a clause of the program gives by itself; null where it is not defined.
    ///
    /// # Errors
    /// Why it cannot be evaluated.
    pub(super) fn value(&mut self, number: usize) -> Result<Json, Fault> {
        let Some(clause) = self.program.clauses.get(number) else { return Ok(Json::Null) };
        let modules = self.engine.get_modules().clone();
        let found = modules.get(clause.module);
        let Some((module, rule)) = found.and_then(|module| Some((module, module.policy.get(clause.rule)?))) else {
            return Ok(Json::Null);
        };
        let mut value = self.engine.eval_rule_in_module(module, rule, false).map_err(|error| {
            let is_limit = error.chain().any(|cause| cause.downcast_ref::<LimitError>().is_some());
            fault_of(error.to_string(), is_limit)
        })?;
        for step in &clause.way {
            value = value[step.as_str()].clone();
        }
        match value {
            Value::Undefined => Ok(Json::Null),
            value => serde_json::to_value(&value).map_err(|error| fault_of(error.to_string(), false)),
        }
    }
}

/// Adds a file, in the syntax of Rego 1 or else in the one before.
fn add(engine: &mut Engine, file: &RegoFile) -> Result<(), Vec<ConfigError>> {
    if let Some((at, function)) = source::impure(&file.text) {
        let line = file.text[..at].bytes().filter(|byte| *byte == b'\n').count() as u64 + 1;
        let reason = format!(
            "`{function}` is refused: what it gives depends on more than the document; take the call out, or give the rule a \
             file of its own that keysieve.toml does not name"
        );
        return Err(vec![ConfigError { file: file.name.clone(), line: Some(line), reason }]);
    }
    let mut faults = Vec::new();
    for is_old in [false, true] {
        engine.set_rego_v0(is_old);
        match engine.add_policy(file.name.clone(), file.text.clone()) {
            Ok(_) => return Ok(()),
            Err(error) => faults.push(config_error(&file.name, &fault_of(error.to_string(), false))),
        }
    }
    // The syntax in which more of the file could be read is the one that it is written in.
    let furthest = faults.into_iter().rev().max_by_key(|fault| fault.line);
    Err(furthest.into_iter().collect())
}

/// The clauses that have a role.
fn clauses(engine: &mut Engine, files: &[RegoFile]) -> Vec<Clause> {
    let packages = engine.get_policy_package_components().unwrap_or_default();
    let mut clauses = Vec::new();
    for (number, (module, package)) in engine.get_modules().iter().zip(packages).enumerate() {
        for (rule_number, rule) in module.policy.iter().enumerate() {
            let span = rule.span();
            let Some(name) = source::name(span.text()) else { continue };
            let Some(role) = source::role(name) else { continue };
            let way = package.components.iter().cloned().chain([name.to_owned()]).collect();
            clauses.push(Clause {
                package: package.components.join("."),
                name: name.to_owned(),
                role,
                file: files.get(number).map_or_else(String::new, |file| file.name.clone()),
                line: u64::from(span.line),
                way,
                module: number,
                rule: rule_number,
            });
        }
    }
    clauses
}

/// What the library says of an error, taken apart. Where it knows the place it says `--> FILE:LINE:COLUMN`, shows the line, and
/// says `error: …` in the end.
fn fault_of(text: String, is_limit: bool) -> Fault {
    let place = text.lines().find_map(|line| line.trim().strip_prefix("--> ")).and_then(|place| {
        let (place, _column) = place.rsplit_once(':')?;
        Some(place.to_owned())
    });
    let said = text.lines().rev().find_map(|line| line.trim().strip_prefix("error: "));
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("-->"));
    let reason = match is_limit {
        true => format!("more than {} steps were needed: it was given up", MOST_ASKED * u64::from(STEPS.get())),
        false => said.or(first).unwrap_or("it cannot be evaluated").to_owned(),
    };
    Fault { place, reason: crate::place::sanitize(&reason), is_limit }
}

/// A fault as an error of a control file.
fn config_error(file: &str, fault: &Fault) -> ConfigError {
    let place = fault.place.as_deref().and_then(|place| place.rsplit_once(':'));
    let line = place.and_then(|(_, line)| line.parse().ok());
    let file = place.map_or(file, |(file, _)| file).to_owned();
    ConfigError { file, line, reason: fault.reason.clone() }
}

/// Runs the tests of files that are one program: a test passes if a clause of it is true.
pub(super) fn test(files: &[RegoFile]) -> Result<Vec<Tested>, Vec<ConfigError>> {
    let program = Program::read(files)?;
    // Tests say with `with` what they are given; the time is that of the examples of checks.
    let now = crate::policy::trial::NOW.parse().unwrap_or(Timestamp::UNIX_EPOCH);
    let mut session = program.with(Json::Null, now, Mode::Lenient);
    let mut tested: Vec<Tested> = Vec::new();
    for (number, clause) in program.clauses().iter().enumerate().filter(|(_, clause)| clause.role == Role::Test) {
        let fault = match session.value(number) {
            Ok(Json::Bool(true)) => None,
            Ok(_) => Some("it does not hold".to_owned()),
            Err(fault) => {
                let place = fault.place.map(|place| format!("{place}: ")).unwrap_or_default();
                Some(format!("{place}{}", fault.reason))
            }
        };
        let name = format!("{}.{}", clause.package, clause.name);
        match tested.iter_mut().find(|known| known.name == name) {
            Some(known) => known.fault = known.fault.take().and(fault),
            None => tested.push(Tested { file: clause.file.clone(), line: clause.line, name, fault }),
        }
    }
    Ok(tested)
}
