//! What the configuration of a repository includes.

use crate::scripted::Scratch;
use crate::support::{github, keysieve, text};

/// Whatever its condition: the file is there to be read.
#[test]
fn what_the_configuration_includes_is_looked_at_within_the_repository() {
    let scratch = Scratch::repository();
    scratch.commit(0, "Begin");
    let header = |salt: &str| format!("[http]\n\textraheader = AUTHORIZATION: bearer {}\n", github(salt));
    scratch
        .write("repo/.git/own.inc", format!("{}[include]\n\tpath = nested/config\n\tpath = own.inc\n", header("own")));
    scratch.write("repo/.git/nested/config", header("nested"));
    scratch.write("outside.inc", header("outside"));
    let paths = ["own.inc", "nowhere.inc", "../../outside.inc", "~/.gitconfig"];
    for (at, path) in paths.into_iter().enumerate() {
        let section = if at == 0 { "includeIf.onbranch:none.path" } else { "include.path" };
        scratch.git("repo", &["config", "--add", section, path]);
    }
    let run = keysieve(&scratch, "repo", &["history", "--format", "json", "--show-secrets"]).exits(1);
    let report = run.json();
    let mut expected = vec![github("own"), github("nested")];
    expected.sort();
    assert_eq!(report.secrets(), expected);
    let place = &report.of(&github("nested"))["places"][0];
    assert_eq!((text(&place["origin"]), text(&place["path"])), ("repository-config", ".git/nested/config"));
    let notes = report.0["notes"].to_string();
    assert!(notes.contains("../../outside.inc, ~/.gitconfig") && !notes.contains("nowhere"), "{notes}");
}
