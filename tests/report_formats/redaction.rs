//! No eight bytes in a row of a secret's own part leave in any format, wherever the secret stands.

use keysieve::finding::{Excerpt, Finding, Introduction, Reason, Related, Severity, Threshold, Weight};
use keysieve::notice::{Cause, Notice};
use keysieve::place::{FilePath, Origin};
use keysieve::report::Formats;
use keysieve::secret::Secret;

use crate::linter::lint;
use crate::sample::{Run, file, finding, made_up, place, sample};

/// A run in which nobody upstream masked anything.
pub fn leaky(secrets: &[String]) -> Run {
    let both = secrets.join("' and 'é");
    let mut findings: Vec<Finding> = Vec::new();
    for secret in secrets {
        let line = format!("密 '{both}' no line end");
        let mut found = finding("example-token", Severity::High, secret, vec![place(file("a.txt"), 1, &line, secret)]);
        found.message = format!("It says {secret}.");
        found.title = format!("Title {both}").into();
        found.reasons = vec![Reason::new("format", Weight::Supports, format!("looks like {both}"))].into();
        found.places[0].excerpt = Some(Excerpt { start: 5, end: 5 + secret.len(), text: line.as_str().into() });
        let path = format!("dir {both}/x.txt");
        found.places.push(place(file(&path), 0, &line, secret));
        found.places.push(place(Origin::FileName(FilePath::from(path.as_str())), 0, &path, secret));
        found.places[2].introduced = Some(Box::new(Introduction {
            commit: "0".repeat(40),
            author: format!("{both} <{secret}@example.com>"),
            date: "2024-01-01T00:00:00Z".to_owned(),
            in_head: false,
            at_end: None,
            reachable: false,
        }));
        found.threshold = Some(Box::new(Threshold { limit: both.clone(), source: format!("{both}:7") }));
        found.related = vec![Related { label: both.clone(), place: found.places[1].clone() }];
        findings.push(found);
    }
    let mut run = Run::of(findings);
    run.notices = vec![Notice::new(Cause::Unreadable, format!("dir/{both}"), format!("cannot read {both}"))];
    run
}

/// Whether eight bytes of the secret behind its public prefix stand in the output, as they are or percent-encoded.
pub fn leaks(output: &[u8], secret: &str) -> bool {
    let mut decoded = Vec::new();
    let mut rest = output;
    while let Some((&byte, behind)) = rest.split_first() {
        let hex = behind.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match (byte, hex) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                rest = &behind[2..];
            }
            _ => {
                decoded.push(byte);
                rest = behind;
            }
        }
    }
    secret.as_bytes()[4..].windows(8).any(|piece| {
        output.windows(8).any(|window| window == piece) || decoded.windows(8).any(|window| window == piece)
    })
}

fn results(run: &Run) -> Vec<usize> {
    let sarif = run.sarif();
    sarif["runs"].as_array().unwrap().iter().map(|run| run["results"].as_array().unwrap().len()).collect()
}

#[test]
fn redaction_is_total() {
    let secrets = [format!("exa_{}", made_up(7, 40)), format!("exa_{}+/={}", made_up(8, 20), made_up(9, 20))];
    let mut run = leaky(&secrets);
    for format in Formats::ALL {
        let written = run.written(format, format == Formats::Text);
        for secret in &secrets {
            assert!(!leaks(&written, secret), "{format}:\n{}", String::from_utf8_lossy(&written));
        }
    }
    lint(&run.sarif());
    // The test can fail: shown secrets are found by the same search, and there are as many findings.
    let hidden = results(&run);
    run.show_secrets = true;
    for format in Formats::ALL {
        for secret in &secrets {
            assert!(leaks(&run.written(format, false), secret), "{format}");
        }
    }
    assert_eq!(results(&run), hidden);
}

#[test]
fn the_sample_shows_no_secret() {
    let run = sample();
    for format in Formats::ALL {
        let written = run.written(format, false);
        for secret in run.findings.iter().filter_map(|finding| finding.secret.as_ref()) {
            let secret = std::str::from_utf8(secret.expose()).unwrap();
            assert!(!leaks(&written, secret), "{format}");
        }
    }
}

#[test]
fn shown_secrets_are_whole_even_when_they_are_not_text() {
    let mut run = leaky(&[format!("exa_{}", made_up(7, 40))]);
    run.show_secrets = true;
    run.findings[0].secret = Some(Secret::new(b"\xff\x00\x01", 0));
    for format in [Formats::Json, Formats::Jsonl, Formats::Sarif] {
        assert!(run.text(format).contains("\"/wAB\""), "{format}");
    }
    run.findings[0].secret = Some(Secret::new(b"first line\nsecond line", 0));
    let text = run.text(Formats::Text);
    assert!(text.contains("\n  secret first line\n         second line\n"), "{text}");
}
