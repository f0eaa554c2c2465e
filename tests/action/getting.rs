//! Where the program comes from: built from the action's own sources, or a release with the right checksum, or nothing.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::runner::{Runner, event};
use crate::scripted::Scratch;

/// In place of cargo: writes down how it was called, and gives a program that says its version. Like cargo it takes its settings
/// from where it starts, which must not be the checkout.
const CARGO: &str = r#"#!/bin/bash
echo "$*" >> "$CALLS"
[ -f Cargo.toml ] && [ -d action ] || exit 9
while [ $# -gt 0 ]; do [ "$1" != --target-dir ] || target=$2; shift; done
mkdir -p "$target/release"
printf '#!/bin/sh\necho built\n' > "$target/release/keysieve"
chmod +x "$target/release/keysieve"
"#;

fn runner() -> Runner {
    let scratch = Scratch::new();
    scratch.write("checkout/file.txt", "plain\n");
    let mut runner = Runner::new(scratch, "push", "refs/heads/main", event("push", &[]));
    runner.program("cargo", CARGO);
    runner.program("uname", "#!/bin/sh\n[ \"$1\" = -s ] && echo Linux || echo x86_64\n");
    let path = |name: &str| runner.scratch.path(name).display().to_string();
    let machine = [("CALLS", path("calls")), ("RUNNER_TOOL_CACHE", path("tools")), ("KEYSIEVE_RELEASES", url(&runner))];
    runner.machine = machine.map(|(name, value)| (name.to_owned(), value)).into();
    runner
}

fn url(runner: &Runner) -> String {
    format!("file://{}", runner.scratch.path("releases").display())
}

const ARCHIVE: &str = "keysieve-1.2.3-x86_64-unknown-linux-musl.tar.gz";

/// Publishes a release whose program says `released`; gives the checksum of its archive.
fn publish(runner: &Runner) -> String {
    let scratch = &runner.scratch;
    scratch.write("keysieve-1.2.3/keysieve", "#!/bin/sh\necho released\n");
    scratch.write("keysieve-1.2.3/README.md", "Read me\n");
    let archive = scratch.path(&format!("releases/v1.2.3/{ARCHIVE}"));
    fs::create_dir_all(archive.parent().unwrap()).unwrap();
    let made = std::process::Command::new("bash")
        .args(["-c", "chmod +x keysieve-1.2.3/keysieve && tar -czf \"$1\" keysieve-1.2.3", "-"])
        .arg(&archive)
        .current_dir(scratch.path("."))
        .status();
    assert!(made.unwrap().success());
    let digest = Sha256::digest(fs::read(archive).unwrap());
    let sum: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    sums(runner, &format!("{}  keysieve-1.2.3-aarch64-apple-darwin.tar.gz\n{sum}  {ARCHIVE}\n", "0".repeat(64)));
    sum
}

fn sums(runner: &Runner, text: &str) {
    runner.scratch.write("releases/v1.2.3/SHA256SUMS", text);
}

fn calls(runner: &Runner) -> Vec<String> {
    let calls = fs::read_to_string(runner.scratch.path("calls")).unwrap_or_default();
    calls.lines().map(str::to_owned).collect()
}

#[test]
fn it_is_built_from_the_sources_of_the_action_and_kept() {
    let runner = runner();
    let (run, first) = runner.get();
    run.exits(0).says("built");
    let called = calls(&runner);
    assert_eq!(called.len(), 1);
    assert!(called[0].starts_with("build --release --locked --target-dir "), "{called:?}");
    assert!(first.as_ref().unwrap().starts_with(runner.scratch.path("tools/keysieve")), "{first:?}");
    let (run, second) = runner.get();
    run.exits(0).says("built");
    assert_eq!((calls(&runner).len(), &second), (1, &first), "the kept one is used");
    let runner = runner.with("cache", "false");
    let (_, third) = runner.get();
    assert_eq!(calls(&runner).len(), 2);
    assert!(third.unwrap().starts_with(runner.scratch.path("temp")));
}

#[test]
fn a_machine_without_rust_is_told_what_to_do() {
    let mut runner = runner();
    runner.program("cargo", "#!/bin/sh\nexit 101\n");
    let (run, program) = runner.get();
    assert_eq!((run.code, program), (Some(101), None), "a build that fails is no program");
    // A directory with what the script needs, and no cargo.
    let tools = [
        "awk",
        "basename",
        "bash",
        "cat",
        "chmod",
        "cut",
        "dirname",
        "find",
        "grep",
        "mkdir",
        "mktemp",
        "od",
        "sed",
        "sha256sum",
        "sort",
        "tr",
        "uname",
        "xargs",
    ];
    fs::create_dir(runner.scratch.path("few")).unwrap();
    let path = std::env::var("PATH").unwrap();
    for tool in tools {
        let found = path.split(':').map(|directory| Path::new(directory).join(tool)).find(|file| file.is_file());
        if let Some(found) = found {
            symlink(found, runner.scratch.path("few").join(tool)).unwrap();
        }
    }
    runner.machine.push(("PATH".to_owned(), runner.scratch.path("few").display().to_string()));
    runner.get().0.exits(2).says("cargo is missing, so keysieve cannot be built: install Rust");
}

#[test]
fn a_release_is_taken_if_its_checksum_is_right() {
    let runner = runner().with("version", "v1.2.3");
    let sum = publish(&runner);
    let (run, program) = runner.get();
    run.exits(0).says("released");
    assert!(program.unwrap().starts_with(runner.scratch.path("tools/keysieve/1.2.3-x86_64-unknown-linux-musl")));
    assert!(calls(&runner).is_empty(), "nothing is built");
    let runner = runner.with("cache", "false").with("version", "1.2.3");
    let other = "1".repeat(64);
    for (text, said) in [
        (format!("{other}  {ARCHIVE}\n"), "it was not unpacked"),
        (format!("{sum}  {ARCHIVE}\n{other}  {ARCHIVE}\n"), "no single checksum"),
        (format!("{sum}  x{ARCHIVE}\n"), "no single checksum"),
        (format!("{}  {ARCHIVE}\n", &sum[1..]), "no single checksum"),
        (String::new(), "no single checksum"),
    ] {
        sums(&runner, &text);
        let (run, program) = runner.get();
        run.exits(2).says(said);
        assert_eq!(program, None, "{text}");
    }
    sums(&runner, &format!("{sum} *{ARCHIVE}\n"));
    runner.get().0.exits(0).says("released");
    fs::remove_file(runner.scratch.path(&format!("releases/v1.2.3/{ARCHIVE}"))).unwrap();
    runner.get().0.exits(2).says("cannot be fetched");
}

#[test]
fn a_version_is_a_version_and_a_machine_one_that_there_is_a_release_for() {
    let runner = runner();
    let runner = ["latest", "../../evil/1.2.3", "1.2.3/../..", "1.2", "1.2.3 4", "-V", "$(touch mark)", "1.2.3\n4"]
        .into_iter()
        .fold(runner, |runner, version| {
            let runner = runner.with("version", version);
            let (run, program) = runner.get();
            run.exits(2).says("input version");
            assert_eq!(program, None);
            runner
        });
    let runner = runner.with("version", "1.2.3").with("cache", "perhaps");
    runner.get().0.exits(2).says("input cache");
    let mut runner = runner.with("cache", "false");
    runner.program("uname", "#!/bin/sh\necho Plan9\n");
    runner.get().0.exits(2).says("there is no release for Plan9");
    // An action that lies in the repository itself has no releases.
    runner.program("uname", "#!/bin/sh\n[ \"$1\" = -s ] && echo Linux || echo x86_64\n");
    runner.machine.retain(|(name, _)| name != "KEYSIEVE_RELEASES");
    runner.github["action_repository"] = "".into();
    runner.get().0.exits(2).says("has no releases");
}
