//! `[[rego]]`: packs of policies in Rego.
//!
//! What the files say is for the linter to read. Here is only which files belong together and which paths they are for; the
//! names of their checks tells whoever loads, with a [`RegoReader`].

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::layer::Layer;
use super::read::LARGEST;
use super::{ConfigError, Inputs};

/// Says which checks a pack declares, or what is wrong with it.
pub type RegoReader<'r> = dyn Fn(&RegoPack) -> Result<Vec<String>, Vec<ConfigError>> + 'r;

/// So many files make a pack at most.
const MOST_FILES: usize = 256;
/// So many bytes all files of a pack have at most.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// A `[[rego]]` entry.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RegoEntry {
    files: Vec<Spanned<String>>,
    #[serde(default)]
    on: Vec<Spanned<String>>,
}

/// Files of Rego that are one program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegoPack {
    /// Who names it: `keysieve.toml:7`.
    pub place: String,
    /// The files, in the order of their names.
    pub files: Vec<RegoFile>,
    /// Globs of the paths that it is for; none for all.
    pub on: Vec<String>,
}

/// A file of Rego.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegoFile {
    /// The file, as errors print it.
    pub name: String,
    /// What it says.
    pub text: String,
}

/// Reads the packs that the layers name, with the ids of their checks.
pub(super) fn gather(layers: &[Layer], inputs: &Inputs<'_>) -> Result<(Vec<RegoPack>, Vec<String>), Vec<ConfigError>> {
    let mut packs = Vec::new();
    let mut ids = Vec::new();
    for layer in layers {
        for entry in &layer.file.rego {
            let at = entry.span().start;
            let Some(reader) = inputs.rego else {
                let reason = "rego: this keysieve was built without Rego: build it with `--features rego`, or take the \
                              entry out";
                return Err(vec![layer.error(at, reason.to_owned())]);
            };
            let pack = entry.get_ref().read(layer, at, inputs)?;
            ids.extend(reader(&pack)?);
            packs.push(pack);
        }
    }
    ids.sort_unstable();
    ids.dedup();
    Ok((packs, ids))
}

impl RegoEntry {
    fn read(&self, layer: &Layer, at: usize, inputs: &Inputs<'_>) -> Result<RegoPack, Vec<ConfigError>> {
        for glob in &self.on {
            if let Err(fault) = globset::Glob::new(glob.get_ref()) {
                return Err(vec![layer.error(glob.span().start, format!("on: {fault}"))]);
            }
        }
        let mut files = Vec::new();
        for stated in &self.files {
            let wrong = |reason: String| vec![layer.error(stated.span().start, format!("files: {reason}"))];
            for name in names(layer, stated.get_ref()).map_err(wrong)? {
                if let Some(directory) = layer.directory() {
                    not_through_a_link(directory, &name).map_err(wrong)?;
                }
                let named = Spanned::new(stated.span(), name);
                let file = layer.named(&named).map_err(|fault| vec![fault])?;
                let text = file.read(LARGEST, inputs.git)?;
                files.push(RegoFile { name: file.name(), text });
            }
        }
        files.sort_by(|a, b| a.name.cmp(&b.name));
        files.dedup_by(|a, b| a.name == b.name);
        let wrong = |reason: &str| Err(vec![layer.error(at, reason.to_owned())]);
        if files.is_empty() {
            return wrong("rego: `files` names no file");
        }
        if files.len() > MOST_FILES || files.iter().map(|file| file.text.len()).sum::<usize>() > MOST_BYTES {
            return wrong("rego: a pack has at most 256 files of 4 MiB together: make several entries");
        }
        let on = self.on.iter().map(|glob| glob.get_ref().clone()).collect();
        Ok(RegoPack { place: layer.place(at), files, on })
    }
}

/// The files that are meant: one, or those of a directory whose names fit `*`.
fn names(layer: &Layer, stated: &str) -> Result<Vec<String>, String> {
    let (directory, last) = stated.rsplit_once('/').map_or(("", stated), |(directory, last)| (directory, last));
    if !last.contains('*') && !directory.contains('*') {
        return Ok(vec![stated.to_owned()]);
    }
    if directory.contains('*') {
        return Err(format!("{stated:?}: `*` may stand in the name of the file alone"));
    }
    let Some(base) = layer.directory() else {
        return Err(format!("{stated:?}: name the files one by one: a revision and a flag have no directory to list"));
    };
    not_through_a_link(base, directory)?;
    let glob = globset::Glob::new(last).map_err(|fault| format!("{stated:?}: {fault}"))?.compile_matcher();
    let listed = base.join(directory);
    let listed = if listed.as_os_str().is_empty() { Path::new(".") } else { &listed };
    let unread = |fault: std::io::Error| format!("{stated:?}: the directory cannot be read: {fault}");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(listed).map_err(unread)? {
        let name = entry.map_err(unread)?.file_name();
        let Some(name) = name.to_str().filter(|name| glob.is_match(name)) else { continue };
        names.push(if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") });
        if names.len() > MOST_FILES {
            return Err(format!("{stated:?}: more than {MOST_FILES} files"));
        }
    }
    names.sort_unstable();
    if names.is_empty() { Err(format!("{stated:?}: there is no such file")) } else { Ok(names) }
}

/// A control file is never read through a symbolic link, which could lead anywhere; nor are the directories on the way to
/// what it names. The file itself is asked when it is read.
fn not_through_a_link(base: &Path, name: &str) -> Result<(), String> {
    let mut path = base.to_owned();
    for part in name.split('/') {
        path.push(part);
        if path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink()) {
            return Err(format!("{name:?}: `{part}` is a symbolic link, which is not followed"));
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::load;
    use super::*;

    /// Loads `keysieve.toml` of a directory; every file is a check of its own.
    fn packs(directory: &Path) -> Result<Vec<RegoPack>, String> {
        let path = directory.join("keysieve.toml");
        let reader = |pack: &RegoPack| Ok(vec![format!("rego-{}", pack.files.len())]);
        let config = load(&Inputs { file: Some(&path), rego: Some(&reader), ..Inputs::default() });
        config.map(|config| config.rego).map_err(|errors| errors[0].to_string())
    }

    #[test]
    fn files_are_named_or_listed() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
        std::fs::create_dir(directory.path().join("policy")).unwrap();
        write("policy/b.rego", "package b");
        write("policy/a.rego", "package a");
        write("policy/notes.md", "");
        write(
            "keysieve.toml",
            "\n[[rego]]\nfiles = [\"policy/*.rego\"]\non = [\"deploy/**\"]\n[[check]]\nid = \"rego-2\"\nseverity = \"off\"\n",
        );
        let read = packs(directory.path()).unwrap();
        let texts: Vec<&str> = read[0].files.iter().map(|file| file.text.as_str()).collect();
        assert_eq!((texts, read[0].on.len()), (vec!["package a", "package b"], 1));
        assert!(read[0].place.ends_with("keysieve.toml:2"));
        for (files, part) in [
            ("\"policy/*.reg\"", "no such file"),
            ("\"none.rego\"", "none.rego"),
            ("\"*/a.rego\"", "in the name of the file alone"),
            ("", "names no file"),
        ] {
            write("keysieve.toml", &format!("[[rego]]\nfiles = [{files}]\n"));
            let said = packs(directory.path()).unwrap_err();
            assert!(said.contains(part) && said.contains("keysieve.toml:"), "{files}: {said}");
        }
    }

    #[test]
    fn without_a_reader_an_entry_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keysieve.toml");
        std::fs::write(&path, "\n[[rego]]\nfiles = [\"a.rego\"]\n").unwrap();
        let said = load(&Inputs { file: Some(&path), ..Inputs::default() }).unwrap_err()[0].to_string();
        assert!(said.contains("keysieve.toml:2: ") && said.contains("--features rego"), "{said}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        std::fs::create_dir(path("real")).unwrap();
        std::fs::write(path("real/a.rego"), "package a").unwrap();
        std::os::unix::fs::symlink("real", path("linked")).unwrap();
        std::os::unix::fs::symlink("real/a.rego", path("a.rego")).unwrap();
        for files in ["linked/a.rego", "linked/*.rego", "a.rego", "*.rego"] {
            std::fs::write(path("keysieve.toml"), format!("[[rego]]\nfiles = [\"{files}\"]\n")).unwrap();
            assert!(packs(directory.path()).unwrap_err().contains("symbolic link"), "{files}");
        }
    }
}
