//! `Worker`: the one thread that drives a run, so that a million events never stop a window.
//!
//! What it publishes is shared and read without waiting; commands reach it between slices of actions.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::asl::Program;
use crate::engine::{Action, Failure, FailureKind, Identity, Status};
use crate::history::LogView;

use super::children::Children;
use super::host::{Host, Question};
use super::run::{Drive, Run};

/// Actions between two looks at the commands.
const SLICE: u32 = 1_024;
/// Slices between two publications: some 16 ms of work, one frame of a window.
const SLICES_A_FRAME: u32 = 16;

/// A run as it was when it was last published.
#[derive(Clone, Debug)]
pub struct Published {
    /// What runs.
    pub program: Arc<Program>,
    /// The names that its history carries.
    pub identity: Identity,
    /// What has happened so far.
    pub log: LogView,
    /// The child executions of distributed Maps.
    pub children: Children,
    /// How the execution stands.
    pub status: Status,
    /// What nobody has an answer for; the run waits for it.
    pub unanswered: Vec<Question>,
    /// Whether the thread has come to its end.
    pub done: bool,
    /// Counts up with every publication.
    pub revision: u64,
}

/// A run on its way. Dropping it stops the run.
#[derive(Debug)]
pub struct Worker {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<Run>>,
}

#[derive(Debug)]
struct Shared {
    published: Mutex<Arc<Published>>,
    stop: AtomicBool,
}

impl Worker {
    /// Drives `run` on a thread of its own. `wake` is called after each publication, from that thread.
    ///
    /// Fails where the system gives no thread.
    pub fn spawn(mut run: Run, mut host: Box<dyn Host + Send>, wake: Box<dyn Fn() + Send>) -> std::io::Result<Self> {
        let first = publish(&run, 0, false);
        let shared = Arc::new(Shared { published: Mutex::new(first), stop: AtomicBool::new(false) });
        let theirs = Arc::clone(&shared);
        let drive = move || {
            let mut revision = 0;
            for slice in 1_u32.. {
                let drive = run.drive(&mut *host, &mut |_, _| false, SLICE);
                if theirs.stop.load(Ordering::Relaxed) {
                    let cause = Some("stopped by the user".into());
                    run.act_from_outside(Action::Stop(Arc::new(Failure {
                        error: None,
                        cause,
                        kind: FailureKind::Terminal,
                    })));
                }
                let done = drive != Drive::OutOfBudget || *run.status() != Status::Running;
                if done || slice.is_power_of_two() || slice.is_multiple_of(SLICES_A_FRAME) {
                    revision += 1;
                    theirs.set(publish(&run, revision, done));
                    wake();
                }
                if done {
                    break;
                }
            }
            run
        };
        let thread = std::thread::Builder::new().name("stepscope run".to_owned()).spawn(drive)?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Returns what was last published.
    pub fn published(&self) -> Arc<Published> {
        Arc::clone(&self.shared.published.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Asks the run to stop; it ends as `ABORTED`.
    pub fn stop(&self) {
        self.shared.stop.store(true, Ordering::Relaxed);
    }

    /// Waits for the run to end or to need an answer, and returns it; `None` if the thread panicked.
    pub fn finish(mut self) -> Option<Run> {
        self.thread.take().and_then(|it| it.join().ok())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    fn set(&self, published: Arc<Published>) {
        *self.published.lock().unwrap_or_else(PoisonError::into_inner) = published;
    }
}

fn publish(run: &Run, revision: u64, done: bool) -> Arc<Published> {
    Arc::new(Published {
        program: Arc::clone(run.program()),
        identity: run.journal().spec.identity.clone(),
        log: run.log().clone(),
        children: run.children().clone(),
        status: run.status().clone(),
        unanswered: run.unanswered().to_vec(),
        done,
        revision,
    })
}
