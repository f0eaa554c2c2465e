#![allow(clippy::unwrap_used)]

//! The checks on secrets made up here: what the history would tell of them is stated.

use super::*;
use crate::finding::{Confidence, Event, Fact, Introduction, Kind, Life, Place, Shared};
use crate::place::{FilePath, LineState, Positions, Span};
use crate::policy::{Preset, page};

fn now() -> Timestamp {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

fn event(day: &str) -> Event {
    Event { commit: "c0ffee".into(), author: "a".into(), date: format!("{day}T00:00:00Z") }
}

/// A life that began and, if so, ended on these days.
fn life(first: &str, removed: Option<&str>) -> Life {
    Life {
        last: removed.map(event),
        removed: removed.map(event),
        branch: Some("refs/heads/main".into()),
        in_head: removed.is_none(),
        holding_count: u64::from(removed.is_none()),
        ..Life::since(event(first))
    }
}

fn place(path: &str, in_files: bool) -> Place {
    let path = FilePath::new(path.as_bytes());
    let origin = if in_files { Origin::File(path) } else { Origin::Blob { id: "aa".repeat(20), path: Some(path) } };
    let start = Positions::new(b"", LineState::default()).at(0);
    Place { origin, span: Span::new(0, 1), start, end: start, excerpt: None, decoding: Vec::new(), introduced: None }
}

fn finding(number: u8, paths: &[&str], life: Option<Life>) -> Finding {
    let in_files = life.as_ref().is_none_or(|life| life.in_head);
    let key = crate::secret::FingerprintKey::unkeyed();
    Finding {
        kind: Kind::Secret,
        rule: "some-token".into(),
        title: "Some token".into(),
        message: String::new(),
        severity: Severity::High,
        confidence: Confidence::High,
        fingerprint: key.fingerprint("some", &[number]),
        secret: None,
        reasons: Shared::default(),
        facts: Shared::default(),
        places: paths.iter().map(|path| place(path, in_files)).collect(),
        related: Vec::new(),
        threshold: None,
        life: life.map(Box::new),
    }
}

fn said_with(findings: &[Finding], environment: Option<&str>, policy: &str) -> Vec<String> {
    let mut settings = crate::config::policy_of(policy, "keysieve.toml", &crate::policy::check::ids()).unwrap();
    settings.set_preset(Preset::Strict, "default");
    let held: Vec<Held<'_>> =
        findings.iter().map(|finding| Held { finding, provider: Some("some"), environment }).collect();
    let estate = Estate { held: &held, settings: &settings, now: now(), is_range: false };
    remarks(&estate)
        .into_iter()
        .map(|it| format!("{} {} {}: {}", it.held, it.check.id, it.severity, it.message))
        .collect()
}

fn said(findings: &[Finding]) -> Vec<String> {
    said_with(findings, None, "")
}

#[test]
fn the_age_is_compared_with_the_window() {
    let of = |first: &str| said(&[finding(1, &["a"], Some(life(first, None)))]);
    assert_eq!(of("2026-11-01"), Vec::<String>::new());
    assert_eq!(of("2026-09-01"), ["0 rotation-overdue low: in use for 83 days: due in 7 days"]);
    assert_eq!(of("2026-08-01"), ["0 rotation-overdue medium: in use for 114 days"]);
    assert_eq!(of("2026-01-01"), ["0 rotation-overdue high: in use for 326 days, twice its window"]);
    let policy = "[policy.rotation]\nsome = \"30d\"\n";
    let young = said_with(&[finding(1, &["a"], Some(life("2026-10-10", None)))], None, policy);
    assert_eq!(young, ["0 rotation-overdue medium: in use for 44 days"]);
}

#[test]
fn a_cut_off_history_gives_a_least_age() {
    let shallow = finding(1, &["a"], Some(Life { at_least: true, ..life("2026-08-01", None) }));
    assert_eq!(said(&[shallow]), ["0 rotation-overdue medium: in use for at least 114 days"]);
}

#[test]
fn the_token_s_own_clock_wins() {
    let mut own = finding(1, &["a"], None);
    own.facts = vec![Fact::new(FactName::Created, "2026-08-01T00:00:00Z")].into();
    assert_eq!(said(&[own.clone()]), ["0 rotation-overdue medium: in use for 114 days"]);
    own.facts.push(Fact::new(FactName::Expires, "2026-09-01T00:00:00Z"));
    assert_eq!(said(&[own]), Vec::<String>::new());
}

#[test]
fn removal_is_no_rotation_until_it_is_recorded() {
    let removed = finding(1, &["a"], Some(life("2026-10-01", Some("2026-11-01"))));
    let plain = ["0 removed-never-rotated high: left the files on 2026-11-01, and nothing says that it was rotated"];
    assert_eq!(said(std::slice::from_ref(&removed)), plain);
    let recorded = |day: &str| format!("[[rotated]]\nfingerprint = \"{}\"\nat = {day}\n", removed.fingerprint);
    let with = |day: &str| said_with(std::slice::from_ref(&removed), None, &recorded(day));
    assert_eq!(with("2026-11-02"), Vec::<String>::new());
    assert_eq!(
        with("2026-10-02"),
        ["0 removed-never-rotated high: left the files on 2026-11-01, the rotation of 2026-10-02 was before that"]
    );
}

#[test]
fn what_no_file_had_did_not_leave_one() {
    let said_only = Life { last: None, in_head: false, holding_count: 0, ..life("2026-10-01", None) };
    assert_eq!(said(&[finding(1, &[], Some(said_only))]), Vec::<String>::new());
}

#[test]
fn what_a_range_removed_again_is_what_its_end_no_longer_has() {
    let of = |origin: Option<Origin>, in_head: bool, at_end: Option<bool>| {
        let mut brought = finding(1, &["a"], None);
        brought.places = vec![place("a", false)];
        brought.places[0].origin = origin.unwrap_or(brought.places[0].origin.clone());
        brought.places[0].introduced = Some(Box::new(Introduction {
            commit: "c0ffee".into(),
            author: "a".into(),
            date: "2026-11-01T00:00:00Z".into(),
            in_head,
            at_end,
            reachable: true,
        }));
        let settings = PolicySettings::default();
        let held = [Held { finding: &brought, provider: None, environment: None }];
        let estate = Estate { held: &held, settings: &settings, now: now(), is_range: true };
        remarks(&estate).len()
    };
    assert_eq!((of(None, false, None), of(None, true, None)), (1, 0));
    assert_eq!((of(None, false, Some(false)), of(None, false, Some(true))), (1, 0));
    assert_eq!(of(Some(Origin::TagMessage { id: "aa".repeat(20) }), false, None), 0);
}

#[test]
fn what_comes_back_is_said() {
    let back = finding(1, &["a"], Some(Life { returns: 2, ..life("2026-11-01", None) }));
    assert_eq!(said(std::slice::from_ref(&back)), ["0 reappeared-secret high: was removed, and came back 2 times"]);
    let recorded = format!("[[rotated]]\nfingerprint = \"{}\"\nat = 2026-11-02\n", back.fingerprint);
    let said = said_with(&[back], None, &recorded);
    assert!(
        said[0].starts_with("0 reappeared-secret critical: recorded as rotated on 2026-11-02 (keysieve.toml:"),
        "{said:?}"
    );
}

#[test]
fn environments_share_nothing() {
    let shared = finding(1, &["deploy/dev/a.yaml", "deploy/prod/a.yaml"], None);
    assert_eq!(
        said(std::slice::from_ref(&shared)),
        ["0 same-value-in-environments high: stands in files of dev and prod"]
    );
    assert_eq!(said_with(&[shared], None, "[environments]\nshared-ok = [\"some-token\"]\n"), Vec::<String>::new());
    assert_eq!(said(&[finding(1, &["deploy/dev/a.yaml", "src/a.c"], None)]), Vec::<String>::new());
}

#[test]
fn live_keys_stay_in_production() {
    let at = |path: &str, kind: &str| said_with(&[finding(1, &[path], None)], Some(kind), "");
    assert_eq!(at("deploy/dev/a.yaml", "live"), ["0 live-key-outside-production high: a live key in a file of dev"]);
    assert_eq!(
        at("deploy/prod/a.yaml", "test"),
        ["0 live-key-outside-production medium: a test key in a file of prod"]
    );
    assert_eq!(at("deploy/prod/a.yaml", "live"), Vec::<String>::new());
    assert_eq!(at("src/a.c", "live"), Vec::<String>::new());
}

#[test]
fn releases_are_tags_of_versions() {
    let tagged = |tag: &str| {
        let life =
            Life { holding: vec![format!("refs/tags/{tag}")], exposed_days: Some(3), ..life("2026-11-01", None) };
        said(&[finding(1, &["a"], Some(life))])
    };
    assert_eq!(tagged("v1.2.0"), ["0 secret-in-release high: shipped in v1.2.0; exposed for 3 days"]);
    assert_eq!(tagged("app-1.2.0").len(), 1);
    assert_eq!(tagged("backup"), Vec::<String>::new());
}

#[test]
fn a_new_value_must_be_new() {
    let value = |number: u8, text: &str, life: Life| Finding {
        secret: Some(crate::secret::Secret::new(text.as_bytes(), 4)),
        ..finding(number, &["a"], Some(life))
    };
    let old = value(1, "correct-horse-1", life("2026-09-01", Some("2026-11-01")));
    let sham = value(2, "correct-horse-2", life("2026-11-01", None));
    let new = value(3, "entirely-other-words", life("2026-11-01", None));
    let of = |findings: &[Finding]| said(findings).into_iter().filter(|it| it.contains("sham")).count();
    assert_eq!((of(&[old.clone(), sham]), of(&[old, new])), (1, 0));
}

#[test]
fn a_cadence_that_stopped() {
    let at = |number: u8, first: &str, removed: Option<&str>| finding(number, &["a"], Some(life(first, removed)));
    let slot =
        [at(1, "2026-01-01", Some("2026-02-01")), at(2, "2026-02-01", Some("2026-03-01")), at(3, "2026-03-01", None)];
    let said: Vec<String> = said(&slot).into_iter().filter(|it| it.contains("broken-cadence")).collect();
    assert_eq!(said, ["2 broken-cadence medium: used to change every 31 days, the last time 267 days ago"]);
}

#[test]
fn every_page_has_its_parts() {
    assert!(ALL.is_sorted_by_key(|check| check.meta().id));
    for check in ALL {
        let meta = check.meta();
        assert_eq!(meta.page.lines().next(), Some(format!("# {}", meta.title).as_str()), "{}", meta.id);
        for title in ["What", "Why", "Bad", "Good", "How to fix", "References"] {
            assert!(!page::section(meta.page, title).is_empty(), "{}: {title}", meta.id);
        }
        assert!(page::steps(meta.page).iter().all(|step| !step.is_empty()));
    }
}
