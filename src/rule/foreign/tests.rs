use super::*;
use crate::rule::model::Form;

fn load(text: &str) -> Result<Loaded, Vec<PackError>> {
    assert!(is_foreign(text), "{text}");
    parse(text, &RuleSet::builtin())
}

const RULE: &str = "
title = \"ours\"

[[rules]]
id = \"acme-key\"
description = \"An Acme key\"
regex = '''(?i)acme.{0,20}['\"]([a-z0-9]{32})['\"]'''
secretGroup = 1
entropy = 3.2
keywords = [\"Acme\"]
tags = [\"key\", \"acme\"]
";

#[test]
fn a_rule_is_carried_over() {
    let loaded = load(RULE).expect("a good file");
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    let rule = &loaded.rules[0];
    assert_eq!((rule.id.as_ref(), rule.title.as_ref(), rule.entropy), ("acme-key", "An Acme key", Some(3.2)));
    assert_eq!((rule.context.as_ref(), rule.scope.as_ref()), (&["acme".into()][..], "key, acme"));
    let Form::Search(search) = &rule.form else { panic!("{:?}", rule.form) };
    assert_eq!(search.group, 1);
}

#[test]
fn packs_of_ours_are_not_foreign() {
    assert!(!is_foreign("provider = \"Acme\"\n[[rule]]\nid = \"a\""));
    assert!(!is_foreign("a = "));
    assert!(is_foreign("[allowlist]\npaths = []"));
}

#[test]
fn what_is_not_carried_over_is_named_with_its_line() {
    for (text, line, rule, part) in [
        ("\n[extend]\nuseDefault = true", 3, None, "built-in"),
        ("[[rules]]\nid = \"a\"\nregex = '[a-z]{9}'", 1, Some("a"), "keywords"),
        ("[[rules]]\nid = \"a\"\npath = '\\.pem$'", 1, Some("a"), "path"),
        ("[[rules]]\nid = \"a\"\nregex = 'acme_[a-z]{9}'\nnothing = 1", 4, Some("a"), "nothing"),
        ("[[rules]]\nid = \"a\"\nregex = 'acme_[a-z]{9}'\nskipReport = true", 1, Some("a"), "skipReport"),
        ("[[rules]]\nid = \"private-key\"\nregex = 'acme_[a-z]{9}'", 1, Some("private-key"), "foreign-private-key"),
        ("[[rules]]\nid = \"a\"\nregex = 'acme_[a-z]{9}'\n[[rules.required]]\nid = \"b\"", 4, Some("a"), "required"),
        ("[[rules]]\nid = \"a\"\nregex = 'acme_[a-z]{9}'\nfilter = 'a > b'", 4, Some("a"), "filter"),
        ("[[rules]]\nid = \"a\"\nregex = 'a[a-z]{9}'\nkeywords = ['a', 'acme']", 1, Some("a"), "only it stands near"),
        ("[[rules]]\nid = \"a\"\nregex = 'a[a-z]{9}'\nkeywords = ['a']", 1, Some("a"), "the rule is left out"),
        ("[[allowlists]]\ncommits = ['1234']", 2, None, "commit"),
    ] {
        let loaded = load(text).expect(text);
        let warning = loaded.warnings.first().unwrap_or_else(|| panic!("{text}"));
        assert_eq!((warning.line, warning.rule.as_deref()), (line, rule), "{text}: {warning:?}");
        assert!(warning.reason.contains(part), "{text}: {warning:?}");
    }
}

#[test]
fn what_would_make_a_rule_wrong_is_an_error() {
    for (text, line, part) in [
        ("[[rules]]\nid = \"a\"\nregex = '(?=a)acme'", 3, "regex"),
        ("[[rules]]\nregex = 'acme_[a-z]{9}'", 1, "id"),
        ("[[rules]]\nid = \"a\"\nregex = 'acme_[a-z]{9}'\nsecretGroup = 2", 1, "group 2"),
        ("[[rules]]\nid = \"a\"\nregex = 'a*'", 1, "empty"),
        ("[[rules]]\nid = 1\nregex = 'acme_a'", 2, "text"),
        ("[allowlist]\nregexes = ['(']", 2, "regexes"),
        ("filter = 'a > b'\n[allowlist]", 1, "filter"),
        ("rules = 1", 1, "list"),
    ] {
        let error = load(text).expect_err(text).remove(0);
        assert_eq!(error.line, line, "{text}: {error:?}");
        assert!(error.reason.contains(part), "{text}: {error:?}");
    }
}

#[test]
fn allowlists_are_about_the_match_or_the_path() {
    let text = format!(
        "{RULE}path = '\\.txt$'\n[[rules.allowlists]]\nregexes = ['^aa']\nstopwords = [\"Demo\"]\n[[rules.allowlists]]\n\
         condition = \"AND\"\nregexes = ['^bb']\npaths = ['^test/']\n[allowlist]\npaths = ['^vendor/']\n\
         [[allowlists]]\ntargetRules = [\"other\"]\nregexes = ['^cc']\n"
    );
    let loaded = load(&text).expect("a good file");
    let rule = &loaded.rules[0];
    let Form::Search(search) = &rule.form else { panic!("{:?}", rule.form) };
    let seen = |secret: &'static str| {
        let secret = secret.as_bytes();
        crate::rule::search::Seen { secret, whole: secret, line: secret }
    };
    let admits = |secret: &'static str| search.admits(seen(secret));
    assert!(admits("xyz") && admits("bbx") && admits("ccx") && !admits("aax") && !admits("my-demo-key"));
    let counts = |path: &str, secret: &'static str| rule.counts_at(Some(path.as_bytes()), search.excuses(seen(secret)));
    assert!(counts("a.txt", "xyz") && !counts("a.rs", "xyz") && !counts("vendor/a.txt", "xyz"));
    assert!(!counts("test/a.txt", "bbx") && counts("test/a.txt", "xyz") && counts("src/a.txt", "bbx"));
}

#[test]
fn short_keywords_give_way_to_what_the_pattern_asks_for() {
    let text = "[[rules]]\nid = \"a\"\nregex = '\\dQ~[a-z]{9}'\nkeywords = ['q~']\nfilter = 'entropy(finding[\"secret\"]) < 2'";
    let loaded = load(text).expect("a good file");
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    assert_eq!(loaded.rules[0].context.len(), 10);
    assert_eq!(loaded.rules[0].entropy, Some(2.0));
}
