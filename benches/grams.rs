//! Counts what four and three bytes stand together in source text, for `rules/model/grams.txt`: the prefilter looks for each
//! literal by four bytes that are met seldom.
//!
//! ```sh
//! cargo bench --bench grams -- --write rules/model/grams.txt /usr/share/perl /usr/local/go …
//! ```
//!
//! Take trees other than those on which speed is measured.

use std::path::Path;

use keysieve::detect::prefilter::{LEVEL_COUNT, level_places};

/// Longer files are data.
const LONGEST: u64 = 400_000;

fn main() {
    let mut arguments = std::env::args().skip(1).skip_while(|argument| argument != "--write").skip(1);
    let Some(target) = arguments.next() else { return };
    let (mut counts, mut bytes, mut files) = ([vec![0u64; LEVEL_COUNT], vec![0u64; LEVEL_COUNT]], 0u64, 0u64);
    for path in arguments.filter(|argument| argument != "--bench") {
        for entry in ignore::WalkBuilder::new(Path::new(&path)).standard_filters(false).build().flatten() {
            if entry.metadata().map_or(true, |it| !it.is_file() || it.len() > LONGEST) {
                continue;
            }
            let Ok(text) = std::fs::read(entry.path()) else { continue };
            if text.contains(&0) {
                continue;
            }
            for four in text.windows(4) {
                let places = level_places([four[0], four[1], four[2], four[3]]);
                counts.iter_mut().zip(places).for_each(|(counts, place)| counts[place] += 1);
            }
            files += 1;
            bytes += text.len() as u64;
        }
    }
    // How often each is met in 2^24 bytes, as the number of binary digits: `A` for never.
    let level = |count: u64| (u128::from(count) << 24).div_ceil(u128::from(bytes.max(1)));
    let letters: Vec<u8> =
        counts.iter().flatten().map(|&count| b'A' + (128 - level(count).leading_zeros()) as u8).collect();
    let mut out = format!(
        "# How common four bytes are, by their hash, then three, by their cell: see benches/grams.rs. Counted over {files} files, {bytes} bytes.\n"
    );
    for line in letters.chunks(128) {
        out.push_str(&String::from_utf8_lossy(line));
        out.push('\n');
    }
    std::fs::write(&target, out).expect("the file can be written");
}
