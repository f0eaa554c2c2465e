//! Packs of policies in Rego, in the convention of [conftest](https://www.conftest.dev): rules named `deny`, `violation` and
//! `warn` say what is wrong with a document.
//!
//! The problem is that Rego knows no third answer. What it is not shown is undefined, and `not` of that is true; what it is shown
//! in place of a value is unequal to everything. Either way a reference would be a finding. So a document that holds unknown values
//! is asked about twice, once without them and once with a mark in their place, and only what both give is a finding:
//! `shape` makes the two, `check` asks. The mark is no text, and a builtin function that is given it ends the clause.
//! Rejected: showing references as they are written, as conftest does, which makes `${var.name}` a name.
//!
//! Every clause of a rule is evaluated by itself, so that one that fails takes no other along. `engine` alone knows the library:
//! it has no clock, no network and no environment, and its work is counted. All of this is behind the feature `rego`; without
//! it, an entry that names packs is an error of the configuration.

#[cfg(feature = "rego")]
mod check;
#[cfg(feature = "rego")]
mod engine;
// Those that do not know the library are tried by the tests of every build.
#[cfg(any(feature = "rego", test))]
mod outcome;
#[cfg(any(feature = "rego", test))]
mod shape;
#[cfg(any(feature = "rego", test))]
mod source;

use super::Check;
use crate::config::ConfigError;
use crate::config::rego::{RegoFile, RegoPack, RegoReader};

/// What reads packs; none if this program was built without Rego.
#[must_use]
pub fn reader() -> Option<&'static RegoReader<'static>> {
    #[cfg(feature = "rego")]
    {
        Some(&check::ids)
    }
    #[cfg(not(feature = "rego"))]
    {
        None
    }
}

/// The checks of these packs, each once, in the order of their ids. What is read lives as long as the program.
///
/// # Errors
/// What is wrong with each pack, and where.
pub fn read(packs: &[RegoPack]) -> Result<Vec<&'static dyn Check>, Vec<ConfigError>> {
    #[cfg(feature = "rego")]
    {
        check::read(packs)
    }
    #[cfg(not(feature = "rego"))]
    {
        packs.first().map_or_else(|| Ok(Vec::new()), |pack| Err(without(&pack.place)))
    }
}

/// How a test that is written in Rego (`test_…`) went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested {
    /// The file it stands in.
    pub file: String,
    /// Its line, from 1.
    pub line: u64,
    /// Its name with that of its package: `main.test_root`.
    pub name: String,
    /// Why it did not pass, if so.
    pub fault: Option<String>,
}

/// Runs the tests of files that are one program.
///
/// # Errors
/// What is wrong with the files; or that this program was built without Rego.
pub fn test(files: &[RegoFile]) -> Result<Vec<Tested>, Vec<ConfigError>> {
    #[cfg(feature = "rego")]
    {
        engine::test(files)
    }
    #[cfg(not(feature = "rego"))]
    {
        Err(without(files.first().map_or("rego", |file| &file.name)))
    }
}

/// That there is no Rego in this program.
#[cfg(not(feature = "rego"))]
fn without(file: &str) -> Vec<ConfigError> {
    let reason = "this keysieve was built without Rego: build it with `--features rego`".to_owned();
    vec![ConfigError { file: file.to_owned(), line: None, reason }]
}
