//! No eight bytes in a row of a secret's own part leave the program, in any format, on any stream, in any file.

use std::fs;

use crate::repository::Planted;
use crate::scripted::Scratch;
use crate::support::search::{holds, leak};
use crate::support::{FORMATS, Run, expanded, github, keysieve, pem, token};

/// A secret as it stands in the text, and the lines of its own part, without what of it is public.
struct Hidden {
    name: &'static str,
    own: Vec<String>,
}

fn hidden(name: &'static str, secret: &str, public: usize) -> Hidden {
    Hidden { name, own: vec![secret[public..].to_owned()] }
}

/// The lines of a PEM block without its first and last, and without the beginning of the first, which is the same in
/// all keys.
fn hidden_pem(name: &'static str, pem: &str) -> Hidden {
    let lines = pem.lines().filter(|line| !line.starts_with("-----") && line.len() >= 12);
    Hidden { name, own: lines.map(str::to_owned).collect() }
}

fn repository() -> (Scratch, Vec<Hidden>) {
    let scratch = Scratch::repository();
    let mut secrets = Vec::new();
    let mut plant = |name: &'static str, secret: String, public: usize| {
        secrets.push(hidden(name, &secret, public));
        secret
    };
    let message = plant("commit message", github("message"), 4);
    let (first, second) = (plant("first", github("first"), 4), plant("second", token("npm-access-token", "second"), 4));
    scratch.write("repo/line.txt", format!("密钥 '{first}' é🔑 '{second}' ключ"));
    let close = plant("close", token("slack-bot-token", "close"), 5);
    scratch.write("repo/close.txt", format!("{close}{}", "\n"));
    let old = plant("history", github("old"), 4);
    scratch.write("repo/old.txt", format!("é{old}"));
    scratch.commit(0, "Begin");
    scratch.git("repo", &["rm", "-q", "old.txt"]);
    scratch.commit(10, &format!("Use {message} for é"));
    let name = plant("file name", github("name"), 4);
    scratch.write(&format!("repo/keys/{name}.txt"), "nothing");
    // The same name around other findings.
    let inside = plant("inside a name", github("inside"), 4);
    scratch.write(&format!("repo/{name}/config.txt"), format!("t = '{inside}'"));
    // A policy finding in the same file, and one that means the value itself.
    scratch.write(&format!("repo/.github/workflows/{name}.yml"), "on: push\npermissions: write-all\njobs: {}\n");
    let password = plant("URL", expanded("github-oauth-token", "{base62:24}"), 0);
    scratch.write("repo/url.txt", format!("git clone https://deploy:{password}@git.internal.corp/acme/site.git\n"));
    let database = plant("database URL", expanded("github-oauth-token", "{base62:28}"), 0);
    scratch.write("repo/app.env", format!("DATABASE_URL=postgres://app:{database}@db.internal.corp:5432/app\n"));
    let generic = plant("generic", expanded("github-oauth-token", "{base62:40}"), 0);
    scratch.write("repo/settings.py", format!("API_SECRET_KEY = '{generic}'  # é"));
    let terraform = plant("terraform", expanded("aws-access-key-id", "{base64:40}"), 0);
    scratch.write(
        "repo/main.tf",
        format!("provider \"aws\" {{\n  access_key = \"AKIA{}\"\n  secret_key = \"{terraform}\"\n}}\n", "Z7".repeat(8)),
    );
    // A key over lines, in the code's own indentation, and on one line.
    let (block, indented, single) = (pem("block"), pem("indented"), pem("single"));
    scratch.write("repo/key.pem", &block);
    let lines: String = indented.lines().map(|line| format!("    {line}\n")).collect();
    scratch.write("repo/values.yaml", format!("tls:\n  key: |\n{lines}"));
    scratch.write("repo/key.json", format!("{{\"k\": \"{}\"}}", single.trim_end().replace('\n', "\\n")));
    // Encoded: neither the secret nor what it is written as may be seen.
    let encoded = plant("encoded", github("encoded"), 4);
    let inside = format!("export TOKEN={encoded}\n");
    let base64 = data_encoding::BASE64.encode(inside.as_bytes());
    scratch.write("repo/values.txt", format!("content: {base64}\n"));
    let escaped = plant("escaped", github("escaped"), 4);
    let escapes: String = escaped.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
    scratch.write("repo/escaped.txt", format!("say \"{escapes}\"\n"));
    let joined = plant("joined", github("joined"), 4);
    scratch.write("repo/joined.txt", format!("say(\"{}\" + \"{}\")\n", &joined[..20], &joined[20..]));
    let in_name = plant("encoded name", github("encoded name"), 4);
    let name_form = data_encoding::BASE64URL_NOPAD.encode(in_name.as_bytes());
    scratch.write(&format!("repo/names/{name_form}.txt"), "nothing");
    // Of the first digits some belong to what stands before, or to the public prefix.
    let start = (inside.find(&encoded).unwrap() + 4) * 4 / 3 + 1;
    secrets.push(hidden("base64 form", &base64, start));
    secrets.push(hidden("escaped form", &escapes, 24));
    secrets.push(hidden("name form", &name_form, 6));
    secrets.push(hidden_pem("PEM", &block));
    secrets.push(hidden_pem("indented PEM", &indented));
    secrets.push(hidden_pem("PEM on one line", &single));
    (scratch, secrets)
}

#[track_caller]
fn is_clean(output: &[u8], secrets: &[Hidden], what: &str) {
    for secret in secrets {
        for own in &secret.own {
            if let Some(piece) = leak(output, own.as_bytes()) {
                panic!("{what} shows {piece} of {}:\n{}", secret.name, String::from_utf8_lossy(output));
            }
        }
    }
}

#[test]
fn nothing_of_a_secret_leaves_the_program() {
    let (scratch, secrets) = repository();
    let mut numbers = Vec::new();
    for format in FORMATS {
        for level in ["medium", "low"] {
            let what = format!("{format}, {level}");
            let run = keysieve(&scratch, "repo", &["check", "--format", format, "--min-confidence", level]).exits(1);
            is_clean(&run.stdout, &secrets, &what);
            is_clean(&run.stderr, &secrets, &what);
            if format == "json" {
                numbers.push(run.json().findings().len());
            }
        }
        let file = format!("../report.{format}");
        let report = format!("{format}={file}");
        keysieve(&scratch, "repo", &["check", "--report", &report, "-o", "../other"]).exits(1);
        for written in [file.as_str(), "../other"] {
            is_clean(&fs::read(scratch.path("repo").join(written)).unwrap(), &secrets, &report);
        }
    }
    // As many findings as without redaction.
    for (level, number) in ["medium", "low"].into_iter().zip(numbers) {
        let shown =
            keysieve(&scratch, "repo", &["check", "--format", "json", "--min-confidence", level, "--show-secrets"]);
        assert_eq!(shown.json().findings().len(), number, "{level}");
    }
}

#[test]
fn every_secret_is_there_when_asked_for() {
    let (scratch, secrets) = repository();
    for format in FORMATS {
        let run = keysieve(&scratch, "repo", &["check", "--format", format, "--show-secrets"]).exits(1);
        for secret in secrets.iter().filter(|secret| !secret.name.contains("PEM") && !secret.name.ends_with(" form")) {
            for own in &secret.own {
                assert!(leak(&run.stdout, own.as_bytes()).is_some(), "{format} does not show {}", secret.name);
            }
        }
    }
    // A key is shown as the bytes that it is.
    let report = keysieve(&scratch, "repo", &["check", "--format", "json", "--show-secrets"]).json();
    let keys = report.findings().iter().filter(|finding| finding["rule"] == "private-key");
    let mut shown: Vec<&str> = keys.map(|key| key["secret"]["value_base64"].as_str().unwrap()).collect();
    shown.sort_unstable();
    let mut own: Vec<String> =
        secrets.iter().filter(|secret| secret.name.contains("PEM")).map(|secret| secret.own.concat()).collect();
    own.sort();
    assert_eq!(shown.len(), own.len());
    for (shown, own) in shown.iter().zip(&own) {
        // The last line of a key is left out of what is looked for if it is short.
        assert!(shown.starts_with(own.as_str()), "{shown}\n{own}");
    }
}

#[test]
fn paths_of_all_findings_hide_what_a_name_holds() {
    let (scratch, secrets) = repository();
    let report = keysieve(&scratch, "repo", &["check", "--format", "json"]).json();
    let name = secrets.iter().find(|secret| secret.name == "file name").unwrap();
    let finding = |rule: &str, path: &str| {
        report.findings().iter().any(|finding| {
            finding["rule"] == rule
                && finding["places"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|place| place["path"].as_str().unwrap_or("").contains(path))
        })
    };
    assert!(finding("workflow-write-all", ".github/workflows/"));
    assert!(finding("github-personal-access-token", "/config.txt"));
    assert!(!holds(report.0.to_string().as_bytes(), name.own[0].as_bytes()));
}

/// UTF-16, messages, stashes, file names: wherever a secret was planted.
#[test]
fn nothing_of_the_planted_secrets_leaves_the_program() {
    let planted = Planted::new();
    // No prefix of these kinds is longer than eight bytes.
    let secrets: Vec<Hidden> = planted.secrets.iter().map(|(place, secret)| hidden(place, secret, 8)).collect();
    for format in FORMATS {
        let masked = keysieve(&planted.scratch, "repo", &["check", "--format", format]).exits(1);
        is_clean(&[masked.stdout, masked.stderr].concat(), &secrets, format);
        let shown = keysieve(&planted.scratch, "repo", &["check", "--format", format, "--show-secrets"]).exits(1);
        for secret in &secrets {
            assert!(holds(&shown.stdout, secret.own[0].as_bytes()), "{format} does not show {}", secret.name);
        }
    }
}

#[test]
fn secrets_of_standard_input() {
    let scratch = Scratch::new();
    let secret = github("stdin");
    for format in FORMATS {
        for text in [secret.clone(), format!("a {secret}\n"), format!("{secret}{secret}"), format!("é\t{secret}密")] {
            let run = |show: &[&str]| -> Run {
                let mut command = crate::support::command(&scratch.path("."));
                command.args(["scan", "-", "--format", format]).args(show);
                crate::support::feed(&mut command, text.as_bytes())
            };
            assert_eq!(leak(&run(&[]).stdout, &secret.as_bytes()[4..]), None, "{format}: {text}");
            let _ = run(&["--show-secrets"]);
        }
    }
}

/// Baselines, audits, the message of a hook, comparisons of reports, and what is hidden.
#[test]
fn what_is_hidden_and_compared_shows_nothing() {
    let (scratch, mut secrets) = repository();
    let beside = github("beside a comment");
    secrets.push(hidden("beside a comment", &beside, 4));
    let allow = ["keysieve", ":allow github-personal-access-token"].concat();
    scratch.write("repo/allowed.js", format!("/* {allow} why {beside} */ use('{beside}')\n"));
    scratch.git("repo", &["add", "-A"]);
    let clean = |arguments: &[&str], input: &[u8]| {
        let mut command = crate::support::command(&scratch.path("repo"));
        let run = crate::support::feed(command.args(arguments), input);
        is_clean(&[run.stdout, run.stderr].concat(), &secrets, &arguments.join(" "));
    };
    clean(&["hook", "run", "pre-commit"], b"");
    clean(&["check", "--report", "json=../old.json"], b"");
    clean(&["baseline", "create"], b"");
    clean(&["baseline", "show"], b"");
    clean(&["baseline", "audit"], &b"r\n\n\n\n".repeat(40));
    clean(&["baseline", "update"], b"");
    for format in FORMATS {
        clean(&["check", "--show-suppressed", "--format", format], b"");
    }
    clean(&["check", "--report", "json=../new.json", "--report", "sarif=../new.sarif", "--show-suppressed"], b"");
    clean(&["diff", "../old.json", "../new.json"], b"");
    clean(&["diff", "../new.json", "../old.json", "--format", "json"], b"");
    clean(&["merge", "../old.json", "../new.json"], b"");
    for file in ["repo/.keysieve-baseline.jsonl", "old.json", "new.json", "new.sarif"] {
        is_clean(&fs::read(scratch.path(file)).unwrap(), &secrets, file);
    }
}
