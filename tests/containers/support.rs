//! Runs over files that are made while a test runs.

use std::fs;

use keysieve::config;
use keysieve::finding::Finding;
use keysieve::notice::Cause;
use keysieve::policy::Checks;
use keysieve::rule::example::expand;
use keysieve::rule::set::RuleSet;
use keysieve::run::{Outcome, Plan, Progress, Settings, run};
use keysieve::source::Stop;

/// A token whose checksum is right; another `salt` gives another one.
pub fn token(salt: &str) -> String {
    let rules = RuleSet::builtin();
    let (_, rule) = rules.by_id("github-personal-access-token").unwrap();
    let text = expand(&rules, rule, &format!("{{token}} {salt}")).unwrap();
    text.split(' ').next().unwrap().to_owned()
}

/// Scans a tree of these files.
pub fn scan_on(threads: usize, files: &[(&str, Vec<u8>)]) -> Outcome {
    let scratch = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = scratch.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    look(threads, &Plan { paths: vec![scratch.path().to_owned()], secrets: true, ..Plan::default() })
}

/// Runs a plan.
pub fn look(threads: usize, plan: &Plan) -> Outcome {
    let settings = Settings {
        config: config::load(&config::Inputs::default()).unwrap(),
        checks: Checks::default(),
        threads,
        strict: false,
        accept: Vec::new(),
        exit_zero: false,
        explain: false,
        baseline: None,
        foreign: Vec::new(),
        no_inline: false,
        notes: Vec::new(),
        require_commits: 0,
        require_bytes: 0,
        max_places: None,
        now: jiff::Timestamp::UNIX_EPOCH,
    };
    run(plan, &settings, &Stop::default(), &Progress::default()).unwrap()
}

pub fn scan(name: &str, bytes: Vec<u8>) -> Outcome {
    scan_on(1, &[(name, bytes)])
}

/// Where a secret was found, in the order of the report; nothing if it was not.
pub fn places(outcome: &Outcome, secret: &str) -> Vec<String> {
    let of = |finding: &Finding| finding.secret.as_ref().is_some_and(|it| it.expose() == secret.as_bytes());
    let found: Vec<&Finding> = outcome.findings.iter().filter(|finding| of(finding)).collect();
    assert!(found.len() <= 1, "one finding for one secret");
    found.iter().flat_map(|finding| finding.places.iter().map(|place| place.origin.display())).collect()
}

/// The subjects and details of the notices with this cause.
pub fn notices(outcome: &Outcome, cause: Cause) -> Vec<String> {
    let of = outcome.notices.iter().filter(|notice| notice.cause == cause);
    of.map(|notice| format!("{}: {}", notice.subject, notice.detail)).collect()
}
