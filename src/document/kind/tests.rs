#![allow(clippy::unwrap_used)]

use super::*;

fn kind(path: &str) -> FileKind {
    FileKind::of(path.as_bytes(), b"")
}

#[test]
fn names_decide() {
    assert_eq!(kind("a/.github/workflows/CI.YML"), FileKind::Yaml);
    assert_eq!(kind("main.tf"), FileKind::Hcl);
    assert_eq!(kind("main.tf.json"), FileKind::Json);
    assert_eq!(kind(".env"), FileKind::Dotenv);
    assert_eq!(kind("deploy/.env.production"), FileKind::Dotenv);
    assert_eq!(kind(".envrc"), FileKind::Shell);
    assert_eq!(kind("Dockerfile.dev"), FileKind::Dockerfile);
    assert_eq!(kind("GNUmakefile"), FileKind::Shell);
    assert_eq!(kind("roles/db/templates/app.yml.j2"), FileKind::Yaml);
    assert_eq!(kind("env.j2"), FileKind::Dotenv);
    assert_eq!(kind("app.conf.erb"), FileKind::Ini);
    assert_eq!(kind("page.html.erb"), FileKind::Code(Language::Html));
    assert_eq!(kind("tasks.erb"), FileKind::Code(Language::Ruby));
    assert_eq!(kind("package-lock.json"), FileKind::Lockfile);
    assert_eq!(kind("pnpm-lock.yaml"), FileKind::Lockfile);
    assert_eq!(kind("src/lib.rs"), FileKind::Code(Language::Rust));
    assert_eq!(kind("no_extension"), FileKind::Unknown);
    assert_eq!(kind(&format!("{}.yaml", "x".repeat(300))), FileKind::Yaml);
}

#[test]
fn content_decides_where_the_name_says_nothing() {
    let of = |head: &[u8]| FileKind::of(b"run", head);
    assert_eq!(of(b"#!/usr/bin/env bash\n"), FileKind::Shell);
    assert_eq!(of(b"#!/usr/bin/python3\n"), FileKind::Code(Language::Python));
    assert_eq!(of(b" {\n \"a\": 1}"), FileKind::Json);
    assert_eq!(of(b"---\na: b\n"), FileKind::Yaml);
    assert_eq!(of(b"words and words"), FileKind::Plain);
    assert_eq!(of("words é".as_bytes().split_last().unwrap().1), FileKind::Plain);
    assert_eq!(of(b"\x7fELF\0\0"), FileKind::Unknown);
}

#[test]
fn places_are_told_by_whole_parts_of_the_path() {
    let of = |path: &str| PlaceFacts::of(path.as_bytes());
    assert!(of("src/tests/a.yaml").is_test_or_example && of("a.test.ts").is_test_or_example);
    assert!(of(".env.example").is_test_or_example && !of(".env").is_test_or_example);
    for path in ["a/.snapshots/b.json", "tests/__snapshot__/c.yaml", "docs/snippets/d.yaml", "cmd/stub/k.json"] {
        assert!(of(path).is_test_or_example, "{path}");
    }
    for path in ["golden/a.yaml", "chart/_unit-test/a.yaml", "test-acceptance/acceptance/a.yaml", "app-samples.yml"] {
        assert!(of(path).is_test_or_example, "{path}");
    }
    assert!(!of("src/latest/contest.yaml").is_test_or_example);
    assert!(of("node_modules/x/y.js").is_vendored && of("a/b.min.js").is_minified);
    assert!(of("app/locales/de.yml").is_locale && of("messages_de.properties").is_locale);
    assert!(of("docs/a.txt").is_docs && of("README.md").is_docs);
    assert!(of("go.sum").is_lockfile && !of("go.summary").is_lockfile);
}
