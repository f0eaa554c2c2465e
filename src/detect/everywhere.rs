//! Detection without the prefilter: the oracle that tests hold the prefilter against.

use std::ops::Range;

use super::{Candidate, Detector, Target, Tried};
use crate::rule::format::Text;
use crate::rule::model::{Anchor, Form};

impl Detector {
    /// What [`Detector::detect`] finds, found the slow way: tokens are tried at every byte, whatever stands there, and the
    /// words and marks that begin the other forms are compared at every byte. For tests; thousands of times slower.
    pub fn detect_everywhere(&self, text: &[u8], own: Range<usize>, binary: bool, out: &mut Vec<Candidate>) {
        let own = own.start..own.end.min(text.len());
        for (index, rule) in self.rules.iter() {
            let (Anchor::Literal { offset, .. }, Form::Format(_) | Form::Pattern(_)) = (&rule.anchor, &rule.form)
            else {
                continue;
            };
            for at in own.clone() {
                let Some(start) = at.checked_sub(usize::from(*offset)) else { continue };
                self.token(index, text, at, start, binary, out);
            }
        }
        for (index, literal) in self.anchors.literals.iter().enumerate() {
            let fits = |at: &usize| {
                text.get(*at..*at + literal.len()).is_some_and(|it| it.eq_ignore_ascii_case(literal.as_bytes()))
            };
            for at in own.clone().filter(fits) {
                let targets = self.anchors.targets(index).iter();
                for &target in targets.filter(|target| !matches!(target, Target::Token { .. })) {
                    // Nothing is remembered from one place to the next.
                    self.evaluate(target, text, &(at..at + literal.len()), binary, &mut Tried::default(), out);
                }
            }
        }
    }

    /// The texts that pick the places, lower case.
    #[must_use]
    pub fn literals(&self) -> &[Text] {
        &self.anchors.literals
    }
}
