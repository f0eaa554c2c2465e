//! What hides a result, as `suppressions` has it (SARIF 3.27.23 and 3.35).

use serde_json::Value;
use serde_sarif::sarif::Suppression;

use super::bag;
use crate::finding;
use crate::finding::Means;
use crate::report::mask::Mask;

/// One suppression: in the source if a comment says it, else external; accepted, for what hides nothing is reported.
pub(super) fn suppression(by: &finding::Suppression, mask: &Mask) -> Suppression {
    let kind = match by.means {
        Means::Comment | Means::ForeignComment => "inSource",
        Means::Exception | Means::Baseline | Means::ForeignFile | Means::Disabled => "external",
    };
    let mut suppression = Suppression::builder().kind(Value::from(kind)).build();
    suppression.status = Some(Value::from("accepted"));
    suppression.justification = (!by.reason.is_empty()).then(|| mask.text(&by.reason));
    let mut properties = bag([
        ("means", by.means.id().into()),
        ("source", mask.text(&by.source).into()),
        ("stated", mask.text(&by.stated).into()),
    ]);
    let add = &mut properties.additional_properties;
    if let Some(owner) = &by.owner {
        add.insert("owner".to_owned(), mask.text(owner).into());
    }
    if let Some(until) = by.until {
        add.insert("until".to_owned(), until.to_string().into());
    }
    suppression.properties = Some(properties);
    suppression
}
