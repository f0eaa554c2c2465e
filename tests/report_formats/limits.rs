//! Many findings, many places, and a reader that goes away.

use std::io;

use keysieve::finding::Severity;
use keysieve::notice::{Cause, Notice};
use keysieve::report::Formats;

use crate::linter::{lint, problems};
use crate::sample::{Run, file, finding, made_up, place, sample};

fn many(number: usize) -> Run {
    let findings = (0..number).map(|n| {
        let secret = format!("exa_{}", made_up(n as u64, 30));
        let severity = Severity::ALL[n % 5];
        finding("example-token", severity, &secret, vec![place(file(&format!("{n}.txt")), 0, &secret, &secret)])
    });
    let mut findings: Vec<_> = findings.collect();
    // Least severe first: the report must not rely on the order that it is given.
    findings.sort_by_key(|finding| finding.severity);
    Run::of(findings)
}

fn notifications(sarif: &serde_json::Value) -> Vec<String> {
    let list = sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    list.iter().map(|notification| notification["message"]["text"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_least_severe_are_left_out_and_it_is_said() {
    let sarif = many(6_000).sarif();
    assert_eq!(problems(&sarif), Vec::<String>::new());
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 5_000);
    let infos = results.iter().filter(|result| result["properties"]["severity"] == "info").count();
    assert_eq!(infos, 200);
    let said = notifications(&sarif);
    assert_eq!(said.len(), 1);
    assert!(said[0].contains("1000 findings"), "{said:?}");
}

#[test]
fn further_places_are_cut_and_it_is_said() {
    let secret = format!("exa_{}", made_up(1, 30));
    let places: Vec<_> = (0..300).map(|n| place(file(&format!("{n:03}.txt")), 0, &secret, &secret)).collect();
    let findings = (0..300).map(|_| finding("example-token", Severity::High, &secret, places.clone())).collect();
    let sarif = Run::of(findings).sarif();
    assert_eq!(problems(&sarif), Vec::<String>::new());
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let locations: Vec<usize> = results.iter().map(|result| result["locations"].as_array().unwrap().len()).collect();
    assert_eq!((locations[0], locations[252], locations[299]), (100, 53, 1));
    assert_eq!(locations.iter().sum::<usize>(), 300 + 25_000);
    assert!(notifications(&sarif)[0].contains("64700 further places"));
    // One secret, many findings of it: the alerts stay apart.
    let last = &results[299]["partialFingerprints"]["primaryLocationLineHash"];
    assert!(last.as_str().unwrap().ends_with(":300"), "{last}");
}

#[test]
fn every_notice_is_told_and_an_incomplete_run_is_no_success() {
    let mut run = sample();
    let sarif = run.sarif();
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(notifications(&sarif).len(), run.notices.len() + run.notes.len());
    run.notes.clear();
    run.notices = (0..6_000).map(|n| Notice::new(Cause::Unreadable, format!("{n}"), "")).collect();
    let said = notifications(&run.sarif());
    assert_eq!(said.len(), 5_001);
    assert!(said[5_000].contains("1000 notices"), "{}", said[5_000]);
}

#[test]
fn findings_without_a_descriptor_are_reported_all_the_same() {
    let mut run = sample();
    run.descriptors.clear();
    lint(&run.sarif());
    for format in Formats::ALL {
        assert!(run.text(format).contains("key-without-rotation"), "{format}");
    }
}

/// Takes so many bytes, then is gone.
struct Closing(usize);

impl io::Write for Closing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_pipe_is_an_error_of_its_own_kind_and_no_panic() {
    let run = many(600);
    for format in Formats::ALL {
        let length = run.written(format, false).len();
        for at in [0, 1, 1000, length / 2, length - 1] {
            let written = run.with_report(|report| format.writer(false).write(report, &mut Closing(at)));
            assert_eq!(written.unwrap_err().kind(), io::ErrorKind::BrokenPipe, "{format} at {at} of {length}");
        }
        run.with_report(|report| format.writer(false).write(report, &mut Closing(length))).unwrap();
    }
}
