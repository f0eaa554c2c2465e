#![allow(clippy::unwrap_used)]

//! Every page is a test of its check; beside them what no single check shows.

mod pages;

use crate::config;
use crate::notice::Cause;

use super::*;

fn settings(text: &str) -> PolicySettings {
    let ids = check::ids();
    config::policy_of(text, "keysieve.toml", &ids).unwrap()
}

fn now() -> jiff::Timestamp {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

fn lint_text(path: &str, text: &str, settings: &PolicySettings) -> Lint {
    lint(&Subject { path: path.as_bytes(), bytes: text.as_bytes(), tracked: None }, settings, now())
}

#[test]
fn the_registry_is_the_directory() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/src/policy/check");
    let mut files: Vec<String> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "mod.rs")
        .collect();
    files.sort();
    let ids: Vec<&str> = check::PROGRAMMED.iter().map(|check| check.meta().id).collect();
    let expected: Vec<String> =
        ids.iter().flat_map(|id| ["md", "rs"].map(|end| format!("{}.{end}", id.replace('-', "_")))).collect();
    assert_eq!(files, expected);
    assert!(ids.is_sorted());
    let all: std::collections::BTreeSet<&str> = check::all().iter().map(|check| check.meta().id).collect();
    assert_eq!(all.len(), check::all().len(), "two checks of one name");
    assert!(ids.iter().all(|id| check::find(id).is_some_and(|meta| meta.id == *id)));
}

#[test]
fn severities_can_be_changed_and_checks_switched_off() {
    let text = "on: push\npermissions: write-all\njobs: {}\n";
    let path = ".github/workflows/a.yml";
    let severity = |toml: &str| lint_text(path, text, &settings(toml)).breaches.first().map(|breach| breach.severity);
    assert_eq!(severity(""), Some(Severity::High));
    assert_eq!(severity("[[check]]\nid = \"workflow-write-all\"\nseverity = \"info\"\n"), Some(Severity::Info));
    assert_eq!(severity("[[check]]\nid = \"workflow-write-all\"\nseverity = \"off\"\n"), None);
}

#[test]
fn a_preset_decides_which_checks_run_and_a_switch_goes_before_it() {
    let text = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: []\n";
    let runs = |toml: &str| !lint_text(".github/workflows/a.yml", text, &settings(toml)).breaches.is_empty();
    assert!(runs("") && runs("preset = \"strict\"\n"));
    assert!(!runs("preset = \"minimal\"\n"));
    assert!(runs("preset = \"minimal\"\n[[check]]\nid = \"workflow-without-permissions\"\nseverity = \"low\"\n"));
}

#[test]
fn an_environment_has_its_own_limits() {
    let text = "resource \"aws_kms_key\" \"a\" {\n  enable_key_rotation = true\n  rotation_period_in_days = 100\n}\n";
    let settings = settings(
        "[environments.prod]\npaths = [\"live/**\"]\n[environments.prod.policy.rotation]\ndefault = \"30d\"\n",
    );
    assert!(lint_text("a.tf", text, &settings).breaches.is_empty());
    let found = lint_text("live/a.tf", text, &settings).breaches;
    assert_eq!(found[0].threshold.as_ref().unwrap().source, "keysieve.toml:4");
}

#[test]
fn limits_and_their_source_reach_the_finding() {
    let text = "resource \"aws_kms_key\" \"a\" {\n  enable_key_rotation = true\n  rotation_period_in_days = 100\n}\n";
    assert!(lint_text("a.tf", text, &PolicySettings::default()).breaches.is_empty());
    let found = lint_text("a.tf", text, &settings("[policy.rotation]\ndefault = \"90d\"\n")).breaches;
    let threshold = found[0].threshold.as_ref().unwrap();
    assert_eq!((threshold.limit.as_str(), threshold.source.as_str()), ("90d", "keysieve.toml:2"));
    assert_eq!(found[0].route, "aws_kms_key.a.rotation_period_in_days");
}

#[test]
fn what_is_no_document_costs_nothing_and_says_nothing() {
    for path in ["main.c", "Cargo.lock", "package-lock.json", "a.min.js", "README.md", "data.bin"] {
        let lint = lint_text(path, "{ [ not any format", &PolicySettings::default());
        assert!(lint.documents == 0 && lint.notices.is_empty() && lint.breaches.is_empty(), "{path}");
    }
}

#[test]
fn what_has_no_reader_is_said_where_its_tool_has_a_way() {
    for path in ["infra/main.bicep", "main.bicepparam"] {
        let lint = lint_text(path, "param a string\n", &PolicySettings::default());
        assert_eq!((lint.documents, lint.notices.len()), (0, 1), "{path}");
        assert_eq!((lint.notices[0].cause, lint.notices[0].subject.as_str()), (Cause::Unparsed, path));
    }
}

#[test]
fn what_does_not_parse_is_a_notice_with_its_place() {
    let lint = lint_text("a/b.json", "{\n  \"a\" 1\n}", &PolicySettings::default());
    let notice = &lint.notices[0];
    assert_eq!((notice.cause, notice.subject.as_str()), (Cause::Unparsed, "a/b.json"));
    assert!(notice.detail.starts_with("2:"), "{}", notice.detail);
    let deep = lint_text("a.json", &"[".repeat(10_000), &PolicySettings::default());
    assert_eq!(deep.notices[0].cause, Cause::Budget);
}

#[test]
fn a_template_is_linted_whole_or_line_by_line() {
    let lint = |text: &str| lint_text("templates/a.yaml", text, &PolicySettings::default());
    let chart = lint("{{- if .Values.x }}\na: b\n{{- end }}\n");
    assert!(chart.documents == 1 && chart.notices.is_empty(), "{:?}", chart.notices);
    let store =
        "apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: a}\nspec:\n  provider: {}\n";
    assert_eq!(lint(store).breaches.len(), 1);
    // Whatever the chart's values say may stand there.
    let chart = lint(&format!("{store}  {{{{- toYaml .Values.more | nindent 2 }}}}\n"));
    assert!(chart.documents == 1 && chart.breaches.is_empty(), "{:?}", chart.breaches);
    let account =
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ .x }}\ntype: kubernetes.io/service-account-token\n";
    assert_eq!(lint(account).breaches.len(), 1);
    let broken = lint("{{- if .Values.x }}\na: b\n{{- else }}\n- a\n{{- end }}\n");
    assert!(broken.documents == 1);
    assert_eq!(broken.notices[0].cause, Cause::Unparsed);
    assert!(
        broken.notices[0].detail.starts_with("read in part, since it does not parse: 4:"),
        "{}",
        broken.notices[0].detail
    );
}

#[test]
fn an_aliased_value_is_one_finding() {
    let token = fixture::expand("@jwt({\"iss\": \"x\"})");
    let text = format!("a: &a\n  t: {token}\nb: *a\nc: *a\n");
    assert_eq!(lint_text("a.yaml", &text, &PolicySettings::default()).breaches.len(), 1);
}

#[test]
fn no_message_repeats_the_value() {
    let token = fixture::expand("@jwt({\"iss\": \"x\"})");
    let text = format!("u: https://a.example/?token={}\nt: {token}\n", fixture::expand("@random(24)"));
    let found = lint_text("a.yaml", &text, &PolicySettings::default()).breaches;
    assert_eq!(found.len(), 2);
    for breach in found {
        let value = &text[breach.span.clone()];
        assert!(!breach.message.contains(value) && !breach.route.contains(value));
    }
}

#[test]
fn a_large_document_is_linted_in_bounded_work() {
    let item =
        "{\"accessTokenNote\": \"see https://a.example/?token=next and eyJ\", \"n\": [1, 2], \"Statement\": 1},\n";
    let text = format!("[{}1]", item.repeat(60_000));
    assert!(text.len() > 5_000_000);
    let start = std::time::Instant::now();
    let lint = lint_text("a.json", &text, &PolicySettings::default());
    assert!(lint.documents == 1 && lint.breaches.is_empty());
    assert!(start.elapsed() < std::time::Duration::from_secs(20), "{:?}", start.elapsed());
}

fn module(files: &[(&str, &str)], is_whole: bool) -> Lint {
    let subjects: Vec<Subject<'_>> = files
        .iter()
        .map(|(path, text)| Subject { path: path.as_bytes(), bytes: text.as_bytes(), tracked: None })
        .collect();
    lint_module(&subjects, is_whole, &PolicySettings::default(), now(), check::all())
}

#[test]
fn a_module_of_many_resources_is_linted_in_bounded_work() {
    let pair = |number: usize| {
        format!(
            "resource \"aws_secretsmanager_secret\" \"a{number}\" {{\n  name = \"{number}\"\n}}\nresource \"aws_secretsmanager_secret_rotation\" \
             \"a{number}\" {{\n  secret_id = aws_secretsmanager_secret.a{number}.id\n}}\n"
        )
    };
    let text: String = (0..12_000).map(pair).collect();
    let start = std::time::Instant::now();
    let lint = module(&[("m/main.tf", &text)], true);
    assert!(
        lint.documents == 1 && lint.breaches.iter().all(|it| it.check.id != "secretsmanager-secret-without-rotation")
    );
    assert!(start.elapsed() < std::time::Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn brackets_in_texts_are_no_depth() {
    let rules: String = (0..200).map(|number| format!("[[rule{number}]]\nregex = '''(?i)[(]{{'''\n")).collect();
    let lint = lint_text("rules.toml", &rules, &PolicySettings::default());
    assert!(lint.documents == 1 && lint.notices.is_empty(), "{:?}", lint.notices);
}

#[test]
fn hcl_is_read_as_its_tools_read_it() {
    let object =
        "locals {\n  a = {\n    for k, v in var.b : k =>\n    var.c\n    ? { a = 1 }\n    : { a = 2 }\n  }\n}\n";
    let first = "path \"secret/data/*\"\n{\n  capabilities = [\"update\"],\n}\n";
    for (path, text) in [("m/main.tf", object), ("policy.hcl", first)] {
        let lint = lint_text(path, text, &PolicySettings::default());
        assert!(lint.documents == 1 && lint.notices.is_empty(), "{path} {:?}", lint.notices);
    }
    let lint = lint_text("policy.hcl", first, &PolicySettings::default());
    let found: Vec<&str> = lint.breaches.iter().map(|it| &first[it.span.clone()]).collect();
    assert_eq!(found, ["update"]);
}

#[test]
fn the_files_of_a_module_are_one() {
    let key = "é = 1\nresource \"aws_kms_key\" \"a\" {\n  enable_key_rotation = var.rotate\n}\n";
    let variables = "# ü\nvariable \"rotate\" {\n  default = false\n}\n";
    let lint = module(&[("m/main.tf", key), ("m/variables.tf", variables)], true);
    let found: Vec<_> = lint.breaches.iter().filter(|it| it.check.id == "key-without-rotation").collect();
    assert_eq!((found.len(), found[0].file), (1, 1));
    assert_eq!(&variables[found[0].span.clone()], "false");
    assert_eq!(found[0].route, "aws_kms_key.a.enable_key_rotation");
    // What the module is run with beats the default.
    let values = "rotate = true\n";
    let files = [("m/main.tf", key), ("m/terraform.tfvars", values), ("m/variables.tf", variables)];
    assert!(module(&files, true).breaches.iter().all(|it| it.check.id != "key-without-rotation"));
    // Alone the variable is not known.
    assert!(module(&files[..1], true).breaches.iter().all(|it| it.check.id != "key-without-rotation"));
}

#[test]
fn what_a_module_lacks_is_said_only_of_a_whole_one() {
    let secret = "resource \"aws_secretsmanager_secret\" \"a\" {\n  name = \"a\"\n}\n";
    let rotation = "resource \"aws_secretsmanager_secret_rotation\" \"a\" {\n  secret_id = aws_secretsmanager_secret.a.id\n  rotation_rules {\n    automatically_after_days = 30\n  }\n}\n";
    let of = |files: &[(&str, &str)], is_whole: bool| {
        module(files, is_whole)
            .breaches
            .iter()
            .filter(|it| it.check.id == "secretsmanager-secret-without-rotation")
            .count()
    };
    assert_eq!(of(&[("a.tf", secret)], true), 1);
    assert_eq!(of(&[("a.tf", secret)], false), 0);
    assert_eq!(of(&[("a.tf", secret), ("b.tf", rotation)], true), 0);
    assert_eq!(of(&[("a.tf", secret), ("b.tf", "resource {")], true), 0, "a file that does not parse may hold it");
}

#[test]
fn references_that_go_round_or_grow_end() {
    let round = "locals {\n  a = local.b\n  b = local.a\n  c = [local.c]\n}\n";
    assert_eq!(module(&[("a.tf", round)], true).documents, 1);
    let mut grow = "locals {\n  x0 = [\"a\", \"b\"]\n".to_owned();
    for number in 1..40 {
        let before = format!("local.x{}", number - 1);
        grow.push_str(&format!("  x{number} = [{}]\n", [before.as_str(); 10].join(", ")));
    }
    grow.push_str("}\n");
    let start = std::time::Instant::now();
    assert_eq!(module(&[("a.tf", &grow)], true).documents, 1);
    assert!(start.elapsed() < std::time::Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn a_plan_is_read_as_what_it_will_make() {
    let plan = r#"{"format_version": "1.2", "terraform_version": "1.9.0", "resource_changes": [
        {"address": "module.m.aws_kms_key.a[0]", "type": "aws_kms_key", "mode": "managed",
         "change": {"actions": ["create"], "after": {"enable_key_rotation": false}, "after_unknown": {"arn": true}}},
        {"address": "aws_kms_key.b", "type": "aws_kms_key", "mode": "managed",
         "change": {"actions": ["create"], "after": {}, "after_unknown": {"enable_key_rotation": true}}}]}"#;
    let lint = module(&[("plan.json", plan)], true);
    let routes: Vec<&str> = lint.breaches.iter().map(|breach| breach.route.as_str()).collect();
    assert_eq!(routes, ["module.m.aws_kms_key.a[0].enable_key_rotation"]);
}
