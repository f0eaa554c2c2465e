//! What the report for people says of a place and of who answers for it.

use keysieve::finding::Severity;
use keysieve::place::FilePath;
use keysieve::report::Formats;

use crate::sample::{Run, blob, file, finding, introduced, made_up, place};

/// One secret in a file, and in the history at these paths, still there or not.
fn text(of_file: bool, history: &[(&str, usize, bool)], owners: &[(&str, &str)]) -> String {
    let secret = format!("exa_{}", made_up(1, 30));
    let mut found = finding("example-token", Severity::High, &secret, vec![]);
    if of_file {
        found.places.push(place(file("a.env"), 3, &secret, &secret));
    }
    for (number, &(path, before, in_head)) in history.iter().enumerate() {
        let mut past = place(blob(60 + number as u64, Some(path)), before, &secret, &secret);
        past.introduced = introduced(160, 1, in_head);
        found.places.push(past);
    }
    let mut run = Run::of(vec![found]);
    run.owners = owners.iter().map(|(path, owner)| (FilePath::from(*path), (*owner).to_owned())).collect();
    run.text(Formats::Text)
}

#[test]
fn a_place_is_not_said_twice() {
    let commit = &introduced(160, 1, true).unwrap().commit[..10];
    let said = |text: &str, words: &str| text.contains(&format!("\n  also   {words}\n"));
    assert!(!text(true, &[("a.env", 3, true)], &[]).contains("  also "));
    // Another line, another path, a version that is gone: each says more.
    assert!(said(&text(true, &[("a.env", 4, true)], &[]), &format!("a.env:5:1 ({commit}, still in HEAD)")));
    assert!(said(&text(true, &[("b.env", 3, true)], &[]), &format!("b.env:4:1 ({commit}, still in HEAD)")));
    assert!(said(&text(true, &[("a.env", 3, false)], &[]), &format!("a.env:4:1 ({commit}, gone from HEAD)")));
    // The first place says where it can be seen.
    let only = text(false, &[("a.env", 3, false)], &[]);
    assert!(only.contains(&format!("\n  a.env:4:1 ({commit}, gone from HEAD)\n")), "{only}");
}

#[test]
fn the_owner_of_the_first_file_that_has_one_answers() {
    let history = [("b.env", 3, true), ("c.env", 3, true)];
    assert!(!text(true, &history, &[("d.env", "@ann")]).contains("  owner "));
    let shown = text(true, &history, &[("b.env", "@ann @bob"), ("c.env", "@eve")]);
    assert!(shown.contains("\n  owner  @ann @bob\n"), "{shown}");
}
