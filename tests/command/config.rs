//! `config show`, `--set`, `--preset` and `extends`: what counts, and where it was stated.

use serde_json::Value;

use crate::scripted::Scratch;
use crate::support::{command, github, keysieve, run};

const KEY: &str =
    "resource \"aws_kms_key\" \"a\" {\n  enable_key_rotation = true\n  rotation_period_in_days = 100\n}\n";

fn json(run: &crate::support::Run) -> Value {
    serde_json::from_slice(&run.stdout).unwrap()
}

#[test]
fn the_policy_is_shown_with_the_source_of_every_value() {
    let scratch = Scratch::new();
    let defaults = keysieve(&scratch, ".", &["config", "show"]).exits(0);
    assert!(defaults.out().starts_with("preset = \"recommended\" # default\n"), "{}", defaults.shown());
    assert!(defaults.out().contains("\n[policy.rotation]\naws-kms-key = \"365d\" # default\n"), "{}", defaults.shown());
    scratch.write("keysieve.toml", "# mine\n[policy.rotation]\ndefault = \"60d\"\n");
    let show = ["config", "show", "--set", "policy.lifetime.jwt=5m", "--preset", "strict"];
    let run = keysieve(&scratch, ".", &show).exits(0);
    for line in ["preset = \"strict\" # --preset", "default = \"60d\" # keysieve.toml:3", "jwt = \"5m\" # --set"] {
        assert!(run.out().lines().any(|shown| shown == line), "{line}\n{}", run.shown());
    }
    // What is shown can be stated, and says the same.
    scratch.write("again/keysieve.toml", run.stdout);
    keysieve(&scratch, "again", &["config", "show"]).exits(0).says("jwt = \"5m\" # keysieve.toml:");
}

#[test]
fn the_policy_of_one_file_is_that_of_its_environment() {
    let scratch = Scratch::new();
    scratch.write(
        "keysieve.toml",
        "[environments.live]\npaths = [\"deploy/live/**\"]\n[environments.live.policy.rotation]\ndefault = \"30d\"\n[owners]\n\"deploy/\" = \"@org/ops\"\n",
    );
    let show = ["config", "show", "--format", "json", "--path"];
    let of = |path| json(&keysieve(&scratch, ".", &[&show[..], &[path]].concat()).exits(0));
    let live = of("./deploy/live/a.tf");
    assert_eq!(live["environment"]["value"], "live");
    assert_eq!(live["owner"]["value"], "@org/ops");
    let limit = &live["policy"]["rotation"]["default"];
    assert_eq!((&limit["value"], &limit["source"]), (&"30d".into(), &"keysieve.toml:4".into()));
    assert_eq!(of("a.tf")["policy"]["rotation"]["default"]["source"], "default");
    let text = keysieve(&scratch, ".", &["config", "show", "--path", "deploy/live/a.tf"]).exits(0);
    assert!(
        text.out().starts_with("# path: deploy/live/a.tf\n# environment: live (keysieve.toml:1)\n"),
        "{}",
        text.shown()
    );
}

#[test]
fn a_flag_sets_a_key_and_findings_name_it() {
    let scratch = Scratch::new();
    scratch.write("tree/a.tf", KEY);
    keysieve(&scratch, "tree", &["lint"]).exits(0);
    let run =
        keysieve(&scratch, "tree", &["lint", "--set", "policy.rotation.default=60d", "--format", "json"]).exits(1);
    let report = run.json();
    let threshold = &report.findings()[0]["threshold"];
    assert_eq!((&threshold["limit"], &threshold["source"]), (&"60d".into(), &"--set".into()));
    keysieve(&scratch, "tree", &["lint", "--set", "policy.rotation.default=soon"])
        .exits(2)
        .says("--set policy.rotation.default=soon: \"soon\" is no length of time");
    keysieve(&scratch, "tree", &["lint", "--set", "no-such-key=1"]).exits(2).says("no-such-key");
    keysieve(&scratch, "tree", &["lint", "--preset", "all"]).exits(2).says("recommended");
}

#[test]
fn a_preset_decides_which_checks_run() {
    let scratch = Scratch::new();
    scratch.write("tree/.github/workflows/a.yml", "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: []\n");
    keysieve(&scratch, "tree", &["lint", "--fail-on", "low"]).exits(1).says("workflow-without-permissions");
    keysieve(&scratch, "tree", &["lint", "--fail-on", "low", "--preset", "minimal"]).exits(0);
    scratch.write("tree/keysieve.toml", "preset = \"minimal\"\n");
    keysieve(&scratch, "tree", &["lint", "--fail-on", "low"]).exits(0);
    keysieve(&scratch, "tree", &["lint", "--fail-on", "low", "--preset", "recommended"]).exits(1);
}

#[test]
fn files_are_laid_under_one_another() {
    let scratch = Scratch::repository();
    scratch.write("repo/policy/base.toml", "\n[policy.rotation]\ndefault = \"60d\"\n");
    scratch.write("repo/a.tf", KEY);
    scratch.commit(0, "policy");
    scratch.git("repo", &["tag", "-a", "-m", "the policy", "agreed"]);
    let source = |extends: &str| {
        scratch.write("repo/keysieve.toml", format!("extends = [\"{extends}\"]\n"));
        let run = keysieve(&scratch, "repo", &["lint", "--format", "json"]).exits(1);
        run.json().findings()[0]["threshold"]["source"].as_str().unwrap().to_owned()
    };
    assert_eq!(source("policy/base.toml"), "policy/base.toml:3");
    // What a branch makes of the file does not change what the revision says.
    scratch.write("repo/policy/base.toml", "[policy.rotation]\ndefault = \"9000d\"\n");
    for revision in ["main", "agreed"] {
        assert_eq!(source(&format!("git:{revision}:policy/base.toml")), format!("git:{revision}:policy/base.toml:3"));
    }
    for (extends, words) in [
        ("nowhere.toml", "keysieve.toml:1: extends: nowhere.toml: cannot be read"),
        ("git:main:nowhere.toml", "the commit has no such file"),
        ("git:nowhere:policy/base.toml", "there is no revision"),
        ("git:main", "git:REVISION:PATH"),
        ("keysieve.toml", "cannot extend itself"),
    ] {
        scratch.write("repo/keysieve.toml", format!("extends = [\"{extends}\"]\n"));
        keysieve(&scratch, "repo", &["lint"]).exits(2).says(words).says("keysieve.toml:1");
    }
}

#[test]
fn the_schema_is_printed() {
    let scratch = Scratch::new();
    let run = keysieve(&scratch, ".", &["config", "schema"]).exits(0);
    assert_eq!(json(&run)["properties"]["preset"]["enum"][0], "minimal");
}

#[test]
fn the_file_of_the_user_lies_under_that_of_the_repository() {
    let scratch = Scratch::repository();
    scratch.write("repo/a.txt", github("user layer"));
    scratch
        .write("home/keysieve/keysieve.toml", "fail-on = \"critical\"\ndisable = [\"github-personal-access-token\"]\n");
    let scan = |flags: &[&str]| {
        let mut command = command(&scratch.path("repo"));
        run(command.arg("scan").args(flags).env("XDG_CONFIG_HOME", scratch.path("home")))
    };
    scan(&[]).exits(0).says("1 hidden by `disable`");
    scratch.write("home/keysieve/keysieve.toml", "fail-on = \"low\"\nmin-confidence = \"low\"\n");
    scratch.write("repo/keysieve.toml", "min-confidence = \"high\"\n");
    let report = scan(&["--format", "json"]).exits(1).json();
    assert_eq!(report.0["verdict"]["fail_on"], "low");
    assert_eq!(report.0["verdict"]["min_confidence"], "high");
    scratch.write("home/keysieve/keysieve.toml", format!("\nfingerprint-key = \"{}\"\n", "ab".repeat(32)));
    scan(&[])
        .exits(2)
        .says("keysieve.toml:2: fingerprint-key: belongs into the keysieve.toml at the top of the repository");
}

#[test]
fn the_file_of_a_directory_lies_over_that_of_the_repository() {
    let scratch = Scratch::repository();
    scratch.write("repo/services/pay/a.txt", github("directory layer"));
    scratch.write("repo/keysieve.toml", "fail-on = \"critical\"\nmin-confidence = \"low\"\n");
    scratch.write("repo/services/pay/keysieve.toml", "disable = [\"github-personal-access-token\"]\n");
    keysieve(&scratch, "repo/services", &["scan"]).exits(1);
    for (at, path) in [("repo", "services/pay"), ("repo/services", "pay"), ("repo/services/pay", ".")] {
        let report = keysieve(&scratch, at, &["scan", path, "--format", "json"]).exits(0).json();
        assert_eq!(report.0["verdict"]["fail_on"], "critical");
        assert_eq!(report.0["verdict"]["hidden"]["disabled"], 1);
    }
    let show = keysieve(&scratch, "repo/services/pay", &["config", "show", "--effective"]).exits(0);
    show.says("fail-on = \"critical\" # ../../keysieve.toml:1").says("# keysieve.toml:1");
    scratch.write("repo/services/pay/keysieve.toml", "[suppression]\nbaseline = \"b\"\n");
    keysieve(&scratch, "repo/services/pay", &["scan"]).exits(2).says("belongs into the keysieve.toml at the top");
}

/// What a directory switches off for itself is not switched off for the repository that somebody looks at from there.
#[test]
fn the_file_of_a_directory_is_for_that_directory_alone() {
    let scratch = Scratch::repository();
    scratch.write("repo/top.txt", github("top"));
    scratch.write("repo/one/a.txt", github("one"));
    scratch.write("repo/two/b.txt", github("two"));
    scratch.write("repo/one/keysieve.toml", "disable = [\"github-personal-access-token\"]\n");
    scratch.git("repo", &["add", "-A"]);
    let said = "one/keysieve.toml: is for what lies in its directory";
    keysieve(&scratch, "repo/one", &["hook", "run", "pre-commit"]).exits(1).says("keysieve.toml: is for what lies");
    scratch.commit(0, "all");
    for arguments in [&["history"][..], &["check"], &["check", "."], &["scan", "--staged"]] {
        let code = if arguments[0] == "scan" { 0 } else { 1 };
        let run = keysieve(&scratch, "repo/one", arguments).exits(code).says("keysieve.toml: is for what lies");
        assert!(!run.said("hidden by"), "{}", run.shown());
    }
    keysieve(&scratch, "repo", &["scan", "one", "two"]).exits(1).says(said).says("one/a.txt");
    // Within it, it counts.
    let run = keysieve(&scratch, "repo", &["scan", "one"]).exits(0).says("1 hidden by `disable`");
    assert!(!run.said("is for what lies"), "{}", run.shown());
    // And the repository's own counts from everywhere.
    scratch.write("repo/keysieve.toml", "disable = [\"github-personal-access-token\"]\n");
    keysieve(&scratch, "repo/two", &["history"]).exits(0).says("hidden by `disable`");
}
