//! The header of a 7-Zip archive. Every count in it is held against the bytes that are left.

/// The first byte of a header that is packed itself.
pub(super) const ENCODED: u8 = 0x17;

const END: u8 = 0;
const HEADER: u8 = 1;
const PROPERTIES: u8 = 2;
const ADDITIONAL: u8 = 3;
const STREAMS: u8 = 4;
const FILES: u8 = 5;
const PACKED: u8 = 6;
const FOLDERS: u8 = 7;
const WITHIN: u8 = 8;
const SIZE: u8 = 9;
const CRC: u8 = 10;
const FOLDER: u8 = 11;
const UNPACKED: u8 = 12;
const COUNTS: u8 = 13;
const EMPTY: u8 = 14;
const NAMES: u8 = 17;

/// One step of unpacking.
pub(super) struct Coder {
    pub(super) id: Vec<u8>,
    pub(super) properties: Vec<u8>,
    inputs: usize,
    outputs: usize,
}

/// A block, and how it is unpacked.
pub(super) struct Folder {
    pub(super) coders: Vec<Coder>,
    /// Which input is fed by which output.
    bonds: Vec<(usize, usize)>,
    /// By output.
    unpacked: Vec<u64>,
    has_crc: bool,
    /// The lengths of the files in it, in their order.
    pub(super) sizes: Vec<u64>,
}

impl Folder {
    /// How many packed streams it is made from.
    pub(super) fn packs(&self) -> usize {
        let inputs: usize = self.coders.iter().map(|coder| coder.inputs).sum();
        inputs.saturating_sub(self.bonds.len())
    }

    /// The coders in the order in which they unpack, each with the length of what it gives; none if it is no chain.
    pub(super) fn chain(&self) -> Option<Vec<(&Coder, u64)>> {
        if self.coders.iter().any(|coder| coder.inputs != 1 || coder.outputs != 1) || self.packs() != 1 {
            return None;
        }
        let fed = |at: usize| self.bonds.iter().any(|&(input, _)| input == at);
        let mut at = (0..self.coders.len()).find(|&at| !fed(at))?;
        let mut chain = Vec::with_capacity(self.coders.len());
        while chain.len() < self.coders.len() {
            chain.push((self.coders.get(at)?, *self.unpacked.get(at)?));
            match self.bonds.iter().find(|&&(_, output)| output == at) {
                Some(&(input, _)) => at = input,
                None => break,
            }
        }
        (chain.len() == self.coders.len()).then_some(chain)
    }

    /// The length of what comes out in the end: of the output that feeds nothing.
    fn size(&self) -> u64 {
        let last = (0..self.unpacked.len()).find(|&at| !self.bonds.iter().any(|&(_, output)| output == at));
        last.map_or(0, |at| self.unpacked[at])
    }
}

/// The blocks of an archive.
#[derive(Default)]
pub(super) struct Streams {
    /// Where the first begins, behind the first record.
    pub(super) start: u64,
    pub(super) packed: Vec<u64>,
    pub(super) folders: Vec<Folder>,
}

pub(super) struct File {
    pub(super) name: Vec<u8>,
    /// A directory, or a file of no bytes: it has no part in any block.
    pub(super) is_empty: bool,
}

pub(super) struct Archive {
    pub(super) streams: Streams,
    pub(super) files: Vec<File>,
}

/// Reads a header that is not packed.
pub(super) fn archive(bytes: &[u8]) -> Option<Archive> {
    let mut reader = Reader { bytes };
    if reader.byte()? != HEADER {
        return None;
    }
    let mut archive = Archive { streams: Streams::default(), files: Vec::new() };
    loop {
        match reader.byte()? {
            END => return Some(archive),
            PROPERTIES => {
                while reader.byte()? != END {
                    let length = reader.count()?;
                    reader.take(length)?;
                }
            }
            ADDITIONAL => drop(streams(&mut reader)?),
            STREAMS => archive.streams = streams(&mut reader)?,
            FILES => archive.files = files(&mut reader)?,
            _ => return None,
        }
    }
}

/// Reads how a packed header is unpacked.
pub(super) fn encoded(bytes: &[u8]) -> Option<Streams> {
    streams(&mut Reader { bytes: bytes.get(1..)? })
}

struct Reader<'b> {
    bytes: &'b [u8],
}

impl<'b> Reader<'b> {
    fn byte(&mut self) -> Option<u8> {
        Some(self.take(1)?[0])
    }

    fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }

    /// A number of one to nine bytes: the ones at the front of the first say how many follow.
    fn number(&mut self) -> Option<u64> {
        let first = self.byte()?;
        let mut value = 0;
        for index in 0..8 {
            let mask = 0x80_u8 >> index;
            if first & mask == 0 {
                let high = u64::from(first & (mask - 1));
                return Some(value | high << (8 * index));
            }
            value |= u64::from(self.byte()?) << (8 * index);
        }
        Some(value)
    }

    /// A number of things that are still to come, each of which takes a byte at least.
    fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok().filter(|&count| count <= self.bytes.len())
    }

    fn bits(&mut self, count: usize) -> Option<Vec<bool>> {
        let bytes = self.take(count.div_ceil(8))?;
        Some((0..count).map(|at| bytes[at / 8] >> (7 - at % 8) & 1 == 1).collect())
    }

    /// Which of so many things have a checksum; the checksums are passed over.
    fn checksums(&mut self, count: usize) -> Option<Vec<bool>> {
        let defined = if self.byte()? != 0 { vec![true; count] } else { self.bits(count)? };
        self.take(4 * defined.iter().filter(|it| **it).count())?;
        Some(defined)
    }
}

fn streams(reader: &mut Reader<'_>) -> Option<Streams> {
    let mut streams = Streams::default();
    loop {
        match reader.byte()? {
            END => break,
            PACKED => {
                streams.start = reader.number()?;
                let count = reader.count()?;
                loop {
                    match reader.byte()? {
                        END => break,
                        SIZE => streams.packed = (0..count).map(|_| reader.number()).collect::<Option<_>>()?,
                        CRC => drop(reader.checksums(count)?),
                        _ => return None,
                    }
                }
            }
            FOLDERS => streams.folders = folders(reader)?,
            WITHIN => within(reader, &mut streams.folders)?,
            _ => return None,
        }
    }
    Some(streams)
}

fn folders(reader: &mut Reader<'_>) -> Option<Vec<Folder>> {
    if reader.byte()? != FOLDER {
        return None;
    }
    let count = reader.count()?;
    // Described elsewhere: no program writes that.
    if reader.byte()? != 0 {
        return None;
    }
    let mut folders = (0..count).map(|_| folder(reader)).collect::<Option<Vec<Folder>>>()?;
    loop {
        match reader.byte()? {
            END => return Some(folders),
            UNPACKED => {
                for folder in &mut folders {
                    let outputs: usize = folder.coders.iter().map(|coder| coder.outputs).sum();
                    folder.unpacked = (0..outputs).map(|_| reader.number()).collect::<Option<_>>()?;
                    // One file, if nothing else is said.
                    folder.sizes = vec![folder.size()];
                }
            }
            CRC => {
                let defined = reader.checksums(folders.len())?;
                folders.iter_mut().zip(defined).for_each(|(folder, defined)| folder.has_crc = defined);
            }
            _ => return None,
        }
    }
}

fn folder(reader: &mut Reader<'_>) -> Option<Folder> {
    let count = reader.count().filter(|count| (1..=32).contains(count))?;
    let coders = (0..count).map(|_| coder(reader)).collect::<Option<Vec<Coder>>>()?;
    let inputs: usize = coders.iter().map(|coder| coder.inputs).sum();
    let outputs: usize = coders.iter().map(|coder| coder.outputs).sum();
    let bonds = (1..outputs)
        .map(|_| Some((usize::try_from(reader.number()?).ok()?, usize::try_from(reader.number()?).ok()?)))
        .collect::<Option<Vec<_>>>()?;
    let packs = inputs.checked_sub(bonds.len())?;
    if packs > 1 {
        for _ in 0..packs {
            reader.number()?;
        }
    }
    Some(Folder { coders, bonds, unpacked: Vec::new(), has_crc: false, sizes: Vec::new() })
}

fn coder(reader: &mut Reader<'_>) -> Option<Coder> {
    let flags = reader.byte()?;
    let id = reader.take(usize::from(flags & 0xF))?.to_vec();
    let (mut inputs, mut outputs) = (1, 1);
    if flags & 0x10 != 0 {
        inputs = reader.count().filter(|it| *it <= 32)?;
        outputs = reader.count().filter(|it| *it <= 32)?;
    }
    let mut properties = Vec::new();
    if flags & 0x20 != 0 {
        let length = reader.count()?;
        properties = reader.take(length)?.to_vec();
    }
    Some(Coder { id, properties, inputs, outputs })
}

/// How the files lie in the blocks.
fn within(reader: &mut Reader<'_>, folders: &mut [Folder]) -> Option<()> {
    let mut counts = vec![1; folders.len()];
    let mut kind = reader.byte()?;
    if kind == COUNTS {
        counts = folders.iter().map(|_| reader.count()).collect::<Option<_>>()?;
        kind = reader.byte()?;
    }
    let has_sizes = kind == SIZE;
    // Each file has a name in what follows.
    if counts.iter().try_fold(0, |sum: usize, &count| sum.checked_add(count))? > reader.bytes.len() {
        return None;
    }
    for (folder, &count) in folders.iter_mut().zip(&counts) {
        let mut left = folder.size();
        folder.sizes = Vec::with_capacity(count);
        for _ in 1..count {
            let size = if has_sizes { reader.number()? } else { 0 };
            folder.sizes.push(size);
            left = left.saturating_sub(size);
        }
        if count > 0 {
            folder.sizes.push(left);
        }
    }
    if has_sizes {
        kind = reader.byte()?;
    }
    while kind != END {
        if kind != CRC {
            return None;
        }
        let unknown = folders.iter().zip(&counts).map(|(folder, &count)| match count {
            1 if folder.has_crc => 0,
            count => count,
        });
        reader.checksums(unknown.sum())?;
        kind = reader.byte()?;
    }
    Some(())
}

fn files(reader: &mut Reader<'_>) -> Option<Vec<File>> {
    let count = reader.count()?;
    let mut files: Vec<File> = (0..count).map(|_| File { name: Vec::new(), is_empty: false }).collect();
    loop {
        let kind = reader.byte()?;
        if kind == END {
            return Some(files);
        }
        let length = reader.count()?;
        let mut data = Reader { bytes: reader.take(length)? };
        match kind {
            EMPTY => {
                let empty = data.bits(count)?;
                files.iter_mut().zip(empty).for_each(|(file, empty)| file.is_empty = empty);
            }
            NAMES if data.byte()? == 0 => {
                let units = data.bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
                let units: Vec<u16> = units.collect();
                for (file, name) in files.iter_mut().zip(units.split(|&unit| unit == 0)) {
                    file.name = String::from_utf16_lossy(name).into_bytes();
                }
            }
            _ => {}
        }
    }
}
