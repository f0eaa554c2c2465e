//! A text in parts gives exactly the hits of the whole.

use super::support::{Example, Seen, character, hits, in_parts, misses, whole};

/// What surrounds an example: nothing of note, characters of several bytes, and a line that no person wrote.
fn fillers(length: usize) -> [(&'static str, String); 3] {
    let repeat = |text: &str| text.repeat(length / text.len() + 1);
    [
        ("spaces", repeat("       \n")),
        ("accents", repeat("élève garçon naïve straße\n")),
        ("one line", repeat("lorem ipsum ")),
    ]
}

fn surrounded(filler: &str, example: &str) -> (String, usize) {
    (format!("{filler}{example}{filler}"), filler.len())
}

fn different(example: &Example, filler: &str, at: isize, whole: &[Seen], parts: &[Seen]) -> Option<String> {
    (whole != parts).then(|| {
        let only = |these: &[Seen], those: &[Seen]| {
            these.iter().filter(|it| !those.contains(it)).map(|it| format!("{it:?}")).collect::<Vec<_>>().join("\n    ")
        };
        format!(
            "{} in {filler}, cut {at} bytes behind its beginning\n  whole: {}\n  parts: {}",
            example.rule,
            only(whole, parts),
            only(parts, whole)
        )
    })
}

fn report(wrong: &[String]) {
    let some: Vec<&str> = wrong.iter().map(String::as_str).take(12).collect();
    assert!(wrong.is_empty(), "{} cuts go wrong, the first:\n{}", wrong.len(), some.join("\n"));
}

/// Cuts at each place from `before` bytes before the example to `behind` bytes behind its beginning.
fn cut_around(examples: &[Example], length: usize, (before, behind): (isize, isize), step: usize) {
    let mut wrong = Vec::new();
    for (name, filler) in fillers(length) {
        for (index, example) in examples.iter().enumerate() {
            let (text, at) = surrounded(&filler, &example.text);
            let text = text.as_bytes();
            let expected = whole(text);
            let behind = behind.max(example.text.len() as isize + 40);
            // Another residue for each example, so that every distance is tried for some of them.
            for distance in (-before + (index % step) as isize..behind).step_by(step) {
                let cut = character(text, at.saturating_add_signed(distance));
                let found = in_parts(text, &[cut]);
                wrong.extend(different(example, name, distance, &expected, &found));
            }
        }
    }
    report(&wrong);
}

#[test]
fn no_cut_near_a_hit_changes_it() {
    cut_around(hits(), 320, (200, 200), 3);
}

#[test]
fn no_cut_near_a_miss_makes_it_a_hit() {
    cut_around(misses(), 320, (60, 60), 5);
}

/// Here the parts do not hold the whole text: what they hold beside their own bytes must do.
#[test]
fn the_overlap_is_enough() {
    cut_around(hits(), 20_000, (200, 200), 61);
}

/// Many tiny parts, each with bytes of its own that may hold nothing but the middle of a token.
#[test]
fn tiny_parts_give_the_whole() {
    let mut wrong = Vec::new();
    for (name, filler) in fillers(700) {
        for (index, example) in hits().iter().enumerate() {
            let (text, at) = surrounded(&filler, &example.text);
            let text = text.as_bytes();
            let size = 3 + index % 29;
            let mut cuts: Vec<usize> = (at.saturating_sub(100)..(at + example.text.len() + 60).min(text.len()))
                .step_by(size)
                .map(|cut| character(text, cut))
                .collect();
            cuts.dedup();
            wrong.extend(different(example, name, -(size as isize), &whole(text), &in_parts(text, &cuts)));
        }
    }
    report(&wrong);
}

/// Neighbours: the excerpt of one must mask the other, and claims on the same bytes are settled across the cut.
#[test]
fn no_cut_between_two_hits_changes_them() {
    let mut wrong = Vec::new();
    for (index, example) in hits().iter().enumerate() {
        let other = &hits()[(index * 7 + 1) % hits().len()];
        for joint in [" ", "\n", "; "] {
            let text = format!("{}{joint}{}\n", example.text.trim_end(), other.text);
            let text = text.as_bytes();
            let expected = whole(text);
            for cut in (1 + index % 3..text.len()).step_by(3) {
                let found = in_parts(text, &[character(text, cut)]);
                wrong.extend(different(example, &other.rule, cut as isize, &expected, &found));
            }
        }
    }
    report(&wrong);
}
