//! Links between pages.

use std::path::{Path, PathBuf};

use crate::page::Page;

/// A path without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => _ = out.pop(),
            std::path::Component::CurDir => {}
            part => out.push(part),
        }
    }
    out
}

fn target(page: &Page, link: &str) -> PathBuf {
    plain(&page.path.parent().unwrap_or(Path::new("")).join(link))
}

#[test]
fn every_link_leads_somewhere() {
    let pages = Page::all();
    let mut wrong = Vec::new();
    let mut followed = 0;
    for page in &pages {
        for (line, link) in page.links() {
            if link.starts_with("https://") || link.starts_with("mailto:") {
                continue;
            }
            followed += 1;
            let (file, anchor) =
                link.split_once('#').map_or((link.as_str(), None), |(file, anchor)| (file, Some(anchor)));
            let path = if file.is_empty() { page.path.clone() } else { target(page, file) };
            let place = format!("{}:{line}: {link}", page.path.display());
            match anchor {
                _ if !path.exists() => wrong.push(format!("{place}: there is no such file")),
                Some(anchor) => match pages.iter().find(|it| it.path == path) {
                    Some(other) if other.anchors().iter().any(|it| it == anchor) => {}
                    _ => wrong.push(format!("{place}: there is no such heading")),
                },
                None => {}
            }
        }
    }
    assert!(followed > 100, "{followed}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_of_contents_has_every_page() {
    let contents = Page::read(Path::new("docs/README.md"));
    let linked: Vec<PathBuf> = contents.links().iter().map(|(_, link)| target(&contents, link)).collect();
    let pages = Page::all();
    let missing: Vec<String> = pages
        .iter()
        .filter(|page| page.path.starts_with("docs") && !page.path.starts_with("docs/rules"))
        .filter(|page| page.path != contents.path && !linked.contains(&page.path))
        .map(|page| page.path.display().to_string())
        .collect();
    assert!(missing.is_empty(), "{}", missing.join(", "));
}
