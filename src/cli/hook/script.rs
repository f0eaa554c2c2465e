//! The hook that is installed: a small POSIX shell script.
//!
//! It first runs the hook that was there before, with the same arguments and the same standard input, and then keysieve. If
//! keysieve is gone it stops the commit and says how to go on: passing would be to claim a scan that was not made, and the
//! way out is one command.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::global::FORWARDED;

/// A hook that keysieve is installed as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hook {
    PreCommit,
    PrePush,
}

impl Hook {
    /// Both.
    pub(super) const ALL: [Self; 2] = [Self::PreCommit, Self::PrePush];

    /// As git names it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PrePush => "pre-push",
        }
    }

    /// What it stops, and the command of git that goes round it.
    fn stops(self) -> (&'static str, &'static str) {
        match self {
            Self::PreCommit => ("commit", "git commit --no-verify"),
            Self::PrePush => ("push", "git push --no-verify"),
        }
    }
}

/// Which hook is run first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// The one that was in the place of this one.
    Beside,
    /// The repository's own, which a directory for all repositories puts aside.
    OfRepository,
}

/// What is added to the name of a hook that was there before.
pub(super) const BEFORE: &str = ".before-keysieve";

/// What is added to the name of a hook of this program that somebody edited.
pub(super) const KEPT: &str = ".kept-by-keysieve";

/// The line by which a script of this program is known.
const MARK: &str = "# keysieve hook: written by `keysieve hook install`, taken away by `keysieve hook uninstall`.";

/// Whether keysieve wrote this file.
pub(super) fn is_own(text: &[u8]) -> bool {
    text.split(|&byte| byte == b'\n').take(3).any(|line| line == MARK.as_bytes())
}

/// Whether it is as this program writes it, for whatever program: what somebody added is theirs.
pub(super) fn is_as_written(there: &[u8]) -> bool {
    let Ok(there) = std::str::from_utf8(there) else { return false };
    let stated = there.lines().find_map(|line| line.strip_prefix("keysieve='")?.strip_suffix('\''));
    let program = stated.map(|quoted| PathBuf::from(quoted.replace(r"'\''", "'")));
    let scripts = Hook::ALL
        .into_iter()
        .flat_map(|hook| [Before::Beside, Before::OfRepository].map(|before| text(hook, before, program.as_deref())));
    scripts.chain(FORWARDED.into_iter().map(forward)).any(|text| text == there)
}

/// Whether such a file scans, and does not only run the repository's own hook.
pub(super) fn scans(text: &[u8], hook: Hook) -> bool {
    memchr::memmem::find(text, format!("hook run {}", hook.name()).as_bytes()).is_some()
}

/// The script of `hook`. With a `program`, an absolute path, that is what it runs as long as it is there; else, and without
/// one, what the PATH has.
pub(super) fn text(hook: Hook, before: Before, program: Option<&Path>) -> String {
    let name = hook.name();
    let mut text = start(name, before);
    let (what, without) = hook.stops();
    text.push_str(&find_program(program));
    let _ = write!(
        text,
        "    echo \"keysieve is not here any more, so this {what} was not scanned and is stopped.\" >&2
    echo \"Install keysieve again, or take the hook away: $0\" >&2
    echo \"This once without it: {without}\" >&2
    exit 1
}}
"
    );
    match hook {
        Hook::PreCommit => {
            text.push_str(&run_before("\"$before\" \"$@\""));
            let _ = writeln!(text, "exec \"$keysieve\" hook run {name}");
        }
        Hook::PrePush => {
            text.push_str("# Both read what git says of the push.\nrefs=$(cat && echo .)\nrefs=${refs%.}\n");
            text.push_str(&run_before("printf '%s' \"$refs\" 2>/dev/null | \"$before\" \"$@\""));
            let _ = writeln!(text, "printf '%s' \"$refs\" | \"$keysieve\" hook run {name} \"$@\"");
        }
    }
    text
}

/// The script of another hook in a directory for all repositories: it runs the repository's own.
pub(super) fn forward(name: &str) -> String {
    format!("{}[ ! -x \"$before\" ] || exec \"$before\" \"$@\"\n", start(name, Before::OfRepository))
}

fn start(name: &str, before: Before) -> String {
    let mut text = format!("#!/bin/sh\n{MARK}\n");
    match before {
        Before::Beside => {
            let _ = writeln!(text, "# What was here before is run first: {name}{BEFORE}");
            let _ = writeln!(text, "before=\"${{0%/*}}/{name}{BEFORE}\"");
        }
        Before::OfRepository => {
            text.push_str("# core.hooksPath leads here, past the hooks of the repository: its own is run first.\n");
            let _ = writeln!(text, "before=\"$(git rev-parse --git-common-dir)/hooks/{name}\"");
            text.push_str("[ ! \"$before\" -ef \"$0\" ] || before=\n");
        }
    }
    text
}

/// Up to the beginning of what is done if there is none.
fn find_program(program: Option<&Path>) -> String {
    match program {
        Some(program) => {
            let quoted = program.display().to_string().replace('\\', "/").replace('\'', r"'\''");
            format!("keysieve='{quoted}'\n[ -x \"$keysieve\" ] || keysieve=$(command -v keysieve) || {{\n")
        }
        None => "keysieve=$(command -v keysieve) || {\n".to_owned(),
    }
}

fn run_before(command: &str) -> String {
    format!("if [ -x \"$before\" ]; then\n    {command} || exit $?\nfi\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_known_and_what_is_added_is_not() {
        for program in [None, Some(Path::new("/opt/it's here/keysieve"))] {
            for before in [Before::Beside, Before::OfRepository] {
                let written = text(Hook::PrePush, before, program);
                assert!(is_as_written(written.as_bytes()), "{written}");
                assert!(!is_as_written(format!("{written}make test\n").as_bytes()));
            }
        }
        assert!(is_as_written(forward("commit-msg").as_bytes()));
        assert!(!is_as_written(forward("of-nobody").as_bytes()));
    }
}
