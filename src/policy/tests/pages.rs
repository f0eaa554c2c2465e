//! Every page has its parts, and its examples hold.

use super::super::page;
use super::super::trial::trial;
use super::*;

#[test]
fn every_declared_check_is_read() {
    assert_eq!(declared::faults(), []);
}

#[test]
fn every_block_finds_what_it_says() {
    let wrong: Vec<String> = check::all()
        .iter()
        .flat_map(|check| trial(*check).wrong.into_iter().map(|wrong| format!("{}: {wrong}", check.meta().id)))
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_page_has_its_parts() {
    for check in check::all() {
        let meta = check.meta();
        assert_eq!(meta.page.lines().next(), Some(format!("# {}", meta.title).as_str()), "{}", meta.id);
        for title in ["What", "Why", "Bad", "Good", "How to fix", "References"] {
            assert!(!page::section(meta.page, title).is_empty(), "{}: {title}", meta.id);
        }
        assert!(!page::description(meta.page).is_empty() && page::steps(meta.page).iter().all(|step| !step.is_empty()));
        assert!(page::section(meta.page, "References").contains("https://"), "{}", meta.id);
        let shown = page::help(meta.page);
        assert!(!["@random(", "@base64(", "@jwt("].iter().any(|it| shown.contains(it)), "{}", meta.id);
        assert!(!shown.contains("finds=") && shown.contains("```"), "{}", meta.id);
        assert!(meta.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b.is_ascii_digit()));
    }
}

#[test]
fn the_checks_serve_many_families() {
    let families: std::collections::BTreeSet<&str> =
        check::all().iter().map(|check| check.meta().family.id()).collect();
    assert!(families.len() >= 6, "{families:?}");
}
