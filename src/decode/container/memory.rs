//! Memory that a container may take while it is read.
//!
//! Whoever wrote an archive chooses the window that it takes to read it. The bound is for the whole run: each thread may
//! hold [`NARROW`] bytes for the container that it reads, with all that are nested in it, and one thread at a time, the
//! one that has passed the [`Gate`], [`WIDE`] bytes. There is one gate and nothing is waited for behind it, so no two
//! threads wait for one another.

use std::cell::{Cell, RefCell};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a thread may hold without passing the gate.
const NARROW: u64 = 4 << 20;

/// What one thread may hold: the window of `xz -8` and of `zstd --ultra -22` without `--long`, and a little more.
const WIDE: u64 = (32 << 20) + (512 << 10);

/// The capacity to ask for where a whole container is held: more than may be taken, and touched only as far as it is
/// filled. Allocators give so much straight back to the system; smaller pieces that grow and go are kept for later, which
/// came to a third more than is taken here.
pub const RESERVED: usize = 33 << 20;

/// What the threads of a run have in common.
#[derive(Debug, Default)]
pub struct Gate(Mutex<()>);

/// The memory of one outermost container and of all that are nested in it.
pub struct Memory<'g> {
    gate: &'g Gate,
    used: Cell<u64>,
    passed: RefCell<Option<MutexGuard<'g, ()>>>,
}

impl<'g> Memory<'g> {
    /// Nothing taken yet.
    #[must_use]
    pub fn new(gate: &'g Gate) -> Self {
        Self { gate, used: Cell::new(0), passed: RefCell::new(None) }
    }

    /// Takes `bytes` until the answer is dropped; nothing if there are not so many. May wait for another thread.
    pub fn take(&self, bytes: u64) -> Option<Hold<'_>> {
        let used = self.used.get().saturating_add(bytes);
        if used > WIDE {
            return None;
        }
        if used > NARROW {
            self.passed.borrow_mut().get_or_insert_with(|| self.gate.0.lock().unwrap_or_else(PoisonError::into_inner));
        }
        self.used.set(used);
        Some(Hold { used: &self.used, bytes })
    }

    /// How many bytes can still be taken.
    #[must_use]
    pub fn left(&self) -> u64 {
        WIDE - self.used.get()
    }
}

/// Bytes that were taken.
pub struct Hold<'m> {
    used: &'m Cell<u64>,
    bytes: u64,
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.used.set(self.used.get() - self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_can_be_taken_again() {
        let gate = Gate::default();
        let memory = Memory::new(&gate);
        let hold = memory.take(WIDE).expect("all of it");
        assert!(memory.take(1).is_none());
        drop(hold);
        assert!(memory.take(1).is_some() && memory.take(u64::MAX).is_none());
        assert_eq!(memory.left(), WIDE);
    }
}
