//! The files that a rule counts in, by their names.
//!
//! A glob is held against the last components of a path, as many as it has itself, in any case: `.netrc` is any file of
//! that name, `.docker/config.json` one in a directory of that name. `*` is any text within a component and `?` one
//! character of it.

use super::model::{Form, Rule};

impl Rule {
    /// Whether a value that the rule found, with what [excuses](super::search::Search::excuses) it, counts in the file at
    /// `path`: `None` for bytes that have no name.
    #[must_use]
    pub fn counts_at(&self, path: Option<&[u8]>, excuses: u64) -> bool {
        if let Form::Search(search) = &self.form {
            return search.counts_at(path, excuses);
        }
        self.files.is_empty() || path.is_some_and(|path| self.files.iter().any(|glob| is_file(path, glob.as_bytes())))
    }
}

/// Whether the last components of `path` are what `glob` says.
#[must_use]
pub fn is_file(path: &[u8], glob: &[u8]) -> bool {
    let mut parts = path.rsplit(|byte| matches!(byte, b'/' | b'\\'));
    glob.rsplit(|&byte| byte == b'/').all(|glob| parts.next().is_some_and(|part| fits(part, glob)))
}

/// Whether a component fits a glob. Of several `*` only the last one met has to be tried again, because what an earlier one
/// could take beyond its least the later one can take as well; so the work is the product of the two lengths at most.
fn fits(part: &[u8], glob: &[u8]) -> bool {
    let (mut at, mut wanted) = (0, 0);
    let mut again: Option<(usize, usize)> = None;
    while at < part.len() {
        match glob.get(wanted) {
            Some(b'*') => {
                again = Some((at, wanted + 1));
                wanted += 1;
            }
            Some(byte) if *byte == b'?' || byte.eq_ignore_ascii_case(&part[at]) => {
                at += 1;
                wanted += 1;
            }
            _ => {
                let Some((from, behind)) = again else { return false };
                again = Some((from + 1, behind));
                (at, wanted) = (from + 1, behind);
            }
        }
    }
    glob[wanted..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_components_decide_in_any_case() {
        for (path, glob, is) in [
            (".netrc", ".netrc", true),
            ("home/a/.NETRC", ".netrc", true),
            ("home/a.netrc", ".netrc", false),
            ("home/a.netrc", "*.netrc", true),
            ("home/.netrc/a", ".netrc", false),
            ("x/.docker/config.json", ".docker/config.json", true),
            ("config.json", ".docker/config.json", false),
            ("x\\.docker\\config.json", ".docker/config.json", true),
            ("config/credentials/production.key", "credentials/*.key", true),
            ("a/terraform.tfstate.1700.backup", "*.tfstate.*backup", true),
            ("wp-config-a.php", "wp-config?a.php", true),
            ("aab", "*a*b", true),
            ("aabc", "*a*b", false),
            ("", "*", true),
        ] {
            assert_eq!(is_file(path.as_bytes(), glob.as_bytes()), is, "{path} {glob}");
        }
    }
}
