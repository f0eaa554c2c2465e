//! `[suppression]`: what may hide findings beside the exceptions of the policy.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::ConfigError;
use super::layer::{Layer, NamedFile};

/// The table as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct SuppressionTable {
    /// The baseline, relative to the file.
    pub(super) baseline: Option<Spanned<String>>,
    pub(super) comments: Option<Spanned<bool>>,
    pub(super) comments_of_changes: Option<Spanned<bool>>,
    pub(super) foreign_comments: Option<Spanned<bool>>,
    pub(super) foreign_files: Option<Spanned<bool>>,
}

/// What may hide findings.
#[derive(Clone, Debug)]
pub struct Suppression {
    /// The baseline.
    pub baseline: Option<NamedFile>,
    /// Whether comments of ours count.
    pub comments: bool,
    /// Whether those count that the change under test brings itself.
    pub comments_of_changes: bool,
    /// Whether comments of other tools count.
    pub foreign_comments: bool,
    /// Whether `.gitleaksignore`, `.gitleaks.toml` and `.secrets.baseline` count.
    pub foreign_files: bool,
    /// By key, where a switch is stated.
    pub sources: BTreeMap<&'static str, String>,
}

impl Default for Suppression {
    fn default() -> Self {
        Self {
            baseline: None,
            comments: true,
            comments_of_changes: false,
            foreign_comments: true,
            foreign_files: true,
            sources: BTreeMap::new(),
        }
    }
}

impl Suppression {
    /// Lays what a layer states over what is there.
    pub(super) fn lay(&mut self, layer: &Layer) -> Result<(), ConfigError> {
        let table = &layer.file.suppression;
        if let Some(baseline) = &table.baseline {
            self.baseline = Some(layer.named(baseline)?);
        }
        for (key, flag, stated) in [
            ("comments", &mut self.comments, &table.comments),
            ("comments-of-changes", &mut self.comments_of_changes, &table.comments_of_changes),
            ("foreign-comments", &mut self.foreign_comments, &table.foreign_comments),
            ("foreign-files", &mut self.foreign_files, &table.foreign_files),
        ] {
            if let Some(stated) = stated {
                *flag = *stated.get_ref();
                self.sources.insert(key, layer.place(stated.span().start));
            }
        }
        Ok(())
    }
}
