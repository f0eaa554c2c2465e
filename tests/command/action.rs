//! The script of `action.yml`, run as the runner runs it.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::scripted::Scratch;
use crate::support::{Run, github, of_this_repository, run};

/// The script of the step that checks.
fn script() -> String {
    let action = of_this_repository("action.yml");
    let step = action.split("- name: ").find(|step| step.starts_with("Check\n")).expect("a step that checks");
    let (_, script) = step.split_once("run: |\n").expect("its script");
    script.lines().map(|line| format!("{}\n", line.trim_start_matches("        "))).collect()
}

struct Runner {
    scratch: Scratch,
}

impl Runner {
    fn new() -> Self {
        let scratch = Scratch::repository();
        scratch.write("temp/keysieve/release/.keep", "");
        symlink(env!("CARGO_BIN_EXE_keysieve"), scratch.path("temp/keysieve/release/keysieve")).unwrap();
        scratch.write("script.sh", script());
        scratch.write("repo/file.txt", "nothing\n");
        scratch.commit(0, "one");
        Self { scratch }
    }

    fn run(&self, target: &str, fail_on: &str, sarif: &str) -> (Run, String) {
        let output = self.scratch.path("output");
        let _ = fs::remove_file(&output);
        let mut command = Command::new("bash");
        command
            .args(["--noprofile", "--norc", "-eo", "pipefail"])
            .arg(self.scratch.path("script.sh"))
            .current_dir(self.scratch.path("repo"))
            .env("HOME", self.scratch.path("no-home"))
            .env("RUNNER_TEMP", self.scratch.path("temp"))
            .env("GITHUB_OUTPUT", &output)
            .env("TARGET", target)
            .env("FAIL_ON", fail_on)
            .env("SARIF", sarif);
        let run = run(&mut command);
        (run, fs::read_to_string(&output).unwrap())
    }
}

#[test]
fn the_step_gives_code_and_report() {
    let runner = Runner::new();
    let (run, output) = runner.run(".", "medium", "keysieve.sarif");
    assert_eq!(output, "exit-code=0\nsarif=keysieve.sarif\n");
    run.exits(0).says("no findings");
    runner.scratch.write("repo/token.txt", github("action"));
    let (run, output) = runner.run(".", "medium", "out.sarif");
    assert_eq!(output, "exit-code=1\nsarif=out.sarif\n");
    run.exits(1).says("token.txt:1:1");
    let sarif = fs::read_to_string(runner.scratch.path("repo/out.sarif")).unwrap();
    let sarif: serde_json::Value = serde_json::from_str(&sarif).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "github-personal-access-token");
    let (run, output) = runner.run("nowhere", "medium", "out.sarif");
    assert_eq!(output, "exit-code=2\nsarif=out.sarif\n");
    run.exits(2).says("nowhere");
    let (run, output) = runner.run(".", "huge", "out.sarif");
    assert!(output.starts_with("exit-code=2\n"));
    run.exits(2);
    let url = format!("file://{}", runner.scratch.path("repo").display());
    fs::remove_file(runner.scratch.path("repo/token.txt")).unwrap();
    runner.scratch.commit(10, "two");
    runner.scratch.git(".", &["clone", "-q", "--depth", "1", &url, "shallow"]);
    let (run, output) = runner.run("../shallow", "medium", "out.sarif");
    assert_eq!(output, "exit-code=3\nsarif=out.sarif\n");
    run.exits(3).says("`git -C ../shallow fetch --unshallow`");
}

#[test]
fn inputs_are_words_and_not_commands() {
    let runner = Runner::new();
    let mark = runner.scratch.path("mark");
    let touch = format!("touch {}", mark.display());
    for input in [
        format!("$({touch})"),
        format!("`{touch}`"),
        format!("; {touch} ;"),
        format!("\"; {touch}; \""),
        format!("'; {touch}; '"),
        format!("| {touch}"),
        format!("&& {touch} &"),
        format!("> {}", mark.display()),
        format!("${{IFS}}{touch}\n{touch}"),
        "--help".to_owned(),
        "-o".to_owned(),
        "*".to_owned(),
    ] {
        let (run, _) = runner.run(&input, "medium", "out.sarif");
        run.exits(2);
        let (run, _) = runner.run(".", &input, "out.sarif");
        run.exits(2);
        let _ = runner.run(".", "medium", &input);
        assert!(!mark.exists(), "{input}");
    }
}

/// The outer shape of the file: what the workflow sees is what the script writes.
#[test]
fn inputs_reach_the_script_through_the_environment_alone() {
    assert!(!script().contains("${{"));
    let action = of_this_repository("action.yml");
    for (name, output) in [("exit-code", "exit-code"), ("sarif", "sarif")] {
        assert!(action.contains(&format!("  {name}:\n")), "{name}");
        assert!(action.contains(&format!("steps.check.outputs.{output}")), "{output}");
    }
    for input in ["path", "fail-on", "sarif-file"] {
        assert!(action.contains(&format!("${{{{ inputs.{input} }}}}")), "{input}");
    }
}
