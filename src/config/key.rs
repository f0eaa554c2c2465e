//! Writes what a baseline needs into `keysieve.toml`: a key for the fingerprints, and the name of the baseline.
//!
//! The file is the user's: what stands in it stays as it is. A key of the top must stand before the first table, so it goes to the
//! beginning; a table of its own goes to the end. What the file would then be is read first, as any run would read it.

use std::path::Path;

use super::ConfigError;
use super::layer::Layer;
use super::read::{LARGEST, display, read};

/// What is to be written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'w> {
    /// A new key, in hexadecimal.
    pub key: Option<&'w str>,
    /// The baseline, relative to the file.
    pub baseline: Option<&'w str>,
}

/// The text of the control file at `path` with what is wanted in it; none where nothing is missing. A file that is not there is
/// empty.
///
/// # Errors
/// A file that does not load, or would not.
pub fn with(path: &Path, wanted: Wanted<'_>) -> Result<Option<String>, Vec<ConfigError>> {
    let before = if path.symlink_metadata().is_err() { String::new() } else { read(path, LARGEST)? };
    with_text(&display(path), &before, wanted)
}

/// The same for a control file called `file` that says `before`.
///
/// # Errors
/// A text that does not load, or would not.
pub fn with_text(file: &str, before: &str, wanted: Wanted<'_>) -> Result<Option<String>, Vec<ConfigError>> {
    let layer = Layer::of_text(file, before)?;
    let end = if before.contains("\r\n") { "\r\n" } else { "\n" };
    let mut text = before.to_owned();
    if let Some(key) = wanted.key.filter(|_| layer.file.fingerprint_key.is_none()) {
        let why = "# The key of this repository's fingerprints: it opens nothing, and keeps short secrets from being guessed.";
        let gap = if before.is_empty() { "" } else { end };
        text = format!("{why}{end}fingerprint-key = \"{key}\"{end}{gap}{text}");
    }
    if let Some(baseline) = wanted.baseline.filter(|_| layer.file.suppression.baseline.is_none()) {
        if before.contains("[suppression]") {
            let reason = format!("add `baseline = {}` to [suppression]", quoted(baseline));
            return Err(vec![ConfigError { file: file.to_owned(), line: None, reason }]);
        }
        if !text.is_empty() && !text.ends_with('\n') {
            text.push_str(end);
        }
        let gap = if text.is_empty() { "" } else { end };
        text.push_str(&format!("{gap}[suppression]{end}baseline = {}{end}", quoted(baseline)));
    }
    if text == before {
        return Ok(None);
    }
    Layer::of_text(file, &text)?;
    Ok(Some(text))
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_added_and_the_rest_stays() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keysieve.toml");
        let key = "0a".repeat(32);
        let wanted = Wanted { key: Some(&key), baseline: Some(".keysieve-baseline.jsonl") };
        let new = with(&path, wanted).unwrap().unwrap();
        assert!(
            new.contains(&key) && new.ends_with("\n\n[suppression]\nbaseline = \".keysieve-baseline.jsonl\"\n"),
            "{new}"
        );
        std::fs::write(&path, &new).unwrap();
        assert_eq!(with(&path, wanted).unwrap(), None);
        let own = "# mine\nfail-on = \"high\"\n[policy.rotation]\ndefault = \"30d\"";
        std::fs::write(&path, own).unwrap();
        let new = with(&path, wanted).unwrap().unwrap();
        assert!(new.contains(own), "{new}");
        std::fs::write(&path, "[suppression]\ncomments = true\n").unwrap();
        assert!(with(&path, wanted).unwrap_err()[0].to_string().contains("add `baseline"));
    }
}
