//! The same work over many numbered things, on a fixed number of threads.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::Stop;

/// Calls `work` once for every number below `count`, until `stop` is set. Each thread has a state of its own, made by
/// `make` and given back; one thread alone runs in place.
pub(super) fn for_each<S: Send>(
    threads: usize,
    count: usize,
    stop: &Stop,
    make: impl Fn() -> S,
    work: impl Fn(&mut S, usize) + Sync,
) -> Vec<S> {
    let next = AtomicUsize::new(0);
    let run = |state: &mut S| {
        while !stop.requested() {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return;
            }
            work(state, number);
        }
    };
    let mut states: Vec<S> = (0..threads.clamp(1, count.max(1))).map(|_| make()).collect();
    match states.as_mut_slice() {
        [only] => run(only),
        many => std::thread::scope(|scope| {
            for state in many {
                let run = &run;
                scope.spawn(move || run(state));
            }
        }),
    }
    states
}
