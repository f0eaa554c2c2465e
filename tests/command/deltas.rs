//! The whole history, searched by deltas and searched whole: the same report.

use crate::scripted::Scratch;
use crate::support::{github, keysieve, token};

/// A file of many versions, packed by git as deltas; every tenth version has a secret that the next one has not.
fn packed(versions: usize) -> Scratch {
    let scratch = Scratch::repository();
    let mut lines: Vec<String> =
        (0..4000).map(|number| format!("line {number} of a long file that says nothing")).collect();
    for version in 0..versions {
        let at = (version * 997) % lines.len();
        lines[at] = match version % 10 {
            3 => format!("token = {}", github(&format!("version {version}"))),
            7 => format!("aws_secret_access_key = {}", token("aws-secret-access-key", &version.to_string())),
            _ => format!("edited in version {version}"),
        };
        if matches!(version % 10, 4 | 8) {
            lines.retain(|line| !line.starts_with("token") && !line.starts_with("aws"));
        }
        scratch.write("repo/file.txt", lines.join("\n"));
        scratch.write("repo/.env", format!("VERSION={version}\n"));
        scratch.commit(version as i64, &format!("Version {version}"));
    }
    scratch.git("repo", &["repack", "-q", "-a", "-d", "-f", "--depth=50", "--window=20"]);
    scratch
}

#[test]
fn deltas_and_whole_texts_give_the_same_findings() {
    let scratch = packed(60);
    let report = |flags: &[&str]| {
        let all = [&["history", "--format", "json", "--min-confidence", "low"], flags].concat();
        keysieve(&scratch, "repo", &all).exits(1).json()
    };
    let (by_delta, whole) = (report(&[]), report(&["--no-delta"]));
    assert_eq!(by_delta.0["findings"], whole.0["findings"]);
    assert_eq!(by_delta.0["notices"], whole.0["notices"]);
    assert!(by_delta.findings().len() >= 6, "{:#}", by_delta.0["findings"]);
    assert_eq!(whole.0["coverage"]["inherited_blobs"], 0);
    let coverage = &by_delta.0["coverage"];
    assert!(coverage["inherited_blobs"].as_u64() >= Some(20), "{coverage:#}");
    assert_eq!(coverage["history_bytes"], whole.0["coverage"]["history_bytes"]);
}

#[test]
fn what_is_searched_grows_with_what_is_inserted() {
    let scratch = Scratch::repository();
    let mut lines: Vec<String> =
        (0..4000).map(|number| format!("line {number} of a long file that says nothing")).collect();
    for version in 0..80 {
        let at = (version * 997) % lines.len();
        lines[at] = format!("edited in version {version}");
        scratch.write("repo/file.txt", lines.join("\n"));
        scratch.commit(version as i64, "Edit");
    }
    scratch.git("repo", &["repack", "-q", "-a", "-d", "-f", "--depth=100", "--window=100"]);
    let report = keysieve(&scratch, "repo", &["history", "--format", "json"]).exits(0).json();
    let number = |name: &str| report.0["coverage"][name].as_u64().unwrap();
    let length = lines.join("\n").len() as u64;
    assert!(number("history_bytes") > 70 * length);
    // The first version, and of the others what was inserted with what is around it.
    assert!(
        number("searched_bytes") < length + 80 * 4096,
        "{} of {}",
        number("searched_bytes"),
        number("history_bytes")
    );
    assert_eq!(number("inherited_blobs"), 79);
}

#[test]
fn the_hidden_places_are_the_same_by_delta() {
    let scratch = packed(12);
    scratch.git("repo", &["checkout", "-q", "--orphan", "other"]);
    scratch.write("repo/file.txt", format!("{}\n", github("other")));
    scratch.commit(100, "Other");
    for format in ["json", "jsonl", "sarif", "text"] {
        let out = |flags: &[&str]| {
            let run =
                keysieve(&scratch, "repo", &[&["history", "--show-rejected", "--format", format], flags].concat());
            run.exits(1).out()
        };
        assert_eq!(out(&[]), out(&["--no-delta"]), "{format}");
    }
}
