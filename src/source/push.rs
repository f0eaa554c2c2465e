//! What git tells its hooks of a push: the refs and the objects that they named and shall name.

use super::{End, Purpose, Selection};
use crate::place::FilePath;

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
pub fn pushed(text: &[u8]) -> Result<Option<Selection>, PushError> {
    let form = "local-ref local-id remote-ref remote-id";
    selection(text, form, "refs/remotes/", |line| {
        // The local side is what the user wrote, and may have spaces: `HEAD^{/a message}`.
        let mut fields = line.rsplitn(4, |&byte| byte == b' ');
        let (old, name, new) = (fields.next()?, fields.next()?, fields.next()?);
        fields.next().map(|_| (old, new, name))
    })
}

/// What a pre-receive hook is told: `old-id new-id ref` in each line. New is what no ref of the repository reaches. None if
/// the push only removes refs.
///
/// # Errors
/// A line of another form.
pub fn received(text: &[u8]) -> Result<Option<Selection>, PushError> {
    selection(text, "old-id new-id ref", "refs/", |line| {
        let mut fields = line.splitn(3, |&byte| byte == b' ');
        let (old, new) = (fields.next()?, fields.next()?);
        fields.next().map(|name| (old, new, name))
    })
}

/// The lines are bytes: a ref may have any name.
fn selection(
    text: &[u8],
    form: &'static str,
    known: &str,
    fields: impl Fn(&[u8]) -> Option<(&[u8], &[u8], &[u8])>,
) -> Result<Option<Selection>, PushError> {
    let mut selection = Selection { purpose: Purpose::Push, ..Selection::default() };
    selection.left_out.push(End::Refs(known.to_owned()));
    let lines = (1..).zip(text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_end));
    for (number, line) in lines.filter(|(_, line)| !line.is_empty()) {
        let id = |id: &[u8]| Some(std::str::from_utf8(id).ok()?.to_owned()).filter(|id| is_id(id));
        let found = fields(line).and_then(|(old, new, name)| Some((id(old)?, id(new)?, name)));
        let (old, new, name) = found.ok_or(PushError { line: number, form })?;
        let is_zero = |id: &str| id.bytes().all(|byte| byte == b'0');
        if !is_zero(&new) {
            selection.wanted.push(End::Revision(new));
            match is_zero(&old) {
                true => selection.names.push(FilePath::new(name)),
                false => selection.left_out.push(End::IfHere(old)),
            }
        }
    }
    Ok(Some(selection).filter(|selection| !selection.wanted.is_empty()))
}

fn is_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn removed_refs_are_passed_over_and_other_lines_are_refused() {
        let (zero, one, two) = ("0".repeat(40), "1".repeat(40), "2".repeat(40));
        let pushed = |text: &str| pushed(text.as_bytes());
        let received = |text: &str| received(text.as_bytes());
        assert_eq!(pushed("").unwrap(), None);
        assert_eq!(pushed(&format!("(delete) {zero} refs/heads/gone {one}\n")).unwrap(), None);
        let selection =
            pushed(&format!("refs/heads/a {one} refs/heads/a {zero}\nHEAD {two} refs/heads/b {one}\n")).unwrap();
        let selection = selection.unwrap();
        assert_eq!(selection.wanted, [End::Revision(one.clone()), End::Revision(two.clone())]);
        assert_eq!(selection.names, [FilePath::from("refs/heads/a")], "that of a ref that is there is known");
        assert_eq!(selection.left_out, [End::Refs("refs/remotes/".to_owned()), End::IfHere(one.clone())]);
        assert!(pushed("refs/heads/a 1 refs/heads/a 2\n").is_err());
        assert!(received(&format!("{one} {two}\n")).is_err());
        assert_eq!(received(&format!("{one} {zero} refs/heads/a\n")).unwrap(), None);
        assert!(received(&format!("{zero} {two} refs/heads/a\n")).unwrap().is_some());
    }

    /// What is pushed need not have a name at all, and names need not be UTF-8.
    #[test]
    fn spaces_and_bytes_of_any_kind_are_what_git_writes() {
        let (zero, one) = ("0".repeat(40), "1".repeat(40));
        let wanted = |selection: Option<Selection>| selection.unwrap().wanted;
        let line = format!("HEAD^{{/a message}} {one} refs/heads/a {zero}\n");
        assert_eq!(wanted(pushed(line.as_bytes()).unwrap()), [End::Revision(one.clone())]);
        let latin = [format!("x {one} refs/heads/").as_bytes(), b"caf\xe9", format!(" {zero}\n").as_bytes()].concat();
        assert_eq!(wanted(pushed(&latin).unwrap()), [End::Revision(one.clone())]);
        let latin = [format!("{zero} {one} refs/heads/").as_bytes(), b"caf\xe9\n"].concat();
        assert_eq!(wanted(received(&latin).unwrap()), [End::Revision(one.clone())]);
        assert!(pushed(format!("{one} refs/heads/a {zero}\n").as_bytes()).is_err(), "a field is missing");
    }
}
