//! What git tells its hooks of a push: the refs and the objects that they named and shall name.

use super::{End, Purpose, Selection};

/// A line that is not git's.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("standard input, line {line}: not what git writes to this hook; it is `{form}`")]
pub struct PushError {
    line: usize,
    form: &'static str,
}

/// What a pre-push hook is told: `local-ref local-id remote-ref remote-id` in each line. New is what no remote-tracking ref
/// and no remote object reaches. None if the push only removes refs.
///
/// # Errors
/// A line of another form.
pub fn pushed(text: &str) -> Result<Option<Selection>, PushError> {
    let form = "local-ref local-id remote-ref remote-id";
    selection(
        text,
        form,
        |fields| match fields {
            &[_, new, _, old] => Some((old, new)),
            _ => None,
        },
        "refs/remotes/",
    )
}

/// What a pre-receive hook is told: `old-id new-id ref` in each line. New is what no ref of the repository reaches. None if
/// the push only removes refs.
///
/// # Errors
/// A line of another form.
pub fn received(text: &str) -> Result<Option<Selection>, PushError> {
    let form = "old-id new-id ref";
    selection(
        text,
        form,
        |fields| match fields {
            &[old, new, _] => Some((old, new)),
            _ => None,
        },
        "refs/",
    )
}

fn selection(
    text: &str,
    form: &'static str,
    ids: impl for<'t> Fn(&[&'t str]) -> Option<(&'t str, &'t str)>,
    known: &str,
) -> Result<Option<Selection>, PushError> {
    let mut selection = Selection { purpose: Purpose::Push, ..Selection::default() };
    selection.left_out.push(End::Refs(known.to_owned()));
    for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        let is_id = |id: &str| matches!(id.len(), 40 | 64) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        let found = ids(&fields).filter(|(old, new)| is_id(old) && is_id(new));
        let (old, new) = found.ok_or(PushError { line, form })?;
        let is_zero = |id: &str| id.bytes().all(|byte| byte == b'0');
        if !is_zero(new) {
            selection.wanted.push(End::Revision(new.to_owned()));
            if !is_zero(old) {
                selection.left_out.push(End::IfHere(old.to_owned()));
            }
        }
    }
    Ok(Some(selection).filter(|selection| !selection.wanted.is_empty()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn removed_refs_are_passed_over_and_other_lines_are_refused() {
        let (zero, one, two) = ("0".repeat(40), "1".repeat(40), "2".repeat(40));
        assert_eq!(pushed("").unwrap(), None);
        assert_eq!(pushed(&format!("(delete) {zero} refs/heads/gone {one}\n")).unwrap(), None);
        let selection =
            pushed(&format!("refs/heads/a {one} refs/heads/a {zero}\nHEAD {two} refs/heads/b {one}\n")).unwrap();
        let selection = selection.unwrap();
        assert_eq!(selection.wanted, [End::Revision(one.clone()), End::Revision(two.clone())]);
        assert_eq!(selection.left_out, [End::Refs("refs/remotes/".to_owned()), End::IfHere(one.clone())]);
        assert!(pushed("refs/heads/a 1 refs/heads/a 2\n").is_err());
        assert!(received(&format!("{one} {two}\n")).is_err());
        assert_eq!(received(&format!("{one} {zero} refs/heads/a\n")).unwrap(), None);
        assert!(received(&format!("{zero} {two} refs/heads/a\n")).unwrap().is_some());
    }
}
