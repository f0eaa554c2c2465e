//! From bytes to a report of a known kind.

use super::Problem;
use super::tree::Tree;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A JSON report of keysieve.
    Report,
    /// SARIF 2.1.0.
    Sarif,
}

/// A file that was read.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its name, as the user wrote it.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// What stands in it.
    pub tree: Tree,
}

/// Reads a report.
///
/// # Errors
/// What is no JSON, with line and column; what is neither a JSON report of keysieve of schema version 1 nor SARIF 2.1.0.
pub fn read(name: &str, bytes: &[u8]) -> Result<Input, Problem> {
    // Tools on Windows put a byte order mark before their SARIF.
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let tree: Tree = serde_json::from_slice(bytes).map_err(|error| syntax(name, bytes, &error))?;
    let kind = kind(name, &tree)?;
    Ok(Input { name: name.to_owned(), kind, tree })
}

fn syntax(name: &str, bytes: &[u8], error: &serde_json::Error) -> Problem {
    let first = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let what = if bytes.trim_ascii().is_empty() {
        "the file is empty".to_owned()
    } else if serde_json::from_slice::<Tree>(first).is_ok_and(|tree| tree.get("type").is_some()) {
        "this is JSON Lines; write the report with --format json, or as SARIF".to_owned()
    } else {
        let text = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        format!("no JSON: {}", text.strip_suffix(&place).unwrap_or(&text))
    };
    Problem { file: name.to_owned(), at: format!("{}:{}", error.line().max(1), error.column().max(1)), what }
}

fn kind(name: &str, tree: &Tree) -> Result<Kind, Problem> {
    let at = |at: &str, what: String| Problem { file: name.to_owned(), at: at.to_owned(), what };
    if let Some(runs) = tree.get("runs") {
        return match (tree.get("version").and_then(Tree::text), runs) {
            (Some("2.1.0"), Tree::List(_)) => Ok(Kind::Sarif),
            (Some("2.1.0"), _) => Err(at("/runs", "a list of runs is expected".to_owned())),
            (Some(version), _) => Err(at("/version", format!("SARIF 2.1.0 is read, and this is {version}"))),
            (None, _) => Err(at("/version", "SARIF says its version here: 2.1.0".to_owned())),
        };
    }
    if tree.at(&["tool", "name"]).and_then(Tree::text) != Some("keysieve") {
        return Err(Problem::of(name, "neither a JSON report of keysieve nor SARIF 2.1.0"));
    }
    match tree.get("schema_version").and_then(Tree::number) {
        Some(1) => {}
        Some(version) => {
            return Err(at("/schema_version", format!("version 1 is read, and this is {version}: use that keysieve")));
        }
        None => return Err(at("/schema_version", "a number is expected".to_owned())),
    }
    match tree.get("findings") {
        Some(Tree::List(_)) => Ok(Kind::Report),
        _ => Err(at("/findings", "a list of findings is expected".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        read("a.json", text.as_bytes()).expect_err("something is wrong").to_string()
    }

    #[test]
    fn problems_name_the_file_and_the_place() {
        assert_eq!(problem(""), "a.json:1:1: the file is empty");
        assert!(problem("{\n  \"a\": x}").starts_with("a.json:2:8: no JSON: "));
        assert_eq!(problem("[]"), "a.json: neither a JSON report of keysieve nor SARIF 2.1.0");
        assert_eq!(
            problem(r#"{"runs":[],"version":"2.0.0"}"#),
            "a.json: /version: SARIF 2.1.0 is read, and this is 2.0.0"
        );
        assert!(problem("{\"type\":\"finding\"}\n{\"type\":\"summary\"}\n").contains("this is JSON Lines"));
        let ours = |rest: &str| format!("{{\"tool\":{{\"name\":\"keysieve\"}}{rest}}}");
        assert!(problem(&ours("")).starts_with("a.json: /schema_version: "));
        assert!(problem(&ours(",\"schema_version\":2")).contains("and this is 2"));
        assert!(problem(&ours(",\"schema_version\":1")).starts_with("a.json: /findings: "));
        assert!(problem(&"[".repeat(10_000)).contains("recursion limit"));
    }

    #[test]
    fn both_kinds_are_known() {
        let kind = |text: &str| read("x", text.as_bytes()).expect("a report").kind;
        assert_eq!(kind("\u{FEFF}{\"version\":\"2.1.0\",\"runs\":[]}"), Kind::Sarif);
        assert_eq!(kind(r#"{"schema_version":1,"tool":{"name":"keysieve"},"findings":[]}"#), Kind::Report);
    }
}
