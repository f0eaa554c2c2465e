//! `keysieve rules`: what it says of rules, and what it finds wrong with packs.

use keysieve::policy;
use keysieve::rule::set::RuleSet;
use serde_json::Value;

use crate::scripted::Scratch;
use crate::support::{keysieve, token};

/// A draft, with one text in it replaced.
fn pack(scratch: &Scratch, from: &str, to: &str) {
    let draft = keysieve(scratch, ".", &["rules", "new", "Acme"]).exits(0).out();
    assert!(draft.contains(from), "the draft has no {from}");
    scratch.write("acme.toml", draft.replace(from, to));
}

/// The line of the pack that begins with this.
fn line(scratch: &Scratch, begin: &str) -> String {
    let text = std::fs::read_to_string(scratch.path("acme.toml")).unwrap();
    let at = text.lines().position(|line| line.starts_with(begin)).unwrap() + 1;
    format!("acme.toml:{at}: ")
}

#[test]
fn the_list_is_data_too() {
    let scratch = Scratch::new();
    let run = keysieve(&scratch, ".", &["rules", "list", "--format", "json"]).exits(0);
    let Value::Array(rows) = run.json().0 else { panic!("{}", run.shown()) };
    let rules = RuleSet::builtin();
    assert_eq!(rows.len(), rules.len() + policy::check::ids().len());
    let row = |id: &str| rows.iter().find(|row| row["id"] == id).unwrap();
    let github = row("github-personal-access-token");
    assert_eq!((&github["kind"], &github["check"]), (&"secret".into(), &"crc32-base62".into()));
    assert_eq!((&github["provider"], &github["severity"]), (&"GitHub".into(), &"critical".into()));
    let check = row("workflow-write-all");
    assert_eq!((&check["kind"], &check["lifetime"]), (&"policy".into(), &Value::Null));
    for row in &rows {
        let keys = ["id", "provider", "family", "title", "severity", "kind", "lifetime", "check", "docs"];
        assert!(keys.iter().all(|key| row.get(key).is_some()), "{row}");
    }
    keysieve(&scratch, ".", &["rules", "list", "--format", "yaml"]).exits(2).says("table, json");
}

#[test]
fn every_rule_can_be_shown() {
    let scratch = Scratch::new();
    let rules = RuleSet::builtin();
    for (_, rule) in rules.iter() {
        let page = keysieve(&scratch, ".", &["rules", "show", &rule.id]).exits(0).out();
        for part in [rule.title.as_ref(), &rule.what, rule.severity.id(), &rule.way_out.steps[0], "Examples:"] {
            assert!(page.contains(part), "{part}\n{page}");
        }
    }
    keysieve(&scratch, ".", &["rules", "show", "github-personal-access-token"])
        .exits(0)
        .says("Form: format ghp_{base62:36}")
        .says("Anchor: ghp_, any case")
        .says("Way out (written for this rule)");
    keysieve(&scratch, ".", &["rules", "show", "telegram-bot-token"]).exits(0).says("Context: telegram");
    keysieve(&scratch, ".", &["rules", "show", "nothing"]).exits(2).says("`nothing`").says("keysieve rules list");
    keysieve(&scratch, ".", &["rules", "show", "workflow-write-all"])
        .exits(2)
        .says("keysieve explain workflow-write-all");
    pack(&scratch, "severity = \"high\"", "severity = \"low\"");
    keysieve(&scratch, ".", &["rules", "show", "acme-api-token", "--rules", "acme.toml"])
        .exits(0)
        .says("Severity: low")
        .says("Way out (of the class api-token)")
        .says("2 hits, 2 misses");
}

#[test]
fn a_draft_is_a_pack_that_works() {
    let scratch = Scratch::new();
    for name in ["Acme", "Acme Cloud", "GitHub", "hf", "token", "7", "A \"quoted\" \\ name"] {
        scratch.write("new.toml", keysieve(&scratch, ".", &["rules", "new", name]).exits(0).out());
        let said = "1 rule, 4 examples, all as they should be\n";
        assert_eq!(keysieve(&scratch, ".", &["rules", "test", "new.toml"]).exits(0).out(), said, "{name}");
        let said = "1 rule, 0 errors, 0 warnings\n";
        assert_eq!(keysieve(&scratch, ".", &["rules", "lint", "new.toml"]).exits(0).out(), said, "{name}");
    }
    for name in ["", "é", "a\nb"] {
        let run = keysieve(&scratch, ".", &["rules", "new", name]).exits(2);
        assert!(run.out().is_empty() && run.err().starts_with("error: "), "{}", run.shown());
    }
}

#[test]
fn built_in_rules_pass() {
    let scratch = Scratch::new();
    let rules = RuleSet::builtin();
    let examples: usize = rules.iter().map(|(_, rule)| rule.hit.len() + rule.miss.len()).sum();
    let said = format!("{} rules, {examples} examples, all as they should be\n", rules.len());
    let tested = keysieve(&scratch, ".", &["rules", "test"]).exits(0).out();
    assert!(tested.starts_with(&said), "{tested}");
    assert!(tested[said.len()..].contains(" checks, ") && tested.ends_with(" all as they should be\n"), "{tested}");
    let lint = keysieve(&scratch, ".", &["rules", "lint"]).exits(0).says(&format!("{} rules, 0 errors", rules.len()));
    assert!(lint.out().lines().rev().skip(1).all(|line| line.starts_with("built-in: warning: rule `")));
}

#[test]
fn stats_count_the_rules_and_measure_their_literals() {
    let scratch = Scratch::new();
    let run = keysieve(&scratch, ".", &["rules", "stats"]).exits(0);
    let rules = RuleSet::builtin().len();
    assert!(
        run.out().contains(&format!("{rules:>6}  rules\n")) && !run.out().contains("MB searched"),
        "{}",
        run.shown()
    );
    scratch.write("notes.txt", "the secret and the Secret\n");
    scratch.write("data.bin", "secret\0");
    let run = keysieve(&scratch, ".", &["rules", "stats", "notes.txt", "data.bin", "--top", "1"]).exits(0);
    let row =
        run.out().lines().skip_while(|line| !line.starts_with("Most frequent")).nth(2).unwrap_or_default().to_owned();
    // Twice in 26 bytes of text and 17 of names.
    assert!(row.trim_start().starts_with("46511.63") && row.contains(" secret "), "{}", run.shown());
    keysieve(&scratch, ".", &["rules", "stats", "none"]).exits(2);
}

#[test]
fn an_example_that_goes_wrong_is_named_by_its_template() {
    let scratch = Scratch::new();
    let cases = [
        ("\"{token}\",", "\"nothing {hex:9}\",", "hit = [", "hit 1 `nothing {hex:9}` in example.txt: not found"),
        ("{base62:31}\"", "{base62:32}\"", "miss = [", "miss 1 `acme_{base62:32}` in example.txt: found by the rule"),
        (
            "\"{token}\",",
            "\"{token} {rule:github-personal-access-token}\",",
            "hit = [",
            "also found by `github-personal-access-token`",
        ),
        ("\"{token}\",", "\"{rule:nothing}\",", "hit = [", "it cannot be expanded"),
    ];
    for (from, to, key, words) in cases {
        pack(&scratch, from, to);
        let run = keysieve(&scratch, ".", &["rules", "test", "acme.toml"]).exits(1).says(words).says("1 wrong");
        assert!(run.out().starts_with(&format!("{}rule `acme-api-token`", line(&scratch, key))), "{}", run.shown());
        assert_eq!(run.out().lines().count(), 2, "{}", run.shown());
    }
}

#[test]
fn no_token_is_shown() {
    let scratch = Scratch::new();
    let secret = token("github-personal-access-token", "pack");
    pack(&scratch, "\"{token}\",", &format!("\"{secret}\","));
    for command in ["test", "lint"] {
        let run = keysieve(&scratch, ".", &["rules", command, "acme.toml"]).exits(1).says("hit 1");
        assert!(!run.said(&secret[4..12]), "{}", run.shown());
    }
    // Nor what a template becomes.
    pack(&scratch, "{base62:31}\"", "{base62:32} {rule:github-personal-access-token}\"");
    let run = keysieve(&scratch, ".", &["rules", "test", "acme.toml"]).exits(1);
    assert!(run.said("{rule:github-personal-access-token}") && !run.said("ghp_"), "{}", run.shown());
}

#[test]
fn lint_names_the_line() {
    let scratch = Scratch::new();
    let format = "format = \"acme_{base62:32}\"";
    let pattern = |text: &str| format!("anchor = \"acme_\"\npattern = '{text}'");
    let hits = "hit = [\n  \"{token}\",";
    let classes = "hit = [\n  \"acme_{base62:32}\",";
    let bad = [
        (format, "format = \"acme_{base62:0-32}\"".to_owned(), "format", "literal text alone"),
        (format, pattern("acme_(?<secret>[a-z]*)"), "pattern", "empty secret"),
        (format, pattern("acme_[a-z]*"), "pattern", "empty secret"),
        (format, pattern("acme_(?:[a-z]{900}[0-9]{900}){9}"), "pattern", "compiles to more"),
        (format, pattern(r"acme_\p{Greek}{9}"), "pattern", "does not compile"),
        (format, "format = \"ghp_{base62:36}\"".to_owned(), "format", "`github-personal-access-token` (the same form)"),
        ("\"acme_{base62:31}\",", String::new(), "miss", "fewer than 2 `miss`"),
    ];
    for (from, to, key, words) in &bad {
        pack(&scratch, from, to);
        let run = keysieve(&scratch, ".", &["rules", "lint", "acme.toml"]).exits(1).says(words);
        let begin = format!("{}error: rule `acme-api-token`: {key}: ", line(&scratch, &format!("{key} = ")));
        assert!(run.out().lines().any(|it| it.starts_with(&begin)), "{begin}\n{}", run.shown());
    }
    let warned = [
        (format, "format = \"qz_{base62:32}\"", "format", "`qz_` is short"),
        (format, "format = \"token_{base62:32}\"", "format", "`token_` is a common word"),
        (format, "format = \"ghp_ab{base62:34}\"", "format", "matches a hit of this rule, which keeps it"),
        ("docs = \"https://docs.example.com/tokens\"\n", "", "[[rule]]", "no `docs`"),
    ];
    for (from, to, key, words) in warned {
        pack(&scratch, from, to);
        let run = keysieve(&scratch, ".", &["rules", "lint", "acme.toml"]).exits(0).says(words).says("0 errors");
        let begin = format!("{}warning: rule `acme-api-token`: ", line(&scratch, key));
        assert!(run.out().starts_with(&begin), "{begin}\n{}", run.shown());
    }
    // The second alternative has no anchor: the prefilter never leads there.
    pack(&scratch, hits, classes);
    let text = std::fs::read_to_string(scratch.path("acme.toml")).unwrap();
    let text = text.replace("  { file", "  \"zed-{digit:20}\",\n  { file").replace("{token}\\n", "acme_{base62:32}\\n");
    scratch.write("acme.toml", text.replace(format, &pattern("acme_[A-Za-z0-9]{32}|zed-[0-9]{20}")));
    keysieve(&scratch, ".", &["rules", "lint", "acme.toml"]).exits(1).says("anchor does not imply the rule: hit 2");
}

#[test]
fn a_pack_that_does_not_load_is_no_result() {
    let scratch = Scratch::new();
    pack(&scratch, "lifetime = \"long-lived\"", "lifetime = \"long\"");
    scratch.write("other.toml", "provider = 7\n");
    for arguments in [
        &["rules", "test", "acme.toml", "other.toml"][..],
        &["rules", "lint", "acme.toml", "other.toml"],
        &["rules", "show", "acme-api-token", "--rules", "acme.toml", "--rules", "other.toml"],
    ] {
        let run = keysieve(&scratch, ".", arguments).exits(2).says("lifetime `long`").says("other.toml:1");
        assert!(run.out().is_empty() && run.err().starts_with("error: acme.toml:"), "{}", run.shown());
    }
    keysieve(&scratch, ".", &["rules", "test", "nowhere.toml"]).exits(2).says("nowhere.toml: cannot be read");
}

/// What a build without Rego says of packs in it; with it, `tests/rego.rs` runs them.
#[cfg(not(feature = "rego"))]
#[test]
fn a_pack_of_rego_needs_a_build_with_it() {
    let scratch = Scratch::new();
    scratch.write("tree/a.rego", "package main\n");
    scratch.write("tree/keysieve.toml", "\n[[rego]]\nfiles = [\"a.rego\"]\n");
    for command in [&["lint"][..], &["scan"], &["rules", "list"]] {
        keysieve(&scratch, "tree", command).exits(2).says("keysieve.toml:2: ").says("build it with `--features rego`");
    }
    keysieve(&scratch, ".", &["rules", "test", "tree/a.rego"]).exits(2).says("a.rego: ").says("`--features rego`");
}
