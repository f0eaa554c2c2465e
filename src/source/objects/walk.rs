//! Walking over all objects of a store, each once.
//!
//! A pack is a forest: every delta hangs below its base. A worker takes a root, inflates it, lends it, and goes down
//! depth first with a stack of its own; a base lives until the last delta on it is resolved, so every entry is inflated
//! once. Of several deltas on one base the lightest goes first and the heaviest last, when the base can be let go: that
//! holds at most as many bases at a time as the weight of the tree has binary digits, however deep the chains are.
//!
//! One file with a long history is one tree, so roots alone do not keep all threads busy. A worker whose neighbour has
//! nothing to do gives away the oldest, and so heaviest, job of its stack.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use gix::ObjectId;
use gix::objs::Kind;
use gix::odb::pack::data::entry::Header;

use super::inflate::{self, Inflater};
use super::packed::{Links, Table};
use super::{Finder, Object, Pack, Store, TOO_LONG, Visitor, WHOLE_LIMIT, Wants, delta, loose};
use crate::source::{Delta, Memo, PART, Run, Stop, parallel, shown};

/// An object that is there and cannot be read.
pub(crate) struct Failure {
    pub(crate) id: ObjectId,
    /// The file that holds it.
    pub(crate) place: String,
    pub(crate) reason: String,
}

/// Hands every wanted object of `store` to one of `threads` visitors; gives them back with what could not be read.
/// `passed` says by their numbers which objects are not wanted.
pub(crate) fn walk<V: Visitor>(
    store: &Store,
    wants: Wants,
    passed: Option<&[bool]>,
    threads: usize,
    stop: &Stop,
    make: impl Fn() -> V,
) -> (Vec<V>, Vec<Failure>) {
    let mut visitors: Vec<V> = (0..threads.max(1)).map(|_| make()).collect();
    let mut failures = Vec::new();
    let mut doubles = store.doubles();
    for (number, pack) in store.packs.iter().enumerate() {
        if stop.requested() {
            break;
        }
        if let Some(passed) = passed {
            let passed = &passed[pack.first as usize..][..pack.index.num_objects() as usize];
            match &mut doubles[number] {
                Some(unwanted) => unwanted.iter_mut().zip(passed).for_each(|(unwanted, passed)| *unwanted |= passed),
                none => *none = Some(passed.into()),
            }
        }
        if doubles[number].as_ref().is_some_and(|unwanted| unwanted.iter().all(|it| *it)) {
            continue;
        }
        let table =
            Table::new(pack.links.get_or_init(|| Links::read(pack, threads)), wants, doubles[number].as_deref());
        let mut failed =
            table.unreachable.iter().map(|&entry| (entry, "its header or delta base is damaged")).collect();
        in_pack(store, pack, number, &table, &mut visitors, &mut failed, stop);
        failed.sort_unstable();
        for (entry, reason) in failed {
            let id = pack.index.oid_at_index(table.position(entry)).to_owned();
            failures.extend(elsewhere(store, number, id, reason, wants, &mut visitors[0]));
        }
    }
    in_files(store, wants, passed, visitors, failures, stop)
}

/// A damaged object may have another copy. One that is found is lent late; else it is a failure.
fn elsewhere<V: Visitor>(
    store: &Store,
    number: usize,
    id: ObjectId,
    reason: &str,
    wants: Wants,
    visitor: &mut V,
) -> Option<Failure> {
    let mut finder = Finder::new();
    match store.find_except(&id, Some(number), &mut finder, 0) {
        Some(kind) => {
            if wants.kind(kind) {
                visitor.object(Object::alone(id, kind, &finder.bytes));
            }
            None
        }
        None => Some(Failure { id, place: shown(store.packs[number].data.path()), reason: reason.to_owned() }),
    }
}

/// A base, kept for the deltas on it.
struct Base {
    kind: Kind,
    bytes: Vec<u8>,
    /// What the visitor wants to know of it when it sees a delta on it.
    memo: Option<Memo>,
}

/// An object's kind and bytes, and what it was made from.
type Resolved = (Kind, Vec<u8>, Option<Arc<Base>>);

struct Job {
    entry: u32,
    base: Option<Arc<Base>>,
}

/// What the workers of one pack share.
struct Shared<'p> {
    store: &'p Store,
    pack: &'p Pack,
    number: usize,
    table: &'p Table<'p>,
    stop: &'p Stop,
    workers: usize,
    next_root: AtomicUsize,
    hungry: AtomicUsize,
    given: Mutex<Given>,
    changed: Condvar,
}

#[derive(Default)]
struct Given {
    jobs: Vec<Job>,
    waiting: usize,
}

fn in_pack<V: Visitor>(
    store: &Store,
    pack: &Pack,
    number: usize,
    table: &Table<'_>,
    visitors: &mut [V],
    failed: &mut Vec<(u32, &'static str)>,
    stop: &Stop,
) {
    let shared = Shared {
        store,
        pack,
        number,
        table,
        stop,
        // A worker more than there are families has work only once a family is split, and small packs are many.
        workers: visitors.len().min(1 + table.roots.len() / 64),
        next_root: AtomicUsize::new(0),
        hungry: AtomicUsize::new(0),
        given: Mutex::default(),
        changed: Condvar::new(),
    };
    let workers = &mut visitors[..shared.workers];
    let run = |visitor| {
        let mut worker = Worker::new(&shared, visitor);
        worker.run();
        worker.failed
    };
    match workers {
        [only] => failed.extend(run(only)),
        many => std::thread::scope(|scope| {
            let run = &run;
            let handles: Vec<_> = many.iter_mut().map(|visitor| scope.spawn(move || run(visitor))).collect();
            for handle in handles {
                match handle.join() {
                    Ok(of_one) => failed.extend(of_one),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
        }),
    }
}

impl Shared<'_> {
    fn lock(&self) -> MutexGuard<'_, Given> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next root, or a job that another worker gave away; none once all workers ask in vain.
    fn next(&self) -> Option<Job> {
        if let Some(&entry) = self.table.roots.get(self.next_root.fetch_add(1, Ordering::Relaxed)) {
            return Some(Job { entry, base: None });
        }
        let mut given = self.lock();
        given.waiting += 1;
        self.hungry.fetch_add(1, Ordering::Relaxed);
        loop {
            if let Some(job) = given.jobs.pop() {
                given.waiting -= 1;
                self.hungry.fetch_sub(1, Ordering::Relaxed);
                return Some(job);
            }
            if given.waiting == self.workers || self.stop.requested() {
                self.changed.notify_all();
                return None;
            }
            given = self.changed.wait(given).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// A worker that ends, for whatever reason, waits for nothing any more; the others must not wait for it.
struct Leaves<'s, 'p>(&'s Shared<'p>, bool);

impl Drop for Leaves<'_, '_> {
    fn drop(&mut self) {
        if self.1 {
            self.0.lock().waiting += 1;
        }
        self.0.changed.notify_all();
    }
}

struct Worker<'s, 'p, V> {
    shared: &'s Shared<'p>,
    visitor: &'s mut V,
    stack: VecDeque<Job>,
    inflater: Inflater,
    instructions: Vec<u8>,
    runs: Vec<Run>,
    spare: Vec<Vec<u8>>,
    failed: Vec<(u32, &'static str)>,
}

impl<'s, 'p, V: Visitor> Worker<'s, 'p, V> {
    fn new(shared: &'s Shared<'p>, visitor: &'s mut V) -> Self {
        Self {
            shared,
            visitor,
            stack: VecDeque::new(),
            inflater: Inflater::new(),
            instructions: Vec::new(),
            runs: Vec::new(),
            spare: Vec::new(),
            failed: Vec::new(),
        }
    }

    fn run(&mut self) {
        let mut leaves = Leaves(self.shared, true);
        while let Some(job) = self.stack.pop_back().or_else(|| self.shared.next()) {
            if self.shared.stop.requested() {
                return;
            }
            self.resolve(job);
            if self.stack.len() > 1 && self.shared.hungry.load(Ordering::Relaxed) > 0 {
                let given = self.stack.pop_front();
                self.shared.lock().jobs.extend(given);
                self.shared.changed.notify_one();
            }
        }
        // `next` has counted this worker among those that wait.
        leaves.1 = false;
    }

    fn resolve(&mut self, job: Job) {
        let entry = job.entry;
        let resolved = self.bytes_of(job);
        let (kind, bytes, base) = match resolved {
            Ok(Some(resolved)) => resolved,
            Ok(None) => return,
            Err(reason) => return self.lose(entry, reason),
        };
        let table = self.shared.table;
        let mut children: Vec<u32> = table.children(entry).filter(|&child| table.weight(child) > 0).collect();
        let mut memo = None;
        if table.is_wanted(entry) {
            let position = table.position(entry);
            let id = self.shared.pack.index.oid_at_index(position).to_owned();
            let number = Some(self.shared.pack.first + position);
            let delta = base.as_ref().map(|base| Delta {
                runs: &self.runs,
                base_length: base.bytes.len(),
                memo: base.memo.as_deref(),
            });
            let is_base = !children.is_empty();
            memo = self.visitor.object(Object { id, number, kind, bytes: &bytes, delta, is_base });
        }
        if let Some(base) = base.and_then(Arc::into_inner) {
            self.recycle(base.bytes);
        }
        if children.is_empty() {
            return self.recycle(bytes);
        }
        children.sort_by_key(|&child| std::cmp::Reverse(table.weight(child)));
        let base = Arc::new(Base { kind, bytes, memo });
        self.stack.extend(children.into_iter().map(|entry| Job { entry, base: Some(Arc::clone(&base)) }));
    }

    /// The bytes of the job's object; none if they were streamed to the visitor.
    fn bytes_of(&mut self, job: Job) -> Result<Option<Resolved>, &'static str> {
        let Shared { pack, table, store, number, .. } = *self.shared;
        let packed = table.bytes(pack, job.entry).ok_or("the pack ends before it")?;
        if table.checksum(job.entry).is_some_and(|checksum| checksum != crc32fast::hash(packed)) {
            return Err("its checksum does not hold");
        }
        let header = table.header(pack, job.entry).ok_or("its header is damaged")?;
        let compressed = packed.get(header.header_size()..).ok_or("its header is damaged")?;
        let size = header.decompressed_size;
        let base = match (header.header, job.base) {
            (Header::OfsDelta { .. } | Header::RefDelta { .. }, Some(base)) => base,
            (Header::RefDelta { base_id }, None) => {
                let mut finder = Finder::new();
                let kind = store.find_except(&base_id, Some(number), &mut finder, 0);
                Arc::new(Base {
                    kind: kind.ok_or("the base of its delta is missing")?,
                    bytes: finder.bytes,
                    memo: None,
                })
            }
            (Header::OfsDelta { .. }, None) => return Err("the base of its delta is missing"),
            (whole, _) => {
                let kind = whole.as_kind().ok_or("its header is damaged")?;
                let has_children = table.weight(job.entry) > u32::from(table.is_wanted(job.entry));
                if kind == Kind::Blob && size > PART as u64 && !has_children {
                    return self.stream(job.entry, compressed, size).map(|()| None);
                }
                if size > WHOLE_LIMIT {
                    return Err(TOO_LONG);
                }
                let mut bytes = self.spare.pop().unwrap_or_default();
                self.inflater.exactly(compressed, size, &mut bytes)?;
                return Ok(Some((kind, bytes, None)));
            }
        };
        if size > WHOLE_LIMIT {
            return Err(TOO_LONG);
        }
        self.inflater.exactly(compressed, size, &mut self.instructions)?;
        let mut bytes = self.spare.pop().unwrap_or_default();
        delta::apply(&base.bytes, &self.instructions, &mut bytes, &mut self.runs)?;
        Ok(Some((base.kind, bytes, Some(base))))
    }

    fn stream(&mut self, entry: u32, compressed: &[u8], size: u64) -> Result<(), &'static str> {
        let id = self.shared.pack.index.oid_at_index(self.shared.table.position(entry)).to_owned();
        let mut reader = inflate::reader(compressed).take(size);
        match self.visitor.stream(id, &mut reader) {
            Ok(taken) if taken == size || self.shared.stop.requested() => Ok(()),
            _ => Err("only a part of it could be inflated"),
        }
    }

    /// Keeps a few buffers of ordinary size for the objects to come.
    fn recycle(&mut self, bytes: Vec<u8>) {
        if self.spare.len() < 4 && bytes.capacity() <= PART {
            self.spare.push(bytes);
        }
    }

    /// The entry is lost, and with it everything that is made from it.
    fn lose(&mut self, entry: u32, reason: &'static str) {
        let table = self.shared.table;
        let mut pending = vec![(entry, reason)];
        while let Some((entry, reason)) = pending.pop() {
            if table.is_wanted(entry) {
                self.failed.push((entry, reason));
            }
            pending.extend(table.children(entry).map(|child| (child, "the base of its delta cannot be read")));
        }
    }
}

/// The loose objects that no pack holds.
fn in_files<V: Visitor>(
    store: &Store,
    wants: Wants,
    passed: Option<&[bool]>,
    visitors: Vec<V>,
    mut failures: Vec<Failure>,
    stop: &Stop,
) -> (Vec<V>, Vec<Failure>) {
    let in_pack = |id: &ObjectId| store.packs.iter().any(|pack| pack.position(id).is_some());
    let mut files = Vec::new();
    for (number, loose) in store.loose.iter().enumerate() {
        let before = &store.loose[..number];
        let double = |id: &ObjectId| before.iter().any(|loose| loose.ids.binary_search(id).is_ok());
        let is_passed =
            |id: &ObjectId| passed.zip(store.number(id)).is_some_and(|(passed, number)| passed[number as usize]);
        let wanted = loose.ids.iter().filter(|id| !in_pack(id) && !double(id) && !is_passed(id));
        files.extend(wanted.map(|id| (loose, *id)));
    }
    if files.is_empty() {
        return (visitors, failures);
    }
    let threads = visitors.len();
    let pool = Mutex::new(visitors);
    let make = || {
        let visitor = pool.lock().unwrap_or_else(PoisonError::into_inner).pop();
        (visitor, Vec::new(), Vec::new())
    };
    let states = parallel::for_each(threads, files.len(), stop, make, |(visitor, buffer, failed), number| {
        let (loose, id) = files[number];
        let Some(visitor) = visitor else { return };
        if let Err(reason) = in_file(loose, id, wants, visitor, buffer, stop) {
            let mut finder = Finder::new();
            match store.find(&id, &mut finder) {
                Some(kind) if wants.kind(kind) => _ = visitor.object(Object::alone(id, kind, &finder.bytes)),
                Some(_) => {}
                None => failed.push(Failure { id, place: shown(&loose.file(&id)), reason }),
            }
        }
    });
    let mut visitors = pool.into_inner().unwrap_or_else(PoisonError::into_inner);
    for (visitor, _, failed) in states {
        visitors.extend(visitor);
        failures.extend(failed);
    }
    (visitors, failures)
}

fn in_file<V: Visitor>(
    loose: &loose::Loose,
    id: ObjectId,
    wants: Wants,
    visitor: &mut V,
    buffer: &mut Vec<u8>,
    stop: &Stop,
) -> Result<(), String> {
    let (kind, size, reader) = loose.open(&id)?;
    if !wants.kind(kind) {
        return Ok(());
    }
    if kind == Kind::Blob && size > PART as u64 {
        let taken = visitor.stream(id, &mut reader.take(size)).map_err(|error| error.to_string())?;
        return if taken == size || stop.requested() { Ok(()) } else { Err(inflate::TOO_SHORT.to_owned()) };
    }
    loose::fill((&id, kind, size), reader, buffer)?;
    visitor.object(Object::alone(id, kind, buffer));
    Ok(())
}
