//! The files themselves: `action.yml` and the workflows against the published schemas, what goes in and out, and what the
//! scripts read.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::support::{of_this_repository, text};
use crate::yaml::yaml;

fn workflows() -> Vec<String> {
    let entries = fs::read_dir(".github/workflows").unwrap();
    let mut paths: Vec<String> = entries.map(|entry| entry.unwrap().path().display().to_string()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

fn scripts() -> Vec<String> {
    let entries = fs::read_dir("action").unwrap();
    let mut paths: Vec<String> = entries.map(|entry| entry.unwrap().path().display().to_string()).collect();
    paths.sort();
    paths
}

#[track_caller]
fn valid(path: &str, schema: &str) {
    let schema: Value = serde_json::from_str(&of_this_repository(&format!("fixtures/schemas/{schema}.json"))).unwrap();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let file = yaml(path);
    let errors: Vec<String> =
        validator.iter_errors(&file).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{path}: {errors:#?}");
}

#[test]
fn the_files_are_what_their_schemas_ask_for() {
    valid("action.yml", "github-action");
    for workflow in workflows() {
        valid(&workflow, "github-workflow");
    }
}

/// The names `inputs.NAME` in a text.
fn named(text: &str, before: &str) -> BTreeSet<String> {
    let part = |rest: &str| {
        rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').next().unwrap().to_owned()
    };
    text.split(before).skip(1).map(part).collect()
}

#[test]
fn every_input_is_used_and_documented() {
    let action = yaml("action.yml");
    let names = |key: &str| action[key].as_object().unwrap().keys().cloned().collect::<BTreeSet<String>>();
    assert_eq!(named(&of_this_repository("action.yml"), "inputs."), names("inputs"));
    let page = of_this_repository("docs/ci/github.md");
    for name in names("inputs").iter().chain(&names("outputs")) {
        assert!(page.contains(&format!("| `{name}` |")), "docs/ci/github.md has no {name}");
    }
    for (name, input) in action["inputs"].as_object().unwrap() {
        assert!(
            input["default"].is_string(),
            "{name}: a default that is no text reads differently from what is written"
        );
    }
}

/// The names of variables in capitals that a script reads.
fn read(script: &str) -> BTreeSet<String> {
    let code: String = script.lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n");
    let name = |rest: &str| {
        let rest = rest.trim_start_matches('{');
        let end = rest.find(|c: char| !c.is_ascii_uppercase() && c != '_').unwrap_or(rest.len());
        rest[..end].to_owned()
    };
    code.split('$').skip(1).map(name).filter(|name| name.len() > 1).collect()
}

#[test]
fn scripts_get_everything_through_the_environment() {
    let runners = [
        "BASH_SOURCE",
        "GITHUB_OUTPUT",
        "GITHUB_STEP_SUMMARY",
        "KEYSIEVE_RELEASES",
        "LINENO",
        "RUNNER_TEMP",
        "RUNNER_TOOL_CACHE",
    ];
    let action = yaml("action.yml");
    let mut all = BTreeSet::new();
    for step in action["runs"]["steps"].as_array().unwrap() {
        let run = text(&step["run"]);
        let name = run.strip_prefix("bash \"$SCRIPTS/").and_then(|rest| rest.strip_suffix('"')).expect(run);
        let path = format!("action/{name}");
        let mut script = of_this_repository(&path);
        let sourced: Vec<String> =
            script.lines().filter_map(|line| line.strip_prefix(". \"$here/")).map(str::to_owned).collect();
        for name in sourced {
            let path = format!("action/{}", name.trim_end_matches('"'));
            script += &of_this_repository(&path);
            all.insert(path);
        }
        let mut given: BTreeSet<String> = step["env"].as_object().unwrap().keys().cloned().collect();
        // `gh` reads it, and bash knows where its scripts are.
        for own in ["GH_TOKEN", "SCRIPTS"] {
            given.remove(own);
        }
        let mut wanted = read(&script);
        wanted.retain(|name| !runners.contains(&name.as_str()));
        assert_eq!(wanted, given, "{path}");
        all.insert(path);
    }
    assert_eq!(all.into_iter().collect::<Vec<_>>(), scripts(), "every script is a step's");
}

#[test]
fn the_scripts_are_bash_and_no_newer_than_that_of_macos() {
    for path in scripts() {
        let checked = Command::new("bash").args(["-n", &path]).status().unwrap();
        assert!(checked.success(), "{path}");
        let script = of_this_repository(&path);
        for newer in ["mapfile", "readarray", "declare -A", "local -n", "${!name@", ",,}", "^^}", "|&", "&>>", "coproc"]
        {
            assert!(!script.contains(newer), "{path}: {newer}");
        }
    }
}

#[test]
fn other_actions_are_pinned_by_commit() {
    for path in workflows().iter().map(String::as_str).chain(["action.yml"]) {
        for line in of_this_repository(path).lines() {
            let Some(used) = line.trim().trim_start_matches("- ").strip_prefix("uses: ") else { continue };
            if used.starts_with("./") {
                continue;
            }
            let (_, commit) = used.split_once('@').expect(used);
            let (commit, version) = commit.split_once(" # v").expect("a comment with the version");
            assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{path}: {used}");
            assert!(!version.is_empty());
        }
    }
}
