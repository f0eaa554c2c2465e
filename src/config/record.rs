//! Writes the rotation of a secret into `keysieve.toml`.
//!
//! An array of tables can be continued at the end of a file, so the entry is appended: what the user wrote stays as it is, with
//! its comments. What the file would then be is read first, as any run would read it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use jiff::civil::Date;

use super::ConfigError;
use super::layer::Layer;
use super::policy::is_fingerprint;
use super::read::{LARGEST, display, line_at, read};

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The file, as the user would name it.
    pub file: String,
    /// The line at which the entry begins.
    pub line: u64,
    /// Whether the file was made.
    pub is_new: bool,
    /// The entry.
    pub entry: String,
}

/// Appends a `[[rotated]]` entry to the control file at `path`, which is made if it is missing.
///
/// # Errors
/// A fingerprint of another form, a file that does not load or could not be continued so, and those of the operating system.
pub fn rotated(path: &Path, fingerprint: &str, at: Date, by: Option<&str>) -> Result<Recorded, Vec<ConfigError>> {
    let file = display(path);
    let error = |reason: String| vec![ConfigError { file: file.clone(), line: None, reason }];
    if !is_fingerprint(fingerprint) {
        let form = "`ks1:` and 32 hexadecimal digits, as reports write it";
        return Err(error(format!("{fingerprint:?} is no fingerprint: {form}; nothing was written")));
    }
    let is_new = path.symlink_metadata().is_err();
    let before = if is_new { String::new() } else { read(path, LARGEST)? };
    Layer::of_text(&file, &before)?;
    let end = if before.contains("\r\n") { "\r\n" } else { "\n" };
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut lines =
        vec!["[[rotated]]".to_owned(), format!("fingerprint = {}", quoted(fingerprint)), format!("at = {at}")];
    lines.extend(by.map(|by| format!("by = {}", quoted(by))));
    let entry: String = lines.iter().map(|line| format!("{line}{end}")).collect();
    let mut gap = String::new();
    if !before.is_empty() {
        gap.push_str(if before.ends_with('\n') { end } else { "" });
        if !before.ends_with('\n') {
            gap.push_str(end);
            gap.push_str(end);
        }
    }
    let after = format!("{before}{gap}{entry}");
    Layer::of_text(&file, &after).map_err(|faults| {
        let reasons: Vec<&str> = faults.iter().map(|fault| fault.reason.as_str()).collect();
        error(format!("cannot be continued with [[rotated]], write the entry by hand: {}", reasons.join("; ")))
    })?;
    let written = OpenOptions::new().append(true).create(true).open(path).and_then(|mut out| {
        out.write_all(format!("{gap}{entry}").as_bytes())?;
        out.sync_all()
    });
    written.map_err(|fault| error(format!("cannot be written: {fault}")))?;
    Ok(Recorded { file, line: line_at(&after, after.len() - entry.len()), is_new, entry })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn fingerprint() -> String {
        format!("ks1:{}", "0a".repeat(16))
    }

    #[test]
    fn an_entry_is_appended_and_the_rest_stays_as_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keysieve.toml");
        let day = "2026-11-02".parse().unwrap();
        let first = rotated(&path, &fingerprint(), day, None).unwrap();
        assert_eq!((first.line, first.is_new), (1, true));
        for (before, line) in [("# mine\nfail-on = \"high\" # why", 4), ("a = 1\r\n", 3)] {
            let before = before.replace("a = 1", "min-confidence = \"low\"");
            std::fs::write(&path, &before).unwrap();
            let recorded = rotated(&path, &fingerprint(), day, Some("Ann \"A\"")).unwrap();
            let after = std::fs::read_to_string(&path).unwrap();
            assert_eq!((recorded.line, recorded.is_new), (line, false));
            assert!(after.starts_with(&before) && after.ends_with(&recorded.entry));
            let policy = super::super::policy_of(&after, "keysieve.toml", &[]).unwrap();
            assert_eq!(policy.rotated(&fingerprint()).unwrap().by.as_deref(), Some("Ann \"A\""));
        }
    }

    #[test]
    fn what_cannot_be_recorded_changes_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keysieve.toml");
        let day = "2026-11-02".parse().unwrap();
        let upper = format!("ks1:{}", "0A".repeat(16));
        for wrong in ["", "ks1:", "0a0a", &upper] {
            assert!(rotated(&path, wrong, day, None).unwrap_err()[0].reason.contains("no fingerprint"));
        }
        assert!(!path.exists());
        for before in ["rotated = []\n", "[broken\n"] {
            std::fs::write(&path, before).unwrap();
            assert!(rotated(&path, &fingerprint(), day, None).is_err());
            assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
        }
    }
}
