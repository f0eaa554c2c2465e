//! What could not be read of the history is told by the paths at which it stands.

use crate::scripted::Scratch;
use crate::support::keysieve;

/// The beginning of something that is compressed, with nothing behind it that could be.
const DAMAGED: [u8; 14] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff, 0xff, 0xff];

#[test]
fn a_container_that_cannot_be_opened_is_named_by_its_paths() {
    let scratch = Scratch::repository();
    scratch.write("repo/old/a.gz", DAMAGED);
    scratch.commit(0, "Begin");
    scratch.write("repo/a.txt", "x\n");
    scratch.git("repo", &["mv", "old", "new"]);
    scratch.commit(10, "Move");
    scratch.write("repo/b.gz", [&DAMAGED[..], b"x"].concat());
    scratch.commit(20, "Another");
    scratch.write("lost.gz", [&DAMAGED[..], b"yz"].concat());
    let lost = scratch.git("repo", &["hash-object", "-w", "../lost.gz"]);
    let [moved, other] =
        ["HEAD:new/a.gz", "HEAD:b.gz"].map(|name| scratch.git("repo", &["rev-parse", name])[..10].to_owned());
    let subjects = |arguments: &[&str]| -> Vec<String> {
        let report = keysieve(&scratch, "repo", &[arguments, &["--format", "json"]].concat()).exits(0).json();
        let notices = report.0["notices"].as_array().unwrap().iter();
        notices.map(|notice| notice["subject"].as_str().unwrap().to_owned()).collect()
    };
    // A commit leads to all but the last.
    let at_paths =
        [format!("b.gz!content (blob {other})"), format!("old/a.gz!content (blob {moved}, at one more path)")];
    let mut all = at_paths.to_vec();
    all.push(format!("blob {}!content", &lost[..10]));
    all.sort();
    assert_eq!(subjects(&["history"]), all);
    assert_eq!(subjects(&["history", "--range", "HEAD~1..HEAD"]), at_paths[..1]);
}
