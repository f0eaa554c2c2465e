//! What the text calls a command or a flag of keysieve is one.

use std::collections::BTreeMap;

use crate::page::Page;
use crate::scripted::Scratch;
use crate::support::keysieve;

/// The help texts that were asked for: of `hook install` under that name.
struct Helps {
    scratch: Scratch,
    known: BTreeMap<String, String>,
}

impl Helps {
    fn of(&mut self, command: &[&str]) -> &str {
        let run = || keysieve(&self.scratch, ".", &[command, &["--help"]].concat()).exits(0).out();
        self.known.entry(command.join(" ")).or_insert_with(run)
    }

    /// How many of the words name a command.
    fn depth(&mut self, words: &[&str]) -> usize {
        for depth in 0..words.len() {
            let help = self.of(&words[..depth]);
            let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
            let mut names = commands.take_while(|line| !line.is_empty()).map(|line| line.split_whitespace().next());
            if !names.any(|name| name == Some(words[depth])) {
                return depth;
            }
        }
        words.len()
    }
}

#[test]
fn commands_and_flags_in_the_text_are_there() {
    let mut helps = Helps { scratch: Scratch::new(), known: BTreeMap::new() };
    let mut wrong = Vec::new();
    let mut looked = 0;
    for page in Page::all().iter().filter(|page| !page.path.ends_with("CHANGELOG.md")) {
        for (line, code) in page.code().filter(|(_, code)| code.starts_with("keysieve ")) {
            looked += 1;
            let words: Vec<&str> = code.split_whitespace().skip(1).collect();
            let place = format!("{}:{line}: `{code}`", page.path.display());
            let depth = helps.depth(&words);
            if depth == 0 && !words[0].starts_with('-') {
                wrong.push(format!("{place}: there is no such command"));
                continue;
            }
            let help = helps.of(&words[..depth]);
            for word in words[depth..].iter().filter(|word| word.starts_with("--")) {
                let flag = word.split('=').next().unwrap_or_default();
                let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-');
                if flag.len() > 2 && !help.match_indices(flag).any(|(at, _)| ends(&help[at + flag.len()..])) {
                    wrong.push(format!("{place}: there is no such flag"));
                }
            }
        }
    }
    assert!(looked > 100, "{looked}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
