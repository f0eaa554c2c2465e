//! The formats that spreadsheets and test pages read: comma-separated values and JUnit XML.

use std::collections::BTreeSet;

use keysieve::finding::{Kind, Severity};
use keysieve::report::Formats;

use crate::hostile::{self, is_hidden};
use crate::sample::{Run, sample};

/// The rows of comma-separated values, by the grammar of RFC 4180, every cell in quotes.
fn rows(text: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut cell = String::new();
        rest = rest.strip_prefix('"').expect("a cell stands in quotes");
        loop {
            let end = rest.find('"').expect("the cell is closed");
            cell.push_str(&rest[..end]);
            rest = &rest[end + 1..];
            let Some(behind) = rest.strip_prefix('"') else { break };
            cell.push('"');
            rest = behind;
        }
        row.push(cell);
        if let Some(behind) = rest.strip_prefix("\r\n") {
            rows.push(std::mem::take(&mut row));
            rest = behind;
        } else {
            rest = rest.strip_prefix(',').expect("a cell or a row ends here");
        }
    }
    assert_eq!(row, [] as [String; 0]);
    rows
}

#[test]
fn a_finding_is_a_row_and_what_was_not_scanned_is_one() {
    let run = sample();
    let rows = rows(&run.text(Formats::Csv));
    let header = &rows[0];
    let cell = |row: &Vec<String>, name: &str| row[header.iter().position(|own| own == name).unwrap()].clone();
    assert!(rows.iter().all(|row| row.len() == header.len()));
    let gaps: Vec<String> =
        rows.iter().filter(|row| cell(row, "kind") == "not-scanned").map(|row| cell(row, "place")).collect();
    assert_eq!(gaps, ["private/a.txt", "private/b.txt"]);
    assert_eq!(rows.len(), 1 + run.findings.len() + gaps.len());
    // Only in the history: the commit and the path, and no line that could be opened.
    let gone = rows.iter().find(|row| cell(row, "path") == "src/größe.rs").unwrap();
    assert_eq!((cell(gone, "line"), cell(gone, "in_head")), (String::new(), "false".to_owned()));
    assert_eq!(cell(gone, "commit"), run.findings[1].places[0].introduced.as_ref().unwrap().commit);
    assert!(cell(gone, "place").starts_with("src/größe.rs:7:11 ("), "{}", cell(gone, "place"));
    let policy = rows.iter().find(|row| cell(row, "kind") == "policy").unwrap();
    assert_eq!((cell(policy, "line"), cell(policy, "redacted")), ("7".to_owned(), String::new()));
    let mut shown = sample();
    shown.show_secrets = true;
    let shown = self::rows(&shown.text(Formats::Csv));
    assert_eq!(shown[0].last().map(String::as_str), Some("secret"));
    assert!(shown[1].last().unwrap().starts_with("exa_"));
}

#[test]
fn no_cell_is_a_formula() {
    let mut run = hostile::run();
    for (sign, number) in ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1"].into_iter().zip(0..) {
        run.findings[number % 2].message = format!("{sign}cmd|' /C calc'!A0");
        for row in rows(&run.text(Formats::Csv)) {
            for cell in row {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝']), "{cell}");
                assert!(!cell.chars().any(|c| is_hidden(c) && c != '\n'), "{cell:?}");
            }
        }
    }
}

/// Reads JUnit XML as its readers do, and demands what they demand.
fn cases(text: &str) -> Vec<(String, String, Option<&'static str>)> {
    let document = roxmltree::Document::parse(text).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    let number = |node: &roxmltree::Node<'_, '_>, name: &str| node.attribute(name).unwrap().parse::<usize>().unwrap();
    let mut sums = [0; 4];
    let mut names = BTreeSet::new();
    let mut cases = Vec::new();
    for suite in root.children().filter(roxmltree::Node::is_element) {
        assert_eq!(suite.tag_name().name(), "testsuite");
        assert!(suite.attributes().all(|it| ["name", "tests", "failures", "errors", "skipped"].contains(&it.name())));
        let mut counted = [0; 4];
        for case in suite.children().filter(|node| node.has_tag_name("testcase")) {
            assert!(case.attributes().all(|it| ["classname", "name", "file", "line"].contains(&it.name())));
            let name = (case.attribute("classname").unwrap().to_owned(), case.attribute("name").unwrap().to_owned());
            assert!(names.insert(name.clone()), "{name:?} is there twice");
            let outcomes = ["failure", "error", "skipped"];
            let elements: Vec<_> = case.children().filter(roxmltree::Node::is_element).collect();
            let mut outcome = elements.iter().filter_map(|it| outcomes.into_iter().find(|name| it.has_tag_name(*name)));
            let found = outcome.next();
            assert_eq!(outcome.next(), None);
            assert!(
                elements.iter().all(|it| outcomes.contains(&it.tag_name().name()) || it.has_tag_name("system-out"))
            );
            counted[0] += 1;
            if let Some(at) = found.and_then(|found| outcomes.iter().position(|name| *name == found)) {
                counted[at + 1] += 1;
            }
            cases.push((name.0, name.1, found));
        }
        let said = ["tests", "failures", "errors", "skipped"].map(|name| number(&suite, name));
        assert_eq!(said, counted);
        (0..4).for_each(|at| sums[at] += said[at]);
    }
    assert_eq!(["tests", "failures", "errors", "skipped"].map(|name| number(&root, name)), sums);
    cases
}

#[test]
fn a_finding_is_a_case_that_fails_as_the_run_does() {
    let run = sample();
    let cases = cases(&run.text(Formats::Junit));
    let of = |found: Option<&str>| cases.iter().filter(|(_, _, outcome)| *outcome == found).count();
    let failing = run.findings.iter().filter(|finding| finding.severity >= Severity::Medium).count();
    assert_eq!((of(Some("failure")), of(Some("skipped"))), (failing, run.findings.len() - failing));
    let errors: Vec<&str> =
        cases.iter().filter(|(_, _, outcome)| *outcome == Some("error")).map(|(_, name, _)| name.as_str()).collect();
    assert_eq!(errors, ["not scanned: unreadable"]);
    // An edit above a secret makes no new case.
    let mut moved = sample();
    moved.findings.iter_mut().flat_map(|finding| &mut finding.places).for_each(|place| place.start.line += 5);
    assert_eq!(self::cases(&moved.text(Formats::Junit)), cases);
    let clean = self::cases(&Run::of(vec![]).text(Formats::Junit));
    assert_eq!(clean, [("keysieve.scan".to_owned(), "everything was scanned".to_owned(), None)]);
    assert!(run.findings.iter().any(|finding| finding.kind == Kind::Policy));
}

#[test]
fn xml_stays_xml_whatever_a_name_holds() {
    let mut run = hostile::run();
    run.findings[0].message = "a\u{FFFE}\u{FFFF}]]></failure><testcase name=\"x\"/>".to_owned();
    let text = run.text(Formats::Junit);
    // Two findings that differ by nothing but their places, and what was not scanned.
    assert_eq!(cases(&text).len(), 3);
    assert!(text.contains("a\\u{fffe}\\u{ffff}]]&gt;&lt;/failure&gt;"));
    assert!(!text.chars().any(|c| is_hidden(c) && c != '\n'));
}
