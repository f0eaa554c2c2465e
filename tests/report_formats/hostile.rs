//! Names and texts that were written to deceive.

use keysieve::finding::{Excerpt, Reason, Related, Severity, Threshold, Weight};
use keysieve::notice::{Cause, Notice};
use keysieve::place::{FilePath, Origin};
use keysieve::report::Formats;
use serde_json::Value;

use crate::linter::lint;
use crate::sample::{Run, descriptor, file, finding, introduced, made_up, place};

pub const EVIL: &str =
    "\u{1b}[2J\u{202e}x\u{200b}\r\nno findings\n%41%zz{0} \"'<b>`*_|[click](javascript:1) #1 @me\u{7}\u{9b}";
const NAME: &[u8] = b"a\x1b[31m \xe2\x80\xae%2e{0}\n\"'<b>`|[x](y):#\xff.txt";

pub fn run() -> Run {
    let secret = format!("exa_{}", made_up(1, 20));
    let mut found = finding("example-token", Severity::High, &secret, vec![place(file("x"), 0, &secret, &secret)]);
    found.title = EVIL.into();
    found.message = EVIL.to_owned();
    found.reasons = vec![Reason::new("format", Weight::Supports, EVIL)].into();
    found.places[0].origin = Origin::File(FilePath::new(NAME));
    found.places[0].excerpt = Some(Excerpt { text: EVIL.into(), start: 2, end: 9 });
    let mut old = found.places[0].clone();
    old.origin = Origin::Blob { id: "1".repeat(40), path: Some(FilePath::new(NAME)) };
    old.introduced = introduced(1, 1, false);
    old.introduced.as_mut().unwrap().author = EVIL.to_owned();
    let mut only_old = found.clone();
    only_old.places = vec![old.clone()];
    found.places.push(old);
    found.related = vec![Related { label: EVIL.to_owned(), place: found.places[0].clone() }];
    found.threshold = Some(Box::new(Threshold { limit: EVIL.to_owned(), source: EVIL.to_owned() }));
    let mut run = Run::of(vec![found, only_old]);
    let mut described = descriptor("example-token", keysieve::finding::Kind::Secret, Severity::High);
    described.title = EVIL.to_owned();
    described.description = EVIL.to_owned();
    described.help = EVIL.to_owned();
    described.steps = vec![EVIL.to_owned()];
    described.docs = Some("javascript:alert(1)".to_owned());
    described.group = EVIL.to_owned();
    run.descriptors = vec![described];
    run.notices = vec![Notice::new(Cause::Unreadable, EVIL, EVIL)];
    run
}

pub fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}')
}

/// Every text of a JSON value, the names of fields included.
pub fn texts(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| texts(value, into)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            into.push(name.clone());
            texts(value, into);
        }),
        _ => {}
    }
}

#[test]
fn a_terminal_cannot_be_steered() {
    for colour in [false, true] {
        let written = String::from_utf8(run().written(Formats::Text, colour)).unwrap();
        let hidden = written.chars().filter(|&c| is_hidden(c) && c != '\n');
        assert!(hidden.clone().all(|c| colour && c == '\u{1b}'), "{written:?}");
        for sequence in written.split('\u{1b}').skip(1) {
            let parameters = sequence.strip_prefix('[').and_then(|rest| rest.split_once('m')).unwrap().0;
            assert!(parameters.bytes().all(|b| b.is_ascii_digit() || b == b';'), "{sequence:?}");
        }
        assert!(!written.lines().any(|line| line.trim() == "no findings"), "{written}");
    }
    let name = "a\\u{1b}[31m \\u{202e}%2e{0}\\u{a}\"'<b>`|[x](y):#\u{FFFD}.txt:1:1";
    assert!(run().text(Formats::Text).contains(name));
}

#[test]
fn every_text_of_every_machine_format_is_escaped() {
    let json = run().text(Formats::Json);
    let lines = run().text(Formats::Jsonl);
    assert_eq!(lines.lines().count(), 3);
    let others = [Formats::Sarif, Formats::Gitlab, Formats::CodeQuality].map(|format| run().text(format));
    let events = run().text(Formats::Ecs);
    let whole = others.iter().map(String::as_str).chain([json.as_str()]);
    for document in whole.chain(lines.lines()).chain(events.lines()) {
        let mut all = Vec::new();
        texts(&serde_json::from_str(document).unwrap(), &mut all);
        for text in all {
            assert!(!text.chars().any(|c| is_hidden(c) && c != '\n'), "{text:?}");
        }
    }
    // The exact bytes of a name are in its URI.
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["findings"][0]["places"][0]["uri"], FilePath::new(NAME).to_uri());
}

#[test]
fn code_scanning_gets_no_link_and_no_markup() {
    let sarif = run().sarif();
    lint(&sarif);
    let runs = sarif["runs"].as_array().unwrap();
    assert!(runs.iter().all(|run| run["tool"]["driver"]["rules"][0]["helpUri"].is_null()));
    for result in runs.iter().flat_map(|run| run["results"].as_array().unwrap()) {
        let text = result["message"]["text"].as_str().unwrap();
        assert!(!text.contains("](") && !text.contains('\n'), "{text}");
        let markdown = result["message"]["markdown"].as_str().unwrap();
        let prose: String = without_code_spans(markdown);
        assert!(!prose.contains('<') && !prose.contains('\n') && !prose.contains('@'), "{prose}");
        for (at, c) in prose.char_indices().filter(|(_, c)| "[]*_`|#".contains(*c)) {
            assert!(prose[..at].ends_with('\\') || prose[..at].ends_with('&'), "{c} at {at} in {prose}");
        }
    }
    // History: the truth is in the message and in the properties, the anchor is line 1.
    let old = &runs[1]["results"][0];
    assert!(old["message"]["text"].as_str().unwrap().contains("Found in the history: commit "));
    let location = &old["locations"][0];
    assert_eq!(location["physicalLocation"]["region"], serde_json::json!({"startLine": 1}));
    assert!(location["properties"]["commit"].is_string() && location["properties"]["inHead"] == false);
}

/// Drops code spans as CommonMark delimits them.
pub fn without_code_spans(markdown: &str) -> String {
    let mut prose = String::new();
    let mut rest = markdown;
    while let Some(at) = rest.find('`') {
        prose.push_str(&rest[..at]);
        if prose.ends_with('\\') {
            prose.push('`');
            rest = &rest[at + 1..];
            continue;
        }
        let opened = rest[at..].len() - rest[at..].trim_start_matches('`').len();
        let fence = "`".repeat(opened);
        let behind = &rest[at + opened..];
        let close = behind
            .match_indices(&fence)
            .find(|(close, _)| !behind[close + opened..].starts_with('`') && !behind[..*close].ends_with('`'));
        rest = &behind[close.expect("the span is closed").0 + opened..];
    }
    prose + rest
}
