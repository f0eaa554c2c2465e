//! What other tools' files hide, read as it stands.
//!
//! `.gitleaksignore` names places by line, so what moves is found again and another secret on such a line is hidden with it; that
//! is what the file says, and the notes of a run say that it was read. Rules have other names there, so any finding at the
//! place is meant.

mod allowlists;
mod gitleaksignore;
mod secrets_baseline;

use crate::finding::{Finding, Kind, Means, Place, Suppression};

/// The names under which the files are looked for, at the top of what is scanned.
pub const FILES: [&str; 3] = [".gitleaks.toml", ".gitleaksignore", ".secrets.baseline"];

/// What a file of another tool hides.
trait Hiding: Send + Sync {
    /// The word for why a place of a secret is hidden, and the reason if the file gives one.
    fn hides(&self, finding: &Finding, place: &Place, address: &str) -> Option<String>;
}

/// A file that was read: what it hides, how many entries that are, and what of it does not count here.
struct Read {
    hiding: Box<dyn Hiding>,
    entries: usize,
    dropped: Vec<String>,
}

/// The files of other tools.
#[derive(Default)]
pub struct Foreign {
    files: Vec<(&'static str, Box<dyn Hiding>)>,
    notes: Vec<String>,
}

impl Foreign {
    /// Reads files, each with its name among [`FILES`] and its text.
    #[must_use]
    pub fn read(texts: &[(&'static str, String)]) -> Self {
        let mut foreign = Self::default();
        for (name, text) in texts {
            let read = match *name {
                ".gitleaks.toml" => allowlists::read(text),
                ".gitleaksignore" => gitleaksignore::read(text),
                _ => secrets_baseline::read(text),
            };
            match read {
                Ok(Read { hiding, entries, dropped }) => {
                    if entries > 0 {
                        let what = if entries == 1 { "entry counts" } else { "entries count" };
                        let own = "`keysieve baseline create` makes a file of our own";
                        foreign.notes.push(format!("{name}: {entries} {what}, as that tool means them; {own}"));
                    }
                    foreign.notes.extend(dropped.into_iter().map(|dropped| format!("{name}:{dropped}")));
                    foreign.files.push((name, hiding));
                }
                Err(why) => foreign.notes.push(format!("{name}: hides nothing: {why}")),
            }
        }
        foreign
    }

    /// What hides a place of a secret.
    #[must_use]
    pub fn hides(&self, finding: &Finding, place: &Place, address: &str) -> Option<Suppression> {
        if finding.kind != Kind::Secret {
            return None;
        }
        self.files.iter().find_map(|(name, hiding)| {
            let stated = hiding.hides(finding, place, address)?;
            Some(Suppression {
                means: Means::ForeignFile,
                source: (*name).to_owned(),
                stated,
                reason: String::new(),
                owner: None,
                until: None,
            })
        })
    }

    /// Which files were read, and what of them does not count.
    #[must_use]
    pub fn notes(self) -> Vec<String> {
        self.notes
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
