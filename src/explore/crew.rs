//! The threads of an exploration: work is handed out piece by piece, results come back in the order of the work.
//!
//! The order of the results is that of the work whatever the number of threads, so nothing that is made of them depends
//! on it. Nothing else in `explore` starts a thread.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Fewer pieces than this are not worth a thread.
const FEWEST: usize = 8;

/// Returns how many threads this machine runs at the same time.
pub fn available() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Returns what `work` makes of each of `pieces`, in their order, on up to `threads` threads.
pub(super) fn map<T: Sync, R: Send>(threads: usize, pieces: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = threads.min(pieces.len() / FEWEST);
    if threads < 2 {
        return pieces.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(pieces.len()));
    let take = || {
        let mut own = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(piece) = pieces.get(at) else { break };
            own.push((at, work(piece)));
        }
        done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend(own);
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(take);
        }
        take();
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|it| it.0);
    done.into_iter().map(|it| it.1).collect()
}
