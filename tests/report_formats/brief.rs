//! The message of a hook.

use keysieve::report::Format as _;
use keysieve::report::text::brief::{Brief, Scene};

use crate::golden::compare;
use crate::hostile;
use crate::redaction::{leaks, leaky};
use crate::sample::{Run, made_up, sample};

fn written(run: &Run, colour: bool) -> String {
    let scene = Scene {
        looked_at: None,
        stopped: "the commit",
        fix: "read the value from the environment instead, and `git add` the file",
        allow: "as a comment on the line or the line above it, with a reason:",
        comment: true,
        all: "keysieve scan --staged".to_owned(),
    };
    let mut out = Vec::new();
    run.with_report(|report| Brief { colour, scene }.write(report, &mut out)).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn whole() {
    compare("brief.txt", written(&sample(), false).as_bytes());
    let nothing = written(&Run::of(vec![]), false);
    assert!(nothing.lines().any(|line| line.starts_with("keysieve: scanned ")), "{nothing}");
}

#[test]
fn it_fits_80_columns_and_a_screen() {
    let text = written(&sample(), false);
    for line in text.lines().filter(|line| !line.contains("keysieve:allow ")) {
        let columns: usize = line.chars().map(|c| if ('\u{4E00}'..='\u{9FFF}').contains(&c) { 2 } else { 1 }).sum();
        assert!(columns <= 80, "{columns} columns: {line}");
        assert_eq!(line, line.trim_end());
    }
    assert!(text.lines().count() <= 60, "{text}");
}

#[test]
fn no_secret_is_in_it() {
    let secrets = [format!("exa_{}", made_up(7, 40)), format!("exa_{}+/={}", made_up(8, 20), made_up(9, 20))];
    let mut run = leaky(&secrets);
    for secret in &secrets {
        assert!(!leaks(written(&run, true).as_bytes(), secret), "{}", written(&run, false));
    }
    run.show_secrets = true;
    for secret in &secrets {
        assert!(leaks(written(&run, false).as_bytes(), secret), "the search finds what is shown");
    }
}

#[test]
fn a_terminal_cannot_be_steered() {
    for colour in [false, true] {
        let text = written(&hostile::run(), colour);
        let mut hidden = text.chars().filter(|&c| hostile::is_hidden(c) && c != '\n');
        assert!(hidden.all(|c| colour && c == '\u{1b}'), "{text:?}");
        assert!(!text.lines().any(|line| line.trim() == "no findings"), "{text}");
    }
}
