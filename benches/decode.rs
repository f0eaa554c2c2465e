//! UTF-16 to text, offsets of the text back to the file, and what looking for encoded pieces adds to a scan.

mod texts;

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use keysieve::decode::{self, Budget, Charset, Scope, View};
use keysieve::detect::Detector;
use keysieve::place::Origin;
use keysieve::rule::set::RuleSet;
use keysieve::run::inspect::inspect;
use keysieve::source::Item;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let code = texts::source_code();
    let text = String::from_utf8_lossy(&code[..code.len() / 2]);
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut group = criterion.benchmark_group("utf16");
    group.throughput(Throughput::Bytes(little.len() as u64)).sample_size(10);
    group.bench_function("little", |bencher| bencher.iter(|| View::new(black_box(&little), Charset::Utf16Le)));
    group.bench_function("big", |bencher| bencher.iter(|| View::new(black_box(&big), Charset::Utf16Be)));
    group.finish();

    let view = View::new(&little, Charset::Utf16Le);
    let offsets: Vec<usize> = (0..1000).map(|step| step * (view.text.len() / 1000)).collect();
    let mut group = criterion.benchmark_group("offsets");
    group.throughput(Throughput::Elements(offsets.len() as u64)).sample_size(20);
    group.bench_function("original", |bencher| {
        bencher.iter(|| offsets.iter().map(|&offset| view.original(offset)).sum::<usize>());
    });
    group.bench_function("decoded", |bencher| {
        bencher.iter(|| offsets.iter().map(|&offset| view.decoded(2 * offset)).sum::<usize>());
    });
    group.finish();
    let mut group = criterion.benchmark_group("charset");
    group.bench_function("of", |bencher| bencher.iter(|| Charset::of(black_box(&little))));
    group.finish();
    finders(&mut criterion, &code);
    criterion.final_summary();
}

/// What finding and decoding encoded pieces costs, without looking through them, and the whole scan beside it.
fn finders(criterion: &mut Criterion, code: &[u8]) {
    let detector = Detector::new(RuleSet::builtin()).expect("the built-in rules compile");
    let digits: Vec<u8> = {
        let mut text = code[..code.len() / 4].to_vec();
        for _ in 0..3 {
            text = data_encoding::BASE64.encode(&text).into_bytes();
        }
        text.truncate(texts::LENGTH);
        text
    };
    let planted = texts::planted(code, 1000);
    let minified = texts::minified(code);
    for (name, text) in [("code", code), ("planted", &planted), ("minified", &minified), ("base64 thrice", &digits)] {
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(text.len() as u64)).sample_size(10);
        group.bench_function("derive", |bencher| {
            bencher.iter(|| {
                let (own, mut derived) = (0..text.len(), 0);
                let scope = Scope::new(&own, &|at| at as u64, false);
                decode::derive(black_box(text), &scope, &Budget::new(text.len()), &mut |it| derived += it.text.len());
                derived
            });
        });
        group.bench_function("inspect", |bencher| {
            bencher.iter(|| inspect(&detector, black_box(&Item::whole(Origin::Stdin, text))));
        });
        group.bench_function("detect", |bencher| {
            bencher.iter(|| {
                let mut candidates = Vec::new();
                detector.detect(text, 0..text.len(), false, &mut candidates);
                candidates
            });
        });
        group.finish();
    }
}
