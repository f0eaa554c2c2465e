//! `.gitleaksignore`: `[commit:]path:rule:line`, one a line, `#` before a remark
//! (<https://github.com/gitleaks/gitleaks#gitleaksignore>).

use std::collections::HashMap;

use super::{Hiding, Read};
use crate::finding::{Finding, Place};

/// By path and line: the commits that an entry names, none where it names none.
struct Ignore(HashMap<(String, u64), Vec<Option<String>>>);

pub(super) fn read(text: &str) -> Result<Read, String> {
    let mut ignore: HashMap<(String, u64), Vec<Option<String>>> = HashMap::new();
    let (mut entries, mut dropped) = (0, Vec::new());
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match entry(line) {
            Some((commit, path, at)) => {
                entries += 1;
                ignore.entry((path, at)).or_default().push(commit);
            }
            None => dropped.push(format!("{}: is not `[commit:]path:rule:line`", number + 1)),
        }
    }
    Ok(Read { hiding: Box::new(Ignore(ignore)), entries, dropped })
}

fn entry(line: &str) -> Option<(Option<String>, String, u64)> {
    let (rest, at) = line.rsplit_once(':')?;
    let (rest, _rule) = rest.rsplit_once(':')?;
    let is_commit = |text: &str| matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (commit, path) = match rest.split_once(':').filter(|(commit, _)| is_commit(commit)) {
        Some((commit, path)) => (Some(commit.to_ascii_lowercase()), path),
        None => (None, rest),
    };
    (!path.is_empty()).then_some(())?;
    Some((commit, path.replace('\\', "/"), at.parse().ok()?))
}

impl Hiding for Ignore {
    fn hides(&self, _finding: &Finding, place: &Place, address: &str) -> Option<String> {
        let commits = self.0.get(&(address.to_owned(), place.start.line))?;
        let introduced = place.introduced.as_ref().map(|it| it.commit.as_str());
        let is_meant = |commit: &Option<String>| commit.is_none() || commit.as_deref() == introduced;
        commits.iter().any(is_meant).then(|| "gitleaks".to_owned())
    }
}
