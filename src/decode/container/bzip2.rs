//! bzip2: blocks of up to 900,000 bytes, sorted by what follows each byte, in runs and Huffman codes.
//!
//! There is no specification; the format is what the program writes. The decoder is ours because the library in pure Rust
//! is under a licence that the policy does not list, and another has not been touched in years. Randomised blocks, which
//! no program has written since 1997, are refused.

use std::io::{self, BufReader, Read};

use super::bits::Bits;
use super::packed::AHEAD;
use super::{Memory, Problem, Visit};

/// What the tables of the largest block take.
const HOLD: u64 = 4 << 20;
/// The most symbols: 256 bytes, without the first of the list, with two for runs and one for the end.
const SYMBOLS: usize = 258;
/// The longest Huffman code.
const LONGEST: usize = 20;
/// A Huffman table is used for so many symbols.
const GROUP: usize = 50;

const BLOCK: u64 = 0x3141_5926_5359;
const END: u64 = 0x1772_4538_5090;

pub(super) fn is_head(head: &[u8]) -> bool {
    head.starts_with(b"BZh")
        && matches!(head.get(3), Some(b'1'..=b'9'))
        && head.get(4..10).is_some_and(|magic| [&BLOCK.to_be_bytes()[2..], &END.to_be_bytes()[2..]].contains(&magic))
}

pub(super) fn members(input: &mut dyn Read, memory: &Memory<'_>, visit: &mut dyn Visit) {
    let Some(_hold) = memory.take(HOLD) else {
        return visit.problem(b"", Problem::Limit("nested too deeply to be unpacked in the memory there is"));
    };
    let _ = visit.member(b"", &mut Bunzip::new(input));
}

/// A bzip2 stream, or several one after the other, as what they unpack to.
pub(super) struct Bunzip<R: Read> {
    bits: Bits<BufReader<R>>,
    state: State,
    /// The block: in the low byte the byte, above it the place of the one that follows.
    block: Vec<u32>,
    /// How many bytes of the block are still to come, and where the next one stands.
    left: usize,
    next: u32,
    last: Option<u8>,
    run: u8,
    repeat: u8,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Blocks { level: usize },
    Ended,
}

impl<R: Read> Bunzip<R> {
    pub(super) fn new(input: R) -> Self {
        let bits = Bits::new(BufReader::with_capacity(AHEAD, input));
        Self { bits, state: State::Start, block: Vec::new(), left: 0, next: 0, last: None, run: 0, repeat: 0 }
    }

    /// Goes on to a block that has something in it; false at the end.
    fn advance(&mut self) -> io::Result<bool> {
        loop {
            match self.state {
                State::Ended => return Ok(false),
                State::Start => {
                    let head = self.bits.take(32)?;
                    match head.to_be_bytes() {
                        [b'B', b'Z', b'h', level @ b'1'..=b'9'] => {
                            self.state = State::Blocks { level: usize::from(level - b'0') };
                        }
                        _ => return Err(damaged("no stream where one should begin")),
                    }
                }
                State::Blocks { level } => {
                    let magic = u64::from(self.bits.take(24)?) << 24 | u64::from(self.bits.take(24)?);
                    self.bits.take(32)?;
                    match magic {
                        BLOCK => {
                            self.read_block(level * 100_000)?;
                            if self.left > 0 {
                                return Ok(true);
                            }
                        }
                        END if self.bits.align()? => self.state = State::Start,
                        END => self.state = State::Ended,
                        _ => return Err(damaged("no block where one should begin")),
                    }
                }
            }
        }
    }

    fn read_block(&mut self, most: usize) -> io::Result<()> {
        if self.bits.is_set()? {
            return Err(damaged("a randomised block, which is not read"));
        }
        let origin = self.bits.take(24)? as usize;
        let mut list = self.used()?;
        let symbols = list.len() + 2;
        let tables = self.bits.take(3)? as usize;
        let selectors = self.bits.take(15)? as usize;
        if !(2..=6).contains(&tables) || selectors == 0 || list.is_empty() {
            return Err(damaged("a block without tables"));
        }
        let mut order: Vec<u8> = (0..tables as u8).collect();
        let mut chosen = Vec::with_capacity(selectors);
        for _ in 0..selectors {
            let mut at = 0;
            while self.bits.is_set()? {
                at += 1;
                if at >= tables {
                    return Err(damaged("a selector of no table"));
                }
            }
            order[..=at].rotate_right(1);
            chosen.push(order[0]);
        }
        let tables = (0..tables).map(|_| self.table(symbols)).collect::<io::Result<Vec<Table>>>()?;
        self.block.clear();
        let mut counts = [0_u32; 256];
        let (mut run, mut weight) = (0_usize, 1_usize);
        let mut number = 0;
        loop {
            let table = chosen.get(number / GROUP).ok_or_else(|| damaged("more symbols than selectors"))?;
            let symbol = tables[usize::from(*table)].symbol(&mut self.bits)?;
            number += 1;
            if symbol <= 1 {
                // Runs are written in a number system with the digits 1 and 2.
                run += weight << symbol;
                weight <<= 1;
                if run > most {
                    return Err(damaged("a block that is too long"));
                }
                continue;
            }
            if run > 0 {
                counts[usize::from(list[0])] += run as u32;
                let length = self.block.len() + run;
                self.block.resize(length, u32::from(list[0]));
                (run, weight) = (0, 1);
            }
            if symbol == symbols - 1 {
                break;
            }
            list[..symbol].rotate_right(1);
            counts[usize::from(list[0])] += 1;
            self.block.push(u32::from(list[0]));
            if self.block.len() > most {
                return Err(damaged("a block that is too long"));
            }
        }
        if self.block.len() > most || origin >= self.block.len().max(1) {
            return Err(damaged("a block that is too long, or begins outside itself"));
        }
        self.unsort(&counts, origin);
        Ok(())
    }

    /// The bytes that stand in the block, ascending.
    fn used(&mut self) -> io::Result<Vec<u8>> {
        let ranges = self.bits.take(16)?;
        let mut list = Vec::with_capacity(256);
        for range in (0..16_u8).filter(|range| ranges >> (15 - range) & 1 == 1) {
            let members = self.bits.take(16)?;
            list.extend((0..16_u8).filter(|it| members >> (15 - it) & 1 == 1).map(|it| range * 16 + it));
        }
        Ok(list)
    }

    fn table(&mut self, symbols: usize) -> io::Result<Table> {
        let mut lengths = [0_u8; SYMBOLS];
        let mut length = self.bits.take(5)?;
        for slot in &mut lengths[..symbols] {
            loop {
                if !(1..=LONGEST as u32).contains(&length) {
                    return Err(damaged("a code of no length"));
                }
                if !self.bits.is_set()? {
                    break;
                }
                if self.bits.is_set()? { length -= 1 } else { length += 1 }
            }
            *slot = length as u8;
        }
        Ok(Table::new(&lengths[..symbols]))
    }

    /// Turns the sorted block back: links each byte to the one that follows it.
    fn unsort(&mut self, counts: &[u32; 256], origin: usize) {
        let mut starts = [0_u32; 256];
        let mut sum = 0;
        for (start, count) in starts.iter_mut().zip(counts) {
            *start = sum;
            sum += count;
        }
        for at in 0..self.block.len() {
            let byte = (self.block[at] & 0xFF) as usize;
            let place = starts[byte] as usize;
            starts[byte] += 1;
            self.block[place] |= (at as u32) << 8;
        }
        self.left = self.block.len();
        self.next = self.block.get(origin).map_or(0, |link| link >> 8);
        (self.last, self.run) = (None, 0);
    }
}

impl<R: Read> Read for Bunzip<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut done = 0;
        while done < out.len() {
            if self.repeat > 0 {
                let count = usize::from(self.repeat).min(out.len() - done);
                out[done..done + count].fill(self.last.unwrap_or_default());
                self.repeat -= count as u8;
                done += count;
                continue;
            }
            if self.left == 0 {
                // What is there is given before what follows can fail.
                if done > 0 || !self.advance()? {
                    break;
                }
            }
            let link = self.block[self.next as usize];
            let byte = (link & 0xFF) as u8;
            (self.next, self.left) = (link >> 8, self.left - 1);
            if self.run == 4 {
                // Behind four equal bytes stands how many more there are.
                (self.repeat, self.run) = (byte, 0);
                continue;
            }
            self.run = if self.last == Some(byte) { self.run + 1 } else { 1 };
            self.last = Some(byte);
            out[done] = byte;
            done += 1;
        }
        Ok(done)
    }
}

/// A canonical Huffman code.
struct Table {
    /// By length: the first code, and where its symbols begin.
    first: [u32; LONGEST + 2],
    start: [usize; LONGEST + 2],
    count: [u32; LONGEST + 2],
    symbols: Vec<u16>,
}

impl Table {
    fn new(lengths: &[u8]) -> Self {
        let mut table = Table {
            first: [0; LONGEST + 2],
            start: [0; LONGEST + 2],
            count: [0; LONGEST + 2],
            symbols: Vec::with_capacity(lengths.len()),
        };
        let mut code = 0_u32;
        for length in 1..=LONGEST {
            table.first[length] = code;
            table.start[length] = table.symbols.len();
            let symbols = lengths.iter().enumerate().filter(|&(_, &it)| usize::from(it) == length);
            table.symbols.extend(symbols.map(|(symbol, _)| symbol as u16));
            table.count[length] = (table.symbols.len() - table.start[length]) as u32;
            code = code.wrapping_add(table.count[length]).wrapping_shl(1);
        }
        table
    }

    fn symbol<R: io::BufRead>(&self, bits: &mut Bits<R>) -> io::Result<usize> {
        let mut code = 0_u32;
        for length in 1..=LONGEST {
            code = code << 1 | bits.take(1)?;
            let index = code.wrapping_sub(self.first[length]);
            if index < self.count[length] {
                return Ok(usize::from(self.symbols[self.start[length] + index as usize]));
            }
        }
        Err(damaged("a code of no symbol"))
    }
}

fn damaged(how: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, how)
}
