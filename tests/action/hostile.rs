//! What a stranger may choose: names of branches and files, and what a workflow passes on from elsewhere as an input.

use crate::changes::{add, begun, pull, pulled};
use crate::runner::{Runner, check_out, event};
use crate::support::github;

/// Texts that would run `touch mark`, or be taken for a flag, an output or a pattern.
fn texts(runner: &Runner) -> Vec<String> {
    let touch = format!("touch {}", runner.scratch.path("mark").display());
    vec![
        format!("$({touch})`{touch}`"),
        format!("\"; {touch}; \""),
        format!("'; {touch}; '"),
        format!("a[$({touch})]"),
        "x\nexit-code=0\nfindings=0".to_owned(),
        "x\rexit-code=0".to_owned(),
        "--show-secrets".to_owned(),
        "*".to_owned(),
    ]
}

#[test]
fn inputs_are_words_and_not_commands() {
    let scratch = begun();
    add(&scratch, 1, "new.txt");
    let pull = pull(&scratch);
    let mut runner = pulled(scratch, &pull, "pull-request", 0).with("sarif-file", "").with("annotate", "false");
    let plain = runner.inputs.clone();
    let others = ["version", "cache", "upload-sarif", "comment"];
    for name in plain.keys().filter(|name| !others.contains(&name.as_str())) {
        for hostile in texts(&runner) {
            runner.inputs.clone_from(&plain);
            runner.inputs.insert(name.clone(), hostile.clone());
            // A change has no use for it.
            if name == "history-cache" {
                runner.inputs.insert("mode".to_owned(), "full".to_owned());
            }
            let outcome = runner.run();
            let shown = outcome.scan().shown();
            assert!(!runner.scratch.path("mark").exists(), "{name}: {hostile}");
            assert!(!outcome.scan().said(&github("new.txt")), "{name}: {hostile}: a secret is shown\n{shown}");
            // A file or directory may be called so; nothing else is.
            let code = outcome.scan().code.unwrap();
            let is_written = matches!(name.as_str(), "sarif-file" | "history-cache");
            assert!(code > 1 || (is_written && code == 1), "{name}: {hostile}\n{shown}");
            assert_eq!(outcome.outputs["exit-code"], code.to_string(), "{name}: {hostile}\n{shown}");
            if name == "history-cache" {
                // Other inputs must not find it.
                let made = format!("{}/{}", runner.workspace, hostile.split('/').next().unwrap_or_default());
                let _ = std::fs::remove_dir_all(runner.scratch.path(&made));
            }
        }
    }
}

#[test]
fn names_of_branches_and_files_are_no_commands() {
    let scratch = begun();
    let branch = "x;$(touch${IFS}mark)`touch${IFS}mark`";
    scratch.git("repo", &["checkout", "-q", "-b", branch]);
    add(&scratch, 1, "::error::x.txt");
    add(&scratch, 2, "::stop-commands::x\n::warning::y.txt");
    let tip = add(&scratch, 3, "$(touch mark)`touch mark`.txt");
    let reference = format!("refs/heads/{branch}");
    check_out(&scratch, &reference, &tip, 0);
    let mut payload = event("push-new-branch", &[("AFTER", &tip)]);
    payload["ref"] = reference.clone().into();
    let runner = Runner::new(scratch, "push", &reference, payload);
    let outcome = runner.run().exits(1);
    assert_eq!(outcome.outputs["findings"], "3");
    assert!(!runner.scratch.path("checkout/mark").exists());
    // What a runner takes for a command is the action's own: one a finding, and one that sums up.
    let said = outcome.scan().out();
    assert!(said.contains("::error::x.txt:1:1"), "{said}");
    let commands = commands(&said);
    let own = |line: &&str| line.starts_with("::error ") || line.starts_with("::notice title=keysieve::");
    assert!(commands.len() >= 3 && commands.iter().all(own), "{commands:#?}");
}

/// The lines that a runner reads as commands: those outside of what is between a mark that nobody can guess and its end.
fn commands(said: &str) -> Vec<&str> {
    let mut mark = None;
    let mut commands = Vec::new();
    for line in said.lines() {
        match &mark {
            Some(end) if line == end => mark = None,
            Some(_) => {}
            None => match line.strip_prefix("::stop-commands::") {
                Some(word) => {
                    assert_eq!((word.len(), word.bytes().all(|byte| byte.is_ascii_hexdigit())), (32, true), "{word}");
                    mark = Some(format!("::{word}::"));
                }
                None if line.starts_with("::") => commands.push(line),
                None => {}
            },
        }
    }
    assert_eq!(mark, None, "commands are stopped for ever");
    commands
}
