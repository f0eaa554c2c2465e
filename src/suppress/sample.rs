//! A finding for tests.

use crate::finding::{Confidence, Finding, Introduction, Kind, Place, Severity, Shared};
use crate::place::{Origin, Position, Span};
use crate::secret::{FingerprintKey, Secret};

/// A secret of this value on a line, brought by a commit of the history or standing on standard input.
pub(super) fn finding(value: &str, confidence: Confidence, line: u64, commit: Option<&str>) -> Finding {
    let secret = Secret::new(value.as_bytes(), 0);
    let at = Position { line, column: 1, column_utf16: 1 };
    let introduced = commit.map(|commit| Introduction {
        commit: commit.to_owned(),
        author: String::new(),
        date: String::new(),
        in_head: false,
        at_end: None,
        reachable: true,
    });
    let place = Place {
        origin: Origin::Stdin,
        span: Span::new(0, 1),
        start: at,
        end: at,
        excerpt: None,
        decoding: Vec::new(),
        introduced: introduced.map(Box::new),
    };
    Finding {
        kind: Kind::Secret,
        rule: "a-rule".into(),
        title: "".into(),
        message: String::new(),
        severity: Severity::High,
        confidence,
        fingerprint: secret.fingerprint("family", &FingerprintKey::unkeyed()),
        secret: Some(secret),
        reasons: Shared::default(),
        facts: Shared::default(),
        places: vec![place],
        related: Vec::new(),
        threshold: None,
        life: None,
    }
}
