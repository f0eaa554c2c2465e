//! The literals lose nothing: what a rule's own matcher finds anywhere is found through the prefilter, and nothing else.

use std::collections::BTreeSet;

use keysieve::detect::Candidate;
use proptest::prelude::*;

use super::support::{Random, detector, hits, misses};

/// Candidates, as a set that does not care which of two literals led to the same one.
fn set(candidates: &[Candidate]) -> BTreeSet<String> {
    candidates
        .iter()
        .map(|it| format!("{:?} {:?} {:?} {:?} {:?}", it.rule, it.span, it.value, it.prefix, it.found))
        .collect()
}

fn both(text: &[u8], binary: bool) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut quick, mut slow) = (Vec::new(), Vec::new());
    detector().detect(text, 0..text.len(), binary, &mut quick);
    detector().detect_everywhere(text, 0..text.len(), binary, &mut slow);
    (set(&quick), set(&slow))
}

#[test]
fn every_example_is_found_as_if_tried_everywhere() {
    for example in hits().iter().chain(misses()) {
        for binary in [false, true] {
            // In a binary file bytes that are not printed stand around it.
            let around: &[u8] = if binary { b"\0\x01\xFF" } else { b"" };
            let (quick, slow) = both(&[around, example.text.as_bytes(), around].concat(), binary);
            assert_eq!(quick, slow, "{} (binary: {binary}): {:?}", example.rule, example.text);
        }
    }
}

/// A text of rule literals, pieces of tokens, and what stands between such things.
fn mixture(seed: u64) -> String {
    let mut random = Random(seed);
    let separators = [
        "",
        " ",
        "=",
        ": ",
        "\"",
        "'",
        "\n",
        "@",
        "/",
        ".",
        "-",
        "_",
        "%3D",
        "\\n",
        "é",
        "\t",
        "(",
        ")",
        "x",
        "\0",
        "\u{1}\u{2}",
    ];
    let classes = ["0123456789abcdef", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "abcXYZ019-_", "AZaz09+/="];
    let mut text = String::new();
    for _ in 0..4 + random.below(20) {
        match random.below(6) {
            0 | 1 => {
                let literals = detector().literals();
                let literal = &literals[random.below(literals.len())];
                text.push_str(
                    if random.below(3) == 0 { literal.to_string() } else { literal.to_ascii_uppercase() }.as_str(),
                );
            }
            2 => {
                let class: Vec<char> = random.pick(&classes).chars().collect();
                let length = random.below(70);
                text.extend((0..length).map(|_| class[random.below(class.len())]));
            }
            3 => {
                // A piece of an example: a token that is cut or run together with what stands beside it.
                let characters: Vec<char> = hits()[random.below(hits().len())].text.chars().take(400).collect();
                let from = if random.below(2) == 0 { 0 } else { random.below(characters.len()) };
                let length = random.below(characters.len() - from + 1);
                text.extend(&characters[from..from + length]);
            }
            _ => text.push_str(random.pick(&separators)),
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_texts_are_searched_as_if_tried_everywhere(seed in any::<u64>(), binary in any::<bool>()) {
        let text = mixture(seed);
        let (quick, slow) = both(text.as_bytes(), binary);
        prop_assert_eq!(quick, slow, "{:?}", text);
    }
}
