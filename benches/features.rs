//! The features of every candidate that its key gave away, for `benches/train`.
//!
//! Reads lines of `PATH<TAB>TEXT` (escaped as the labelled file is) from standard input and writes, for each candidate that
//! may be reported, a JSON object: the line's number, the bytes of its value, the rule, the confidence without the model's say, what the
//! place makes of each confidence from low to certain, and the features.

use std::io::{BufRead as _, Write as _};

use keysieve::finding::{Confidence, Reason, Weight};
use keysieve::judge;
use keysieve::judge::Verdict;
use keysieve::judge::features::FEATURES;
use keysieve::place::{FilePath, Origin};
use keysieve::rule::set::RuleSet;
use keysieve::run::inspect::{inspect, inspect_all};
use keysieve::source::Item;

fn main() {
    // `cargo bench` without a pipe asks every bench for its list.
    if std::env::args().any(|argument| argument == "--list" || argument == "--bench") && !has_input() {
        return;
    }
    let detector = keysieve::detect::Detector::new(RuleSet::builtin()).expect("the built-in rules compile");
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for (number, line) in std::io::stdin().lock().lines().enumerate() {
        let line = line.expect("lines of text");
        let (path, text) = line.split_once('\t').expect("a path and a text");
        let text = text.replace("\\\\", "\0").replace("\\n", "\n").replace("\\t", "\t").replace('\0', "\\");
        let item = Item::whole(Origin::File(FilePath::new(path.as_bytes())), text.as_bytes());
        let inspection = inspect_all(&detector, &item);
        // Who asks why is told by the same judge: the hits are those of a scan.
        let scanned = inspect(&detector, &item).hits;
        assert!(
            scanned.iter().map(|hit| (hit.rule, hit.span)).eq(inspection.hits.iter().map(|hit| (hit.rule, hit.span)))
        );
        assert!(scanned.iter().zip(&inspection.hits).all(|(one, other)| one.verdict == other.verdict), "row {number}");
        for hit in inspection.hits.iter().chain(&inspection.rejected) {
            let verdict = &hit.verdict;
            // What the tests reject, no weight brings back.
            let is_rejected = |reason: &Reason| reason.weight == Weight::Rejects && reason.code != "model";
            if verdict.reasons.iter().any(is_rejected) {
                continue;
            }
            // What the place makes of each confidence that the value might have.
            let placed =
                [Confidence::Low, Confidence::Medium, Confidence::High, Confidence::Certain].map(|confidence| {
                    let mut placed = Verdict { confidence: Some(confidence), ..verdict.clone() };
                    judge::judge_place(hit.ground, Some(path.as_bytes()), hit.secret.expose(), &mut placed);
                    placed.confidence.map(Confidence::id)
                });
            let features: Option<Vec<f32>> = verdict.score.as_ref().map(|score| {
                let value = |name: &str| score.shares.iter().find(|it| it.name == name).map_or(0.0, |it| it.value);
                FEATURES.iter().map(|feature| value(feature.name)).collect()
            });
            let object = serde_json::json!({
                "row": number,
                "start": hit.span.start,
                "end": hit.span.end,
                "rule": detector.rules().get(hit.rule).id,
                "confidence": verdict.confidence.map(Confidence::id),
                "placed": placed,
                "features": features,
            });
            writeln!(out, "{object}").expect("a pipe that takes it");
        }
    }
    let names: Vec<&str> = FEATURES.iter().map(|feature| feature.name).collect();
    writeln!(out, "{}", serde_json::json!({ "names": names })).expect("a pipe that takes it");
}

fn has_input() -> bool {
    use std::io::IsTerminal as _;
    !std::io::stdin().is_terminal()
}
