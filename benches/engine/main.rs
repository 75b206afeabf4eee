//! What runs and histories cost: `cargo bench`.
//!
//! The first lines put figures in relation, which says more than milliseconds of one machine: what an event costs must
//! not depend on how many there were before.

mod import;
mod workloads;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use stepscope::engine::EventId;
use stepscope::history::Frame;
use stepscope::history::aws::{Names, history};
use stepscope::session::Run;
use workloads::{Workload, carrying, counting, forking, mapping, retrying};

fn main() {
    if import::measured() {
        return;
    }
    let pairs = [
        ("loop, 10,000 against 1,000 rounds", counting(1_000), counting(10_000)),
        ("Map, 10,000 against 1,000 items", mapping(1_000), mapping(10_000)),
        // Wider, not longer: a segment of the history holds what is known of every state, here of 20,001.
        ("Parallel, 1,000 against 100 branches", forking(100, 20), forking(1_000, 20)),
        ("Retry and Catch, 1,000 against 100 rounds", retrying(100), retrying(1_000)),
    ];
    println!("cost of an event in a long run, in relation to a short one (1 is constant):");
    for (name, short, long) in &pairs {
        println!("  {name}: {:.2}", per_event(long) / per_event(short));
    }
    import::figures();
    divan::main();
}

/// Returns the nanoseconds per event of the fastest of some runs.
fn per_event(workload: &Workload) -> f64 {
    let once = || {
        let begin = Instant::now();
        let run = workload.run();
        (begin.elapsed(), run.log().len())
    };
    let (fastest, n_events) = (0..7).map(|_| once()).min().unwrap_or((Duration::ZERO, 1));
    fastest.as_nanos() as f64 / n_events as f64
}

fn measure(bencher: Bencher<'_, '_>, workload: &Workload) {
    let n_events = workload.run().log().len();
    bencher.counter(ItemsCount::new(n_events)).bench(|| workload.run());
}

#[divan::bench]
fn loop10k(bencher: Bencher<'_, '_>) {
    measure(bencher, &counting(10_000));
}

#[divan::bench]
fn map10k(bencher: Bencher<'_, '_>) {
    measure(bencher, &mapping(10_000));
}

#[divan::bench]
fn parallel(bencher: Bencher<'_, '_>) {
    measure(bencher, &forking(100, 20));
}

#[divan::bench]
fn bigpayload(bencher: Bencher<'_, '_>) {
    measure(bencher, &carrying(500));
}

#[divan::bench]
fn retrycatch1000(bencher: Bencher<'_, '_>) {
    measure(bencher, &retrying(1_000));
}

/// Going to some event of a long run; the slowest is the one at the end of a segment.
#[divan::bench]
fn scrub_loop10k(bencher: Bencher<'_, '_>) {
    scrub(bencher, &counting(10_000));
}

/// The same where a moment has many iterations.
#[divan::bench]
fn scrub_map10k(bencher: Bencher<'_, '_>) {
    scrub(bencher, &mapping(10_000));
}

fn scrub(bencher: Bencher<'_, '_>, workload: &Workload) {
    let run = workload.run();
    let n_events = run.log().len() as u32;
    let mut at = 0_u32;
    bencher.bench_local(|| {
        // A step that is prime to the number of events visits them all, far from each other.
        at = (at + 7_919) % n_events;
        run.log().frame_at(EventId(at + 1))
    });
}

#[divan::bench]
fn fold_loop10k(bencher: Bencher<'_, '_>) {
    let run = counting(10_000).run();
    bencher.counter(ItemsCount::new(run.log().len())).bench(|| {
        let mut frame = Frame::new(Arc::clone(&run.program().outline));
        run.log().iter().for_each(|it| frame.fold(it));
        frame
    });
}

/// Going back to a machine, as continuing from a moment does.
#[divan::bench]
fn machine_at_loop10k(bencher: Bencher<'_, '_>) {
    let run = counting(10_000).run();
    let n_events = run.log().len() as u32;
    let mut at = 0_u32;
    bencher.bench_local(|| {
        at = (at + 7_919) % n_events;
        run.machine_at(EventId(at + 1))
    });
}

#[divan::bench]
fn export_loop10k(bencher: Bencher<'_, '_>) {
    export(bencher, &counting(10_000).run());
}

#[divan::bench(sample_count = 5)]
fn export_bigpayload(bencher: Bencher<'_, '_>) {
    export(bencher, &carrying(500).run());
}

fn export(bencher: Bencher<'_, '_>, run: &Run) {
    let written = || {
        let names = Names::new(&run.program().outline, &run.journal().spec.identity);
        let mut n_bytes = 0;
        let done: Result<(), std::convert::Infallible> = history(names, run.log(), &mut |piece| {
            n_bytes += black_box(piece).len();
            Ok(())
        });
        let Ok(()) = done;
        n_bytes
    };
    bencher.counter(BytesCount::new(written())).bench(written);
}
