//! Comments hide what stands beside them, if they name it and say why, and nothing else.

use crate::scripted::Scratch;
use crate::support::{Report, Run, github, keysieve, list, text, token};

const RULE: &str = "github-personal-access-token";

/// A comment of ours. None stands in this file, which is scanned itself.
fn allow(rest: &str) -> String {
    format!("keysieve{}{rest}", ":allow ")
}

fn line(secret: &str, comment: &str) -> String {
    format!("token = \"{secret}\" # {comment}\n")
}

fn scan(scratch: &Scratch, flags: &[&str]) -> Run {
    keysieve(scratch, "repo", &[&["scan", "--now", "2026-11-28", "--format", "json"][..], flags].concat())
}

/// Number of reported findings, and what hides the others.
fn counted(report: &Report) -> (usize, Vec<String>) {
    let by = |it: &serde_json::Value| format!("{} {} {}", text(&it["by"]), text(&it["source"]), text(&it["reason"]));
    (report.findings().len(), list(&report.0["suppressed"]).iter().map(by).collect())
}

#[test]
fn a_comment_hides_what_it_names_and_says_why() {
    let scratch = Scratch::repository();
    let secret = github("comments");
    scratch.write("repo/a.py", line(&secret, &allow(&format!("{RULE} read by the tests"))));
    let report = scan(&scratch, &[]).exits(0).json();
    assert_eq!(counted(&report), (0, vec!["comment a.py:1 read by the tests".to_owned()]));
    keysieve(&scratch, "repo", &["scan", "--show-suppressed"])
        .exits(0)
        .says("1 hidden by comments")
        .says("by a.py:1 (keysieve:allow): read by the tests");
    scan(&scratch, &["--no-inline"]).exits(1).says("does not count: --no-inline");
    for (comment, why) in [
        (allow(RULE), "does not say why"),
        (allow(&format!("{RULE} until=2026-11-27 moves")), "has ended"),
        (allow(&format!("{RULE} until=soon moves")), "no day"),
        (allow(&format!("{RULE} moves until 2026-11-27")), "has ended"),
        (allow("stripe-live-secret-key test data"), "does not name"),
        (allow(&format!("{RULE}: read by the tests")), "is misspelt"),
        (allow("* read by the tests"), "is misspelt"),
        (allow(&format!("{RULE} why")).replace(":allow", ": allow"), "is misspelt"),
    ] {
        scratch.write("repo/a.py", line(&secret, &comment));
        scan(&scratch, &[]).exits(1).says(why);
    }
    scratch.write("repo/a.py", line(&secret, &allow(&format!("{RULE},private-key until=2026-11-28 moves"))));
    scan(&scratch, &[]).exits(0);
    // The line above, if nothing else stands on it; another secret on the line is another finding.
    scratch.write("repo/a.py", format!("# {}\n{}", allow(&format!("{RULE} fixture")), line(&secret, "")));
    scan(&scratch, &[]).exits(0);
    let other = token("stripe-live-secret-key", "beside");
    scratch.write("repo/a.py", line(&format!("{secret} {other}"), &allow(&format!("{RULE} fixture"))));
    assert_eq!(scan(&scratch, &["--show-secrets"]).exits(1).json().secrets(), [other]);
}

#[test]
fn a_comment_of_today_covers_the_history_and_one_of_yesterday_nothing() {
    let scratch = Scratch::repository();
    let secret = github("history of comments");
    let allowed = line(&secret, &allow(&format!("{RULE} revoked in March")));
    scratch.write("repo/a.py", line(&secret, ""));
    scratch.commit(1, "without");
    scratch.write("repo/a.py", format!("x = 1\n{allowed}"));
    scratch.commit(2, "with");
    for command in ["history", "check"] {
        keysieve(&scratch, "repo", &[command, "--now", "2026-11-28"]).exits(0).says("1 hidden by comments");
    }
    // Elsewhere it is not covered.
    scratch.write("repo/b.py", line(&secret, ""));
    scratch.commit(3, "elsewhere");
    let report = keysieve(&scratch, "repo", &["history", "--format", "json"]).exits(1).json();
    assert_eq!(list(&report.findings()[0]["places"]).len(), 1);
    assert_eq!(text(&report.findings()[0]["places"][0]["path"]), "b.py");
    scratch.write("repo/b.py", "");
    scratch.write("repo/a.py", line(&secret, ""));
    scratch.commit(4, "the comment is gone");
    keysieve(&scratch, "repo", &["history"]).exits(1);
    keysieve(&scratch, "repo", &["check"]).exits(1);
}

#[test]
fn a_change_does_not_excuse_itself() {
    let scratch = Scratch::repository();
    scratch.write("repo/a.py", "x = 1\n");
    scratch.commit(1, "base");
    scratch.git("repo", &["branch", "base"]);
    scratch.write("repo/a.py", line(&github("change"), &allow(&format!("{RULE} fixture"))));
    scratch.write("repo/keysieve.toml", format!("disable = [\"{RULE}\", \"generic-token\"]\n"));
    scratch.commit(2, "a token, and what hides it");
    let change = |flags: &[&str]| keysieve(&scratch, "repo", &[&["history", "--base", "base"][..], flags].concat());
    change(&[]).exits(0);
    change(&["--config-from", "base"]).exits(1).says("does not count: the change under test brings it itself");
    scratch.write("repo/keysieve.toml", "[suppression]\ncomments-of-changes = true\n");
    change(&[]).exits(0).says("1 hidden by comments");
    change(&["--config-from", "no-such-revision"]).exits(2).says("there is no revision `no-such-revision`");
}

#[test]
fn comments_hide_breaches_and_idle_ones_are_told_of() {
    let scratch = Scratch::repository();
    let workflow = |comment: &str| format!("on: push\npermissions: write-all # {comment}\njobs: {{}}\n");
    scratch.write("repo/.github/workflows/a.yml", workflow(&allow("workflow-write-all the bot needs it")));
    keysieve(&scratch, "repo", &["lint"]).exits(0).says("1 hidden by comments");
    let told = |flags: &[&str]| {
        let report =
            keysieve(&scratch, "repo", &[&["check", "--format", "json", "--now", "2026-11-28"][..], flags].concat());
        let report = report.json();
        let told = |it: &serde_json::Value| format!("{} {}", text(&it["rule"]), text(&it["places"][0]["path"]));
        report.findings().iter().map(told).collect::<Vec<String>>()
    };
    assert_eq!(told(&[]), [""; 0]);
    scratch.write("repo/b.txt", format!("x = 1 # {}\n", allow(&format!("{RULE} it was here"))));
    assert_eq!(told(&[]), ["allow-comment-unused b.txt"]);
    scratch.write("repo/b.txt", format!("x = 1 # {}\n", allow("no-such-rule it was here")));
    assert_eq!(told(&[]), ["allow-comment-unused b.txt"]);
    scratch.write("repo/b.txt", format!("x = 1 # {}\n", allow(&format!("{RULE} until=2026-01-01 moves"))));
    assert_eq!(told(&[]), ["allow-comment-ended b.txt"]);
    scratch.write("repo/b.txt", format!("x = 1 # {}\n", allow(RULE)));
    assert_eq!(told(&[]), ["allow-comment-incomplete b.txt"]);
    scratch.write("repo/keysieve.toml", "[[check]]\nid = \"allow-comment-incomplete\"\nseverity = \"off\"\n");
    assert_eq!(told(&[]), [""; 0]);
}

#[test]
fn comments_of_other_tools_are_listed_as_what_they_are() {
    let scratch = Scratch::repository();
    for word in ["gitleaks:allow", "trufflehog:ignore", "pragma: allowlist secret", "kingfisher:ignore"] {
        scratch.write("repo/a.py", line(&github(word), word));
        let report = scan(&scratch, &[]).exits(0).json();
        assert_eq!(text(&report.0["suppressed"][0]["stated"]), word);
        assert_eq!(text(&report.0["suppressed"][0]["by"]), "foreign-comment");
        scan(&scratch, &["--set", "suppression.foreign-comments=false"]).exits(1);
    }
}

#[test]
fn what_other_tools_ignore_stays_ignored_and_is_said() {
    let scratch = Scratch::repository();
    scratch.write("repo/lib/a.py", format!("\n{}", line(&github("ignored"), "")));
    scratch.write("repo/.gitleaksignore", "lib/a.py:github-pat:2\n");
    for at in ["repo", "repo/lib"] {
        keysieve(&scratch, at, &["scan"])
            .exits(0)
            .says("1 hidden by files of other tools")
            .says(".gitleaksignore: 1 entry");
    }
    scan(&scratch, &["--set", "suppression.foreign-files=false"]).exits(1);
    scratch.write("repo/.gitleaksignore", "");
    scratch.write("repo/.gitleaks.toml", "[allowlist]\npaths = ['''lib/''']\n");
    scan(&scratch, &[]).exits(0);
    scratch.write("repo/.gitleaks.toml", "[allowlist\n");
    scan(&scratch, &[]).exits(1).says(".gitleaks.toml: hides nothing");
}

/// Of a secret that stands twice in a file, once with a comment, the other place is reported, whatever is read.
#[test]
fn a_comment_hides_no_other_line() {
    let scratch = Scratch::repository();
    let secret = github("twice");
    let commented = line(&secret, &allow(&format!("{RULE} read by the tests")));
    let filler = "x\n".repeat(20);
    for text in
        [format!("{commented}{filler}{}", line(&secret, "")), format!("{}{filler}{commented}", line(&secret, ""))]
    {
        let at = if text.starts_with(&commented) { 22 } else { 1 };
        scratch.write("repo/a.py", &text);
        let lines = |arguments: &[&str]| -> Vec<u64> {
            let arguments = [arguments, &["--now", "2026-11-28", "--format", "json"]].concat();
            let report = keysieve(&scratch, "repo", &arguments).exits(1).json();
            let [finding] = report.findings() else { panic!("{:#}", report.0["findings"]) };
            list(&finding["places"]).iter().filter_map(|place| place["start"]["line"].as_u64()).collect()
        };
        assert_eq!(lines(&["scan"]), [at]);
        scratch.git("repo", &["add", "-A"]);
        assert_eq!(lines(&["scan", "--staged"]), [at]);
        scratch.commit(0, "twice");
        assert_eq!(lines(&["history"]), [at]);
        assert_eq!(lines(&["history", "--range", "HEAD"]), [at]);
        scratch.git("repo", &["update-ref", "-d", "HEAD"]);
        scratch.git("repo", &["reflog", "expire", "--expire=all", "--all"]);
        scratch.git("repo", &["gc", "-q", "--prune=now"]);
    }
}

#[test]
fn what_should_have_hidden_a_finding_is_told_with_its_file() {
    let scratch = Scratch::repository();
    let (token, own) = (github("two files"), concat!("keysieve:", "allow"));
    scratch.write("repo/a.py", line(&token, ""));
    scratch.write("repo/b.py", line(&token, &format!("{own} github-personal-access-token until=2020-01-01 old")));
    let said = "the comment `keysieve:allow` on line 1 of b.py hides nothing: it has ended";
    let run = keysieve(&scratch, "repo", &["scan"]).exits(1);
    // Wrapped to the width of a terminal.
    let words = run.out().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains(said), "{words}");
    for nearly in [":ignore x-y because", "-allow x-y because", ":allow", ":allow Because"] {
        scratch.write("repo/b.py", line(&token, &own.replace(":allow", nearly)));
        let run = keysieve(&scratch, "repo", &["scan"]).exits(1);
        let words = run.out().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("of b.py hides nothing: it is misspelt"), "{nearly}: {words}");
    }
}
