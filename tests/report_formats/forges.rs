//! What GitLab, GitHub and the Elastic Common Schema demand of a report, as assertions of our own.

use std::collections::BTreeSet;

use keysieve::finding::{Kind, Severity};
use keysieve::report::Formats;
use serde_json::Value;

use crate::hostile::{self, without_code_spans};
use crate::sample::{Run, file, finding, made_up, place, sample};

fn json(run: &Run, format: Formats) -> Value {
    serde_json::from_str(&run.text(format)).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The demands of `secret-detection-report-format.json`, version 15.2.1.
fn gitlab_problems(report: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    let mut demand = |holds: bool, what: &str, of: &Value| {
        if !holds {
            problems.push(format!("{what}: {of}"));
        }
    };
    demand(report["version"] == "15.2.1", "version", &report["version"]);
    let scan = &report["scan"];
    for time in ["start_time", "end_time"] {
        let said = text(&scan[time]);
        let form: String = said.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        demand(form == "0000-00-00T00:00:00", time, &scan[time]);
    }
    demand(["success", "failure"].contains(&text(&scan["status"])), "status", scan);
    demand(scan["type"] == "secret_detection", "type", scan);
    for tool in ["analyzer", "scanner"] {
        for path in ["/id", "/name", "/version", "/vendor/name"] {
            demand(!text(scan[tool].pointer(path).unwrap_or(&Value::Null)).is_empty(), path, scan);
        }
    }
    for message in list(&scan["messages"]) {
        demand(["info", "warn", "fatal"].contains(&text(&message["level"])), "level", message);
        demand(!text(&message["value"]).is_empty(), "message", message);
    }
    let mut ids = BTreeSet::new();
    for it in list(&report["vulnerabilities"]) {
        let id = text(&it["id"]);
        let form: Vec<usize> = id.split('-').map(str::len).collect();
        demand(ids.insert(id) && form == [8, 4, 4, 4, 12], "id", it);
        demand(text(&it["name"]).chars().count() <= 255, "name", it);
        demand(text(&it["description"]).len() <= 1_048_576, "description", it);
        demand(text(&it["solution"]).chars().count() <= 7_000, "solution", it);
        let severities = ["Info", "Unknown", "Low", "Medium", "High", "Critical"];
        demand(severities.contains(&text(&it["severity"])), "severity", it);
        let identifiers = list(&it["identifiers"]);
        demand(!identifiers.is_empty(), "identifiers", it);
        for identifier in identifiers {
            for name in ["type", "name", "value"] {
                demand(!text(&identifier[name]).is_empty(), name, identifier);
            }
            let url = &identifier["url"];
            demand(url.is_null() || text(url).starts_with("https://"), "url", identifier);
        }
        demand(!text(&it["location"]["commit"]["sha"]).is_empty(), "sha", it);
        let line = |name: &str| it["location"][name].as_u64().unwrap_or(0);
        demand((1..=line("end_line")).contains(&line("start_line")), "lines", it);
        for detail in it["details"].as_object().into_iter().flat_map(serde_json::Map::values) {
            demand(!text(&detail["name"]).is_empty(), "detail", detail);
            let (value, items) = (detail["value"].is_string(), detail["items"].is_array());
            demand(if detail["type"] == "list" { items } else { detail["type"] == "text" && value }, "detail", detail);
        }
    }
    problems
}

#[test]
fn gitlab_takes_the_report_of_secret_detection() {
    for run in [sample(), hostile::run(), Run::of(vec![])] {
        assert_eq!(gitlab_problems(&json(&run, Formats::Gitlab)), [] as [String; 0]);
    }
    // The demands are demands.
    let good = json(&sample(), Formats::Gitlab);
    for (path, value) in [
        ("/scan/start_time", "1970-01-01T00:00:00Z".into()),
        ("/vulnerabilities/1/id", good["vulnerabilities"][0]["id"].clone()),
        ("/vulnerabilities/0/identifiers", Value::Array(vec![])),
        ("/vulnerabilities/0/location/commit", Value::Null),
        ("/vulnerabilities/0/severity", "critical".into()),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(path).unwrap() = value;
        assert!(!gitlab_problems(&bad).is_empty(), "{path}");
    }
}

#[test]
fn gitlab_is_told_the_commit_and_the_time_that_is_known() {
    let mut run = sample();
    let report = json(&run, Formats::Gitlab);
    let vulnerabilities = list(&report["vulnerabilities"]);
    let gone = vulnerabilities.iter().find(|it| it["location"]["file"] == "src/größe.rs").unwrap();
    let introduced = run.findings[1].places[0].introduced.clone().unwrap();
    assert_eq!(gone["location"]["commit"]["sha"], introduced.commit);
    assert_eq!(gone["location"]["commit"]["date"], introduced.date);
    assert_eq!(gone["location"]["start_line"], 7);
    assert!(text(&gone["description"]).contains("Found in the history"));
    let policy = vulnerabilities.iter().find(|it| it["identifiers"][0]["type"] == "keysieve_check").unwrap();
    assert_eq!(
        (&policy["location"]["commit"]["sha"], &policy["location"]["start_line"]),
        (&"0000000".into(), &7.into())
    );
    assert_eq!(
        (&report["scan"]["start_time"], &report["scan"]["status"]),
        (&"1970-01-01T00:00:00".into(), &"failure".into())
    );
    assert!(
        list(&report["scan"]["messages"])
            .iter()
            .any(|it| it["level"] == "warn" && text(&it["value"]).contains("a.txt"))
    );
    run.time = Some("2026-01-31T12:34:56Z".parse().unwrap());
    let scan = &json(&run, Formats::Gitlab)["scan"];
    assert_eq!(
        (&scan["start_time"], &scan["end_time"]),
        (&"2026-01-31T12:34:56".into(), &"2026-01-31T12:34:56".into())
    );
    let event: Value = serde_json::from_str(run.text(Formats::Ecs).lines().next().unwrap()).unwrap();
    assert_eq!(event["@timestamp"], "2026-01-31T12:34:56Z");
}

#[test]
fn gitlab_shows_a_remark_at_every_place_of_a_file() {
    for run in [sample(), hostile::run()] {
        let remarks = json(&run, Formats::CodeQuality);
        let mut fingerprints = BTreeSet::new();
        for remark in list(&remarks) {
            assert!(!text(&remark["description"]).is_empty() && !text(&remark["check_name"]).is_empty(), "{remark}");
            assert!(fingerprints.insert(text(&remark["fingerprint"])), "{remark}");
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&text(&remark["severity"])), "{remark}");
            let path = text(&remark["location"]["path"]);
            assert!(!path.is_empty() && !path.starts_with(['/', '.']), "{remark}");
            assert!(remark["location"]["lines"]["begin"].as_u64() >= Some(1), "{remark}");
        }
        assert!(remarks.to_string().contains("scan-incomplete"));
    }
    let remarks = json(&sample(), Formats::CodeQuality);
    let paths: Vec<&str> = list(&remarks).iter().map(|remark| text(&remark["location"]["path"])).collect();
    // Both files of the first finding; a blob without a path is anchored; lines of the history are none of the file.
    for path in
        ["deploy/config.yml", "deploy/settings with space#1.yml", "src/größe.rs", "keysieve.toml", "infra/main.tf"]
    {
        assert!(paths.contains(&path), "{path} in {paths:?}");
    }
    let gone = list(&remarks).iter().find(|remark| remark["location"]["path"] == "src/größe.rs").unwrap();
    assert_eq!(gone["location"]["lines"]["begin"], 1);
}

/// A workflow command: its name, its properties, its message.
type Command = (String, Vec<(String, String)>, String);

/// What the runner makes of a line of the log; nothing if it is no command.
fn command(line: &str) -> Option<Command> {
    assert!(!line.contains("##["), "{line}");
    let (head, message) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let decoded = |text: &str| {
        let data = text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",");
        data.replace("%25", "%")
    };
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), decoded(value))
    };
    let properties = properties.split(',').filter(|it| !it.is_empty()).map(pair).collect();
    Some((name.to_owned(), properties, decoded(message)))
}

#[test]
fn github_gets_ten_of_a_level_worst_first_and_the_number_of_the_rest() {
    let findings = (0..100).map(|n| {
        let secret = format!("exa_{}", made_up(n, 30));
        let severity = Severity::ALL[n as usize % 5];
        finding("example-token", severity, &secret, vec![place(file(&format!("{n}.txt")), 0, &secret, &secret)])
    });
    let text = Run::of(findings.collect()).text(Formats::Github);
    let commands: Vec<_> = text.lines().filter_map(command).collect();
    let of = |name: &str| commands.iter().filter(|(own, _, _)| own == name).count();
    assert_eq!((of("error"), of("warning"), of("notice")), (10, 10, 10));
    assert!(commands[..10].iter().all(|(_, properties, _)| properties.last().unwrap().1.starts_with("critical ")));
    let (name, _, message) = commands.last().unwrap();
    assert_eq!(name, "notice");
    assert!(message.contains("71 more findings in the log of this step"), "{message}");
    // No finding is missing from the log.
    assert!((0..100).all(|n| text.contains(&format!("{n}.txt"))));
    assert_eq!(text.lines().filter(|line| command(line).is_none()).count(), 71);
}

#[test]
fn github_is_told_where_and_in_the_history_which_commit() {
    let text = sample().text(Formats::Github);
    let commands: Vec<_> = text.lines().filter_map(command).collect();
    let property = |it: &Command, name: &str| it.1.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
    let first = commands.iter().find(|it| property(it, "file").as_deref() == Some("deploy/config.yml")).unwrap();
    assert_eq!((first.0.as_str(), property(first, "line").as_deref()), ("error", Some("12")));
    let gone = commands.iter().find(|it| it.2.contains("größe.rs")).unwrap();
    assert!(property(gone, "file").is_none() && gone.2.contains("gone from HEAD"), "{gone:?}");
    assert!(text.starts_with("::error title=keysieve%3A the scan is incomplete::Not scanned: 2 unreadable"), "{text}");
    let closing = commands.last().unwrap();
    assert!(closing.0 == "notice" && closing.2.contains("exit 1\nscanned 123 files"), "{closing:?}");
}

#[test]
fn nobody_gives_the_runner_commands() {
    let mut run = hostile::run();
    run.findings[0].message = "::set-env name=X::y\n::add-mask::z ##[set-output name=a]b, %0A::error::c".to_owned();
    let mut more = run.findings[0].clone();
    more.places[0].origin = file("::error ,file=x::##[add-mask]y\n::warning::z");
    run.findings.extend(std::iter::repeat_n(more, 30));
    let text = run.text(Formats::Github);
    let names: BTreeSet<String> = text.lines().filter_map(command).map(|(name, _, _)| name).collect();
    let known: BTreeSet<String> = ["error", "notice", "group", "endgroup"].map(str::to_owned).into();
    assert_eq!(names, known);
    for (_, properties, _) in text.lines().filter_map(command) {
        let names: Vec<&str> = properties.iter().map(|(name, _)| name.as_str()).collect();
        assert!(
            [&["title"][..], &["file", "line", "endLine", "col", "endColumn", "title"], &[]]
                .contains(&names.as_slice()),
            "{names:?}"
        );
    }
}

#[test]
fn a_search_cluster_gets_what_the_common_schema_knows() {
    let run = sample();
    let text = run.text(Formats::Ecs);
    let documents: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(documents.len(), run.findings.len() + 1);
    // Field sets and fields of ECS 8.17 that are in use here, those of a name of our own aside.
    let known: &[(&str, &[&str])] = &[
        ("@timestamp", &[]),
        ("ecs", &["version"]),
        ("message", &[]),
        ("tags", &[]),
        ("event", &["kind", "category", "type", "module", "dataset", "id", "severity", "reason", "outcome"]),
        ("observer", &["vendor", "product", "type", "version"]),
        ("rule", &["id", "name", "description", "category", "ruleset", "version", "reference"]),
        ("vulnerability", &["category", "enumeration", "id", "severity", "scanner"]),
        ("file", &["path", "name", "extension"]),
        ("related", &["hash"]),
    ];
    let mut ids = BTreeSet::new();
    for document in &documents {
        for (set, fields) in document.as_object().unwrap().iter().filter(|(set, _)| *set != "keysieve") {
            let (_, allowed) = known.iter().find(|(name, _)| name == set).unwrap_or_else(|| panic!("{set}"));
            let fields = fields.as_object().into_iter().flat_map(serde_json::Map::keys);
            fields.for_each(|field| assert!(allowed.contains(&field.as_str()), "{set}.{field}"));
        }
        assert!(document["@timestamp"].is_null() && document["event"]["category"].is_array());
        assert!(["alert", "event"].contains(&self::text(&document["event"]["kind"])));
        assert!(document["event"]["kind"] == "event" || ids.insert(self::text(&document["event"]["id"])));
    }
    let end = documents.last().unwrap();
    assert_eq!((&end["event"]["outcome"], &end["keysieve"]["run"]["exit_code"]), (&"failure".into(), &1.into()));
    let policy = documents.iter().find(|it| it["keysieve"]["finding"]["kind"] == "policy").unwrap();
    assert_eq!(policy["event"]["category"], serde_json::json!(["vulnerability", "configuration"]));
    assert_eq!(policy["file"]["path"], "infra/main.tf");
    let gone = documents.iter().find(|it| it["file"]["path"] == "src/größe.rs").unwrap();
    let commit = &run.findings[1].places[0].introduced.as_ref().unwrap().commit;
    assert!(list(&gone["related"]["hash"]).iter().any(|hash| hash == commit.as_str()));
    assert_eq!(gone["keysieve"]["finding"]["commit"]["id"], *commit);
    assert!(run.findings.iter().any(|finding| finding.kind == Kind::Policy));
}

#[test]
fn the_description_for_gitlab_is_no_markup() {
    for it in list(&json(&hostile::run(), Formats::Gitlab)["vulnerabilities"]) {
        let prose = without_code_spans(text(&it["description"]));
        assert!(!prose.contains(['<', '@', '\n']) && !prose.contains("://"), "{prose}");
        for (at, c) in prose.char_indices().filter(|(_, c)| "[]*_`|#".contains(*c)) {
            assert!(prose[..at].ends_with(['\\', '&']), "{c} at {at} in {prose}");
        }
    }
}
