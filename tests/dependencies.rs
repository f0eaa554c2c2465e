//! The licence policy and the bans of `deny.toml`, held against the lock file without any tool beside cargo.

use std::collections::BTreeSet;
use std::process::Command;

/// What is built on this platform; the sources of other platforms' dependencies need not be there.
fn metadata() -> serde_json::Value {
    let version = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host])
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON")
}

fn policy() -> toml::Table {
    std::fs::read_to_string("deny.toml").expect("deny.toml").parse().expect("deny.toml is TOML")
}

/// Whether an SPDX expression of the plain kind that crates use can be met with the allowed licences.
fn is_met(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let expression = expression.replace('/', " OR ").replace(['(', ')'], " ");
    let normal = expression.split_whitespace().collect::<Vec<_>>().join(" ");
    normal.split(" AND ").all(|part| part.split(" OR ").any(|licence| allowed.contains(licence.trim())))
}

#[test]
fn every_dependency_has_an_allowed_licence() {
    let policy = policy();
    let allowed: BTreeSet<&str> =
        policy["licenses"]["allow"].as_array().expect("a list").iter().filter_map(toml::Value::as_str).collect();
    let metadata = metadata();
    let wrong: Vec<String> = metadata["packages"]
        .as_array()
        .expect("packages")
        .iter()
        .filter(|package| !package["license"].as_str().is_some_and(|licence| is_met(licence, &allowed)))
        .map(|package| format!("{}: {}", package["name"], package["license"]))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(is_met("MIT/Apache-2.0", &allowed) && !is_met("GPL-3.0", &allowed) && !is_met("MIT AND MPL-2.0", &allowed));
}

#[test]
fn nothing_banned_is_locked() {
    let policy = policy();
    let banned: BTreeSet<&str> = policy["bans"]["deny"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|ban| ban.get("crate").and_then(toml::Value::as_str))
        .collect();
    assert!(banned.contains("git2"));
    let lock: toml::Table = std::fs::read_to_string("Cargo.lock").expect("the lock file").parse().expect("TOML");
    let locked: Vec<&str> =
        lock["package"].as_array().expect("packages").iter().filter_map(|package| package["name"].as_str()).collect();
    assert!(locked.contains(&"gix"));
    let found: Vec<&&str> = locked.iter().filter(|name| banned.contains(*name)).collect();
    assert!(found.is_empty(), "{found:?}");
}
