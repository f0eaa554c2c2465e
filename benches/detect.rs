//! The inner loop: the literals alone, detection, and detection with judgement.

mod texts;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use keysieve::detect::Detector;
use keysieve::detect::prefilter::Prefilter;
use keysieve::place::Origin;
use keysieve::rule::set::RuleSet;
use keysieve::run::inspect::inspect;
use keysieve::source::Item;

fn stages(criterion: &mut Criterion, detector: &Detector) {
    let prefilter = Prefilter::new(detector.literals()).expect("the built-in literals compile");
    let code = texts::source_code();
    let planted = texts::planted(&code, 1000);
    let minified = texts::minified(&code);
    for (name, text) in [("code", &code), ("planted", &planted), ("minified", &minified)] {
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(text.len() as u64)).sample_size(10);
        group.bench_function("prefilter", |bencher| {
            bencher.iter(|| {
                let mut found = 0_usize;
                prefilter.each(text, 0..text.len(), |literal, _| found += literal);
                found
            });
        });
        group.bench_function("detect", |bencher| {
            bencher.iter(|| {
                let mut candidates = Vec::new();
                detector.detect(text, 0..text.len(), false, &mut candidates);
                candidates
            });
        });
        group.bench_function("inspect", |bencher| {
            bencher.iter(|| inspect(detector, black_box(&Item::whole(Origin::Stdin, text))));
        });
        group.finish();
    }
}

/// The literals alone, with 500 and 2,000 more that stand nowhere: the search must not feel them.
fn flat(criterion: &mut Criterion, detector: &Detector) {
    let code = texts::source_code();
    let mut group = criterion.benchmark_group("flat");
    group.throughput(Throughput::Bytes(code.len() as u64)).sample_size(10);
    for more in [0, 500, 2000] {
        let own = detector.literals().iter().map(ToString::to_string);
        let letters = |mut number: usize| {
            std::iter::repeat_with(|| {
                let letter = b"bcdfghjklmnpqrstvwxz"[number % 20];
                number /= 20;
                letter as char
            })
            .take(4)
            .collect::<String>()
        };
        // The step has no factor in common with 20^4, so no two are the same.
        let literals: Vec<String> = own.chain((0..more).map(|index| letters(index * 7919 % 160_000) + "_")).collect();
        let prefilter = Prefilter::new(&literals).expect("literals of five bytes");
        group.bench_with_input(BenchmarkId::from_parameter(more), &code, |bencher, code| {
            bencher.iter(|| {
                let mut found = 0_usize;
                prefilter.each(code, 0..code.len(), |literal, _| found += literal);
                found
            });
        });
    }
    group.finish();
}

/// Texts that make some reader begin at every few bytes.
fn hostile(criterion: &mut Criterion, detector: &Detector) {
    let mut group = criterion.benchmark_group("hostile");
    let length = 1 << 20;
    group.throughput(Throughput::Bytes(length as u64)).sample_size(10);
    for piece in ["a", "@", "://", "key=", "password=", "password=\"", "twilio ", "-----BEGIN "] {
        let text: Vec<u8> = piece.bytes().cycle().take(length).collect();
        group.bench_with_input(BenchmarkId::from_parameter(piece), &text, |bencher, text| {
            bencher.iter(|| inspect(detector, black_box(&Item::whole(Origin::Stdin, text))));
        });
    }
    group.finish();
}

fn main() {
    let detector = Detector::new(RuleSet::builtin()).expect("the built-in rules compile");
    let mut criterion = Criterion::default().configure_from_args();
    stages(&mut criterion, &detector);
    flat(&mut criterion, &detector);
    hostile(&mut criterion, &detector);
    criterion.final_summary();
}
