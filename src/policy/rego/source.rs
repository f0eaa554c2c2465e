//! What the text of a pack says that its library does not tell: names, remarks, and calls that reach out of the document.

use crate::policy::literal::words;

/// Builtin functions of Rego whose result depends on something else than their arguments. Those that are left out of the library's
/// build are named all the same, so that a pack that calls one is refused when it is read, and not when it comes to the call.
/// The source is the list of builtins of the Open Policy Agent, those marked `nondeterministic`; `time.now_ns` is one of them,
/// and is the time of the run here.
const IMPURE: [&str; 5] = ["http.send", "net.lookup_ip_addr", "opa.runtime", "rand.intn", "uuid.rfc4122"];

/// How bad what a rule finds is by its name, and whether it is a rule that finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// `deny`, `violation`, and such names with more words.
    Deny,
    /// `warn`, and such names with more words.
    Warn,
    /// `test_…`
    Test,
}

/// The role of a rule of this name, after the patterns of conftest (`policy/engine.go`): `^(deny|violation)(_[a-zA-Z0-9]+)*$` and
/// `^warn(_[a-zA-Z0-9]+)*$`.
pub(super) fn role(name: &str) -> Option<Role> {
    let mut words = name.split('_');
    let role = match words.next()? {
        "deny" | "violation" => Role::Deny,
        "warn" => Role::Warn,
        "test" if name.len() > "test_".len() => return Some(Role::Test),
        _ => return None,
    };
    words.all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(role)
}

/// The name of the rule that the text of a clause begins with; none if it is a function or a rule under another's name.
pub(super) fn name(clause: &str) -> Option<&str> {
    let end = clause.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(clause.len());
    (end > 0 && !clause[end..].starts_with(['(', '.'])).then(|| &clause[..end])
}

/// The id of the check that a rule of a package is.
pub(super) fn id(package: &str, rule: &str) -> String {
    let mut id = "rego".to_owned();
    for word in words(&format!("{package}.{rule}")) {
        id.push('-');
        id.extend(word.chars().filter(char::is_ascii_alphanumeric));
    }
    id
}

/// The first call that reaches out of the document: where it stands, and the function.
pub(super) fn impure(text: &str) -> Option<(usize, &'static str)> {
    let code = code(text);
    let is_name = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(byte));
    let calls = IMPURE.into_iter().flat_map(|function| {
        let code = &code;
        code.match_indices(function).filter_map(move |(at, _)| {
            let (before, behind) = (at.checked_sub(1), at + function.len());
            let bytes = code.as_bytes();
            let is_whole = !is_name(before.and_then(|at| bytes.get(at))) && !is_name(bytes.get(behind));
            is_whole.then_some((at, function))
        })
    });
    calls.min()
}

/// The text with spaces for its comments and strings, every byte in its place.
fn code(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside: Option<char> = None;
    let mut is_escaped = false;
    for c in text.chars() {
        let opens = inside.is_none() && matches!(c, '"' | '`' | '#');
        match (inside, c) {
            (_, '\n') => out.push('\n'),
            (None, c) if !opens => out.push(c),
            (_, c) => out.extend(std::iter::repeat_n(' ', c.len_utf8())),
        }
        match inside {
            None if opens => inside = Some(c),
            None => {}
            Some('"') if is_escaped => is_escaped = false,
            Some('"') if c == '\\' => is_escaped = true,
            Some(end) if c == end || (c == '\n' && end != '`') => inside = None,
            Some(_) => {}
        }
    }
    out
}

/// What the comment over a line says: the title and the description of an annotation (`# METADATA`), or else its text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Remark {
    pub(super) title: Option<String>,
    pub(super) text: Option<String>,
}

/// The comment that ends right over a line, counted from 1.
pub(super) fn remark(text: &str, line: usize) -> Remark {
    let lines: Vec<&str> = text.lines().take(line.saturating_sub(1)).collect();
    let comment = lines.iter().rev().map_while(|line| line.trim_start().strip_prefix('#'));
    let mut comment: Vec<String> = comment.map(|line| crate::place::sanitize(line.trim()).to_string()).collect();
    comment.reverse();
    if comment.first().is_some_and(|line| line == "METADATA") {
        let field = |name: &str| {
            let value = comment.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?.trim();
            let value = value.trim_matches(['"', '\'']);
            (!value.is_empty() && value != "|" && value != ">").then(|| value.to_owned())
        };
        return Remark { title: field("title"), text: field("description") };
    }
    let text = comment.join(" ").trim().to_owned();
    Remark { title: None, text: (!text.is_empty()).then_some(text) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_have_roles() {
        for (name, expected) in [
            ("deny", Some(Role::Deny)),
            ("deny_root_user", Some(Role::Deny)),
            ("violation", Some(Role::Deny)),
            ("warn_latest", Some(Role::Warn)),
            ("test_deny", Some(Role::Test)),
            ("denylist", None),
            ("deny_", None),
            ("is_warn", None),
            ("test_", None),
        ] {
            assert_eq!(role(name), expected, "{name}");
        }
        assert_eq!(name("deny contains msg if {"), Some("deny"));
        assert_eq!(name("deny[msg] {"), Some("deny"));
        assert_eq!((name("deny(x) if {"), name("deny.all contains x")), (None, None));
        assert_eq!(id("main", "deny"), "rego-main-deny");
        assert_eq!(id("kubernetes.podSecurity", "warn_host_path"), "rego-kubernetes-pod-security-warn-host-path");
    }

    #[test]
    fn calls_that_reach_out_are_seen() {
        let text =
            "# http.send\na := \"http.send(\\\"é\"\nb := `rand.intn\n`\nc := my.http.send(1)\nd := http.sender\n";
        assert_eq!(impure(text), None);
        let more = format!("{text}e := http.send({{}})\n");
        let (at, function) = impure(&more).unwrap();
        assert_eq!((&more[at..at + 10], function), ("http.send(", "http.send"));
    }

    #[test]
    fn a_comment_is_a_remark() {
        let text = "package main\n\n# Nobody runs\n# as root.\ndeny contains 1\n# METADATA\n# title: \"No root\"\n# custom: 1\nwarn contains 1\n";
        assert_eq!(remark(text, 5), Remark { title: None, text: Some("Nobody runs as root.".to_owned()) });
        assert_eq!(remark(text, 9), Remark { title: Some("No root".to_owned()), text: None });
        assert_eq!(remark(text, 1), Remark::default());
    }
}
