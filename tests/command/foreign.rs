//! Rule files of other tools, given as they are.

use crate::scripted::Scratch;
use crate::support::{expanded, keysieve, text};

const RULES: &str = r#"
title = "theirs"

[extend]
useDefault = true

[[rules]]
id = "acme-key"
description = "An Acme key"
regex = '''(?i)acme[a-z_ ]{0,12}[=:]\s*['"]([a-z0-9]{32})['"]'''
secretGroup = 1
entropy = 3
keywords = ["acme"]

[[rules.allowlists]]
regexes = ['^zz']

[[rules.allowlists]]
condition = "AND"
paths = ['(^|/)demo/']
stopwords = ["q"]

[[rules]]
id = "acme-prefixed"
regex = '''\bacp_[a-z0-9]{20}\b'''
path = '''\.env$'''
"#;

/// A value of the first rule; it holds a `q` and does not begin with `zz`.
fn value(salt: &str) -> String {
    expanded("private-key", &format!("q{{lower-digit:31}}{salt}"))[..32].to_owned()
}

#[test]
fn their_rules_find_what_they_find_there() {
    let scratch = Scratch::new();
    let (one, two, three) = (value("1"), value("2"), value("3"));
    let prefixed = ["acp", "_", &value("4")[..20]].concat();
    scratch.write("theirs.toml", RULES);
    scratch.write("tree/app.py", format!("ACME_KEY = '{one}'\n# acme: 'zz{}'\n", &two[2..]));
    scratch.write("tree/demo/app.py", format!("acme = \"{three}\"\n"));
    scratch.write("tree/.env", format!("X={prefixed}\n"));
    scratch.write("tree/notes.txt", format!("X={prefixed}\n"));
    let run =
        keysieve(&scratch, ".", &["scan", "--rules", "theirs.toml", "--format", "json", "--show-secrets", "tree"])
            .exits(1);
    let report = run.json();
    assert_eq!(report.of(&one)["rule"], "acme-key");
    let found = report.of(&prefixed);
    assert_eq!(found["rule"], "acme-prefixed");
    let paths: Vec<&str> = crate::support::list(&found["places"]).iter().map(|it| text(&it["path"])).collect();
    assert_eq!(paths.len(), 1, "{found:#}");
    assert!(paths[0].ends_with(".env"), "{paths:?}");
    assert_eq!(report.secrets().len(), 2, "{}", run.shown());
    let said = "warning: theirs.toml:5: `useDefault`: the built-in rules of keysieve are used";
    assert!(run.said(said), "{}", run.shown());
}

#[test]
fn what_would_be_wrong_is_refused() {
    let scratch = Scratch::new();
    scratch.write("tree/a.txt", "nothing\n");
    scratch.write("theirs.toml", "[[rules]]\nid = \"a\"\nregex = 'acme(?!x)'\n");
    keysieve(&scratch, ".", &["scan", "--rules", "theirs.toml", "tree"])
        .exits(2)
        .says("theirs.toml:3: rule `a`: `regex`: it cannot be read");
    keysieve(&scratch, ".", &["rules", "lint", "theirs.toml"]).exits(2).says("theirs.toml:3");
}

#[test]
fn their_rules_are_shown_and_linted_like_ours() {
    let scratch = Scratch::new();
    scratch.write("theirs.toml", RULES);
    keysieve(&scratch, ".", &["rules", "show", "acme-prefixed", "--rules", "theirs.toml"])
        .exits(0)
        .says("Form: search")
        .says("Context: acp_")
        .says(r"Files: whose path matches \.env$");
    keysieve(&scratch, ".", &["rules", "lint", "theirs.toml"]).exits(0).says("2 rules, 0 errors");
}
