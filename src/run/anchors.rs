//! The literals of the rules, measured on the files of a tree.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::RunError;
use crate::detect::Detector;
use crate::detect::profile::Profile;
use crate::rule::set::RuleSet;
use crate::source::{Item, Source as _, Stop, Tree};

/// A literal that rules are looked for by.
#[derive(Clone, Debug)]
pub struct Literal {
    /// The literal, lower case.
    pub text: String,
    /// Ids of the rules that it is for; none where one reader serves many.
    pub rules: Vec<String>,
    /// How often it stands in the texts, in any case.
    pub occurrences: u64,
    /// How many candidates were found there.
    pub candidates: u64,
    /// What looking there took.
    pub time: Duration,
}

/// What the literals came to.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// Those that stand in the texts.
    pub literals: Vec<Literal>,
    /// Bytes of text that were searched; what holds a NUL near its beginning is passed over.
    pub bytes: u64,
}

/// Searches the files below `paths`, on one thread, so that the times mean something.
///
/// # Errors
/// When a path does not exist or cannot be read.
pub fn measure(rules: RuleSet, paths: &[PathBuf]) -> Result<Measured, RunError> {
    let detector = Detector::new(rules)?;
    let sum = Mutex::new((Profile::default(), 0));
    let sink = |item: Item<'_>| {
        if item.head.contains(&0) {
            return;
        }
        let own = detector.profile(item.bytes, item.own.clone());
        let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
        sum.0.add(&own);
        sum.1 += item.own.len() as u64;
    };
    Tree::new(paths, 1).each(&sink, &Stop::default())?;
    let (profile, bytes) = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    let literals = detector.shares(&profile).filter(|(_, share, _)| share.occurrences > 0);
    let literals = literals.map(|(text, share, rules)| Literal {
        text: text.to_owned(),
        rules: rules.into_iter().map(str::to_owned).collect(),
        occurrences: share.occurrences,
        candidates: share.candidates,
        time: share.time,
    });
    Ok(Measured { literals: literals.collect(), bytes })
}
