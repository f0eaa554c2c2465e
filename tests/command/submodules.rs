//! Submodules: listed, or scanned when asked for.

use crate::scripted::Scratch;
use crate::support::{github, keysieve, list, text};

/// A repository `repo` with a submodule at `libs/part` whose history held a secret, and one that was not fetched.
fn nested() -> Scratch {
    let scratch = Scratch::repository();
    scratch.git(".", &["init", "-q", "-b", "main", "part"]);
    let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    let in_part = |arguments: &[&str]| scratch.git("part", &[&identity[..], arguments].concat());
    scratch.write("part/key.txt", format!("token: {}\n", github("submodule")));
    in_part(&["add", "."]);
    in_part(&["commit", "-q", "-m", "Key"]);
    scratch.write("part/key.txt", "none\n");
    in_part(&["commit", "-q", "-a", "-m", "No key"]);
    let url = scratch.path("part");
    let allow = ["-c", "protocol.file.allow=always"];
    let add = ["submodule", "--quiet", "add", url.to_str().unwrap(), "libs/part"];
    scratch.git("repo", &[&allow[..], &add].concat());
    scratch.commit(0, "Submodule");
    scratch.git("repo", &["update-index", "--add", "--cacheinfo", &format!("160000,{},gone", "1".repeat(40))]);
    scratch.commit_staged(10, "One that is not here");
    scratch
}

#[test]
fn submodules_are_listed_and_scanned_only_when_asked_for() {
    let scratch = nested();
    let without = keysieve(&scratch, "repo", &["history", "--format", "json"]).exits(0).json();
    assert_eq!(without.skipped("submodule"), 2);
    let told = without.0["notices"].to_string();
    assert!(told.contains("\"gone\"") && told.contains("libs/part") && told.contains("--submodules"), "{told}");

    let arguments = ["history", "--submodules", "--format", "json", "--show-secrets"];
    let with = keysieve(&scratch, "repo", &arguments).exits(1).json();
    assert_eq!((with.skipped("submodule"), with.skipped("missing-object")), (0, 1), "{:#}", with.0["notices"]);
    let [place] = list(&with.of(&github("submodule"))["places"]) else { panic!("{:#}", with.0) };
    assert_eq!(text(&place["path"]), "libs/part/key.txt");
    assert_eq!(place["introduced"]["in_head"], false);
    let first = scratch.git("part", &["rev-list", "--max-parents=0", "HEAD"]);
    assert_eq!(text(&place["introduced"]["commit"]), first);
}

/// Who asks for submodules is told which were not there to be scanned.
#[test]
fn submodules_that_are_not_here_make_the_scan_incomplete() {
    let scratch = nested();
    scratch.git("repo", &["update-index", "--force-remove", "gone"]);
    scratch.commit_staged(20, "All can be had");
    scratch.git(".", &["clone", "-q", "repo", "clone"]);
    keysieve(&scratch, "clone", &["history"]).exits(0).says("libs/part: `--submodules` scans its history");
    let run =
        keysieve(&scratch, "clone", &["history", "--submodules"]).exits(3).says("libs/part: the submodule is not here");
    let command = "git -C . submodule update --init --recursive";
    run.says(command);
    let allow = ["-c", "protocol.file.allow=always"];
    let words: Vec<&str> = allow.into_iter().chain(command.split(' ').skip(1)).collect();
    scratch.git("clone", &words);
    // Found, and complete but for the commit that only an older tree names, which is no more than counted.
    keysieve(&scratch, "clone", &["history", "--submodules", "--exit-zero"]).exits(0).says("submodule");
}

#[test]
fn a_submodule_that_left_the_tree_and_the_address_of_one_are_seen() {
    let scratch = nested();
    scratch.git("repo", &["rm", "-q", "-f", "libs/part"]);
    scratch.commit(20, "Gone");
    let arguments = ["history", "--submodules", "--format", "json", "--show-secrets"];
    let report = keysieve(&scratch, "repo", &arguments).exits(1).json();
    let place = &report.of(&github("submodule"))["places"][0];
    assert_eq!(text(&place["path"]), "libs/part/key.txt");

    let url = format!("https://bot:{}@git.example.com/part.git", github("address"));
    scratch.git("repo", &["config", "--file", ".git/modules/libs/part/config", "remote.origin.url", &url]);
    for arguments in [&arguments[..], &["history", "--format", "json", "--show-secrets"]] {
        let report = keysieve(&scratch, "repo", arguments).exits(1).json();
        let [place] = list(&report.of(&github("address"))["places"]) else { panic!("{:#}", report.0) };
        assert_eq!(place["origin"], "repository-config");
        assert_eq!(text(&place["path"]), ".git/modules/libs/part/config");
    }
}

#[test]
fn a_submodule_that_keeps_its_own_repository_is_named_as_it_lies() {
    let scratch = Scratch::repository();
    scratch.git("repo", &["init", "-q", "-b", "main", "own"]);
    scratch.write("repo/own/a.txt", "a\n");
    let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    scratch.git("repo/own", &["add", "-A"]);
    scratch.git("repo/own", &[&identity[..], &["commit", "-q", "-m", "Own"]].concat());
    let url = format!("https://bot:{}@git.example.com/own.git", github("own"));
    scratch.git("repo/own", &["config", "remote.origin.url", &url]);
    scratch.commit(0, "Submodule");
    for flags in [&["history"][..], &["history", "--submodules"]] {
        let arguments = [flags, &["--format", "json", "--show-secrets"]].concat();
        let report = keysieve(&scratch, "repo", &arguments).exits(1).json();
        let [place] = list(&report.of(&github("own"))["places"]) else { panic!("{:#}", report.0) };
        assert_eq!((text(&place["origin"]), text(&place["path"])), ("repository-config", "own/.git/config"));
    }
}

/// Of submodules, too, what git keeps beside the objects, and of those within them.
#[test]
fn what_git_keeps_of_submodules_is_looked_at() {
    let scratch = nested();
    scratch.git("repo/.git/modules/libs/part", &["init", "-q", "--bare", "modules/inner"]);
    let modules = ".git/modules/libs/part";
    let url = |salt| format!("https://bot:{}@git.example.com/a.git", github(salt));
    let at = [
        (format!("{modules}/FETCH_HEAD"), url("fetched")),
        (format!("{modules}/hooks/pre-push"), format!("token={}\n", github("hook"))),
        (
            format!("{modules}/logs/refs/heads/x"),
            format!("{0} {0} a <a> 1 +0000\tpull {1}\n", "0".repeat(40), url("pulled")),
        ),
        (format!("{modules}/modules/inner/config"), format!("[remote \"o\"]\n\turl = {}\n", url("inner"))),
    ];
    for (path, text) in &at {
        scratch.write(&format!("repo/{path}"), text);
    }
    for flags in [&["history"][..], &["history", "--submodules"]] {
        let report = keysieve(&scratch, "repo", &[flags, &["--format", "json", "--show-secrets"]].concat()).json();
        for (salt, (path, _)) in ["fetched", "hook", "pulled", "inner"].into_iter().zip(&at) {
            let [place] = list(&report.of(&github(salt))["places"]) else { panic!("{salt}: {:#}", report.0) };
            assert_eq!((text(&place["origin"]), text(&place["path"])), ("repository-config", path.as_str()));
        }
    }
}
