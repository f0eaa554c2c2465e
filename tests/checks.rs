//! The list of checks in `docs/check-list.md` is that of the registry, and `docs/checks.md` names every dialect.
//!
//! `KEYSIEVE_BLESS=1 cargo test --test checks` writes the list anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use keysieve::policy;

const LIST: &str = "docs/check-list.md";

fn list() -> String {
    let metas = policy::check::metas();
    let mut families: BTreeMap<&str, Vec<&policy::Meta>> = BTreeMap::new();
    for meta in &metas {
        families.entry(meta.family.id()).or_default().push(meta);
    }
    let mut out = String::new();
    let _ = writeln!(out, "# All checks\n");
    let _ = writeln!(
        out,
        "{} checks, by what they serve. `keysieve explain ID` prints the page of one; [policy.md](policy.md) says how presets,\n\
         severities and limits are changed. *Reads* names dialects ([checks.md](checks.md)); `any` is every document, `code` \
         source\ncode, `secrets` are remarks on the secrets that a scan finds. *Nearest* are the closest checks of other tools.",
        metas.len()
    );
    for (family, metas) in families {
        let _ = writeln!(out, "\n## {}{}\n", family[..1].to_uppercase(), &family[1..]);
        let _ = writeln!(out, "| check | severity | preset | reads | limit | nearest |\n|---|---|---|---|---|---|");
        for meta in metas {
            let _ = writeln!(
                out,
                "| `{}`: {} | {} | {} | {} | {} | {} |",
                meta.id,
                meta.title.replace('|', "\\|"),
                meta.severity.id(),
                meta.preset.id(),
                meta.kinds.join(", "),
                meta.threshold.unwrap_or("").replace('|', "\\|"),
                meta.nearest.join(", ")
            );
        }
    }
    out
}

#[test]
fn the_list_is_that_of_the_registry() {
    let wanted = list();
    if std::env::var_os("KEYSIEVE_BLESS").is_some() {
        fs::write(LIST, &wanted).expect("the list can be written");
    }
    let found = fs::read_to_string(LIST).expect("the list is committed");
    assert!(found.replace("\r\n", "\n") == wanted, "{LIST} is not what the registry says: bless it");
}

#[test]
fn every_dialect_is_documented() {
    let page = fs::read_to_string("docs/checks.md").expect("the page");
    for (name, about) in policy::dialects() {
        assert!(page.contains(&format!("`{name}`")), "docs/checks.md does not name the dialect `{name}` ({about})");
    }
}

#[test]
fn limits_of_built_in_checks_are_the_policy_s() {
    // How far ahead an exception may end is part of what an exception is.
    for meta in policy::check::metas().into_iter().filter(|meta| meta.id != "exception-without-reason") {
        let threshold = meta.threshold.unwrap_or("");
        assert!(
            threshold.is_empty() || threshold.contains("policy."),
            "{} states a limit of its own: {threshold}",
            meta.id
        );
    }
}
