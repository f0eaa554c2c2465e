//! What every run pays before its first byte: the built-in rules and the tables that look for their literals.

use std::hint::black_box;

use criterion::Criterion;
use keysieve::detect::Detector;
use keysieve::detect::prefilter::Prefilter;
use keysieve::rule::set::RuleSet;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let rules = RuleSet::builtin();
    let literals = Detector::new(rules.clone()).expect("the built-in rules compile").literals().to_vec();
    let mut group = criterion.benchmark_group("start");
    group.bench_function("rules", |bencher| bencher.iter(RuleSet::builtin));
    group.bench_function("prefilter", |bencher| bencher.iter(|| Prefilter::new(black_box(&literals))));
    group.bench_function("detector", |bencher| bencher.iter(|| Detector::new(black_box(rules.clone()))));
    group.finish();
    criterion.final_summary();
}
