//! How much is checked: `preset = "recommended"`.

use std::fmt;

/// A selection of checks; each holds those of the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// What gives access to whoever reads the file, and what switches protection off altogether.
    Minimal,
    /// What most teams want to keep to.
    #[default]
    Recommended,
    /// Everything, also what asks for work that not every team has planned.
    Strict,
}

impl Preset {
    /// Every preset, smallest first.
    pub const ALL: [Preset; 3] = [Preset::Minimal, Preset::Recommended, Preset::Strict];

    /// The word that users read and write.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Preset::Minimal => "minimal",
            Preset::Recommended => "recommended",
            Preset::Strict => "strict",
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}
