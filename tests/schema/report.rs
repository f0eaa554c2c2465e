//! The schema of the JSON report is written by hand, and open: readers ignore fields that they do not know. Here it is closed, so
//! that a field of a report that it does not describe is an error; and what it describes must be in a report, so that it
//! describes nothing that is gone.

use std::collections::BTreeSet;

use keysieve::finding::{Confidence, Explained, Finding, Reason, Score, Severity, Share, Weight};
use keysieve::notice::Cause;
use keysieve::report::{Formats, Report};
use keysieve::secret::Secret;
use serde_json::{Value, json};

use crate::sample::{Run, sample};
use crate::scripted::Scratch;
use crate::support::{github, keysieve, of_this_repository};

fn schema() -> Value {
    serde_json::from_str(&of_this_repository("docs/keysieve-report.schema.json")).unwrap()
}

/// Every object that lists its properties allows no others.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.values_mut().for_each(close);
            if fields.get("type") == Some(&json!("object")) && !fields.contains_key("additionalProperties") {
                fields.insert("additionalProperties".to_owned(), json!(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// What is wrong with a value, by the definition of this name, closed or as it is.
fn errors(definition: &str, closed: bool, value: &Value) -> Vec<String> {
    let mut schema = schema();
    if closed {
        close(&mut schema);
    }
    schema["$ref"] = json!(format!("#/$defs/{definition}"));
    let validator = jsonschema::validator_for(&schema).unwrap();
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[track_caller]
fn is_valid(definition: &str, closed: bool, value: &Value) {
    let errors = errors(definition, closed, value);
    assert!(errors.is_empty(), "{definition}: {errors:#?}");
}

/// The sample with everything that only some runs have: shown secrets, of bytes as well, and candidates.
fn everything() -> Run {
    let mut run = sample();
    run.show_secrets = true;
    run.findings[0].secret = Some(Secret::new(b"\xff\xfe", 0));
    run.coverage.searched_whole("a reason", 10);
    let introduced = run.findings.iter_mut().flat_map(|it| &mut it.places).find_map(|place| place.introduced.as_mut());
    introduced.unwrap().at_end = Some(true);
    run
}

fn candidates(findings: &[Finding]) -> Vec<Explained> {
    let of = |finding: &Finding, confidence: Option<Confidence>| Explained {
        rule: finding.rule.clone(),
        title: finding.title.clone(),
        redacted: "…(9 bytes)".to_owned(),
        place: finding.places[0].clone(),
        severity: Severity::High,
        confidence,
        reasons: vec![Reason::new("placeholder", Weight::Rejects, "a word that stands for a secret")].into(),
        score: Some(Box::new(Score {
            probability: 0.25,
            shares: vec![Share { name: "length", text: "its length", value: 1.0, weight: -0.5 }],
        })),
        hidden: None,
    };
    findings.iter().zip([None, Some(Confidence::Low), None]).map(|(it, sure)| of(it, sure)).collect()
}

fn written(format: Formats) -> String {
    let run = everything();
    let explained = candidates(&run.findings);
    let mut out = Vec::new();
    run.with_report(|report| {
        let report = Report { explained: &explained, ..*report };
        format.writer(false).write(&report, &mut out).unwrap();
    });
    String::from_utf8(out).unwrap()
}

#[test]
fn the_sample_has_no_field_that_the_schema_does_not_have() {
    is_valid("report", true, &serde_json::from_str(&written(Formats::Json)).unwrap());
    is_valid("report", true, &serde_json::from_str(&of_this_repository("fixtures/report/sample.json")).unwrap());
}

#[test]
fn so_have_the_lines() {
    let mut types = BTreeSet::new();
    for line in written(Formats::Jsonl).lines() {
        let mut value: Value = serde_json::from_str(line).unwrap();
        is_valid("line", false, &value);
        let of = value.as_object_mut().unwrap().remove("type").unwrap();
        let definition = if of == "rejected" { "candidate" } else { of.as_str().unwrap() };
        is_valid(definition, true, &value);
        types.insert(definition.to_owned());
        value["type"] = json!("something else");
        assert!(!errors("line", false, &value).is_empty());
    }
    assert_eq!(types.into_iter().collect::<Vec<_>>(), ["candidate", "finding", "summary", "suppressed"]);
}

/// Names of properties that a schema, or the fields that a value, has anywhere.
fn properties(value: &Value, of_schema: bool, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                if !of_schema {
                    into.insert(name.clone());
                } else if name == "properties" {
                    into.extend(inner.as_object().unwrap().keys().cloned());
                }
                properties(inner, of_schema, into);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| properties(item, of_schema, into)),
        _ => {}
    }
}

#[test]
fn the_schema_describes_nothing_that_is_gone() {
    let (mut described, mut there) = (BTreeSet::new(), BTreeSet::from(["type".to_owned()]));
    properties(&schema(), true, &mut described);
    properties(&serde_json::from_str(&written(Formats::Json)).unwrap(), false, &mut there);
    let gone: Vec<&String> = described.difference(&there).collect();
    assert!(gone.is_empty(), "{gone:?}");
    let causes: Vec<&str> = Cause::ALL.into_iter().map(Cause::id).collect();
    assert_eq!(schema()["$defs"]["cause"]["enum"], json!(causes));
}

#[test]
fn a_real_run_is_what_the_schema_says() {
    let scratch = Scratch::repository();
    scratch.write("repo/old.txt", github("old"));
    scratch.commit(0, "Begin");
    scratch.git("repo", &["rm", "-q", "old.txt"]);
    scratch.write("repo/.github/workflows/ci.yml", "on: push\npermissions: write-all\njobs: {}\n");
    scratch.write("repo/a.env", format!("TOKEN={}\nAPI_KEY=changeme\n", github("new")));
    scratch.write("repo/broken.tf", "resource \"a\" {\n");
    scratch.commit(10, "Go on");
    for arguments in [&["check", "--show-rejected"][..], &["check", "--show-secrets"], &["lint"], &["scan", "--staged"]]
    {
        let run = keysieve(&scratch, "repo", &[arguments, &["--format", "json"]].concat());
        is_valid("report", true, &run.json().0);
        let lines = keysieve(&scratch, "repo", &[arguments, &["--format", "jsonl"]].concat()).out();
        for line in lines.lines() {
            is_valid("line", false, &serde_json::from_str(line).unwrap());
        }
    }
    let why = keysieve(&scratch, "repo", &["why", "a.env", "--format", "jsonl"]).out();
    assert!(why.contains("\"type\":\"candidate\""), "{why}");
    for line in why.lines() {
        is_valid("line", false, &serde_json::from_str(line).unwrap());
    }
}

#[test]
fn the_schema_finds_what_is_wrong() {
    let good: Value = serde_json::from_str(&written(Formats::Json)).unwrap();
    for (path, value) in [
        ("/schema_version", json!(2)),
        ("/findings/0/severity", json!("terrible")),
        ("/findings/0/places", json!([])),
        ("/findings/0/places/0/start/line", json!(0)),
        ("/findings/0/fingerprint", json!("x")),
        ("/coverage/files", json!(-1)),
        ("/coverage/skipped", json!({"no such cause": 1})),
        ("/verdict", json!(null)),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(path).unwrap() = value;
        assert!(!errors("report", false, &bad).is_empty(), "{path}");
    }
    let mut more = good;
    more["findings"][0]["a new field"] = json!(1);
    is_valid("report", false, &more);
    assert!(!errors("report", true, &more).is_empty());
}
