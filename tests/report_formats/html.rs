//! The page as it is written: whole without script, and nothing in it but what we wrote ourselves.

use keysieve::finding::{Means, Suppressed, Suppression};
use keysieve::report::Formats;
use sha2::{Digest as _, Sha256};

use crate::sample::{Run, sample};
use crate::{hostile, sample};

/// What stands between two marks of the page, once.
fn between<'t>(page: &'t str, from: &str, to: &str) -> &'t str {
    assert_eq!(page.matches(from).count(), 1, "{from}");
    let rest = page.split_once(from).unwrap().1;
    rest.split_once(to).unwrap().0
}

/// The sample with one finding hidden.
pub fn with_hidden() -> Run {
    let mut run = sample();
    let finding = run.findings.pop().unwrap();
    let by = Suppression {
        means: Means::Comment,
        source: "a.env:1".to_owned(),
        stated: "keysieve:allow".to_owned(),
        reason: "read by the <tests>".to_owned(),
        owner: None,
        until: None,
    };
    run.suppressed = vec![Suppressed { finding, by }];
    run
}

#[test]
fn only_the_style_and_the_script_of_the_page_count() {
    for run in [sample(), hostile::run(), Run::of(vec![])] {
        let page = run.text(Formats::Html);
        let policy = between(&page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
        let hash = |text: &str| format!("'sha256-{}'", data_encoding::BASE64.encode(&Sha256::digest(text.as_bytes())));
        let style = hash(between(&page, "<style>", "</style>"));
        let script = hash(between(&page, "<script>", "</script>"));
        let expected = format!(
            "default-src 'none'; style-src {style}; script-src {script}; img-src data:; base-uri 'none'; form-action 'none'"
        );
        assert_eq!(policy, expected);
        // Neither of which would count: no style or handler at an element.
        for word in [" style=", " onerror=", " onclick=", "<img", "<iframe", "javascript:alert"] {
            assert!(!page.contains(word), "{word}");
        }
        assert_eq!(page.matches("<link").count(), 1);
        assert!(page.contains("<link rel=\"icon\" href=\"data:,\">"));
    }
}

#[test]
fn every_tag_is_ours() {
    const OURS: &str = "html head meta title link style script body h1 h2 p ul li b svg path text a rect circle form \
                        fieldset legend label input select option button output details summary span div ol pre mark dl \
                        dt dd code";
    let ours: Vec<&str> = OURS.split_whitespace().collect();
    for run in [sample(), with_hidden(), hostile::run()] {
        let page = run.text(Formats::Html);
        let body = page.split_once("<body>").unwrap().1.split_once("<script>").unwrap().0;
        let mut open: Vec<&str> = Vec::new();
        for tag in body.split('<').skip(1) {
            let tag = tag.split_once('>').expect("a tag ends").0;
            let name = tag.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap();
            assert!(ours.contains(&name), "<{tag}>");
            match (tag.starts_with('/'), tag.ends_with('/')) {
                (true, _) => assert_eq!(open.pop(), Some(name)),
                (false, true) => {}
                (false, false) if name == "input" => {}
                (false, false) => open.push(name),
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }
}

#[test]
fn without_script_everything_is_there() {
    let run = with_hidden();
    let page = run.text(Formats::Html);
    assert!(page.contains("<form id=\"filter\" hidden>"));
    assert_eq!(page.matches("<details class=\"finding\"").count(), run.findings.len() + 1);
    assert_eq!(
        page.matches(" hidden").count(),
        page.matches("<form id=\"filter\" hidden>").count() + other_hidden(&page)
    );
    for finding in run.findings.iter().chain(run.suppressed.iter().map(|it| &it.finding)) {
        assert!(page.contains(finding.fingerprint.as_str()));
    }
    for words in [
        "by a.env:1 (keysieve:allow): read by the &lt;tests&gt;",
        "data-state=\"hidden\"",
        "only in the history",
        "@example/platform",
        "exposed at least 4 days",
        "Revoke the token on the page of the service",
        "The scan is incomplete (unreadable)",
    ] {
        assert!(page.contains(words), "{words}");
    }
}

/// The word in running text, style and script, where it hides nothing.
fn other_hidden(page: &str) -> usize {
    page.match_indices(" hidden").filter(|(at, _)| !page[..*at].ends_with("<form id=\"filter\"")).count()
}

#[test]
fn times_are_a_picture() {
    let page = sample().text(Formats::Html);
    let picture = between(&page, "<svg", "</svg>");
    // Four days on the scale of the years 2024 to 2026, and a token that says when it ends.
    assert_eq!(picture.matches("class=\"exposed high\"").count(), 1);
    assert_eq!(picture.matches("class=\"dot\"").count(), 1);
    assert!(picture.contains("in the repository for 4 days from 2024-03-09"), "{picture}");
    for year in ["2024", "2025", "2026"] {
        assert!(picture.contains(&format!(">{year}</text>")), "{picture}");
    }
    assert!(!Run::of(vec![]).text(Formats::Html).contains("<svg"));
    // What a token says of its end may be far away.
    let mut far = sample::sample();
    for fact in far.findings.iter_mut().flat_map(|finding| finding.facts.list()) {
        if fact.value.starts_with("2026") {
            fact.value = "9999-12-31T23:59:59Z".to_owned();
        }
    }
    assert!(far.text(Formats::Html).matches("class=\"year\"").count() < 40);
}
