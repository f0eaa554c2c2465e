//! A runner of composite actions, as far as `action.yml` goes: expressions, inputs, outputs, conditions; and repositories as
//! `actions/checkout` leaves them.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::scripted::Scratch;
use crate::support::{Run, of_this_repository, run, text};
use crate::yaml::yaml;

/// An event as GitHub sends it, from `fixtures/events`, with the commits of the test in it.
pub fn event(name: &str, commits: &[(&str, &str)]) -> Value {
    let mut payload = of_this_repository(&format!("fixtures/events/{name}.json"));
    for (placeholder, commit) in commits {
        payload = payload.replace(&format!("\"{placeholder}\""), &format!("\"{commit}\""));
    }
    serde_json::from_str(&payload).unwrap()
}

/// A workspace, a runner's directories, and what the workflow says.
pub struct Runner {
    pub scratch: Scratch,
    /// The workspace, from the scratch directory.
    pub workspace: String,
    /// The `github` context.
    pub github: Value,
    pub inputs: BTreeMap<String, String>,
    /// The variables of the machine.
    pub machine: Vec<(String, String)>,
}

/// What came of the steps.
pub struct Outcome {
    /// The steps that ran, by their names.
    pub steps: Vec<(String, Run)>,
    /// The outputs of the action.
    pub outputs: BTreeMap<String, String>,
    /// The summary of the job.
    pub summary: String,
    report: Option<Value>,
}

impl Outcome {
    #[track_caller]
    pub fn step(&self, name: &str) -> &Run {
        let found = self.steps.iter().find(|(step, _)| step == name);
        &found.unwrap_or_else(|| panic!("{name} did not run")).1
    }

    /// The step that scans.
    #[track_caller]
    pub fn scan(&self) -> &Run {
        self.step("Scan")
    }

    /// Demands the exit code of the scan, as the job and as the output have it.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.scan().code, Some(code), "{}", self.scan().shown());
        assert_eq!(self.outputs["exit-code"], code.to_string());
        self
    }

    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        assert!(self.scan().said(words), "not said: {words}\n{}", self.scan().shown());
        self
    }

    /// The JSON report.
    #[track_caller]
    pub fn report(&self) -> &Value {
        self.report.as_ref().unwrap_or_else(|| panic!("no report\n{}", self.scan().shown()))
    }

    /// The places of all findings, as the paths of files; `-` for none. Sorted.
    #[track_caller]
    pub fn paths(&self) -> Vec<String> {
        let report = self.report();
        let findings = report["findings"].as_array().unwrap();
        assert_eq!(self.outputs["findings"], findings.len().to_string());
        let places = findings.iter().flat_map(|finding| finding["places"].as_array().unwrap());
        let mut paths: Vec<String> = places.map(|place| place["path"].as_str().unwrap_or("-").to_owned()).collect();
        paths.sort();
        paths
    }
}

impl Runner {
    /// In the workspace `checkout` of a repository that was checked out for an event.
    pub fn new(scratch: Scratch, name: &str, reference: &str, payload: Value) -> Self {
        let github = json!({
            "action_path": env!("CARGO_MANIFEST_DIR"),
            "action_repository": "example-org/keysieve",
            "event": payload,
            "event_name": name,
            "job": "secrets",
            "ref": reference,
            "repository": "example-org/example",
            "server_url": "https://github.example",
            "sha": "0123456789abcdef0123456789abcdef01234567",
            "token": "",
            "workflow": "CI",
        });
        let action = yaml("action.yml");
        let inputs = action["inputs"].as_object().unwrap().iter();
        let inputs = inputs.map(|(name, input)| (name.clone(), text(&input["default"]).to_owned())).collect();
        Self { scratch, workspace: "checkout".to_owned(), github, inputs, machine: Vec::new() }
    }

    pub fn with(mut self, input: &str, value: &str) -> Self {
        assert!(self.inputs.insert(input.to_owned(), value.to_owned()).is_some(), "there is no input {input}");
        self
    }

    /// Puts a program before all others.
    pub fn program(&self, name: &str, script: &str) {
        let path = format!("bin/{name}");
        self.scratch.write(&path, script);
        fs::set_permissions(self.scratch.path(&path), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs the steps with the keysieve that was built with the tests.
    pub fn run(&self) -> Outcome {
        self.run_from(1, json!({"get": {"outputs": {"program": env!("CARGO_BIN_EXE_keysieve")}}}))
    }

    /// Runs the step that gets the program: what it says, and the program.
    pub fn get(&self) -> (Run, Option<PathBuf>) {
        let mut context = self.context(json!({}));
        let step = yaml("action.yml")["runs"]["steps"][0].clone();
        let run = self.step(&step, &mut context);
        let program = context["steps"]["get"]["outputs"]["program"].as_str().map(PathBuf::from);
        (run, program)
    }

    fn context(&self, steps: Value) -> Value {
        json!({"github": self.github, "inputs": self.inputs, "steps": steps})
    }

    fn run_from(&self, first: usize, steps: Value) -> Outcome {
        let action = yaml("action.yml");
        let mut context = self.context(steps);
        let summary = self.scratch.path("summary");
        fs::write(&summary, "").unwrap();
        let mut ran: Vec<(String, Run)> = Vec::new();
        for step in &action["runs"]["steps"].as_array().unwrap()[first..] {
            let failed = ran.iter().any(|(_, run)| run.code != Some(0));
            let runs = step["if"].as_str().map_or(!failed, |condition| holds(condition, &context));
            if runs {
                ran.push((text(&step["name"]).to_owned(), self.step(step, &mut context)));
            }
        }
        let outputs = action["outputs"].as_object().unwrap().iter();
        let outputs = outputs.map(|(name, output)| (name.clone(), filled(text(&output["value"]), &context)));
        let outputs: BTreeMap<String, String> = outputs.collect();
        // It lies in a directory that goes with the runner.
        let report = match outputs["report"].as_str() {
            "" => None,
            path => Some(serde_json::from_slice(&fs::read(path).unwrap()).unwrap()),
        };
        Outcome { steps: ran, outputs, summary: fs::read_to_string(summary).unwrap(), report }
    }

    /// Runs one step, and takes its outputs into the context.
    fn step(&self, step: &Value, context: &mut Value) -> Run {
        let (output, script) = (self.scratch.path("output"), self.scratch.path("script.sh"));
        fs::write(&output, "").unwrap();
        fs::create_dir_all(self.scratch.path("temp")).unwrap();
        assert_eq!(step["shell"], "bash");
        let text_of_script = text(&step["run"]);
        assert!(!text_of_script.contains("${{"), "an expression in a script: {text_of_script}");
        fs::write(&script, text_of_script).unwrap();
        let path = format!("{}:{}", self.scratch.path("bin").display(), std::env::var("PATH").unwrap());
        let mut command = Command::new("bash");
        command
            .args(["--noprofile", "--norc", "-eo", "pipefail"])
            .arg(script)
            .current_dir(self.scratch.path(&self.workspace))
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.scratch.path("no-home"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("RUNNER_TEMP", self.scratch.path("temp"))
            .env("GITHUB_OUTPUT", &output)
            .env("GITHUB_STEP_SUMMARY", self.scratch.path("summary"))
            .envs(self.machine.iter().cloned());
        for (name, value) in step["env"].as_object().unwrap() {
            command.env(name, filled(text(value), context));
        }
        let run = run(&mut command);
        if let Some(id) = step["id"].as_str() {
            let lines = fs::read_to_string(&output).unwrap();
            let outputs: BTreeMap<&str, &str> = lines.lines().map(|line| line.split_once('=').unwrap()).collect();
            assert_eq!(outputs.len(), lines.lines().count(), "an output twice: {lines}");
            context["steps"][id] = json!({ "outputs": outputs });
        }
        run
    }
}

/// A text with every expression in it evaluated.
fn filled(template: &str, context: &Value) -> String {
    let Some((before, rest)) = template.split_once("${{") else { return template.to_owned() };
    let (expression, behind) = rest.split_once("}}").unwrap();
    format!("{before}{}{}", value(expression.trim(), context), filled(behind, context))
}

/// A property, as a runner writes it into a text.
fn value(expression: &str, context: &Value) -> String {
    let path = expression.split('.');
    let plain =
        |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    assert!(path.clone().all(plain), "the tests do not know `{expression}`");
    match path.fold(context, |value, name| &value[name]) {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A condition: comparisons that all hold.
fn holds(condition: &str, context: &Value) -> bool {
    let condition = condition.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")).unwrap();
    let literal = |text: &str| text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).unwrap().to_owned();
    condition.split("&&").map(str::trim).all(|part| {
        if part == "!cancelled()" {
            true
        } else if let Some((name, wanted)) = part.split_once(" == ") {
            value(name, context) == literal(wanted)
        } else {
            let (name, refused) = part.split_once(" != ").unwrap();
            value(name, context) != literal(refused)
        }
    })
}

/// How much of the history `actions/checkout` fetches: `fetch-depth`, 0 for all of it.
pub type Depth = u32;

/// Checks a ref out at a commit, from the repository `repo`, as `actions/checkout` does.
pub fn check_out(scratch: &Scratch, reference: &str, commit: &str, depth: Depth) {
    let url = format!("file://{}", scratch.path("repo").display());
    scratch.git("repo", &["config", "uploadpack.allowAnySHA1InWant", "true"]);
    scratch.git(".", &["init", "-q", "checkout"]);
    scratch.git("checkout", &["remote", "add", "origin", &url]);
    let number = reference.strip_prefix("refs/pull/");
    let depth_flag = format!("--depth={depth}");
    let mut fetch = vec!["fetch", "-q", "--no-tags", "--prune"];
    let own = match (number, reference.strip_prefix("refs/heads/")) {
        (Some(number), _) => format!("+{commit}:refs/remotes/pull/{number}"),
        (_, Some(branch)) => format!("+{commit}:refs/remotes/origin/{branch}"),
        _ => format!("+{reference}:{reference}"),
    };
    if depth == 0 {
        fetch.extend(["origin", "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"]);
    } else {
        fetch.extend([&depth_flag, "origin"]);
    }
    if depth > 0 || number.is_some() {
        fetch.push(&own);
    }
    scratch.git("checkout", &fetch);
    scratch.git("checkout", &["checkout", "-q", "--detach", commit]);
}
