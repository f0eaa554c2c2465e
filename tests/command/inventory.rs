//! The inventory: rows, formats, order, and what must not be in it.

use std::fs;

use serde_json::Value;

use crate::scripted::Scratch;
use crate::support::search::leak;
use crate::support::{github, keysieve, list, text, token};

const NOW: &str = "2026-11-23";
const FORMATS: [&str; 5] = ["table", "json", "csv", "markdown", "html"];

const CONTROL: &str = "\
[owners]
\"services/payments/**\" = \"@org/payments\"

[[inventory]]
name = \"STRIPE_SECRET_KEY\"
kind = \"stripe-secret-key\"
owner = \"@org/payments\"
environments = [\"prod\"]
issued = 2026-06-01
store = \"vault\"
project = \"pay\"

[[inventory]]
name = \"OLD_TOKEN\"
issued = 2026-11-01
";

/// A small tree with values, references, and names that formats must not take for their own signs.
fn tree() -> Scratch {
    let scratch = Scratch::new();
    scratch.write("tree/keysieve.toml", CONTROL);
    scratch.write("tree/services/payments/pay.py", "key = os.environ['STRIPE_SECRET_KEY']\n");
    scratch.write("tree/services/payments/config.py", format!("DEPLOY_TOKEN = '{}'\n", github("live")));
    scratch.write("tree/web/app.js", format!("// é\nconst npmToken = \"{}\";\n", token("npm-access-token", "web")));
    scratch.write(
        "tree/.github/workflows/a.yml",
        "on: push\njobs:\n  a:\n    steps:\n      - run: x\n        env: {A: '${{ secrets.STRIPE_SECRET_KEY }}'}\n",
    );
    scratch.write("tree/deploy/prod/pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop}\nspec:\n  containers:\n    - name: p\n      envFrom: [{secretRef: {name: db}}]\n");
    scratch.write("tree/a.yaml", "a: op://=cmd|x/<b>\"'&/@c\nb: 'vault:kv/app#K'\n");
    scratch
}

fn inventory(scratch: &Scratch, arguments: &[&str]) -> crate::support::Run {
    keysieve(scratch, "tree", &[&["inventory", "--now", NOW][..], arguments].concat())
}

#[track_caller]
fn row<'r>(report: &'r Value, kind: &str, name: &str) -> &'r Value {
    let rows = list(&report["credentials"]);
    rows.iter()
        .find(|row| row["kind"] == kind && row["name"] == name)
        .unwrap_or_else(|| panic!("{kind} {name}: {report:#}"))
}

#[test]
fn values_references_and_entries_are_rows() {
    let scratch = tree();
    let report = inventory(&scratch, &["--format", "json"]).exits(0).json().0;
    let value = row(&report, "github-personal-access-token", "DEPLOY_TOKEN");
    assert_eq!(
        (text(&value["provider"]), text(&value["state"]), text(&value["stored_in"])),
        ("GitHub", "live", "file")
    );
    assert_eq!(value["owners"][0], "@org/payments");
    assert_eq!(value["projects"][0], "services");
    assert_eq!(
        (&value["used_in"][0]["path"], &value["used_in"][0]["line"]),
        (&"services/payments/config.py".into(), &1.into())
    );
    assert!(text(&value["fingerprint"]).starts_with("ks1:"));
    assert_eq!(row(&report, "npm-access-token", "npmToken")["owners"], Value::Array(Vec::new()));

    let read = row(&report, "environment-variable", "STRIPE_SECRET_KEY");
    assert_eq!((text(&read["state"]), text(&read["stored_in"])), ("reference-only", "vault"));
    assert_eq!((&read["environments"][0], &read["projects"][0]), (&"prod".into(), &"pay".into()));
    // 175 days since 2026-06-01.
    assert_eq!(
        (&read["age"]["days"], text(&read["age"]["limit"]), text(&read["age"]["due"])),
        (&175.into(), "90d", "overdue")
    );
    assert_eq!(text(&read["last_rotation"]), "2026-06-01");
    assert_eq!(text(&row(&report, "github-secret", "STRIPE_SECRET_KEY")["owners"][0]), "@org/payments");

    let secret = row(&report, "kubernetes-secret", "shop/db");
    assert_eq!((&secret["environments"][0], &secret["projects"][0]), (&"prod".into(), &"shop".into()));
    assert_eq!((&secret["age"]["days"], text(&secret["age"]["due"])), (&Value::Null, "unknown"));

    let unused = row(&report, "credential", "OLD_TOKEN");
    assert_eq!((text(&unused["state"]), text(&unused["age"]["due"])), ("declared-only", "within"));
    let summary = &report["summary"];
    assert_eq!(
        (&summary["credentials"], &summary["values_in_files"], &summary["overdue"]),
        (&8.into(), &2.into(), &2.into())
    );
    assert_eq!(report["exit_code"], 0);
}

#[test]
fn the_same_value_and_the_same_reference_are_one_row() {
    let scratch = Scratch::new();
    let line = format!("token = '{}'\n", github("same"));
    scratch.write("tree/a.txt", &line);
    scratch.write("tree/b/c.txt", format!("\n{line}"));
    scratch.write("tree/a.py", "os.getenv('API_TOKEN')\n");
    scratch.write("tree/b.js", "process.env.API_TOKEN\nprocess.env.API_TOKEN\n");
    let report = inventory(&scratch, &["--format", "json"]).exits(0).json().0;
    let places = |row: &Value| {
        list(&row["used_in"]).iter().map(|it| format!("{}:{}", text(&it["path"]), it["line"])).collect::<Vec<_>>()
    };
    assert_eq!(list(&report["credentials"]).len(), 2);
    assert_eq!(places(row(&report, "github-personal-access-token", "token")), ["a.txt:1", "b/c.txt:2"]);
    assert_eq!(places(row(&report, "environment-variable", "API_TOKEN")), ["a.py:1", "b.js:1", "b.js:2"]);
}

#[test]
fn every_format_escapes_what_it_would_take_for_its_own() {
    let scratch = tree();
    let csv = inventory(&scratch, &["--format", "csv"]).exits(0).out();
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(lines.len(), 10, "{csv}");
    assert!(lines[0].starts_with("\"kind\",\"provider\",\"name\","));
    assert!(csv.contains(",\"'=cmd|x/<b>\"\"'&/@c\",") && csv.contains(",\"'@org/payments\","), "{csv}");
    let markdown = inventory(&scratch, &["--format", "markdown"]).exits(0).out();
    assert!(markdown.contains("=cmd\\|x/&lt;b&gt;\"'&amp;/&#64;c"), "{markdown}");
    let columns = |line: &str| line.replace("\\|", "").matches('|').count();
    let rows: Vec<&str> = markdown.lines().filter(|line| line.starts_with('|')).collect();
    assert!(rows.len() == 10 && rows.iter().all(|line| columns(line) == 17), "{markdown}");
    let html = inventory(&scratch, &["--format", "html"]).exits(0).out();
    assert!(html.contains("<td>=cmd|x/&lt;b&gt;&quot;&#39;&amp;/@c</td>"), "{html}");
    for word in ["<script", "<b>", "src=", "href="] {
        assert!(!html.contains(word), "{word}");
    }
    assert_eq!(html.matches("<tr").count(), 9);
    let table = inventory(&scratch, &[]).exits(0);
    for line in table.out().lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let table = table.says("8 credentials: 2 values in files").says("2 overdue").says("without an owner");
    assert!(!table.out().contains('\u{1b}'));
}

#[test]
fn a_long_name_is_whole_and_within_the_columns() {
    let scratch = Scratch::new();
    let name = format!("team/{}/password", "very-long-part-of-a-name-".repeat(5).trim_end_matches('-'));
    let path = format!("tree/{}/a.yaml", ["directory-with-a-long-name"; 5].join("/"));
    scratch.write(&path, format!("a: 'op://{name}'\n"));
    let table = inventory(&scratch, &[]).exits(0).out();
    assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
    let joined: String = table.split_whitespace().collect();
    assert!(joined.contains(&name), "{table}");
}

#[test]
fn no_byte_of_a_secret_is_in_any_format() {
    let scratch = Scratch::repository();
    let (live, old, name) = (github("live"), github("old"), github("name"));
    scratch.write("repo/a.py", format!("API_TOKEN = '{old}'\n"));
    scratch.commit(0, "Begin");
    scratch.write("repo/a.py", format!("API_TOKEN = '{live}'\n"));
    // A path and names that hold the secret of another row.
    scratch.write(&format!("repo/{name}/a.yaml"), format!("a: op://vault/{live}/field\nb: 'vault:kv/{live}#k'\n"));
    scratch.commit(10, "Go on");
    for format in FORMATS {
        for arguments in [&["--history"][..], &[]] {
            let run =
                keysieve(&scratch, "repo", &[&["inventory", "--now", NOW, "--format", format][..], arguments].concat());
            let run = run.exits(0);
            for secret in [&live, &old, &name] {
                for stream in [&run.stdout, &run.stderr] {
                    assert_eq!(leak(stream, &secret.as_bytes()[4..]), None, "{format}: {}", run.shown());
                }
            }
        }
    }
}

#[test]
fn the_output_does_not_depend_on_threads() {
    let scratch = tree();
    for number in 0..40 {
        scratch.write(
            &format!("tree/m/{number}.py"),
            format!("os.getenv('M{}_TOKEN')\nt = '{}'\n", number % 7, github(&number.to_string())),
        );
    }
    for format in FORMATS {
        let one = inventory(&scratch, &["--format", format, "--threads", "1"]).exits(0);
        let four = inventory(&scratch, &["--format", format, "--threads", "4"]).exits(0);
        assert_eq!(one.out(), four.out(), "{format}");
    }
}

#[test]
fn the_history_tells_when_a_value_was_first_seen() {
    let scratch = Scratch::repository();
    let (live, old) = (github("live"), github("old"));
    scratch.write("repo/a.py", format!("OLD_TOKEN = '{old}'\nLIVE_TOKEN = '{live}'\n"));
    // 2023-11-14.
    scratch.commit(0, "Begin");
    scratch.write("repo/a.py", format!("LIVE_TOKEN = '{live}'\n"));
    scratch.commit(86_400, "Remove");
    let run = |arguments: &[&str]| {
        let arguments = [&["inventory", "--format", "json", "--now", "2023-12-14"][..], arguments].concat();
        keysieve(&scratch, "repo", &arguments).exits(0).json().0
    };
    let kind = "github-personal-access-token";
    assert_eq!(list(&run(&[])["credentials"]).len(), 1);
    let report = run(&["--history"]);
    let (lived, gone) = (row(&report, kind, "LIVE_TOKEN"), row(&report, kind, "OLD_TOKEN"));
    assert_eq!((text(&lived["state"]), text(&gone["state"])), ("live", "history-only"));
    assert_eq!((text(&lived["first_seen"]), &lived["age"]["days"]), ("2023-11-14", &30.into()));
    assert_eq!(text(&gone["age"]["due"]), "within");
    let fingerprint = text(&gone["fingerprint"]).to_owned();
    scratch.write("repo/keysieve.toml", format!("[[rotated]]\nfingerprint = \"{fingerprint}\"\nat = 2023-12-12\n"));
    let report = run(&["--history"]);
    let gone = row(&report, kind, "OLD_TOKEN");
    assert_eq!((text(&gone["last_rotation"]), &gone["age"]["days"]), ("2023-12-12", &2.into()));
}

#[test]
fn exit_codes_and_files() {
    let scratch = tree();
    inventory(&scratch, &["--format", "yaml"]).exits(2).says("table, json, csv, markdown and html");
    keysieve(&scratch, ".", &["inventory", "nowhere"]).exits(2);
    // No repository, and its history was asked for.
    inventory(&scratch, &["--history"]).exits(3).says("the inventory is incomplete (1 nothing-found): exit 3");
    inventory(&scratch, &["--history", "--format", "csv"]).exits(3).says("warning: the inventory is incomplete");
    inventory(&scratch, &["--history", "--accept", "nothing-found"]).exits(0);
    let run = inventory(&scratch, &["--format", "html", "-o", "../list.html"]).exits(0);
    assert_eq!((run.out(), run.err()), (String::new(), String::new()));
    let alone = inventory(&scratch, &["--format", "html"]).exits(0);
    assert_eq!(fs::read(scratch.path("list.html")).unwrap(), alone.stdout);
    fs::create_dir(scratch.path("tree/empty")).unwrap();
    keysieve(&scratch, "tree/empty", &["inventory"]).exits(3);
}

#[test]
fn the_checks_over_the_tree_ask_only_where_the_policy_does() {
    let scratch = tree();
    let rules = |command: &str, arguments: &[&str]| {
        let report =
            keysieve(&scratch, "tree", &[&[command, "--format", "json", "--exit-zero"][..], arguments].concat()).json();
        let finding = |it: &Value| format!("{} {}", text(&it["rule"]), text(&it["places"][0]["path"]));
        let found: Vec<String> = report.findings().iter().map(finding).collect();
        let of = |id: &str| {
            found.iter().filter_map(|it| it.strip_prefix(&format!("{id} "))).map(str::to_owned).collect::<Vec<_>>()
        };
        (of("secret-without-owner"), of("credential-outside-inventory"), report)
    };
    let none: Vec<String> = Vec::new();
    let (owner, outside, _) = rules("lint", &[]);
    assert_eq!((owner, outside), (none.clone(), none.clone()));
    let (owner, ..) = rules("lint", &["--preset", "strict"]);
    assert_eq!(owner, ["a.yaml", "a.yaml", "deploy/prod/pod.yaml", "keysieve.toml"]);
    // What only names of values could tell is not claimed by `lint`.
    let strict = ["--set", "policy.inventory.mode=strict"];
    let (_, outside, _) = rules("lint", &strict);
    assert_eq!(outside, ["a.yaml", "a.yaml", "deploy/prod/pod.yaml"]);
    let (_, outside, report) = rules("check", &strict);
    assert_eq!(outside, ["a.yaml", "a.yaml", "deploy/prod/pod.yaml", "keysieve.toml"]);
    // Where a value is meant it is one alert, the secret's.
    let value = report.findings().iter().find(|it| it["rule"] == "github-personal-access-token").unwrap();
    let said = |it: &Value| text(&it["text"]).contains("credential-outside-inventory");
    assert!(list(&value["reasons"]).iter().any(said), "{value:#}");
}
