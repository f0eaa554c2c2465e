//! Certificates in documents, as the checks see them.
//!
//! Those of authorities are left out: they live for decades by design, and old ones stand in bundles and stores of trust. So is
//! what stands in tests, examples, documentation and vendored files, where a certificate that has expired is often the point.

use std::ops::Range;

use data_encoding::BASE64;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::der::{BITS, BOOLEAN, CONTEXT_3, IDENTIFIER, INTEGER, OCTETS, SEQUENCE, TIME, element};
use crate::document::Syntax;
use crate::document::certificate::{BEGIN, Certificate, find};

use super::View;

/// What the base64 of a certificate in PEM begins with.
const ENCODED: &str = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t";

/// Visits the certificates of a document that are those of servers, clients and people: the route, what it says, where it
/// stands.
pub(super) fn each(view: &View<'_>, visit: &mut dyn FnMut(String, &Certificate, Range<usize>)) {
    let facts = view.facts;
    let is_none = facts.is_test_or_example || facts.is_docs || facts.is_vendored;
    if is_none || !view.mentions(&[BEGIN, ENCODED]) {
        return;
    }
    view.strings(&mut |visited, text| {
        let encoded = text.trim_start().starts_with(ENCODED).then(|| decoded(text)).flatten();
        let certificates = find(encoded.as_deref().unwrap_or(text));
        let place = match view.document.syntax {
            Syntax::Pem => "certificate".to_owned(),
            _ => visited.route(),
        };
        for (number, certificate) in certificates.iter().enumerate().filter(|(_, it)| !it.is_authority) {
            let raw = view.text.get(visited.node.span.clone());
            let is_as_written = encoded.is_none() && raw == Some(text);
            let span = match (is_as_written, &encoded) {
                (true, _) => {
                    visited.node.span.start + certificate.line.start..visited.node.span.start + certificate.line.end
                }
                (false, None) if certificates.len() == 1 => view.locate(visited.node, BEGIN),
                _ => visited.node.span.clone(),
            };
            visit(format!("{place}[{number}]"), certificate, span);
        }
    });
}

fn decoded(text: &str) -> Option<String> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    String::from_utf8(BASE64.decode(&digits).ok()?).ok()
}

/// The day of an instant, in UTC.
pub(super) fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).date().to_string()
}

/// A certificate for examples, without a key: it counts from a day (`20260101`) until another.
pub(super) fn example(from: &str, until: &str, is_authority: bool) -> String {
    let time = |day: &str| element(TIME, format!("{day}000000Z").as_bytes());
    let empty = element(SEQUENCE, &[]);
    let constraints = element(SEQUENCE, &if is_authority { element(BOOLEAN, &[0xff]) } else { Vec::new() });
    let extension = [element(IDENTIFIER, &[0x55, 0x1d, 0x13]), element(OCTETS, &constraints)].concat();
    let inner = [
        element(INTEGER, &[1]),
        empty.clone(),
        empty.clone(),
        element(SEQUENCE, &[time(from), time(until)].concat()),
        empty.clone(),
        empty.clone(),
        element(CONTEXT_3, &element(SEQUENCE, &element(SEQUENCE, &extension))),
    ];
    let whole = [element(SEQUENCE, &inner.concat()), empty, element(BITS, &[0])].concat();
    format!("{BEGIN}\n{}\n-----END CERTIFICATE-----", BASE64.encode(&element(SEQUENCE, &whole)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::policy::PolicySettings;
    use crate::policy::{Subject, lint};

    fn found(path: &str, text: &str) -> Vec<(String, String)> {
        let settings = PolicySettings::default().with_every_check();
        let now = "2026-11-23T00:00:00Z".parse().unwrap_or_default();
        let subject = Subject { path: path.as_bytes(), bytes: text.as_bytes(), tracked: None };
        let breaches = lint(&subject, &settings, now).breaches.into_iter();
        let own = breaches.filter(|breach| breach.check.id == "expired-certificate");
        own.map(|breach| (breach.route.clone(), text[breach.span.clone()].to_owned())).collect()
    }

    #[test]
    fn certificates_within_documents_are_found() {
        let pem = example("20240101", "20250101", false);
        let begin = |route: &str| vec![(route.to_owned(), BEGIN.to_owned())];
        let json = format!("{{\"tls\": {{\"cert\": \"{}\"}}}}", pem.replace('\n', "\\n"));
        assert_eq!(found("deploy/a.json", &json), begin("tls.cert[0]"));
        let yaml = format!("tls:\n  cert: |\n    {}\n", pem.replace('\n', "\n    "));
        assert_eq!(found("deploy/a.yaml", &yaml), begin("tls.cert[0]"));
        let encoded = BASE64.encode(pem.as_bytes());
        let yaml = format!("data:\n  tls.crt: {encoded}\n");
        assert_eq!(found("deploy/a.yaml", &yaml), [("data.\"tls.crt\"[0]".to_owned(), encoded)]);
        // Of several in one text that is not written as it is, the text is shown.
        let two = format!("{pem}\n{pem}").replace('\n', "\\n");
        assert_eq!(found("deploy/a.json", &format!("{{\"a\": \"{two}\"}}")).len(), 1);
        assert!(found("tests/a.json", &json).is_empty());
        // What is no text is no document.
        assert!(found("deploy/a.crt", &format!("\u{0}{pem}")).len() == 1);
    }
}
