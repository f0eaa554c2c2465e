//! The rooms of the house and the doors between them: reads the `use crate::` lines and every `crate::` path, and fails on
//! an edge that the table of `docs/architecture.md` does not have.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What each room may know. A room always knows itself.
const ALLOWED: &[(&str, &[&str])] = &[
    ("place", &[]),
    ("class", &[]),
    ("window", &["class"]),
    ("der", &[]),
    ("keyed", &[]),
    ("lanes", &[]),
    ("layout", &[]),
    ("notice", &["place"]),
    ("secret", &["place"]),
    ("scale", &[]),
    ("finding", &["place", "secret", "scale"]),
    ("rule", &["place", "class", "der", "scale", "finding"]),
    ("document", &["place", "class", "der", "layout", "window"]),
    ("source", &["place", "notice"]),
    ("decode", &["place", "lanes", "layout", "rule"]),
    ("detect", &["rule", "place", "class", "lanes", "window", "secret", "decode", "document"]),
    ("judge", &["rule", "place", "class", "keyed", "secret", "document", "finding"]),
    ("provenance", &["source", "place", "notice", "finding"]),
    ("config", &["rule", "finding", "place", "secret", "notice"]),
    ("suppress", &["finding", "place", "secret", "config", "rule"]),
    ("policy", &["place", "secret", "finding", "notice", "config", "der", "document", "judge"]),
    ("report", &["finding", "rule", "place", "notice", "secret"]),
    ("collate", &["place", "scale", "notice"]),
    (
        "run",
        &[
            "place",
            "notice",
            "secret",
            "finding",
            "rule",
            "document",
            "source",
            "decode",
            "detect",
            "keyed",
            "judge",
            "provenance",
            "policy",
            "suppress",
            "report",
            "config",
        ],
    ),
    (
        "cli",
        &[
            "place", "notice", "secret", "finding", "rule", "document", "source", "policy", "suppress", "report",
            "collate", "config", "run",
        ],
    ),
];

fn files(directory: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a directory of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(path);
        }
    }
}

/// The room that a file of `src/` belongs to.
fn room(path: &Path) -> String {
    let inside = path.strip_prefix("src").expect("a file of src/");
    let first = inside.components().next().expect("a part").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// The rooms that a source file names, tests inside it included; comments and strings do not count.
fn named(source: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for line in source.lines() {
        let code = line.split("//").next().unwrap_or_default();
        for (at, _) in code.match_indices("crate::") {
            let rest = &code[at + "crate::".len()..];
            let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
            match rest.strip_prefix('{') {
                Some(list) => rooms.extend(list.split(',').map(|part| name(part.trim())).filter(|it| !it.is_empty())),
                None => {
                    rooms.insert(name(rest));
                }
            }
        }
    }
    rooms
}

#[test]
fn rooms_know_only_what_the_table_allows() {
    let mut paths = Vec::new();
    files(Path::new("src"), &mut paths);
    let mut wrong = Vec::new();
    for path in &paths {
        let from = room(path);
        if matches!(from.as_str(), "lib" | "main") {
            continue;
        }
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == from) else {
            wrong.push(format!("{}: the table does not know the room `{from}`", path.display()));
            continue;
        };
        for to in named(&fs::read_to_string(path).expect("a source")) {
            if to != from && !allowed.contains(&to.as_str()) {
                wrong.push(format!("{}: `{from}` must not know `{to}`", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_room_of_the_table_is_there() {
    for (room, _) in ALLOWED {
        assert!(
            Path::new("src").join(room).is_dir() || Path::new("src").join(format!("{room}.rs")).is_file(),
            "there is no room `{room}`"
        );
    }
}

/// The code of a line: without its comment and without what stands in its strings.
fn code(line: &str) -> String {
    let mut out = String::new();
    let mut chars = line.chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' if quoted => drop(chars.next()),
            '"' => quoted = !quoted,
            // A quote that is itself a character begins no string.
            '\'' if !quoted && chars.peek() == Some(&'"') => drop(chars.next()),
            '/' if !quoted && chars.peek() == Some(&'/') => break,
            c if !quoted => out.push(c),
            _ => {}
        }
    }
    out
}

/// Laws 1 and 5: nobody outside the rooms that may touch the world does, and nobody starts a program or opens a socket.
#[test]
fn the_world_is_touched_where_the_laws_allow_it() {
    let mut paths = Vec::new();
    files(Path::new("src"), &mut paths);
    let mut wrong = Vec::new();
    for path in &paths {
        let text = fs::read_to_string(path).expect("a source");
        // What stands behind the tests' module is not part of the program.
        let code: String =
            text.split("#[cfg(test)]\n").next().unwrap_or_default().lines().map(code).collect::<Vec<_>>().join("\n");
        if path.ends_with("tests.rs") {
            continue;
        }
        let outside = !matches!(room(path).as_str(), "source" | "provenance" | "config" | "cli" | "main");
        for (word, forbidden) in [
            ("std::net", true),
            ("process::Command", true),
            ("Command::new", true),
            ("std::fs", outside),
            ("fs::read", outside),
            ("File::open", outside),
            ("env::var", outside),
            ("SystemTime::now", outside),
            ("Timestamp::now", outside),
            ("println!", room(path) != "cli"),
        ] {
            if forbidden && code.contains(word) {
                wrong.push(format!("{}: `{word}`", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_catches_a_forbidden_edge() {
    assert_eq!(named("use crate::{place, source};\nlet x = crate::judge::judge;").len(), 3);
    assert!(named("// crate::cli").is_empty());
    assert_eq!(code(r#"a("b \" c", d) // e"#), "a(, d) ");
    assert_eq!(code(r#"x == '"' && y"#), "x == ' && y");
}
