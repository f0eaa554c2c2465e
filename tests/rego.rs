//! Packs of Rego, in the built program: what they find, what they may not, and how they fail.
#![allow(clippy::unwrap_used)]

mod scripted;
mod support;

use scripted::Scratch;
use serde_json::Value;
use support::{Report, keysieve, token};

const POD: &str = r#"package main

import rego.v1

# Nobody runs as root.
deny contains result if {
	input.kind == "Deployment"
	some i, container in input.spec.template.spec.containers
	not container.securityContext.runAsNonRoot
	result := {
		"msg": sprintf("%s may run as root", [container.name]),
		"metadata": {"severity": "high", "path": ["spec", "template", "spec", "containers", i]},
	}
}

deny contains msg if {
	input.kind == "Deployment"
	not input.spec.replicas
	msg := "no replicas"
}

warn_latest contains {"msg": msg, "path": path} if {
	some i, container in input.spec.template.spec.containers
	endswith(container.image, ":latest")
	msg := sprintf("%s is whatever it is today", [container.image])
	path := sprintf("/spec/template/spec/containers/%d/image", [i])
}
"#;

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
        - name: app
          image: app:latest
        - name: side
          image: side:1
          securityContext:
            runAsNonRoot: true
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: worker
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: app
          image: worker:1
";

const CONTROL: &str = "preset = \"minimal\"\n\n[[rego]]\nfiles = [\"policy/*.rego\"]\non = [\"deploy/**\"]\n";

fn tree() -> Scratch {
    let scratch = Scratch::new();
    scratch.write("tree/keysieve.toml", CONTROL);
    scratch.write("tree/policy/main.rego", POD);
    scratch.write("tree/deploy/web.yaml", DEPLOYMENT);
    scratch
}

/// Check, message, severity and line of each finding of a pack, sorted.
fn found(report: &Report) -> Vec<(String, String, String, u64)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let ours = report.findings().iter().filter(|finding| text(&finding["rule"]).starts_with("rego-"));
    let mut found: Vec<_> = ours
        .map(|finding| {
            let line = finding["places"][0]["start"]["line"].as_u64().unwrap();
            (text(&finding["rule"]), text(&finding["message"]), text(&finding["severity"]), line)
        })
        .collect();
    found.sort();
    found
}

fn row(rule: &str, message: &str, severity: &str, line: u64) -> (String, String, String, u64) {
    (rule.to_owned(), message.to_owned(), severity.to_owned(), line)
}

#[test]
fn a_manifest_is_checked_document_by_document() {
    let scratch = tree();
    // The pack is for `deploy/` alone.
    scratch.write("tree/other/web.yaml", DEPLOYMENT);
    let report = keysieve(&scratch, "tree", &["lint", "--format", "json"]).exits(1).json();
    let expected = [
        row("rego-main-deny", "app may run as root", "high", 9),
        row("rego-main-deny", "app may run as root", "high", 25),
        row("rego-main-deny", "no replicas", "medium", 1),
        row("rego-main-warn-latest", "app:latest is whatever it is today", "low", 10),
    ];
    assert_eq!(found(&report), expected);
    let sarif = keysieve(&scratch, "tree", &["lint", "--format", "sarif"]).exits(1);
    sarif.says("rego-main-warn-latest").says("Nobody runs as root.");
    keysieve(&scratch, "tree", &["explain", "rego-main-deny"]).exits(0).says("policy/main.rego:6");
    keysieve(&scratch, "tree", &["rules", "list"]).exits(0).says("rego-main-warn-latest");
    let threads = |number| keysieve(&scratch, "tree", &["lint", "--threads", number]).exits(1).out();
    assert_eq!(threads("1"), threads("4"));
}

#[test]
fn findings_are_switched_excepted_and_allowed_like_any() {
    let scratch = tree();
    let control = |more: &str| scratch.write("tree/keysieve.toml", format!("{CONTROL}{more}"));
    let switch = |id: &str, severity: &str| format!("\n[[check]]\nid = \"{id}\"\nseverity = \"{severity}\"\n");
    control(&(switch("rego-main-deny", "off") + &switch("rego-main-warn-latest", "critical")));
    let report = keysieve(&scratch, "tree", &["lint", "--format", "json"]).exits(1).json();
    assert_eq!(found(&report), [row("rego-main-warn-latest", "app:latest is whatever it is today", "critical", 10)]);
    control(&switch("rego-main-deny", "off"));
    keysieve(&scratch, "tree", &["lint"]).exits(0).says("rego-main-warn-latest");
    keysieve(&scratch, "tree", &["lint", "--fail-on", "low"]).exits(1);
    control(&switch("rego-main-dany", "off"));
    keysieve(&scratch, "tree", &["lint"]).exits(2).says("there is no check \"rego-main-dany\"");
    control(
        "\n[[exception]]\ncheck = \"rego-main-deny\"\npath = \"deploy/*\"\nresource = \"Deployment/web\"\nreason = \"moves\"\nuntil = 2026-12-31\n",
    );
    let arguments = ["lint", "--format", "json", "--now", "2026-11-23"];
    let report = keysieve(&scratch, "tree", &arguments).exits(1).json();
    let left = [
        row("rego-main-deny", "app may run as root", "high", 25),
        row("rego-main-warn-latest", "app:latest is whatever it is today", "low", 10),
    ];
    assert_eq!(found(&report), left);
    control("");
    // In two parts, so that it is no comment of this file.
    let comment = format!("app:latest # keysieve:{}", "allow rego-main-warn-latest built here");
    let allowed = DEPLOYMENT.replace("app:latest", &comment);
    scratch.write("tree/deploy/web.yaml", allowed);
    let report = keysieve(&scratch, "tree", &arguments).exits(1).json();
    assert!(found(&report).iter().all(|row| row.0 == "rego-main-deny"), "{:?}", found(&report));
}

const TERRAFORM: &str = r#"package terraform.storage

# The syntax of Rego before 1.0.
deny_public[msg] {
	bucket := input.resource.aws_s3_bucket[name][_]
	bucket.acl != "private"
	msg := {"msg": sprintf("%v is %v", [name, bucket.acl]), "path": ["resource", "aws_s3_bucket", name, 0, "acl"]}
}

deny_plain[msg] {
	bucket := input.resource.aws_s3_bucket[name][_]
	not bucket.encryption
	msg := sprintf("%v is not encrypted", [name])
}

deny_name[msg] {
	bucket := input.resource.aws_s3_bucket[name][_]
	not startswith(bucket.bucket, "team-")
	msg := sprintf("%v is not the team's", [name])
}

violation[{"msg": msg}] {
	input.resource.aws_security_group[name][_].ingress[i].cidr_blocks[_] == "0.0.0.0/0"
	msg := sprintf("%v: ingress %d is open", [name, i])
}
"#;

#[test]
fn terraform_has_the_shape_of_conftest_and_references_are_no_findings() {
    let scratch = Scratch::new();
    scratch.write("tree/keysieve.toml", "preset = \"minimal\"\n[[rego]]\nfiles = [\"storage.rego\"]\n");
    scratch.write("tree/storage.rego", TERRAFORM);
    scratch.write(
        "tree/main.tf",
        "variable \"open\" {\n  default = \"public-read\"\n}\n\
         resource \"aws_s3_bucket\" \"a\" {\n  bucket = \"team-a\"\n  acl = var.open\n}\n\
         resource \"aws_security_group\" \"g\" {\n  ingress {\n    cidr_blocks = [\"10.0.0.0/8\"]\n  }\n  ingress {\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }\n}\n",
    );
    // What has to be looked up is not equal to anything, not missing, and does not begin with anything.
    scratch.write(
        "tree/other.tf",
        "resource \"aws_s3_bucket\" \"b\" {\n  bucket = data.x.y.z\n  acl = data.x.y.acl\n  encryption = data.x.y.e\n}\n",
    );
    let report = keysieve(&scratch, "tree", &["lint", "--format", "json"]).exits(1).json();
    let expected = [
        row("rego-terraform-storage-deny-plain", "a is not encrypted", "medium", 1),
        row("rego-terraform-storage-deny-public", "a is public-read", "medium", 2),
        row("rego-terraform-storage-violation", "g: ingress 1 is open", "medium", 1),
    ];
    assert_eq!(found(&report), expected);
}

#[test]
fn every_syntax_is_one_document() {
    let scratch = Scratch::new();
    let pack = "package main\ndeny contains sprintf(\"%v\", [input.a.b]) if input.a.b\n";
    scratch.write("tree/keysieve.toml", "preset = \"minimal\"\n[[rego]]\nfiles = [\"a.rego\"]\non = [\"d/*\"]\n");
    scratch.write("tree/a.rego", pack);
    scratch.write("tree/d/a.json", "{\"a\": {\"b\": 1}}");
    scratch.write("tree/d/b.toml", "[a]\nb = 2\n");
    scratch.write("tree/d/c.yaml", "a: {b: 3}\n--- \na: {b: 4}\n");
    scratch.write("tree/d/d.hcl", "a = { b = 5 }\n");
    let report = keysieve(&scratch, "tree", &["lint", "--format", "json"]).exits(1).json();
    let messages: Vec<String> = found(&report).into_iter().map(|row| row.1).collect();
    assert_eq!(messages, ["1", "2", "3", "4", "5"]);
}

#[test]
fn a_message_shows_no_secret() {
    let scratch = Scratch::new();
    let secret = token("github-personal-access-token", "rego");
    scratch.write("tree/keysieve.toml", "preset = \"minimal\"\n[[rego]]\nfiles = [\"a.rego\"]\n");
    scratch.write("tree/a.rego", "package main\ndeny contains sprintf(\"token %v\", [input.token]) if input.token\n");
    scratch.write("tree/a.yaml", format!("name: x\ntoken: {secret}\n"));
    for format in ["json", "text", "sarif"] {
        let run = keysieve(&scratch, "tree", &["lint", "--format", format]).exits(1).says("rego-main-deny");
        assert!(!run.said(&secret), "{}", run.shown());
    }
}

#[test]
fn the_time_is_that_of_the_run() {
    let scratch = Scratch::new();
    scratch.write("tree/keysieve.toml", "preset = \"minimal\"\n[[rego]]\nfiles = [\"a.rego\"]\n");
    let pack = "package main\ndeny contains \"past\" if time.parse_rfc3339_ns(input.until) < time.now_ns()\n";
    scratch.write("tree/a.rego", pack);
    scratch.write("tree/a.yaml", "until: 2026-06-01T00:00:00Z\n");
    keysieve(&scratch, "tree", &["lint", "--now", "2026-05-31"]).exits(0);
    keysieve(&scratch, "tree", &["lint", "--now", "2026-06-02"]).exits(1).says("past");
}

#[test]
fn what_is_wrong_with_a_pack_is_an_error_with_its_place() {
    let scratch = Scratch::new();
    scratch.write("tree/keysieve.toml", "[[rego]]\nfiles = [\"a.rego\"]\n");
    for (pack, place, part) in [
        ("package main\n\ndeny contains msg if {\n  msg := := 1\n}\n", "a.rego:4: ", ""),
        ("package main\n\ndeny[msg] {\n  msg := := 1\n}\n", "a.rego:4: ", ""),
        ("package main\ndeny contains msg if { input.x == y }\n", "a.rego:2: ", ""),
        (
            "package main\ndeny contains r if {\n  r := http.send({\"url\": \"x\"})\n}\n",
            "a.rego:3: ",
            "`http.send` is refused",
        ),
        ("package main\ndeny contains r if r := rand.intn(\"a\", 3)\n", "a.rego:2: ", "`rand.intn` is refused"),
        ("package main\nallow := true\n", "keysieve.toml:1: ", "they check nothing"),
        ("deny := 1\n", "a.rego:1: ", "package"),
        ("", "a.rego", ""),
    ] {
        scratch.write("tree/a.rego", pack);
        for command in [&["lint"][..], &["scan"], &["rules", "list"]] {
            keysieve(&scratch, "tree", command).exits(2).says(place).says(part);
        }
    }
    scratch.write("tree/keysieve.toml", "\n[[rego]]\nfiles = [\"b.rego\"]\n");
    keysieve(&scratch, "tree", &["lint"]).exits(2).says("b.rego: cannot be read").says("keysieve.toml:3");
}

#[test]
fn what_fails_in_a_run_makes_it_incomplete() {
    let scratch = Scratch::new();
    scratch.write("tree/keysieve.toml", "preset = \"minimal\"\n[[rego]]\nfiles = [\"a.rego\"]\non = [\"*.yaml\"]\n");
    scratch.write("tree/a.yaml", "a: 1\n");
    for (pack, cause, part) in [
        ("deny contains no.such(1) if input.a\n", "failed-check", "a.rego:2: could not find function no.such"),
        ("deny contains 1 if input.a\n", "failed-check", "not a number"),
        (
            "deny contains {\"msg\": \"m\", \"severity\": \"bad\"} if input.a\n",
            "failed-check",
            "`severity` of a result",
        ),
        (
            "deny contains \"x\" if {\n  n := numbers.range(1, 3000)\n  some a in n\n  some b in n\n  a + b == 0\n}\n",
            "budget",
            "2000000 steps",
        ),
    ] {
        // What fails takes no other clause along.
        let pack = format!("package main\n{pack}warn contains \"still\" if input.a\n");
        scratch.write("tree/a.rego", pack);
        let run = keysieve(&scratch, "tree", &["lint", "--format", "json"]).exits(3).says(part);
        assert_eq!(run.json().skipped(cause), 1, "{}", run.shown());
        assert_eq!(found(&run.json()).len(), 1, "{}", run.shown());
        keysieve(&scratch, "tree", &["lint", "--accept", cause]).exits(0);
    }
}

#[test]
fn tests_in_rego_are_run() {
    let scratch = tree();
    let tests = "package main\n\nimport rego.v1\n\ntest_root if {\n\tcount(deny) == 2 with input as {\"kind\": \"Deployment\", \"spec\": {\"template\": {\"spec\": {\"containers\": [{\"name\": \"a\", \"image\": \"a\"}]}}}}\n}\n\ntest_other if count(deny) == 0 with input as {\"kind\": \"Pod\"}\n";
    scratch.write("tree/policy/main_test.rego", tests);
    let run = keysieve(&scratch, "tree", &["rules", "test", "policy/main.rego"]).exits(0);
    assert_eq!(
        run.out(),
        "policy/main_test.rego:5: main.test_root: passed\npolicy/main_test.rego:9: main.test_other: passed\n2 tests, all passed\n"
    );
    scratch.write("tree/policy/main_test.rego", tests.replace("== 2", "== 3"));
    keysieve(&scratch, "tree", &["rules", "test", "policy/main_test.rego"])
        .exits(1)
        .says("policy/main_test.rego:5: main.test_root: failed: it does not hold")
        .says("2 tests, 1 failed");
    keysieve(&scratch, "tree", &["rules", "test"]).exits(1).says("2 tests, 1 failed");
    scratch.write("tree/alone/a.rego", "package main\nallow := true\n");
    keysieve(&scratch, "tree", &["rules", "test", "alone/a.rego"]).exits(2).says("no test");
}
