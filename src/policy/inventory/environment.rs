//! Variables of the environment: `.env` files, and settings that name one.

use super::scan::{beginnings, word};
use super::{Finder, Mention, ReferenceKind};
use crate::document::Syntax;
use crate::policy::literal::is_secret_name;

/// `os.environ/NAME`, as LiteLLM and programs like it write it.
pub(super) fn mentions(text: &str, out: &mut Vec<Mention>) {
    const BEFORE: &str = "os.environ/";
    for at in beginnings(text, BEFORE) {
        let name = word(text, at + BEFORE.len());
        if is_secret_name(&text[name.clone()]) {
            out.push(Mention::new(ReferenceKind::EnvironmentVariable, &text[name.clone()], name));
        }
    }
}

/// Keys of `.env` files with the name of a secret. What stands there as a value is the scanner's to find.
pub(super) fn read(finder: &mut Finder<'_, '_>) {
    let view = finder.view;
    if view.document.syntax != Syntax::Dotenv {
        return;
    }
    for entry in view.document.roots.iter().flat_map(|root| root.entries()) {
        if is_secret_name(&entry.key) && !entry.key.starts_with("sops_") {
            finder.add(ReferenceKind::EnvironmentVariable, &entry.key, &entry.key_span);
        }
    }
}
