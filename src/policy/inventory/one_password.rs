//! 1Password: `op://vault/item/field`.

use super::scan::{FARTHEST, beginnings, token};
use super::{Mention, ReferenceKind};

/// References to fields; names of vaults and items may hold spaces where nothing else stands in the text.
pub(super) fn mentions(text: &str, out: &mut Vec<Mention>) {
    let begin = text.len() - text.trim_start().len();
    for at in beginnings(text, "op://") {
        let is_whole = at == begin && text.len() <= FARTHEST && !text.trim_end().contains('\n');
        let range = if is_whole { at..text.trim_end().len() } else { token(text, at) };
        let path = &text[range.start + "op://".len()..range.end];
        let name = path.split('?').next().unwrap_or(path);
        if name.split('/').filter(|part| !part.trim().is_empty()).count() >= 2 {
            out.push(Mention::new(ReferenceKind::OnePasswordItem, name, range));
        }
    }
}
