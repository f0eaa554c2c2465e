//! A page of Markdown: its fenced blocks, its headings, and the text around them.

use std::fs;
use std::path::{Path, PathBuf};

/// Where the pages are.
const DIRECTORIES: [&str; 5] = [".", "docs", "docs/ci", "docs/from", "docs/rules"];

/// One page.
pub struct Page {
    /// From the top of the repository.
    pub path: PathBuf,
    lines: Vec<Line>,
}

/// One line of it.
struct Line {
    number: usize,
    text: String,
    /// What the block that it stands in is made of (`sh`, `toml`, or nothing); none outside of blocks.
    block: Option<String>,
}

impl Page {
    pub fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut lines = Vec::new();
        let mut block: Option<String> = None;
        for (index, text) in text.lines().enumerate() {
            match (text.trim_start().strip_prefix("```"), &block) {
                (Some(info), None) => block = Some(info.split_whitespace().next().unwrap_or_default().to_owned()),
                (Some(_), Some(_)) => block = None,
                (None, _) => lines.push(Line { number: index + 1, text: text.to_owned(), block: block.clone() }),
            }
        }
        assert!(block.is_none(), "{}: a block does not end", path.display());
        Self { path: path.to_owned(), lines }
    }

    /// All pages, in the order of their paths.
    pub fn all() -> Vec<Self> {
        let files = DIRECTORIES.iter().flat_map(|directory| fs::read_dir(directory).unwrap());
        let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
        paths.sort();
        paths.iter().map(|path| Self::read(path.strip_prefix(".").unwrap_or(path))).collect()
    }

    /// The lines of blocks of a kind, each with its number.
    pub fn block_lines(&self, is_meant: impl Fn(&str) -> bool) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.lines.iter().filter(move |line| line.block.as_deref().is_some_and(&is_meant));
        lines.map(|line| (line.number, line.text.as_str()))
    }

    /// The lines outside of blocks, each with its number.
    pub fn prose(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines.iter().filter(|line| line.block.is_none()).map(|line| (line.number, line.text.as_str()))
    }

    /// What a link can name of it, as GitHub and others make it of the headings.
    pub fn anchors(&self) -> Vec<String> {
        let mut anchors: Vec<String> = Vec::new();
        for (_, line) in self.prose() {
            let text = line.trim_start_matches('#');
            if text.len() == line.len() || !text.starts_with(' ') {
                continue;
            }
            let kept = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
            let anchor: String = text.trim().to_lowercase().chars().filter(|&c| kept(c)).collect();
            let anchor = anchor.replace(' ', "-");
            let earlier = anchors.iter().filter(|it| **it == anchor).count();
            anchors.push(if earlier == 0 { anchor } else { format!("{anchor}-{earlier}") });
        }
        anchors
    }

    /// What stands between backticks, each with its line.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.prose()
            .flat_map(|(number, line)| parts(line).into_iter().skip(1).step_by(2).map(move |code| (number, code)))
    }

    /// Where its links lead, each with its line.
    pub fn links(&self) -> Vec<(usize, String)> {
        let mut links = Vec::new();
        for (number, line) in self.prose() {
            let plain: String = parts(line).into_iter().step_by(2).collect::<Vec<_>>().join("``");
            for rest in plain.split("](").skip(1) {
                links.push((number, rest.split(')').next().unwrap_or_default().to_owned()));
            }
        }
        links
    }
}

/// Plain text and code in turn: code ends with as many backticks as it begins with (CommonMark, 6.1).
fn parts(line: &str) -> Vec<&str> {
    let (mut parts, mut rest) = (Vec::new(), line);
    while let Some(at) = rest.find('`') {
        let marks = rest[at..].chars().take_while(|&mark| mark == '`').count();
        let behind = &rest[at + marks..];
        let is_end =
            |&(end, _): &(usize, &str)| !behind[..end].ends_with('`') && !behind[end + marks..].starts_with('`');
        let Some((end, _)) = behind.match_indices(&"`".repeat(marks)).find(is_end) else { break };
        parts.extend([&rest[..at], &behind[..end]]);
        rest = &behind[end + marks..];
    }
    parts.push(rest);
    parts
}

#[test]
fn a_page_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("page.md");
    let text = "# A `b`, c!\n[x](y.md#z) `[n](o)`\n## Two\n```sh\n# no heading\nkeysieve check\n```\n## Two\n";
    fs::write(&path, text).unwrap();
    let page = Page::read(&path);
    assert_eq!(page.anchors(), ["a-b-c", "two", "two-1"]);
    assert_eq!(page.links(), [(2, "y.md#z".to_owned())]);
    assert_eq!(page.code().collect::<Vec<_>>(), [(1, "b"), (2, "[n](o)")]);
    assert_eq!(parts("a ``b ` [c](d)`` e"), ["a ", "b ` [c](d)", " e"]);
    let lines: Vec<_> = page.block_lines(|block| block == "sh").collect();
    assert_eq!(lines, [(5, "# no heading"), (6, "keysieve check")]);
}
