//! Writers of containers, as small as they can be.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// An .xz file with a dictionary of `2 << (bits / 2 + 11)` bytes, its text in chunks that are not compressed.
pub fn xz(bytes: &[u8], chunk: usize, bits: u8) -> Vec<u8> {
    let crc = |bytes: &[u8]| crc32fast::hash(bytes).to_le_bytes();
    let mut out = b"\xFD7zXZ\0".to_vec();
    let flags = [0, 0];
    out.extend(flags);
    out.extend(crc(&flags));
    // The block's header: its length in units of four bytes, less one; one filter; LZMA2 with one property; padding.
    let header = [2, 0, 0x21, 1, bits, 0, 0, 0];
    out.extend(header);
    out.extend(crc(&header));
    let begin = out.len();
    for (index, piece) in bytes.chunks(chunk).enumerate() {
        out.push(if index == 0 { 1 } else { 2 });
        out.extend((piece.len() as u16 - 1).to_be_bytes());
        out.extend(piece);
    }
    out.push(0);
    let unpadded = header.len() + 4 + (out.len() - begin);
    while !out.len().is_multiple_of(4) {
        out.push(0);
    }
    let number = |mut value: usize| {
        let mut out = Vec::new();
        while value > 127 {
            out.push(value as u8 | 0x80);
            value >>= 7;
        }
        out.push(value as u8);
        out
    };
    let mut index = vec![0, 1];
    index.extend(number(unpadded));
    index.extend(number(bytes.len()));
    while !index.len().is_multiple_of(4) {
        index.push(0);
    }
    out.extend(&index);
    out.extend(crc(&index));
    let mut footer = ((index.len() / 4) as u32).to_le_bytes().to_vec();
    footer.extend(flags);
    out.extend(crc(&footer));
    out.extend(footer);
    out.extend(b"YZ");
    out
}

/// A bzip2 file of one block. No four bytes in a row may be equal.
pub fn bzip2(text: &[u8]) -> Vec<u8> {
    let mut bits: Vec<bool> = Vec::new();
    let put =
        |bits: &mut Vec<bool>, value: u64, count: u32| bits.extend((0..count).rev().map(|bit| value >> bit & 1 == 1));
    let mut order: Vec<usize> = (0..text.len()).collect();
    let rotated = |at: usize| text[at..].iter().chain(&text[..at]);
    order.sort_by(|&one, &other| rotated(one).cmp(rotated(other)));
    let origin = order.iter().position(|&at| at == 0).unwrap();
    let sorted: Vec<u8> = order.iter().map(|&at| text[(at + text.len() - 1) % text.len()]).collect();
    let mut used: Vec<u8> = text.to_vec();
    used.sort_unstable();
    used.dedup();
    let end = used.len() as u64 + 1;
    let mut list = used.clone();
    let (mut symbols, mut run) = (Vec::new(), 0_u64);
    let flush = |run: &mut u64, symbols: &mut Vec<u64>| {
        while *run > 0 {
            symbols.push((*run + 1) % 2);
            *run = (*run - 1) / 2;
        }
    };
    for byte in sorted {
        let place = list.iter().position(|&it| it == byte).unwrap();
        list[..=place].rotate_right(1);
        if place == 0 {
            run += 1;
            continue;
        }
        flush(&mut run, &mut symbols);
        symbols.push(place as u64 + 1);
    }
    flush(&mut run, &mut symbols);
    symbols.push(end);
    put(&mut bits, 0x3141_5926_5359, 48);
    put(&mut bits, 0, 32);
    put(&mut bits, 0, 1);
    put(&mut bits, origin as u64, 24);
    let ranges: Vec<u8> = (0..16).filter(|range| used.iter().any(|byte| byte / 16 == *range)).collect();
    put(&mut bits, ranges.iter().map(|range| 1 << (15 - range)).sum(), 16);
    for range in &ranges {
        put(&mut bits, used.iter().filter(|byte| *byte / 16 == *range).map(|byte| 1 << (15 - byte % 16)).sum(), 16);
    }
    put(&mut bits, 2, 3);
    let groups = symbols.len().div_ceil(50);
    put(&mut bits, groups as u64, 15);
    put(&mut bits, 0, groups as u32);
    for _ in 0..2 {
        // Every symbol has a code of nine bits.
        put(&mut bits, 9, 5);
        put(&mut bits, 0, end as u32 + 1);
    }
    symbols.iter().for_each(|&symbol| put(&mut bits, symbol, 9));
    put(&mut bits, 0x1772_4538_5090, 48);
    put(&mut bits, 0, 32);
    let packed = bits
        .chunks(8)
        .map(|bits| bits.iter().enumerate().fold(0, |byte, (at, &bit)| if bit { byte | 0x80 >> at } else { byte }));
    b"BZh9".iter().copied().chain(packed).collect()
}

pub fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out: Vec<u8> = members.iter().flat_map(|(name, bytes)| tar_member(name, b'0', bytes)).collect();
    out.extend([0; 1024]);
    out
}

pub fn tar_member(name: &str, kind: u8, bytes: &[u8]) -> Vec<u8> {
    let mut header = [0; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[124..136].copy_from_slice(format!("{:011o}\0", bytes.len()).as_bytes());
    header[148..156].fill(b' ');
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let padding = vec![0; bytes.len().wrapping_neg() % 512];
    [&header[..], bytes, &padding].concat()
}

pub fn ar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = b"!<arch>\n".to_vec();
    for (name, bytes) in members {
        out.extend(format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, "100644", bytes.len()).as_bytes());
        out.extend(*bytes);
        if !bytes.len().is_multiple_of(2) {
            out.push(b'\n');
        }
    }
    out
}

/// A member of a zip file.
pub struct Zipped<'z> {
    pub name: &'z str,
    pub bytes: &'z [u8],
    /// 0: stored; 8: deflated.
    pub method: u16,
    pub flags: u16,
    /// The name in the directory; none for a member that is not in it.
    pub listed: Option<&'z str>,
}

impl<'z> Zipped<'z> {
    pub fn new(name: &'z str, bytes: &'z [u8]) -> Self {
        Self { name, bytes, method: 8, flags: 0, listed: Some(name) }
    }
}

pub fn zip(members: &[Zipped<'_>]) -> Vec<u8> {
    let (mut out, mut directory, mut count) = (Vec::new(), Vec::new(), 0_u16);
    for member in members {
        let packed = if member.method == 8 { deflate(member.bytes) } else { member.bytes.to_vec() };
        let offset = out.len() as u32;
        let facts = |out: &mut Vec<u8>, name: &str| {
            for value in [20, member.flags, member.method, 0, 0] {
                out.extend(u16::to_le_bytes(value));
            }
            for value in [crc32fast::hash(member.bytes), packed.len() as u32, member.bytes.len() as u32] {
                out.extend(value.to_le_bytes());
            }
            out.extend((name.len() as u16).to_le_bytes());
            out.extend([0, 0]);
        };
        out.extend(b"PK\x03\x04");
        facts(&mut out, member.name);
        out.extend(member.name.as_bytes());
        out.extend(&packed);
        if let Some(name) = member.listed {
            directory.extend(b"PK\x01\x02\x14\0");
            facts(&mut directory, name);
            directory.extend([0; 10]);
            directory.extend(offset.to_le_bytes());
            directory.extend(name.as_bytes());
            count += 1;
        }
    }
    let start = out.len() as u32;
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

/// A 7z archive of one block; the block is deflated, whatever `coder` says of it.
pub fn seven(members: &[(&str, &[u8])], coder: &[u8]) -> Vec<u8> {
    let whole: Vec<u8> = members.iter().flat_map(|(_, bytes)| bytes.to_vec()).collect();
    let packed = deflate(&whole);
    let number = |value: usize| [0xF0, value as u8, (value >> 8) as u8, (value >> 16) as u8, (value >> 24) as u8];
    let mut header = vec![1, 4, 6, 0, 1, 9];
    header.extend(number(packed.len()));
    header.extend([0, 7, 11, 1, 0, 1, coder.len() as u8]);
    header.extend(coder);
    header.push(12);
    header.extend(number(whole.len()));
    header.extend([0, 8, 13, members.len() as u8, 9]);
    // The lengths of all but the last, which is what is left.
    members[..members.len() - 1].iter().for_each(|(_, bytes)| header.extend(number(bytes.len())));
    header.extend([0, 0, 5, members.len() as u8, 17]);
    let mut names = vec![0];
    for (name, _) in members {
        names.extend(name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes));
    }
    header.extend(number(names.len()));
    header.extend(names);
    header.extend([0, 0]);
    let mut out = b"7z\xBC\xAF\x27\x1C\0\x04\0\0\0\0".to_vec();
    out.extend((packed.len() as u64).to_le_bytes());
    out.extend((header.len() as u64).to_le_bytes());
    out.extend(crc32fast::hash(&header).to_le_bytes());
    out.extend(packed);
    out.extend(header);
    out
}
