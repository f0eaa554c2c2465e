//! Ranges of the history: what their commits bring, and nothing that was there before.

use serde_json::Value;

use crate::scripted::Scratch;
use crate::support::{Report, Run, github, keysieve, list, text};

/// A text with a secret and lines of its own.
fn with(salt: &str, more: &str) -> String {
    format!("first\ntoken = {}\n{more}\n", github(salt))
}

fn history(scratch: &Scratch, arguments: &[&str]) -> Run {
    let all = [&["history", "--format", "json", "--show-secrets"], arguments].concat();
    keysieve(scratch, "repo", &all)
}

/// `salt path subject-of-the-commit` of every place, sorted.
fn places(scratch: &Scratch, run: Run, salts: &[&str]) -> Vec<String> {
    let report = run.json();
    let mut told = Vec::new();
    for finding in report.findings() {
        let salt = salts.iter().find(|salt| finding["secret"]["value"] == github(salt)).expect("a secret of the test");
        for place in list(&finding["places"]) {
            let commit = text(&place["introduced"]["commit"]);
            let subject = scratch.git("repo", &["log", "-1", "--format=%s", commit]);
            told.push(format!("{salt} {} {subject}", place["path"].as_str().unwrap_or("-")));
        }
    }
    told.sort();
    told
}

/// What the commits of a range may do: `main` begins, `side` leaves it, changes things, takes `main` in and goes on.
fn story() -> Scratch {
    let scratch = Scratch::repository();
    let write = |path: &str, text: &str| scratch.write(&format!("repo/{path}"), text);
    let git = |arguments: &[&str]| scratch.git("repo", arguments);
    write("known.txt", &with("known", "one"));
    write("plain.txt", "plain\n");
    write("old/moved.txt", &with("moved", &"same\n".repeat(20)));
    write("old/renamed.txt", &with("renamed", "same"));
    scratch.commit(0, "Begin");
    git(&["branch", "start"]);

    git(&["checkout", "-q", "-b", "side"]);
    write("known.txt", &with("known", "two"));
    git(&["mv", "old/moved.txt", "moved.txt"]);
    write("moved.txt", &with("moved", "nothing of it is the same\nbut the secret"));
    git(&["mv", "old/renamed.txt", "renamed.txt"]);
    scratch.commit(10, "Edit and move");
    write("copy.txt", &with("known", "a copy"));
    scratch.commit(20, "Copy");
    write("short.txt", &with("short", "lived"));
    scratch.commit(30, "Add");
    git(&["rm", "-q", "short.txt"]);
    scratch.commit(40, "Remove");
    git(&["checkout", "-q", "main"]);
    write("base.txt", &with("base", "of main"));
    write("both.txt", "main\n");
    scratch.commit(50, "Main goes on");
    git(&["checkout", "-q", "side"]);
    write("both.txt", "side\n");
    scratch.commit(60, "Another");
    scratch.try_git("repo", &["merge", "-q", "--no-commit", "main"]);
    write("both.txt", &with("resolution", "of both"));
    scratch.commit(70, "Merge main");
    scratch.commit(80, &format!("Message\n\n{}", github("message")));
    scratch
}

const SALTS: [&str; 8] = ["known", "moved", "renamed", "short", "base", "resolution", "message", "late"];

/// What `side` brings.
const BROUGHT: [&str; 4] =
    ["known copy.txt Copy", "message - Message", "resolution both.txt Merge main", "short short.txt Add"];

#[test]
fn a_range_reports_what_its_commits_bring() {
    let scratch = story();
    for arguments in [&["--range", "main..side"][..], &["--range", "main.."], &["--base", "main"]] {
        let run = history(&scratch, arguments).exits(1);
        assert_eq!(places(&scratch, run, &SALTS), BROUGHT, "{arguments:?}");
    }
    // From where the branch began, main's own commits belong to it.
    let run = history(&scratch, &["--range", "start..side"]).exits(1);
    let mut expected = vec!["base base.txt Main goes on"];
    expected.extend(BROUGHT);
    assert_eq!(places(&scratch, run, &SALTS), expected);
    let report = history(&scratch, &["--base", "main"]).json();
    assert_eq!(report.0["coverage"]["commits"], 7);
    let short = report.of(&github("short"));
    assert_eq!(short["places"][0]["introduced"]["in_head"], false);
    assert_eq!(report.of(&github("resolution"))["places"][0]["introduced"]["in_head"], true);
}

#[test]
fn a_range_is_cut_by_time_number_and_branch() {
    let scratch = story();
    let told = |arguments: &[&str]| places(&scratch, history(&scratch, arguments).exits(1), &SALTS);
    // 1_700_000_000 is 2023-11-14T22:13:20Z.
    assert_eq!(told(&["--branch", "side", "--since", "2023-11-14T22:14:25Z"]), [BROUGHT[1], BROUGHT[2]]);
    assert_eq!(told(&["--branch", "side", "--max-commits", "1"]), [BROUGHT[1]]);
    assert_eq!(told(&["--branch", "main"]).len(), 4, "all that main ever brought");
    assert_eq!(told(&["--range", "main..side", "--max-commits", "2"]), [BROUGHT[1], BROUGHT[2]]);
    assert_eq!(told(&["--since", "3d", "--now", "2023-11-16"]).len(), 8, "of every ref");
}

/// A clock that was wrong, or set on purpose, takes no commit out of a range that its parent is in.
#[test]
fn no_commit_is_older_than_its_parents() {
    let scratch = Scratch::repository();
    scratch.write("repo/file.txt", "nothing\n");
    scratch.commit(0, "Begin");
    scratch.git("repo", &["checkout", "-q", "-b", "side"]);
    scratch.write("repo/new.txt", with("late", ""));
    scratch.commit(-900_000_000, "Long ago");
    for arguments in [
        &["--branch", "side", "--max-commits", "1"][..],
        &["--branch", "side", "--since", "2023-01-01"],
        &["--base", "main", "--since", "2023-01-01"],
        &["--max-commits", "1"],
    ] {
        let run = history(&scratch, arguments).exits(1);
        assert_eq!(places(&scratch, run, &SALTS), ["late new.txt Long ago"], "{arguments:?}");
    }
}

#[test]
fn the_same_secret_has_the_same_fingerprint_in_every_mode() {
    let scratch = Scratch::repository();
    scratch.write("repo/file.txt", "nothing\n");
    scratch.commit(0, "Begin");
    scratch.write("repo/new.txt", with("same", ""));
    scratch.git("repo", &["add", "-A"]);
    let fingerprint = |arguments: &[&str]| {
        let report =
            keysieve(&scratch, "repo", &[arguments, &["--format", "json", "--show-secrets"]].concat()).exits(1).json();
        text(&report.of(&github("same"))["fingerprint"]).to_owned()
    };
    let staged = fingerprint(&["scan", "--staged"]);
    let patch = scratch.git("repo", &["diff", "--cached"]);
    scratch.write("patch", format!("{patch}\n"));
    scratch.commit(10, "New");
    for arguments in [
        &["scan"][..],
        &["history"],
        &["history", "--range", "HEAD~1..HEAD"],
        &["scan", "--diff", "../patch"],
        &["check"],
    ] {
        assert_eq!(fingerprint(arguments), staged, "{arguments:?}");
    }
}

#[test]
fn what_is_no_range_is_said() {
    let scratch = story();
    scratch.git("repo", &["tag", "-a", "-m", "A file", "of-a-file", "main:known.txt"]);
    for arguments in [
        &["--range", "main..nowhere"][..],
        &["--range=--output..main"],
        &["--base", "nowhere"],
        &["--branch", "nowhere"],
        &["--range", "main...side"],
        &["--range", "side^!"],
        &["--range", "main..side^-1"],
        &["--range", "main..side^@"],
        &["--base", "main^{tree}"],
        &["--base", "main:known.txt"],
        &["--branch", "of-a-file"],
        &["--since", "yesterday"],
        &["--base", "main", "--range", "main..side"],
        &["--base", &"1".repeat(40)],
    ] {
        let run = history(&scratch, arguments).exits(2);
        assert_eq!(run.out(), "", "{arguments:?}");
        let flag = arguments[0].split('=').next().unwrap();
        assert!(run.err().contains(flag) || run.err().contains("revision"), "{}", run.err());
    }
    history(&scratch, &["--range", "side..main"]).exits(3).says("the range holds no commit");
    history(&scratch, &["--branch", "main", "--since", "2030-01-01"]).exits(3);
    let run = history(&scratch, &["--base", "main", "--since", "2030-01-01"]).exits(3).says("older than --since");
    assert_eq!(run.json().skipped("nothing-found"), 1);
    let nothing = history(&scratch, &["--base", "side"]).exits(0).says("nothing new").json();
    assert_eq!(nothing.skipped("nothing-new"), 1);
    keysieve(&scratch, "repo", &["history", "--base", "side"]).exits(0).says("nothing new to scan");
}

#[test]
fn a_clone_that_is_too_shallow_says_what_to_fetch() {
    let scratch = story();
    let url = format!("file://{}", scratch.path("repo").display());
    scratch.git(".", &["clone", "-q", "--depth", "2", "--branch", "side", &url, "shallow"]);
    scratch.git("shallow", &["fetch", "-q", "--depth", "1", "origin", "start:refs/remotes/origin/start"]);
    let run = keysieve(&scratch, "shallow", &["history", "--base", "origin/start", "--format", "json"]);
    let report = run.json();
    assert_eq!(report.skipped("shallow"), 2, "{:#}", report.0["notices"]);
    assert!(report.0["notices"].to_string().contains("fetch --unshallow"));
    assert_eq!(report.0["verdict"]["complete"], false);
    let missing = scratch.git("repo", &["rev-parse", "side~5"]);
    let run = keysieve(&scratch, "shallow", &["history", "--base", &missing]).exits(2);
    run.says("the object is not here; `git -C . fetch --unshallow` fetches it");
}

#[test]
fn a_partial_clone_says_what_would_fetch_what_a_range_lacks() {
    let scratch = Scratch::repository();
    for (number, line) in ["one", "two", "three"].into_iter().enumerate() {
        scratch.write("repo/dir/file.txt", with("known", line));
        scratch.write(&format!("repo/dir/{line}.txt"), line);
        scratch.commit(number as i64, line);
    }
    scratch.git("repo", &["config", "uploadpack.allowFilter", "true"]);
    scratch.git("repo", &["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let url = format!("file://{}", scratch.path("repo").display());
    for filter in ["blob:none", "tree:0"] {
        let name = filter.replace(':', "-");
        scratch.git(".", &["clone", "-q", &format!("--filter={filter}"), &url, &name]);
        let range = |arguments: &[&str]| {
            keysieve(&scratch, &name, &[&["history", "--format", "json", "--show-secrets"], arguments].concat())
        };
        let command = "git -C . fetch --refetch --no-filter";
        let run = range(&["--range", "HEAD~2..HEAD~1"]).exits(3).says(command);
        let report = run.json();
        assert!(report.skipped("partial") > 0, "{filter}: {:#}", report.0);
        assert_eq!(report.skipped("missing-object") + report.skipped("corrupt-object"), 0, "{filter}: {:#}", report.0);
        range(&["--range", "HEAD~2..HEAD~1", "--accept", "partial"]).exits(0);
        // The tip is here, and what stood before is not: so the secret in it may be known, as it is.
        let run = range(&["--range", "HEAD~1..HEAD"]).exits(1).says(command);
        let report = run.json();
        assert_eq!(report.secrets(), [github("known")], "{filter}");
        assert_eq!(report.0["verdict"]["complete"], false, "{filter}");
        if filter == "blob:none" {
            run.says("1 object of the versions before cannot be read, so what is reported may have been known");
        }
        let words: Vec<&str> = command.split(' ').skip(1).collect();
        scratch.git(&name, &words);
        range(&["--range", "HEAD~2..HEAD"]).exits(0);
    }
}

#[test]
fn a_file_that_becomes_a_directory_of_its_name_has_moved() {
    let scratch = Scratch::repository();
    scratch.write("repo/key", with("known", ""));
    scratch.write("repo/other/key", with("moved", ""));
    scratch.commit(0, "Begin");
    scratch.git("repo", &["mv", "key", "aside"]);
    scratch.git("repo", &["mv", "other/key", "elsewhere"]);
    std::fs::create_dir(scratch.path("repo/key")).unwrap();
    std::fs::remove_dir_all(scratch.path("repo/other")).unwrap();
    scratch.git("repo", &["mv", "aside", "key/value"]);
    scratch.git("repo", &["mv", "elsewhere", "other"]);
    scratch.commit(10, "The one way and the other");
    assert_eq!(scratch.git("repo", &["ls-tree", "-r", "--name-only", "HEAD"]), "key/value\nother");
    history(&scratch, &["--range", "HEAD~1..HEAD"]).exits(0);
}

#[test]
fn a_directory_too_deep_to_be_gone_into_is_a_matter_of_budget() {
    let scratch = Scratch::repository();
    scratch.write("repo/plain.txt", "plain\n");
    scratch.commit(0, "Begin");
    let blob = scratch.git("repo", &["rev-parse", "HEAD:plain.txt"]);
    let deep = format!("100644,{blob},{}plain.txt", "d/".repeat(600));
    scratch.git("repo", &["update-index", "--add", "--cacheinfo", &deep]);
    scratch.commit_staged(10, "Deep");
    let report = history(&scratch, &["--range", "HEAD~1..HEAD"]).exits(3).json();
    assert_eq!((report.skipped("budget"), report.skipped("corrupt-object")), (1, 0), "{:#}", report.0["notices"]);
}

/// A branch that shares nothing with the base is all new; nothing is missing that could be fetched.
#[test]
fn a_history_of_its_own_is_no_shallow_clone() {
    let scratch = story();
    scratch.git("repo", &["checkout", "-q", "--orphan", "lone"]);
    scratch.git("repo", &["rm", "-rqf", "."]);
    scratch.write("repo/lone.txt", with("late", ""));
    scratch.commit(90, "Alone");
    let run = history(&scratch, &["--base", "main"]).exits(1).says("no common ancestor");
    let report = run.json();
    assert!(!run.said("unshallow") && report.skipped("shallow") == 0, "{:#}", report.0["notices"]);
    assert_eq!(report.0["verdict"]["complete"], false);
    assert_eq!(places(&scratch, run, &SALTS), ["late lone.txt Alone"]);
}

#[test]
fn what_would_bring_a_revision_is_said_as_git_takes_it() {
    let scratch = story();
    let url = format!("file://{}", scratch.path("repo").display());
    scratch.git(".", &["clone", "-q", "--depth", "1", "--branch", "side", &url, "shallow"]);
    let base = |name: &str| keysieve(&scratch, "shallow", &["history", "--base", name]).exits(2);
    let command = "git -C . fetch origin +refs/heads/main:refs/remotes/origin/main";
    base("origin/main").says(&format!("`{command}` fetches it"));
    base("main").says(&format!("if it is a branch of origin, `{command}` fetches it as `origin/main`"));
    for derived in ["HEAD~9", "@{u}~9", "HEAD:nowhere"] {
        base(derived).says("fetch --unshallow");
    }
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    scratch.git("shallow", &words);
    keysieve(&scratch, "shallow", &["history", "--base", "origin/main"]).says("--unshallow");
    // A complete repository has no such excuse.
    let run = history(&scratch, &["--base", "HEAD~99"]).exits(2).says("name another");
    assert!(!run.said("fetch"), "{}", run.shown());
    let empty = Scratch::repository();
    history(&empty, &["--base", "main"]).exits(2).says("there is no commit yet");
}

#[test]
fn names_that_a_range_brings_are_scanned() {
    let scratch = Scratch::repository();
    scratch.write(&format!("repo/{}/a.txt", github("known")), "a\n");
    scratch.commit(0, "Begin");
    scratch.write(&format!("repo/{}/b.txt", github("known")), "b\n");
    scratch.write(&format!("repo/dir/{}/c/d.txt", github("late")), "c\n");
    scratch.write(&format!("repo/dir/{}/c/e.txt", github("late")), "c\n");
    scratch.commit(10, "Names");
    let report = history(&scratch, &["--range", "HEAD~1..HEAD"]).exits(1).json();
    assert_eq!(report.secrets(), [github("late")]);
    let [place] = list(&report.of(&github("late"))["places"]) else { panic!("{:#}", report.0) };
    assert_eq!(place["origin"], "entry-name");
    assert!(text(&place["path"]).starts_with("dir/") && !text(&place["path"]).ends_with("txt"), "{place:#}");
}

/// What the range ends with counts, not what happens to be checked out.
#[test]
fn a_range_that_ends_elsewhere_is_measured_at_its_end() {
    let scratch = story();
    let at_end = |report: &Report, salt: &str| {
        let first = &report.of(&github(salt))["places"][0]["introduced"];
        (first["in_head"].clone(), first["at_end"].clone())
    };
    let (no, yes) = (Value::Bool(false), Value::Bool(true));
    let here = history(&scratch, &["--range", "main..side"]).json();
    assert_eq!(at_end(&here, "resolution"), (yes.clone(), Value::Null));
    scratch.git("repo", &["checkout", "-q", "main"]);
    let there = history(&scratch, &["--range", "main..side"]).json();
    assert_eq!(at_end(&there, "resolution"), (no.clone(), yes));
    assert_eq!(at_end(&there, "short"), (no.clone(), no));
    // The same is found, as bad and for the same reasons.
    let told = |report: &Report| {
        let findings = report.findings().iter();
        let told =
            findings.map(|it| (text(&it["fingerprint"]).to_owned(), it["severity"].clone(), it["reasons"].clone()));
        told.collect::<Vec<_>>()
    };
    assert_eq!(told(&here), told(&there));
    let said = keysieve(&scratch, "repo", &["history", "--range", "main..side"]).exits(1);
    let said = said.says("still at the end of the range").says("gone at the end of the range").out();
    assert!(!said.contains("HEAD"), "{said}");
}

/// A message stays in its commit: nothing has removed it from anywhere.
#[test]
fn what_a_message_says_was_not_removed() {
    let scratch = Scratch::repository();
    scratch.write("repo/a.txt", "a\n");
    scratch.commit(0, "Begin");
    scratch.commit(10, &github("message"));
    for arguments in [&["history"][..], &["history", "--range", "HEAD~1.."]] {
        let said = keysieve(&scratch, "repo", arguments).exits(1).says("message of commit").out();
        for word in ["HEAD", "removed", "left the files"] {
            assert!(!said.contains(word), "{word}: {said}");
        }
    }
    scratch.write(&format!("repo/{}.txt", github("name")), "b\n");
    scratch.commit(20, "A name");
    keysieve(&scratch, "repo", &["history", "--range", "HEAD~1.."]).exits(1).says("(file name)").says("still in HEAD");
}

/// A later commit of the range edits the file: the finding is where it can be opened, by whom it came.
#[test]
fn what_a_later_commit_carries_on_is_told_of_where_it_stands() {
    let scratch = Scratch::repository();
    scratch.write("repo/old.txt", with("known", ""));
    scratch.commit(0, "Begin");
    scratch.write("repo/new.txt", with("late", ""));
    scratch.commit(10, "Bring");
    scratch.write("repo/new.txt", format!("a line\n{}", with("late", "")));
    scratch.write("repo/old.txt", format!("a line\n{}", with("known", "")));
    scratch.commit(20, "Edit");
    let range = ["--range", "HEAD~2.."];
    assert_eq!(places(&scratch, history(&scratch, &range), &SALTS), ["late new.txt Bring"]);
    let report = history(&scratch, &range).json();
    let place = &report.of(&github("late"))["places"][0];
    assert_eq!((&place["start"]["line"], &place["introduced"]["in_head"]), (&3.into(), &true.into()));
    let annotation = |arguments: &[&str]| {
        keysieve(&scratch, "repo", &[&["history", "--format", "github"], arguments].concat()).exits(1).out()
    };
    assert!(annotation(&range).contains(" file=new.txt,line=3,"), "{}", annotation(&range));
    // Changed in the same way once more, and then taken out.
    scratch.write("repo/new.txt", "nothing\n");
    scratch.commit(30, "Remove");
    let range = ["--range", "HEAD~3.."];
    assert_eq!(places(&scratch, history(&scratch, &range), &SALTS), ["late new.txt Bring"]);
    assert!(!annotation(&range).contains("file=new.txt"), "{}", annotation(&range));
}

/// However many tags of tags lead to a commit, it is looked at.
#[test]
fn a_long_chain_of_tags_hides_nothing() {
    let scratch = Scratch::repository();
    scratch.write("repo/a", with("deep", ""));
    scratch.commit(0, "Begin");
    let mut target = "HEAD".to_owned();
    for number in 0..70 {
        let name = format!("t{number}");
        scratch.git("repo", &["tag", "-a", "-m", "t", &name, &target]);
        target = name;
    }
    for range in [&target, "t40", "t31"] {
        let told = places(&scratch, history(&scratch, &["--range", range]).exits(1), &["deep"]);
        assert_eq!(told, ["deep a Begin"], "{range}");
    }
    history(&scratch, &["--range", &format!("HEAD..{target}")]).exits(0);
}

/// A bare repository by any name of it, and from any directory in it.
#[test]
fn a_bare_repository_has_many_names() {
    let scratch = Scratch::repository();
    scratch.write("repo/a", with("bare", ""));
    scratch.commit(0, "Begin");
    scratch.git(".", &["clone", "-q", "--bare", "repo", "bare.git"]);
    std::fs::create_dir(scratch.path("beside")).unwrap();
    let found = |from: &str, name: &str| keysieve(&scratch, from, &["history", name]).exits(1).says("a:2:9");
    found("beside", "../bare.git");
    found("beside", "../bare.git/refs");
    found("bare.git/refs", ".");
    found("bare.git", ".");
    found(".", "bare.git");
    found(".", "./bare.git");
    found("beside", "../repo");
    found("repo/.git/refs", ".");
}
