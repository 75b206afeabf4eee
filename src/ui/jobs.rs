//! Work beside the window: named threads whose results come back as messages. Nothing here knows what the work is.

use std::sync::mpsc::{Receiver, Sender, channel};

use egui::Context;

/// Work that is under way and results that are not yet taken.
pub struct Jobs<M> {
    sender: Sender<M>,
    receiver: Receiver<M>,
    wake: Context,
}

impl<M: Send + 'static> Jobs<M> {
    /// Returns an empty list that wakes `wake` when a result is there.
    pub fn new(wake: Context) -> Self {
        let (sender, receiver) = channel();
        Self { sender, receiver, wake }
    }

    /// Starts `work` on a thread of its own.
    ///
    /// Where no thread can be started the work is done at once, on this one.
    pub fn start(&self, name: &str, work: impl FnOnce() -> M + Send + 'static) {
        let (sender, wake) = (self.sender.clone(), self.wake.clone());
        let run = move || {
            // The window may be gone by now; then nobody wants the result.
            let _ = sender.send(work());
            wake.request_repaint();
        };
        let run = std::sync::Arc::new(std::sync::Mutex::new(Some(run)));
        let on_thread = std::sync::Arc::clone(&run);
        let started = std::thread::Builder::new().name(name.to_owned()).spawn(move || take_and_run(&on_thread));
        if started.is_err() {
            take_and_run(&run);
        }
    }

    /// Returns the results that have come in.
    pub fn finished(&self) -> Vec<M> {
        self.receiver.try_iter().collect()
    }
}

fn take_and_run(run: &std::sync::Mutex<Option<impl FnOnce()>>) {
    let work = run.lock().ok().and_then(|mut it| it.take());
    if let Some(work) = work {
        work();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_back_and_wake_the_window() {
        let ctx = Context::default();
        let (woken_sender, woken) = channel();
        ctx.set_request_repaint_callback(move |_| {
            let _ = woken_sender.send(());
        });
        let jobs = Jobs::new(ctx);
        jobs.start("test", || 42);
        woken.recv_timeout(std::time::Duration::from_secs(10)).expect("the window is woken");
        assert_eq!(jobs.finished(), vec![42]);
        assert!(jobs.finished().is_empty());
    }
}
