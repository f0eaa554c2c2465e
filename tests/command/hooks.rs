//! The hooks of `.pre-commit-hooks.yaml`, run directly, a git hook that runs the program, and what it says.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

use crate::scripted::Scratch;
use crate::support::{Run, command, github, of_this_repository, run, token};

/// Id and entry of every hook.
fn hooks() -> Vec<(String, String)> {
    let text = of_this_repository(".pre-commit-hooks.yaml");
    let value = |hook: &str, key: &str| {
        let line =
            hook.lines().find_map(|line| line.trim().strip_prefix(key)).unwrap_or_else(|| panic!("no {key} {hook}"));
        line.trim().to_owned()
    };
    text.split("- id:")
        .skip(1)
        .map(|hook| (hook.lines().next().unwrap().trim().to_owned(), value(hook, "entry:")))
        .collect()
}

/// A repository with a commit, and a directory `bin` that holds the program.
fn repository() -> Scratch {
    let scratch = Scratch::repository();
    scratch.write("repo/file.txt", "nothing\n");
    scratch.commit(0, "one");
    fs::create_dir(scratch.path("bin")).unwrap();
    symlink(env!("CARGO_BIN_EXE_keysieve"), scratch.path("bin/keysieve")).unwrap();
    scratch
}

#[test]
fn every_hook_blocks_what_is_staged() {
    let hooks = hooks();
    assert_eq!(hooks.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["keysieve", "keysieve-system"]);
    for (id, entry) in hooks {
        let scratch = repository();
        let hook = || {
            let mut words = entry.split(' ');
            let mut command = Command::new(scratch.path("bin").join(words.next().unwrap()));
            run(command.args(words).current_dir(scratch.path("repo")).env_clear().env("HOME", scratch.path("no-home")))
        };
        hook().exits(0);
        scratch.write("repo/new.txt", github("hook"));
        hook().exits(0);
        scratch.git("repo", &["add", "new.txt"]);
        hook().exits(1).says("new.txt:1:1").says(&id[..8]);
    }
}

#[test]
fn a_commit_is_stopped_whichever_way_it_is_made() {
    let scratch = repository();
    scratch.write("repo/.git/hooks/pre-commit", "#!/bin/sh\nexec keysieve hook run pre-commit\n");
    fs::set_permissions(scratch.path("repo/.git/hooks/pre-commit"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", scratch.path("bin").display(), std::env::var("PATH").unwrap());
    let commit = |arguments: &[&str], passes: bool| {
        let mut command = Command::new("git");
        command
            .args(["-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-q", "-m", "x"])
            .args(arguments)
            .current_dir(scratch.path("repo"))
            .env_clear()
            .env("PATH", &path)
            .env("HOME", scratch.path("no-home"))
            .env("GIT_CONFIG_NOSYSTEM", "1");
        let run = run(&mut command);
        assert_eq!(run.code == Some(0), passes, "{arguments:?}\n{}", run.shown());
        assert_eq!(run.said("github-personal-access-token"), !passes, "{arguments:?}\n{}", run.shown());
    };
    scratch.write("repo/staged.txt", github("staged"));
    scratch.git("repo", &["add", "-A"]);
    commit(&[], false);
    scratch.git("repo", &["rm", "-q", "--cached", "staged.txt"]);
    // These two give the hook an index of their own.
    scratch.write("repo/file.txt", github("all"));
    commit(&["-a"], false);
    commit(&["file.txt"], false);
    scratch.write("repo/file.txt", "harmless\n");
    commit(&["-a"], true);
    scratch.git("repo", &["worktree", "add", "-q", "-b", "other", "../linked"]);
    scratch.write("linked/new.txt", github("linked"));
    scratch.git("linked", &["add", "-A"]);
    let stopped = scratch.git_with("linked", &["ls-files"], &[]);
    assert!(stopped.contains("new.txt"));
    let mut command = Command::new("git");
    command
        .args(["-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-q", "-m", "x"])
        .current_dir(scratch.path("linked"))
        .env_clear()
        .env("PATH", &path)
        .env("HOME", scratch.path("no-home"));
    let run = run(&mut command).says("new.txt");
    assert_ne!(run.code, Some(0));
}

/// `hook run pre-commit` in a directory, with these variables.
fn hook(scratch: &Scratch, at: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
    let mut command = command(&scratch.path(at));
    run(command.args(["hook", "run", "pre-commit"]).args(arguments).envs(variables.iter().copied()))
}

/// One line for each way in which a commit can come about: what is done, and whether the hook stops it.
#[test]
fn truth_table() {
    type Doing = fn(&Scratch);
    let table: [(&str, Doing, &str, bool); 11] = [
        (
            "staged, gone from the tree",
            |it| {
                it.write("repo/new.txt", github("a"));
                it.git("repo", &["add", "-A"]);
                it.write("repo/new.txt", "harmless\n");
            },
            "repo",
            true,
        ),
        ("in the tree alone", |it| it.write("repo/file.txt", github("b")), "repo", false),
        (
            "before the first commit",
            |it| {
                it.git(".", &["init", "-q", "fresh"]);
                it.write("fresh/new.txt", github("c"));
                it.git("fresh", &["add", "-A"]);
            },
            "fresh",
            true,
        ),
        (
            "in a linked worktree",
            |it| {
                it.git("repo", &["worktree", "add", "-q", "-b", "other", "../linked"]);
                it.write("linked/new.txt", github("d"));
                it.git("linked", &["add", "-A"]);
            },
            "linked",
            true,
        ),
        (
            "beside a linked worktree",
            |it| {
                it.git("repo", &["worktree", "add", "-q", "-b", "other", "../linked"]);
                it.write("linked/new.txt", github("d"));
                it.git("linked", &["add", "-A"]);
            },
            "repo",
            false,
        ),
        (
            "from a directory below",
            |it| {
                it.write("repo/below/new.txt", github("e"));
                it.git("repo", &["add", "-A"]);
            },
            "repo/below",
            true,
        ),
        (
            "a part of a file",
            |it| {
                it.write("part", format!("nothing\n{}\n", github("f")));
                let blob = it.git("repo", &["hash-object", "-w", "../part"]);
                it.git("repo", &["update-index", "--cacheinfo", &format!("100644,{blob},file.txt")]);
            },
            "repo",
            true,
        ),
        (
            "an unmerged file",
            |it| {
                it.write("part", github("g"));
                let blob = it.git("repo", &["hash-object", "-w", "../part"]);
                it.write("stages", format!("0 {} 0\tfile.txt\n100644 {blob} 2\tfile.txt\n", "0".repeat(40)));
                let stages = fs::File::open(it.path("stages")).unwrap();
                let mut git = Command::new("git");
                git.args(["update-index", "--index-info"]).current_dir(it.path("repo")).stdin(stages);
                assert!(git.status().unwrap().success());
            },
            "repo",
            true,
        ),
        (
            "a name with spaces",
            |it| {
                it.write("repo/with two spaces", github("h"));
                it.git("repo", &["add", "-A"]);
            },
            "repo",
            true,
        ),
        (
            "a removal",
            |it| {
                it.write("repo/old.txt", github("i"));
                it.commit(10, "Old");
                it.git("repo", &["rm", "-q", "old.txt"]);
            },
            "repo",
            false,
        ),
        (
            "a name that is new",
            |it| {
                it.write(&format!("repo/{}", github("k")), "x");
                it.git("repo", &["add", "-A"]);
            },
            "repo",
            true,
        ),
    ];
    for (what, doing, at, stops) in table {
        let scratch = repository();
        doing(&scratch);
        for files in [&[][..], &["file.txt", "no such file"]] {
            let run = hook(&scratch, at, files, &[]);
            assert_eq!(run.code, Some(i32::from(stops)), "{what}\n{}", run.shown());
            assert_eq!(run.said("keysieve stops the commit"), stops, "{what}\n{}", run.shown());
        }
    }
}

#[test]
fn another_index_is_looked_at_if_git_names_one() {
    let scratch = repository();
    scratch.write("repo/new.txt", github("index"));
    scratch.git_with("repo", &["add", "-A"], &[("GIT_INDEX_FILE", ".git/other")]);
    hook(&scratch, "repo", &[], &[]).exits(0);
    hook(&scratch, "repo", &[], &[("GIT_INDEX_FILE", ".git/other")]).exits(1).says("new.txt:1:1");
    // A commit under the framework: what is staged, and no more.
    scratch.commit(10, "Old");
    let framework = ("PRE_COMMIT", "1");
    hook(&scratch, "repo", &[], &[framework, ("GIT_INDEX_FILE", ".git/index")]).exits(0);
    hook(&scratch, "repo", &[], &[framework]).exits(1).says("all files that git tracks");
    let range = [framework, ("PRE_COMMIT_FROM_REF", "HEAD~1"), ("PRE_COMMIT_TO_REF", "HEAD")];
    hook(&scratch, "repo", &[], &range).exits(1).says("new.txt:1:1").says("rewrite the commits");
    let range = [framework, ("PRE_COMMIT_FROM_REF", "nowhere"), ("PRE_COMMIT_TO_REF", "HEAD")];
    hook(&scratch, "repo", &[], &range).exits(2).says("nowhere");
}

#[test]
fn every_form_of_the_index_is_read() {
    for hash in ["sha1", "sha256"] {
        let scratch = Scratch::repository_of(hash);
        for number in 0..40 {
            scratch.write(&format!("repo/a/deep/file-{number}.txt"), "nothing\n");
            scratch.write(&format!("repo/b/{}/{number}", "x".repeat(number + 1)), "nothing\n");
        }
        // Longer than the flags of an entry can say.
        let long = vec!["y".repeat(200); 21].join("/");
        let blob = scratch.git("repo", &["hash-object", "-w", "a/deep/file-0.txt"]);
        scratch.git("repo", &["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{long}")]);
        scratch.git("repo", &["add", "a", "b"]);
        scratch.commit_staged(0, "Many");
        for version in ["2", "4"] {
            scratch.git("repo", &["update-index", "--index-version", version]);
            for tree in [true, false] {
                // With and without the cache of the trees.
                if tree {
                    scratch.git("repo", &["write-tree"]);
                } else {
                    scratch.git("repo", &["read-tree", "--empty"]);
                    let again = "git ls-tree -r HEAD | git update-index --index-info";
                    let mut shell = Command::new("sh");
                    assert!(shell.args(["-c", again]).current_dir(scratch.path("repo")).status().unwrap().success());
                }
                let clean = hook(&scratch, "repo", &[], &[]).exits(0);
                assert!(clean.said("nothing is staged"), "{hash} {version} {tree}\n{}", clean.shown());
                let staged = format!("{hash} {version} {tree}");
                scratch.write("repo/a/deep/new.txt", github(&staged));
                scratch.git("repo", &["add", "a/deep/new.txt"]);
                let run = hook(&scratch, "repo", &[], &[]).exits(1).says("a/deep/new.txt:1:1");
                assert!(run.said("1 finding at or above"), "{staged}\n{}", run.shown());
                scratch.git("repo", &["rm", "-q", "--cached", "a/deep/new.txt"]);
            }
        }
        // Without the content of the file there is nothing to scan yet.
        scratch.write("repo/later.txt", github("later"));
        scratch.git("repo", &["add", "--intent-to-add", "later.txt"]);
        hook(&scratch, "repo", &[], &[]).exits(0);
        // gix, which reads a split index, does not know such a long path.
        scratch.git("repo", &["update-index", "--force-remove", &long]);
        scratch.git("repo", &["update-index", "--split-index"]);
        scratch.write("repo/a/deep/new.txt", github("split"));
        scratch.git("repo", &["add", "a/deep/new.txt"]);
        hook(&scratch, "repo", &[], &[]).exits(1).says("a/deep/new.txt:1:1").says("1 finding at or above");
    }
}

#[test]
fn a_damaged_index_is_said_and_no_cached_tree_hides_an_entry() {
    let scratch = repository();
    scratch.write("repo/a/one.txt", "nothing\n");
    scratch.write("repo/b/two.txt", "nothing\n");
    scratch.commit(10, "Two");
    scratch.write("repo/b/two.txt", github("b"));
    scratch.git("repo", &["add", "-A"]);
    scratch.git("repo", &["write-tree"]);
    let index = fs::read(scratch.path("repo/.git/index")).unwrap();
    // The cache says that `a` has one entry more than it has, which is the one behind it.
    let at = index.windows(6).position(|window| window == b"a\x001 0\n").expect("the cached tree of a");
    let mut wrong = index.clone();
    wrong[at + 2] = b'2';
    fs::write(scratch.path("repo/.git/index"), &wrong).unwrap();
    hook(&scratch, "repo", &[], &[]).exits(1).says("b/two.txt:1:1");
    for length in [0, 3, 11, 40, 100, index.len() - 30] {
        fs::write(scratch.path("repo/.git/index"), &index[..length]).unwrap();
        hook(&scratch, "repo", &[], &[]).exits(3).says("git reset");
    }
}

#[test]
fn the_message_is_short_and_says_what_to_do() {
    let scratch = repository();
    scratch.write("repo/app.py", format!("import os\nTOKEN = '{}'\n", github("one")));
    scratch.git("repo", &["add", "-A"]);
    let text = hook(&scratch, "repo", &[], &[]).exits(1).out();
    assert!(text.lines().count() <= 17 && text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let parts =
        ["keysieve stops the commit: 1 finding", "critical[github-personal-access-token]: ", "app.py:2:10 (staged)"];
    let ways = ["why", "next", "fix", "keysieve:allow github-personal-access-token until=YYYY-MM-DD <reason>"];
    for words in parts.iter().chain(&ways).chain(&["`keysieve scan --staged` says more"]) {
        assert!(text.contains(words), "{words}\n{text}");
    }
    assert!(!text.contains(&github("one")));

    for number in 0..40 {
        scratch.write(&format!("repo/{number}.txt"), github(&format!("many {number}")));
    }
    scratch.write("repo/key.txt", token("stripe-live-secret-key", "key"));
    scratch.git("repo", &["add", "-A"]);
    let many = hook(&scratch, "repo", &[], &[]).exits(1);
    assert!(many.out().lines().count() <= 50, "{}", many.shown());
    assert_eq!(many.out().matches("(staged)").count(), 5, "{}", many.shown());
    many.says("`keysieve scan --staged` shows them");
    // The other formats, and the whole report in a file, are as they are elsewhere.
    let arguments = ["hook", "run", "--format", "json", "--report", "text=../report.txt", "pre-commit"];
    let json = run(command(&scratch.path("repo")).args(arguments)).exits(1).json();
    assert_eq!(json.findings().len(), 42);
    let whole = fs::read_to_string(scratch.path("report.txt")).unwrap();
    assert_eq!(whole.matches("(staged)").count(), 42);
}

/// What lets a commit pass is never silent, be it part of the commit or not.
#[test]
fn what_is_hidden_is_counted_and_the_target_of_a_link_is_looked_at() {
    let scratch = Scratch::repository();
    scratch.write("repo/file.txt", github("hidden"));
    scratch.git("repo", &["add", "-A"]);
    scratch.write("repo/keysieve.toml", "disable = [\"github-personal-access-token\"]\n");
    hook(&scratch, "repo", &[], &[]).exits(0).says("keysieve: 1 hidden by `disable`");
    scratch.write("repo/keysieve.toml", "");
    scratch.commit(0, "one");
    symlink(format!("cache/{}", github("target").trim()), scratch.path("repo/link")).unwrap();
    scratch.git("repo", &["add", "link"]);
    hook(&scratch, "repo", &[], &[]).exits(1).says("link:1:");
}
