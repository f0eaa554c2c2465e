use super::*;
use crate::finding::Confidence;
use crate::suppress::sample;

const NOW: &str = "2026-11-28T12:00:00Z";

fn finding(value: &str, confidence: Confidence) -> Finding {
    sample::finding(value, confidence, 1, None)
}

fn entry_for(finding: &Finding, path: &str) -> Entry {
    Entry {
        fingerprint: finding.fingerprint.to_string(),
        path: path.to_owned(),
        rule: finding.rule.to_string(),
        state: State::Unaudited,
        reason: String::new(),
        owner: String::new(),
        until: String::new(),
    }
}

/// The addresses that the baseline hides of a finding that stands at `places`, those with a `?` in the history alone.
fn hidden(baseline: &mut Baseline, finding: &Finding, places: &[&str]) -> Vec<String> {
    let addresses =
        places.iter().map(|place| (place.trim_end_matches('?').to_owned(), !place.ends_with('?'))).collect();
    let names = [finding.fingerprint.to_string()];
    baseline.cover(finding, &names, &addresses, &|_| true, NOW.parse().unwrap()).hidden.into_keys().collect()
}

#[test]
fn an_entry_goes_with_what_moved_and_not_with_what_was_copied() {
    let one = finding("one", Confidence::High);
    let baseline = || {
        let mut baseline = Baseline::new("b", "unkeyed");
        baseline.put(entry_for(&one, "a"));
        baseline
    };
    assert_eq!(hidden(&mut baseline(), &one, &["a"]), ["a"]);
    assert_eq!(hidden(&mut baseline(), &one, &["b"]), ["b"]);
    assert_eq!(hidden(&mut baseline(), &one, &["a", "b"]), ["a"]);
    assert_eq!(hidden(&mut baseline(), &one, &["b", "c"]), ["b"]);
    assert_eq!(hidden(&mut baseline(), &one, &["a?", "b"]), ["a", "b"]);
    assert_eq!(hidden(&mut baseline(), &one, &["a", "z?"]), ["a", "z"]);
    assert_eq!(hidden(&mut baseline(), &finding("two", Confidence::High), &["a"]), [""; 0]);
    let mut moved = baseline();
    hidden(&mut moved, &one, &["b"]);
    assert_eq!((moved.stale().count(), moved.moved().count()), (0, 1));
    assert_eq!(moved.settle(), (0, 1));
    assert_eq!(moved.entries().map(|entry| entry.path.as_str()).collect::<Vec<_>>(), ["b"]);
    let mut stale = baseline();
    assert_eq!(stale.settle(), (1, 0));
    // A file that is still there, and was not looked at, keeps its entry.
    let names = [one.fingerprint.to_string()];
    let addresses = [("b".to_owned(), true)].into();
    assert!(baseline().cover(&one, &names, &addresses, &|_| false, NOW.parse().unwrap()).hidden.is_empty());
}

#[test]
fn an_entry_opens_when_it_ends_or_is_proved_wrong() {
    let (sure, likely) = (finding("one", Confidence::Certain), finding("one", Confidence::High));
    let with = |entry: Entry| {
        let mut baseline = Baseline::new("b", "unkeyed");
        baseline.put(entry);
        baseline
    };
    let wrong = Entry { state: State::FalsePositive, reason: "a word".to_owned(), ..entry_for(&sure, "a") };
    assert_eq!(hidden(&mut with(wrong.clone()), &sure, &["a"]), [""; 0]);
    assert_eq!(hidden(&mut with(wrong), &likely, &["a"]), ["a"]);
    let until = |day: &str| Entry { until: day.to_owned(), ..entry_for(&sure, "a") };
    assert_eq!(hidden(&mut with(until("2026-11-28")), &sure, &["a"]), ["a"]);
    assert_eq!(hidden(&mut with(until("2026-11-27")), &sure, &["a"]), [""; 0]);
}

#[test]
fn a_file_is_written_as_it_is_read() {
    let mut baseline = Baseline::new("b", "unkeyed");
    for (value, path) in [("one", "z \"q\".env"), ("one", "a"), ("two", "é")] {
        let found = finding(value, Confidence::High);
        baseline.put(Entry { owner: "@ann".to_owned(), until: "2026-12-31".to_owned(), ..entry_for(&found, path) });
    }
    let text = baseline.write();
    assert_eq!(text.lines().count(), 4);
    assert_eq!(Baseline::read("b", &text, "unkeyed").unwrap().write(), text);
    let mut lines: Vec<&str> = text.lines().skip(1).collect();
    lines.sort_unstable();
    assert_eq!(lines, text.lines().skip(1).collect::<Vec<_>>());
    // A union of two sides: any order, an entry twice, a second head.
    let head = text.lines().next().unwrap();
    lines.reverse();
    let union = format!("{head}\n{}\r\n{}\n{head}\n\n", lines.join("\n"), lines[0]);
    assert_eq!(Baseline::read("b", &union, "unkeyed").unwrap().write(), text);
    let windows = text.replace("\"path\":\"a\"", "\"path\":\"b\\\\a\"");
    assert!(Baseline::read("b", &windows, "unkeyed").unwrap().entries().any(|entry| entry.path == "b/a"));
}

#[test]
fn what_is_wrong_has_its_line() {
    let found = finding("one", Confidence::High);
    let good = {
        let mut baseline = Baseline::new("b", "unkeyed");
        baseline.put(entry_for(&found, "a"));
        baseline.write()
    };
    let wrong = |text: &str, line: u64, part: &str| {
        let errors = Baseline::read("b", text, "unkeyed").unwrap_err();
        assert!(errors[0].line == Some(line) && errors[0].reason.contains(part), "{text}: {errors:?}");
    };
    wrong("", 1, "is no baseline");
    wrong("{}\n", 1, "is no baseline");
    wrong("{\"plugins_used\": []}\n", 1, "read by itself");
    wrong(&good.replace("unkeyed", "0a0b0c0d"), 1, "under the key 0a0b0c0d");
    wrong(&good.replace("baseline\":1", "baseline\":2"), 1, "version 2");
    wrong(&good.replace("ks1:", "ks1;"), 2, "is no fingerprint");
    wrong(&good.replace("unaudited", "accepted"), 2, "needs a reason");
    wrong(&good.replace("unaudited", "fine"), 2, "fine");
    wrong(&format!("{good}<<<<<<< ours\n"), 3, "merge");
    wrong(&good.replace("\"state\"", "\"until\":\"soon\",\"state\""), 2, "soon");
}

/// `merge=union` leaves the lines of both branches, in either order.
#[test]
fn of_two_lines_for_an_entry_a_judgement_counts_and_of_two_the_stricter() {
    let found = finding("one", Confidence::High);
    let judged = |state: State, until: &str| Entry {
        state,
        reason: "why".to_owned(),
        until: until.to_owned(),
        ..entry_for(&found, "a")
    };
    let table = [
        (judged(State::Unaudited, ""), judged(State::Accepted, ""), judged(State::Accepted, ""), 0),
        (judged(State::Real, ""), judged(State::Real, ""), judged(State::Real, ""), 0),
        (judged(State::Real, ""), judged(State::Accepted, ""), judged(State::Real, ""), 1),
        (judged(State::FalsePositive, ""), judged(State::Accepted, ""), judged(State::Accepted, ""), 1),
        (judged(State::Accepted, "2026-12-31"), judged(State::Accepted, ""), judged(State::Accepted, "2026-12-31"), 1),
        (judged(State::Accepted, "2026-12-31"), judged(State::Real, ""), judged(State::Real, "2026-12-31"), 1),
    ];
    for (one, other, counts, notes) in table {
        for lines in [[&one, &other], [&other, &one]] {
            let mut text = Baseline::new("b", "unkeyed").write();
            lines.into_iter().for_each(|entry| text.push_str(&line(entry)));
            let read = Baseline::read("b", &text, "unkeyed").unwrap();
            assert_eq!(read.entries().collect::<Vec<_>>(), [&counts], "{lines:?}");
            assert_eq!(read.notes.len(), notes, "{lines:?}: {:?}", read.notes);
        }
    }
}
