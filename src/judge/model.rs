//! How likely a value that only its key gives away is a secret: a logistic regression over the
//! [features](super::features).
//!
//! The weights are data (`rules/model/key-value.toml`), fitted by `benches/train`; nothing is hidden in them, and each
//! feature's share of the sum can be printed. A sum of weighted truths was chosen over trees and nets because a user can
//! follow it and a maintainer can change one weight. What is certain stays a test that rejects (see [`super`]): the model
//! only decides between what may be a secret.

use super::features::{FEATURES, Look};
use crate::finding::{Confidence, Score, Share};
use crate::rule::builtin::{KEY_VALUE_BIAS as BIAS, KEY_VALUE_WEIGHTS as WEIGHTS};

/// From here on a value is reported with high confidence.
pub const HIGH: f32 = 0.9;
/// From here on with medium confidence.
pub const MEDIUM: f32 = 0.6;
/// Below this it is no candidate at all.
pub const LEAST: f32 = 0.2;

/// What the model makes of what a look saw.
#[must_use]
pub fn score(look: &Look<'_>) -> Score {
    let mut shares: Vec<Share> = FEATURES
        .iter()
        .zip(WEIGHTS)
        .map(|(feature, &(name, weight))| {
            let value = (feature.of)(look);
            let text = if value < 0.0 { feature.below } else { feature.text };
            Share { name, text, value, weight: weight * value }
        })
        .filter(|share| share.value != 0.0)
        .collect();
    let sum = BIAS + shares.iter().map(|share| share.weight).sum::<f32>();
    shares.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
    Score { probability: 1.0 / (1.0 + (-sum).exp()), shares }
}

/// The confidence that a probability stands for; none: too unlikely to be reported.
#[must_use]
pub fn confidence(probability: f32) -> Option<Confidence> {
    match probability {
        it if it >= HIGH => Some(Confidence::High),
        it if it >= MEDIUM => Some(Confidence::Medium),
        it if it >= LEAST => Some(Confidence::Low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_feature_has_its_weight() {
        let names: Vec<&str> = FEATURES.iter().map(|feature| feature.name).collect();
        let weights: Vec<&str> = WEIGHTS.iter().map(|&(name, _)| name).collect();
        assert_eq!(names, weights, "run benches/train after a change of the features");
    }
}
