//! `rotated` writes an entry and touches nothing else.

use std::fs;

use crate::scripted::Scratch;
use crate::support::keysieve;

const FINGERPRINT: &str = "ks1:0123456789abcdef0123456789abcdef";

#[test]
fn an_entry_is_appended_and_said() {
    let scratch = Scratch::new();
    let run = keysieve(&scratch, ".", &["rotated", FINGERPRINT, "--at", "2026-11-02"]).exits(0);
    let entry = format!("[[rotated]]\nfingerprint = \"{FINGERPRINT}\"\nat = 2026-11-02\n");
    assert_eq!(run.out(), format!("keysieve.toml:1: made, with\n{entry}"));
    let mine = "# mine\nfail-on   =   \"high\"   # aligned\n";
    scratch.write("keysieve.toml", mine);
    let run = keysieve(&scratch, ".", &["rotated", FINGERPRINT, "--at", "2026-11-02", "--by", "@alice"]).exits(0);
    let entry = format!("{entry}by = \"@alice\"\n");
    assert_eq!(run.out(), format!("keysieve.toml:4: added:\n{entry}"));
    assert_eq!(fs::read_to_string(scratch.path("keysieve.toml")).unwrap(), format!("{mine}\n{entry}"));
    keysieve(&scratch, ".", &["config", "show"]).exits(0).says("by = \"@alice\" # keysieve.toml:5");
    // Today, and another file.
    keysieve(&scratch, ".", &["rotated", FINGERPRINT, "--config", "other.toml"])
        .exits(0)
        .says("other.toml:1: made, with");
}

#[test]
fn what_is_no_fingerprint_or_day_is_refused() {
    let scratch = Scratch::new();
    for wrong in ["ks1:0123", "0123456789abcdef0123456789abcdef", "ks2:0123456789abcdef0123456789abcdef"] {
        keysieve(&scratch, ".", &["rotated", wrong]).exits(2).says("is no fingerprint").says("nothing was written");
    }
    keysieve(&scratch, ".", &["rotated", FINGERPRINT, "--at", "yesterday"]).exits(2).says("2026-01-31");
    assert!(!scratch.path("keysieve.toml").exists());
    scratch.write("keysieve.toml", "[broken");
    keysieve(&scratch, ".", &["rotated", FINGERPRINT]).exits(2).says("keysieve.toml:1");
}

#[test]
fn a_key_that_is_made_later_is_told_to_outdate_it() {
    let scratch = Scratch::repository();
    scratch.write("repo/file.txt", "nothing\n");
    scratch.commit(1, "Begin");
    keysieve(&scratch, "repo", &["rotated", FINGERPRINT, "--at", "2026-11-02"]).exits(0);
    keysieve(&scratch, "repo", &["baseline", "create"]).exits(0).says("names nothing any more");
}
