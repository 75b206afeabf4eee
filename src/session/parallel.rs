//! The same work for many things on several threads, with the results in the order of the things.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The stack of each thread: that of a program's first thread on most systems, so that what runs there runs here.
const STACK_BYTES: usize = 8 << 20;

/// Returns how many threads the machine has for.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// Does `work` for each of `things` on at most `jobs` threads. Returns the results in the order of the things, whatever
/// order they come in; comes back when all are done.
pub fn map<T: Sync, R: Send>(things: &[T], jobs: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let jobs = jobs.clamp(1, things.len().max(1));
    if jobs == 1 {
        return things.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done: Vec<(usize, R)> = Vec::new();
        // Each takes the next thing that nobody has: a long one holds up none of the others.
        while let Some((idx, thing)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|idx| Some((idx, things.get(idx)?)))
        {
            done.push((idx, work(thing)));
        }
        done
    };
    let mut all: Vec<(usize, R)> = thread::scope(|scope| {
        // Where the system gives no more threads, this one does what is left.
        let helpers: Vec<_> = (1..jobs)
            .filter_map(|_| thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, take).ok())
            .collect();
        let mut all = take();
        for helper in helpers {
            match helper.join() {
                Ok(done) => all.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    all.sort_by_key(|(idx, _)| *idx);
    all.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_things() {
        let things: Vec<u64> = (0..1_000).collect();
        let slow = |it: &u64| {
            (0..it % 7 * 100).fold(*it, |sum, more| sum.wrapping_mul(31).wrapping_add(more));
            it * 2
        };
        for jobs in [0, 1, 3, 64] {
            assert_eq!(map(&things, jobs, slow), (0..2_000).step_by(2).collect::<Vec<_>>());
        }
        assert_eq!(map(&[], 4, slow), Vec::<u64>::new());
    }
}
