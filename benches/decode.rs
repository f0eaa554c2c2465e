//! UTF-16 to text, and offsets of the text back to the file.

mod texts;

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use keysieve::decode::{Charset, View};

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
    criterion.final_summary();
}
