//! The page of a check: what users read, and what its tests are made of.
//!
//! A page has the sections What, Why, Bad, Good, How to fix and References. Fenced blocks under Bad and Good are whole
//! files; behind the language their opening line carries what the test needs, which [`help`] takes off again:
//! `file=PATH` (the path the block is linted as), `finds="TEXT"` (once for each finding, the text its span covers), and
//! `tracked` (git tracks the file). What stands for a secret in a block is made at test time.

use super::fixture;

/// The page as users read it: without the tests' part of the fences, and with words for what stands for a secret.
#[must_use]
pub fn help(page: &str) -> String {
    let mut out = String::with_capacity(page.len());
    for line in page.lines() {
        match line.strip_prefix("```") {
            Some(info) => {
                out.push_str("```");
                out.push_str(info.split(' ').next().unwrap_or_default());
            }
            None => out.push_str(&fixture::readable(line)),
        }
        out.push('\n');
    }
    out
}

/// The text of a section, trimmed; empty if there is none.
#[must_use]
pub fn section<'p>(page: &'p str, title: &str) -> &'p str {
    let heading = format!("\n## {title}\n");
    let Some(start) = page.find(&heading).map(|at| at + heading.len()) else { return "" };
    let end = page[start..].find("\n## ").map_or(page.len(), |at| start + at);
    page[start..end].trim()
}

/// The first paragraph of What, on one line: the description of the check.
#[must_use]
pub fn description(page: &str) -> String {
    first_paragraph(section(page, "What"))
}

/// The steps of How to fix, one each: the items of its list, or its first paragraph. None where the page has none, which
/// only those of users' checks may.
#[must_use]
pub fn steps(page: &str) -> Vec<String> {
    let text = section(page, "How to fix");
    let mut steps: Vec<String> = Vec::new();
    for line in text.lines() {
        if let Some(item) = line.strip_prefix("- ") {
            steps.push(item.trim().to_owned());
        } else if let (Some(step), Some(more)) = (steps.last_mut(), line.strip_prefix("  ")) {
            step.push(' ');
            step.push_str(more.trim());
        }
    }
    if steps.is_empty() && !text.is_empty() {
        steps.push(first_paragraph(text));
    }
    steps
}

fn first_paragraph(text: &str) -> String {
    let paragraph: Vec<&str> = text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim).collect();
    paragraph.join(" ")
}
