//! `keysieve completions` and `keysieve man`: scripts that their shells accept, and a page for every command.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use crate::scripted::Scratch;
use crate::support::{Run, feed, keysieve};

/// What a shell says of a script that it reads from its standard input without running it; none where the shell is not here.
fn read_by(shell: &str, script: &Run) -> Option<Run> {
    Command::new(shell).arg("--version").output().ok()?;
    Some(feed(Command::new(shell).arg("-n"), &script.stdout))
}

#[test]
fn completion_scripts_name_every_command_and_are_read_by_their_shells() {
    let scratch = Scratch::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = keysieve(&scratch, ".", &["completions", shell]).exits(0);
        assert_eq!(script.err(), "");
        for word in ["check", "baseline", "completions", "show-rejected", "pre-push"] {
            assert!(script.said(word), "{shell}: {word}");
        }
        let read = if matches!(shell, "bash" | "zsh" | "fish") { read_by(shell, &script) } else { None };
        if let Some(read) = read {
            assert_eq!(read.exits(0).err(), "", "{shell}");
        } else {
            assert_ne!(shell, "bash", "the tests need it");
        }
    }
    keysieve(&scratch, ".", &["completions", "cmd"]).exits(2).says("powershell");
}

#[cfg(unix)]
#[test]
fn bash_completes_commands_and_flags() {
    let scratch = Scratch::new();
    scratch.write("keysieve.bash", &keysieve(&scratch, ".", &["completions", "bash"]).exits(0).stdout);
    let completed = |words: &str, current: usize| {
        let script = format!(
            "source ./keysieve.bash; COMP_WORDS=({words}); COMP_CWORD={current}; \
             _keysieve keysieve \"${{COMP_WORDS[$COMP_CWORD]}}\" \"${{COMP_WORDS[$((COMP_CWORD - 1))]}}\"; echo \"${{COMPREPLY[*]}}\""
        );
        let output = Command::new("bash").args(["-c", &script]).current_dir(scratch.path(".")).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    assert_eq!(completed("keysieve basel", 1), "baseline");
    assert_eq!(completed("keysieve check --show-s", 2), "--show-secrets --show-suppressed");
    assert_eq!(completed("keysieve hook inst", 2), "install");
}

/// The commands that the help of one names, `help` aside.
fn named(scratch: &Scratch, command: &[&str]) -> Vec<String> {
    let help = keysieve(scratch, ".", &[command, &["--help"]].concat()).exits(0).out();
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = commands.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn every_command_has_a_page_of_the_manual() {
    let scratch = Scratch::new();
    let mut pages = BTreeSet::new();
    let mut commands = vec![Vec::new()];
    while let Some(command) = commands.pop() {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        commands.extend(named(&scratch, &words).into_iter().map(|name| [command.clone(), vec![name]].concat()));
        pages.insert(format!("{}.1", [&["keysieve"], words.as_slice()].concat().join("-")));
    }
    assert!(pages.len() > 30 && pages.contains("keysieve-hook-run-pre-push.1"), "{pages:?}");
    let said = format!("{} pages written", pages.len());
    keysieve(&scratch, ".", &["man", "--dir", "share/man/man1"]).exits(0).says(&said);
    let entries = fs::read_dir(scratch.path("share/man/man1")).unwrap();
    let written: BTreeSet<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(written, pages);
    let has_groff = Command::new("groff").arg("--version").output().is_ok();
    for page in &pages {
        let text = fs::read(scratch.path(&format!("share/man/man1/{page}"))).unwrap();
        well_formed(page, std::str::from_utf8(&text).unwrap());
        if has_groff {
            let read = feed(Command::new("groff").args(["-Kutf8", "-man", "-Tutf8", "-ww", "-z"]), &text).exits(0);
            assert_eq!(read.err(), "", "{page}");
        }
    }
    let first = keysieve(&scratch, ".", &["man"]).exits(0);
    assert_eq!(first.stdout, fs::read(scratch.path("share/man/man1/keysieve.1")).unwrap());
    scratch.write("file", "");
    keysieve(&scratch, ".", &["man", "--dir", "file"]).exits(2).says("file: cannot be made");
}

/// The lines of a page: its title first, then text and the requests of man(7) that are known.
fn well_formed(page: &str, text: &str) {
    let title = page.trim_end_matches(".1");
    let mut lines = text.lines().filter(|line| !line.starts_with(".ie") && !line.starts_with(".el"));
    let first = lines.next().unwrap_or_default();
    assert!(first.starts_with(&format!(".TH {title} 1 ")), "{page}: {first}");
    for line in lines.filter(|line| line.starts_with(['.', '\''])) {
        let request = line.split(' ').next().unwrap_or_default();
        assert!([".SH", ".TP", ".IP", ".RS", ".RE", ".PP", ".br", ".sp"].contains(&request), "{page}: {line}");
    }
    for section in ["NAME", "SYNOPSIS", "DESCRIPTION"] {
        assert!(text.contains(&format!("\n.SH {section}\n")), "{page}: {section}");
    }
}
