//! Whole reports, byte by byte, and what holds for each of them.

use std::collections::BTreeSet;
use std::path::Path;

use keysieve::report::Formats;
use serde_json::Value;

use crate::html::with_hidden;
use crate::linter::lint;
use crate::sample::{Run, sample};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn compare(name: &str, written: &[u8]) {
    let file = root().join("fixtures/report").join(name);
    if std::env::var_os("KEYSIEVE_BLESS").is_some() {
        std::fs::write(&file, written).unwrap();
    }
    let golden = String::from_utf8(std::fs::read(&file).unwrap()).unwrap();
    let written = String::from_utf8(written.to_vec()).unwrap();
    for (number, (written, golden)) in written.lines().zip(golden.lines()).enumerate() {
        assert_eq!(written, golden, "line {} of {name}", number + 1);
    }
    assert_eq!(written.len(), golden.len(), "length of {name}");
}

#[test]
fn text() {
    compare("sample.txt", &sample().written(Formats::Text, false));
}

#[test]
fn json() {
    compare("sample.json", &sample().written(Formats::Json, false));
}

#[test]
fn jsonl() {
    compare("sample.jsonl", &sample().written(Formats::Jsonl, false));
}

#[test]
fn sarif() {
    compare("sample.sarif", &sample().written(Formats::Sarif, false));
    lint(&sample().sarif());
}

#[test]
fn the_formats_of_other_tools() {
    for (format, name) in [
        (Formats::Csv, "csv"),
        (Formats::Junit, "junit.xml"),
        (Formats::Gitlab, "gitlab.json"),
        (Formats::CodeQuality, "codequality.json"),
        (Formats::Github, "github.txt"),
        (Formats::Ecs, "ecs.jsonl"),
        (Formats::Markdown, "md"),
        (Formats::Html, "html"),
    ] {
        compare(&format!("sample.{name}"), &sample().written(format, false));
        compare(&format!("clean.{name}"), &Run::of(vec![]).written(format, false));
    }
}

#[test]
fn a_clean_run() {
    let mut run = Run::of(vec![]);
    compare("clean.txt", &run.written(Formats::Text, false));
    compare("clean.sarif", &run.written(Formats::Sarif, false));
    lint(&run.sarif());
    run.coverage = Default::default();
    assert!(
        run.text(Formats::Text)
            .starts_with("7 more below --min-confidence medium\n2 hidden by exceptions\nscanned nothing\n")
    );
}

#[test]
fn the_text_fits_80_columns() {
    for line in sample().text(Formats::Text).lines() {
        let columns: usize = line.chars().map(|c| if ('\u{4E00}'..='\u{9FFF}').contains(&c) { 2 } else { 1 }).sum();
        assert!(columns <= 80, "{columns} columns: {line}");
        assert_eq!(line, line.trim_end());
    }
}

#[test]
fn colours_change_nothing_but_the_colour() {
    let coloured = String::from_utf8(sample().written(Formats::Text, true)).unwrap();
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, behind)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = behind.split_once('m').unwrap().1;
    }
    plain.push_str(rest);
    let trimmed: Vec<&str> = plain.lines().map(str::trim_end).collect();
    assert!(coloured.contains("\u{1b}[1;31mcritical[example-token]\u{1b}[0m"));
    assert_eq!(trimmed, sample().text(Formats::Text).lines().collect::<Vec<_>>());
}

#[test]
fn the_lines_of_jsonl_are_the_findings_of_json() {
    let run = with_hidden();
    let json: Value = serde_json::from_str(&run.text(Formats::Json)).unwrap();
    let mut lines: Vec<Value> =
        run.text(Formats::Jsonl).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut summary = lines.pop().unwrap();
    assert_eq!(summary.as_object_mut().unwrap().remove("type"), Some("summary".into()));
    let (mut findings, mut suppressed) = (Vec::new(), Vec::new());
    for mut line in lines {
        match line.as_object_mut().unwrap().remove("type").unwrap().as_str() {
            Some("finding") => findings.push(line),
            Some("suppressed") => suppressed.push(line),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((findings.len(), suppressed.len()), (run.findings.len(), run.suppressed.len()));
    summary.as_object_mut().unwrap().insert("findings".to_owned(), findings.into());
    summary.as_object_mut().unwrap().insert("suppressed".to_owned(), suppressed.into());
    assert_eq!(summary, json);
}

#[test]
fn every_field_of_the_json_report_is_documented() {
    fn names(value: &Value, skip: &[&str], into: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    into.insert(name.clone());
                    if !skip.contains(&name.as_str()) {
                        names(value, skip, into);
                    }
                }
            }
            Value::Array(values) => values.iter().for_each(|value| names(value, skip, into)),
            _ => {}
        }
    }
    let mut run = sample();
    run.show_secrets = true;
    run.findings[0].secret = Some(keysieve::secret::Secret::new(b"\xff\xfe", 0));
    let mut fields = BTreeSet::new();
    // The names in these are causes and severities.
    names(&serde_json::from_str(&run.text(Formats::Json)).unwrap(), &["skipped", "by_severity"], &mut fields);
    assert!(fields.contains("value") && fields.contains("value_base64"));
    let docs = std::fs::read_to_string(root().join("docs/json-report.md")).unwrap();
    let missing: Vec<&String> = fields.iter().filter(|field| !docs.contains(&format!("`{field}`"))).collect();
    assert!(missing.is_empty(), "not in docs/json-report.md: {missing:?}");
}

#[test]
fn findings_stay_the_same_alerts_when_lines_move() {
    let run = sample();
    let mut moved = sample();
    for place in moved.findings.iter_mut().flat_map(|finding| &mut finding.places) {
        place.start.line += 10;
        place.end.line += 10;
        place.span.start += 100;
        place.span.end += 100;
    }
    let fingerprints = |run: &Run| -> Vec<Value> {
        let sarif = run.sarif();
        let runs = sarif["runs"].as_array().unwrap();
        let results = runs.iter().flat_map(|run| run["results"].as_array().unwrap());
        results.map(|result| result["partialFingerprints"].clone()).collect()
    };
    assert_eq!(fingerprints(&run), fingerprints(&moved));
    let mut distinct: Vec<String> = fingerprints(&run).iter().map(Value::to_string).collect();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), run.findings.len());
}
