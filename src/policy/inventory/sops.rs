//! SOPS: values that are encrypted where they stand.

use super::{Finder, ReferenceKind};

/// Every `ENC[…]` but those of the tool's own block. Its name is the file and the way to it.
pub(super) fn read(finder: &mut Finder<'_, '_>) {
    const ENVELOPE: &str = "ENC[AES256_GCM,";
    let view = finder.view;
    if !view.mentions(&[ENVELOPE]) {
        return;
    }
    let path = String::from_utf8_lossy(view.subject.path);
    let mut found = Vec::new();
    view.strings(&mut |visited, text| {
        let is_own = visited.trail.keys().next().is_some_and(|key| key == "sops" || key.starts_with("sops_"));
        if text.starts_with(ENVELOPE) && !is_own {
            found.push((format!("{path}#{}", visited.route()), visited.node.span.clone()));
        }
    });
    found.iter().for_each(|(name, span)| finder.add(ReferenceKind::SopsValue, name, span));
}
