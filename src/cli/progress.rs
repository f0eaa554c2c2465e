//! A line on standard error that shows that a long scan is alive. Nothing on a pipe, nothing in the first second.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};

use super::output::stderr_is_watched;
use crate::run::Progress;

/// How long a scan may take before it says anything.
const PATIENCE: Duration = Duration::from_secs(1);

/// Runs `work` while `progress` is shown.
pub fn watch<T>(progress: &Progress, work: impl FnOnce() -> T) -> T {
    if !stderr_is_watched() {
        return work();
    }
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let watcher = scope.spawn(|| show(progress, &done));
        let result = work();
        done.store(true, Ordering::Relaxed);
        watcher.thread().unpark();
        result
    })
}

fn show(progress: &Progress, done: &AtomicBool) {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        if done.load(Ordering::Relaxed) {
            return;
        }
        thread::park_timeout(PATIENCE.saturating_sub(begin.elapsed()));
    }
    let bar = ProgressBar::new_spinner();
    bar.set_style(ProgressStyle::default_spinner());
    while !done.load(Ordering::Relaxed) {
        bar.set_message(format!(
            "scanned {} texts, {}; {} candidates",
            HumanCount(progress.items.load(Ordering::Relaxed)),
            HumanBytes(progress.bytes.load(Ordering::Relaxed)),
            HumanCount(progress.hits.load(Ordering::Relaxed)),
        ));
        bar.tick();
        thread::park_timeout(Duration::from_millis(100));
    }
    bar.finish_and_clear();
}
