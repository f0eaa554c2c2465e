//! What the user, the machine and the repository's own configuration say changes nothing, and runs nothing.

use std::fs;
use std::path::Path;

use crate::repository::Planted;
use crate::support::{FORMATS, command, run};

/// A script that leaves a mark when it runs, under many names.
fn canary(planted: &Planted, names: &[&str]) -> String {
    let mark = planted.scratch.path("ran");
    for name in names {
        let path = format!("canary/{name}");
        planted.scratch.write(&path, format!("#!/bin/sh\necho {name} >> '{}'\n", mark.display()));
        executable(&planted.scratch.path(&path));
    }
    planted.scratch.path("canary").to_str().unwrap().to_owned()
}

#[cfg(unix)]
fn executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(not(unix))]
fn executable(_: &Path) {}

/// Settings that make git itself run programs or see something else.
fn configuration(canary: &str) -> String {
    format!(
        "[color]\n\tui = always\n\
         [diff]\n\texternal = {canary}/external\n\tnoprefix = true\n\torderFile = missing\n\trenames = copies\n\
         [diff \"hostile\"]\n\ttextconv = {canary}/textconv\n\tcommand = {canary}/command\n\tbinary = true\n\
         [filter \"hostile\"]\n\tclean = {canary}/clean\n\tsmudge = {canary}/smudge\n\tprocess = {canary}/process\n\trequired = true\n\
         [log]\n\tshowSignature = true\n\tmailmap = true\n\
         [gpg]\n\tprogram = {canary}/gpg\n\
         [core]\n\tquotePath = true\n\tpager = {canary}/pager\n\tfsmonitor = {canary}/fsmonitor\n\thooksPath = {canary}\n\
         \teditor = {canary}/editor\n\tsshCommand = {canary}/ssh\n\talternateRefsCommand = {canary}/refs\n\
         \tattributesFile = {canary}/attributes\n\texcludesFile = {canary}/excludes\n\
         [credential]\n\thelper = !{canary}/credential\n\
         [include]\n\tpath = {canary}/included\n"
    )
}

const NAMES: [&str; 18] = [
    "external",
    "textconv",
    "command",
    "clean",
    "smudge",
    "process",
    "gpg",
    "pager",
    "fsmonitor",
    "editor",
    "ssh",
    "refs",
    "credential",
    "git",
    "sh",
    "less",
    "post-checkout",
    "reference-transaction",
];

#[test]
fn a_hostile_environment_changes_nothing_and_runs_nothing() {
    let planted = Planted::new();
    let scratch = &planted.scratch;
    let report = |format: &str| run(command(&scratch.path("repo")).args(["check", "--format", format])).exits(1);
    let clean: Vec<Vec<u8>> = FORMATS.into_iter().map(|format| report(format).stdout).collect();

    let canary = canary(&planted, &NAMES);
    scratch.write("canary/attributes", "* binary -diff filter=hostile diff=hostile\n");
    scratch.write("canary/excludes", "*\n");
    scratch.write("canary/included", "[core]\n\tbare = true\n");
    scratch.write("home/.gitconfig", configuration(&canary));
    scratch.write("home/.config/git/config", configuration(&canary));
    scratch.write("home/.config/git/ignore", "*\n");
    let own = fs::read_to_string(scratch.path("repo/.git/config")).unwrap();
    scratch.write("repo/.git/config", format!("{own}{}", configuration(&canary).replace("[include]\n", "[hostile]\n")));
    scratch.write("repo/.git/info/attributes", "* binary -diff -text filter=hostile diff=hostile export-ignore\n");
    scratch.write("repo/.git/info/exclude", "*\n");
    // What a replacement or a graft hides is in the repository all the same.
    let lost = planted.expected["history only"][0].introduced.clone().unwrap().0;
    let root = scratch.try_git("repo", &["rev-list", "--max-parents=0", "main"]);
    let root = String::from_utf8(root.stdout).unwrap().trim().to_owned();
    let object = planted.expected["history only"][0].object.clone().unwrap();
    let harmless = scratch.try_git("repo", &["rev-parse", &format!("{root}:plain.txt")]);
    let harmless = String::from_utf8(harmless.stdout).unwrap();
    fs::create_dir_all(scratch.path("repo/.git/refs/replace")).unwrap();
    scratch.write(&format!("repo/.git/refs/replace/{object}"), &harmless);
    scratch.write(&format!("repo/.git/refs/replace/{lost}"), format!("{root}\n"));
    let head = fs::read_to_string(scratch.path("repo/.git/refs/heads/main")).unwrap();
    scratch.write("repo/.git/info/grafts", head);

    let _ = fs::remove_file(scratch.path("ran"));
    for (format, clean) in FORMATS.into_iter().zip(clean) {
        let hostile = run(command(&scratch.path("repo"))
            .args(["check", "--format", format])
            .env("HOME", scratch.path("home"))
            .env("XDG_CONFIG_HOME", scratch.path("home/.config"))
            .env("PATH", &canary)
            .env("GIT_CONFIG_GLOBAL", scratch.path("home/.gitconfig"))
            .env("GIT_CONFIG_SYSTEM", scratch.path("home/.gitconfig"))
            .env("GIT_CONFIG_COUNT", "1")
            .env("GIT_CONFIG_KEY_0", "core.fsmonitor")
            .env("GIT_CONFIG_VALUE_0", format!("{canary}/fsmonitor"))
            .env("GIT_EXTERNAL_DIFF", format!("{canary}/external"))
            .env("GIT_PAGER", format!("{canary}/pager"))
            .env("PAGER", format!("{canary}/pager"))
            .env("GIT_EDITOR", format!("{canary}/editor"))
            .env("GIT_SSH_COMMAND", format!("{canary}/ssh"))
            .env("GIT_TRACE", "1")
            .env("LC_ALL", "fr_FR.UTF-8")
            .env("LANGUAGE", "fr")
            .env("TZ", "Asia/Kolkata"))
        .exits(1);
        assert_eq!(String::from_utf8(hostile.stdout).unwrap(), String::from_utf8(clean).unwrap(), "{format}");
        assert_eq!(String::from_utf8(hostile.stderr).unwrap(), "", "{format}");
    }
    assert!(!scratch.path("ran").exists(), "{}", fs::read_to_string(scratch.path("ran")).unwrap());
}

/// The test above can fail: git itself, in this environment, runs the canaries.
#[cfg(unix)]
#[test]
fn the_canary_sings() {
    let planted = Planted::bare();
    let canary = canary(&planted, &NAMES);
    planted.scratch.write("repo/plain.txt", "changed\n");
    let external = format!("diff.external={canary}/external");
    planted.scratch.try_git("repo", &["-c", &external, "diff"]);
    assert!(planted.scratch.path("ran").exists());
}
