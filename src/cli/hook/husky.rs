//! The project's own hook file of husky: keysieve is appended to it where that is safe, between two lines that tell its part.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

use super::file::{HookFile, is_there};
use super::script::Hook;
use crate::source::path_shown;

const BEGIN: &str = "# keysieve: begin (`keysieve hook uninstall` takes these lines out)";
const END: &str = "# keysieve: end";

/// Appends `line` to `file`, or makes the file. Says why not, where what stands there may end before it, reads the standard
/// input that a push comes with, or is no shell script.
pub(super) fn append(file: &Path, hook: Hook, line: &str) -> anyhow::Result<Result<(), &'static str>> {
    let block = format!("{BEGIN}\n{line}\n{END}\n");
    if !is_there(file) {
        let directory = file.parent().unwrap_or(Path::new("."));
        let name = hook.name();
        HookFile::new(directory, name).create(&format!("#!/usr/bin/env sh\n{block}"))?;
        return Ok(Ok(()));
    }
    let text = fs::read_to_string(file).with_context(|| format!("{}: cannot be read", path_shown(file)))?;
    if let Some(reason) = unsafe_after(&text, hook) {
        return Ok(Err(reason));
    }
    let joint = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    write(file, &format!("{text}{joint}{block}"))?;
    Ok(Ok(()))
}

/// Takes the lines out again, and the file away if nothing else is in it. Says whether there were any.
pub(super) fn take_out(file: &Path) -> anyhow::Result<bool> {
    let Ok(text) = fs::read_to_string(file) else { return Ok(false) };
    let Some((before, rest)) = text.split_once(&format!("{BEGIN}\n")) else { return Ok(false) };
    let Some((_, behind)) = rest.split_once(&format!("{END}\n")) else { return Ok(false) };
    let left = format!("{before}{behind}");
    if left.lines().all(|line| line.starts_with("#!") || line.trim().is_empty()) {
        fs::remove_file(file).with_context(|| format!("{}: cannot be taken away", path_shown(file)))?;
    } else {
        write(file, &left)?;
    }
    Ok(true)
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    // In place: who owns it and who may run it stays as it is.
    fs::write(file, text).with_context(|| format!("{}: cannot be written", path_shown(file)))
}

fn unsafe_after(text: &str, hook: Hook) -> Option<&'static str> {
    let first = text.lines().next().unwrap_or_default();
    let is_shell = |shell: &str| shell.ends_with("sh");
    if first.starts_with("#!") && !first.split_whitespace().any(is_shell) {
        return Some("it is no shell script");
    }
    if text.lines().filter(|line| !line.trim_start().starts_with('#')).flat_map(commands).any(may_end) {
        return Some("it may end before its last line");
    }
    if text.contains("<<") || text.trim_end().ends_with('\\') {
        return Some("its last line may go on");
    }
    (hook == Hook::PrePush && text.lines().any(|line| !line.trim().is_empty() && !line.starts_with('#')))
        .then_some("what stands there may read the input that git gives the hook")
}

/// The commands of a line, each from its first word that is none of the shell's own.
fn commands(line: &str) -> impl Iterator<Item = &str> {
    let parts = line.split([';', '&', '|', '(', ')', '{', '}', '`']);
    parts.map(|part| {
        let mut part = part.trim_start();
        while let Some((word, rest)) = part.split_once(char::is_whitespace)
            && matches!(word, "if" | "then" | "elif" | "else" | "while" | "until" | "do" | "!")
        {
            part = rest.trim_start();
        }
        part
    })
}

/// Whether a command may end the hook so that the commit goes on.
fn may_end(command: &str) -> bool {
    let mut words = command.split_whitespace();
    match words.next() {
        Some("exec" | "return" | "trap") => true,
        // With a failure nothing is committed.
        Some("exit") => words.next().and_then(|code| code.parse::<u8>().ok()).is_none_or(|code| code == 0),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_end_or_read_first_is_not_appended_to() {
        assert_eq!(unsafe_after("npm test\n", Hook::PreCommit), None);
        assert_eq!(
            unsafe_after("#!/usr/bin/env sh\n. \"$(dirname \"$0\")/_/husky.sh\"\nnpm test", Hook::PreCommit),
            None
        );
        for text in ["if x; then\n  exit 1\nfi\n", "npm test || exit 1\n", "# exit 0\nnpm test\n", "echo exit\n"] {
            assert_eq!(unsafe_after(text, Hook::PreCommit), None, "{text}");
        }
        assert_eq!(unsafe_after("#!/bin/sh\n", Hook::PrePush), None);
        for text in [
            "#!/usr/bin/env node\n",
            "npm test\nexit 0\n",
            "exec npm test\n",
            "cat <<E\nE\n",
            "npm \\",
            "npx lint-staged && exit 0\n",
            "echo a; exit\n",
            "npx x || { exec true; }\n",
            "trap 'exit 0' EXIT\nnpm test\n",
            "if x; then\n  exit 0\nfi\n",
            "if x; then exit $code; fi\n",
        ] {
            assert!(unsafe_after(text, Hook::PreCommit).is_some(), "{text}");
        }
        assert!(unsafe_after("npm test\n", Hook::PrePush).is_some());
    }
}
