//! The committed schema of `keysieve.toml` is the one that the program prints, and the documentation's example loads.
//! `KEYSIEVE_BLESS=1 cargo test --test schema` writes that schema anew; the one of reports is written by hand, and held by `report`.
#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
#[path = "schema/report.rs"]
mod report;
#[allow(dead_code)]
#[path = "report_formats/sample.rs"]
mod sample;
mod scripted;
mod support;

use std::fs;
use std::path::Path;

use keysieve::config::{policy_of, schema};
use keysieve::policy;

#[test]
fn the_committed_schema_is_the_printed_one() {
    let path = Path::new("docs/keysieve.schema.json");
    if std::env::var_os("KEYSIEVE_BLESS").is_some() {
        fs::write(path, schema::schema_text()).unwrap();
    }
    let committed = fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    assert!(committed == schema::schema_text(), "KEYSIEVE_BLESS=1 cargo test --test schema writes it anew");
}

/// The fenced blocks of TOML in the documentation.
fn examples() -> Vec<String> {
    let page = fs::read_to_string("docs/policy.md").unwrap().replace("\r\n", "\n");
    let blocks = page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned());
    blocks.collect()
}

#[test]
fn the_example_of_the_documentation_loads_and_holds_every_table() {
    let ids = policy::check::ids();
    let examples = examples();
    for example in &examples {
        // What it extends is not here.
        let alone: String =
            example.lines().filter(|line| !line.starts_with("extends")).map(|l| format!("{l}\n")).collect();
        policy_of(&alone, "docs/policy.md", &ids).unwrap_or_else(|errors| panic!("{errors:#?}\n{alone}"));
    }
    let whole: toml::Table = toml::from_str(&examples[0]).unwrap();
    let schema = schema::schema();
    let described = schema["properties"]["policy"]["properties"].as_object().unwrap();
    for table in described.keys() {
        assert!(whole["policy"].get(table).is_some(), "the example has no [policy.{table}]");
    }
    for table in ["preset", "extends", "environments", "owners", "inventory", "rotated", "exception", "check"] {
        assert!(whole.contains_key(table), "the example has no {table}");
    }
}
