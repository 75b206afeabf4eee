//! `Worker`: a run and the thread that drives it, so that a million events never stop a window.
//!
//! While nothing is to be done the run lies here and is answered, stopped and forked in place. A journey takes it to a
//! thread, which publishes what it has come to, without anybody waiting for it, and looks for commands between slices
//! of actions.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use crate::asl::{Outline, Program};
use crate::engine::{Action, EventId, ExecutionId, Failure, FailureKind, Identity, Outcome, Status, Step, StrandId};
use crate::history::LogView;
use crate::time::{Duration, Timestamp};

use super::breakpoint::{Armed, Breakpoint};
use super::children::Children;
use super::console::{Console, Line};
use super::execution::{Held, Tape};
use super::fork::{Edit, ForkError};
use super::host::{Host, Question};
use super::journey::{Arrival, Journey, Order, paused};
use super::pace::{Clock, Pace};
use super::recorded::Recorded;
use super::rules::Rules;
use super::run::Run;
use super::workspace::Made;

/// Actions between two looks at the commands.
const SLICE: u32 = 1_024;
/// Slices between two publications: some 16 ms of work, one frame of a window.
const SLICES_A_FRAME: u32 = 16;

/// A run as it was when it was last published.
#[derive(Clone, Debug)]
pub struct Published {
    /// What runs, or what is known of it.
    pub rules: Rules,
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
    /// What logpoints have written, and how many lines more there were.
    pub console: (Arc<Vec<Line>>, usize),
    /// Where the last journey ended.
    pub arrival: Option<Arrival>,
    /// How many journeys have ended.
    pub n_arrivals: u32,
    /// Whether nothing is under way.
    pub done: bool,
    /// The virtual clock, where it goes on by itself: while a run at a pace is under way.
    pub clock: Option<Clock>,
    /// Counts up with every publication.
    pub revision: u64,
}

impl Published {
    /// Returns the states that its events name.
    pub fn outline(&self) -> &Arc<Outline> {
        self.rules.outline()
    }

    /// Returns what runs; `None` where nobody knows.
    pub fn program(&self) -> Option<&Arc<Program>> {
        self.rules.program()
    }
}

/// Called after each publication, also from the run's thread.
pub type Wake = Box<dyn Fn() + Send>;

/// A run, at rest or under way. Dropping it gives up the journey.
#[derive(Debug)]
pub struct Worker {
    shared: Arc<Shared>,
    place: Place,
    breakpoints: Arc<[Breakpoint]>,
    pace: Pace,
}

#[derive(Debug)]
enum Place {
    Here(Box<Seat>),
    OnThread(JoinHandle<Box<Seat>>),
    /// The thread panicked, and the run with it.
    Lost,
}

/// Everything that a journey takes along.
struct Seat {
    held: Held,
    host: Box<dyn Host + Send>,
    /// Whether the host knows of what it was not asked itself.
    briefed: bool,
    console: Console,
    wake: Wake,
    arrival: Option<Arrival>,
    n_arrivals: u32,
    revision: u64,
}

#[derive(Debug)]
struct Shared {
    published: Mutex<Arc<Published>>,
    commands: Mutex<Commands>,
    /// Whether there is a command.
    called: AtomicBool,
    /// Wakes a journey that waits for a moment of the virtual clock.
    bell: Condvar,
}

#[derive(Debug, Default)]
struct Commands {
    /// Whether the journey has ended, and nobody looks at commands any more.
    closed: bool,
    pause: bool,
    stop: bool,
    breakpoints: Option<Arc<[Breakpoint]>>,
    pace: Option<Pace>,
}

/// What a thread is started for.
enum Task {
    Go(Order, Pace),
    /// Reads again what logpoints would have written.
    Read,
}

impl Worker {
    /// Returns a worker with `run`, at rest.
    pub fn new(run: Run, host: Box<dyn Host + Send>, wake: Wake, breakpoints: Arc<[Breakpoint]>) -> Self {
        Self::holding(Held::Run(Box::new(run)), host, wake, breakpoints)
    }

    /// Returns a worker with a recorded execution: it can be gone through, and not on.
    pub fn of_tape(tape: Tape, wake: Wake, breakpoints: Arc<[Breakpoint]>) -> Self {
        // Nobody is asked for what has happened.
        let host = Box::new(Recorded::new(Arc::default()));
        Self::holding(Held::Tape(Box::new(tape)), host, wake, breakpoints)
    }

    fn holding(held: Held, host: Box<dyn Host + Send>, wake: Wake, breakpoints: Arc<[Breakpoint]>) -> Self {
        let mut seat = Box::new(Seat {
            held,
            host,
            briefed: true,
            console: Console::default(),
            wake,
            arrival: None,
            n_arrivals: 0,
            revision: 0,
        });
        seat.arm(&breakpoints);
        let published = Mutex::new(seat.published(None, true));
        let shared = Arc::new(Shared {
            published,
            commands: Mutex::default(),
            called: AtomicBool::new(false),
            bell: Condvar::new(),
        });
        Self { shared, place: Place::Here(seat), breakpoints, pace: Pace::Instant }
    }

    /// Returns a worker with a run that was kept, at rest: its host is told of what was asked before when it goes on.
    pub fn resume(run: Run, host: Box<dyn Host + Send>, wake: Wake, breakpoints: Arc<[Breakpoint]>) -> Self {
        let mut worker = Self::new(run, host, wake, breakpoints);
        if let Place::Here(seat) = &mut worker.place {
            seat.briefed = false;
            if *seat.held.status() == Status::Running {
                seat.arrival = Some(paused(&*seat.held));
                worker.shared.set(seat.published(None, true));
            }
        }
        worker
    }

    /// Returns what is needed to do the run again; nothing while a journey is under way.
    pub fn made(&mut self) -> Option<Made> {
        self.run().map(Made::of)
    }

    /// Sets out on a journey; one that is under way ends first.
    ///
    /// Fails where the system gives no thread; the run is then as it was.
    pub fn go(&mut self, order: Order) -> std::io::Result<()> {
        self.start(Task::Go(order, self.pace))
    }

    /// Lets virtual time pass at this pace, of a journey that is under way as well.
    pub fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
        let _ = self.call(|commands| commands.pace = Some(pace));
    }

    /// Makes these the breakpoints, of a journey that is under way as well.
    ///
    /// Fails where the system gives no thread to read again what logpoints would have written.
    pub fn set_breakpoints(&mut self, list: Arc<[Breakpoint]>) -> std::io::Result<()> {
        let write = |list: &[Breakpoint]| list.iter().any(|it| it.log.is_some() || it.condition.is_some());
        let writes = write(&list) || write(&self.breakpoints);
        self.breakpoints = Arc::clone(&list);
        if self.call(|commands| commands.breakpoints = Some(list)) {
            Ok(())
        } else if writes {
            self.start(Task::Read)
        } else {
            Ok(())
        }
    }

    /// Ends the journey that is under way where the run stands.
    pub fn pause(&self) {
        let _ = self.call(|commands| commands.pause = true);
    }

    /// Stops the execution; it ends as `ABORTED`.
    pub fn stop(&mut self) {
        if self.call(|commands| commands.stop = true) {
            return;
        }
        self.join();
        if let Place::Here(seat) = &mut self.place {
            seat.stop();
            self.shared.set(seat.published(None, true));
            (seat.wake)();
        }
    }

    /// Redrives an execution that ended without success: it can go on then. Returns whether it can be redriven.
    pub fn redrive(&mut self) -> bool {
        let Some(seat) = self.at_rest() else { return false };
        let redriven = seat.held.as_run_mut().is_some_and(Run::redrive);
        if redriven {
            seat.console.extend(seat.held.log());
            let published = seat.published(None, true);
            self.shared.set(published);
        }
        redriven
    }

    /// Says what the unanswered task at this place answers, with the spans of virtual time after which; nothing means
    /// that it never answers.
    pub fn answer(&mut self, nth: usize, answers: Vec<(Duration, Outcome)>) {
        if let Some(seat) = self.at_rest()
            && let Some(run) = seat.held.as_run_mut()
        {
            run.answer(nth, answers);
            let published = seat.published(None, true);
            self.shared.set(published);
        }
    }

    /// Exchanges what answers the tasks that are still to come, and those that have no answer. The new host is told of
    /// the others when the run goes on.
    pub fn set_host(&mut self, host: Box<dyn Host + Send>) {
        if let Some(seat) = self.at_rest() {
            seat.host = host;
            seat.briefed = false;
        }
    }

    /// Returns a worker with a fork of the run, at rest. The journey that is under way ends first.
    pub fn fork(
        &mut self,
        at: EventId,
        edit: Option<Edit>,
        host: Box<dyn Host + Send>,
        wake: Wake,
    ) -> Result<Self, ForkError> {
        let breakpoints = Arc::clone(&self.breakpoints);
        let seat = self.at_rest().ok_or(ForkError::NoEvent(at))?;
        let fork = seat.held.as_run().ok_or(ForkError::NoEvent(at))?.fork(at, edit)?;
        let mut worker = Self::resume(fork, host, wake, breakpoints);
        worker.pace = self.pace;
        Ok(worker)
    }

    /// Returns what was last published.
    pub fn published(&self) -> Arc<Published> {
        Arc::clone(&self.shared.published.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the steps that `strand` took between two events of `execution`, as the engine tells them when it does them
    /// once more. Nothing while a journey is under way, and where that is too long to be waited for.
    pub fn steps(&mut self, execution: ExecutionId, strand: StrandId, from: EventId, to: EventId) -> Option<Vec<Step>> {
        self.run()?.steps(execution, strand, from, to)
    }

    /// Returns the run while nothing is under way; `None` for a recorded execution.
    pub fn run(&mut self) -> Option<&Run> {
        if self.published().done {
            // The journey has ended; its thread has nothing left to do but to hand the run back.
            self.join();
        }
        match &self.place {
            Place::Here(seat) => seat.held.as_run(),
            Place::OnThread(_) | Place::Lost => None,
        }
    }

    /// Waits for the journey to end and returns the run; `None` if there is none, or the thread panicked.
    pub fn finish(mut self) -> Option<Run> {
        self.join();
        match std::mem::replace(&mut self.place, Place::Lost) {
            Place::Here(seat) => match seat.held {
                Held::Run(run) => Some(*run),
                Held::Tape(_) => None,
            },
            Place::OnThread(_) | Place::Lost => None,
        }
    }

    /// Ends the journey and returns the run; `None` if the thread panicked.
    fn at_rest(&mut self) -> Option<&mut Seat> {
        self.pause();
        self.join();
        match &mut self.place {
            Place::Here(seat) => Some(seat),
            Place::OnThread(_) | Place::Lost => None,
        }
    }

    fn join(&mut self) {
        if let Place::OnThread(_) = &self.place
            && let Place::OnThread(thread) = std::mem::replace(&mut self.place, Place::Lost)
        {
            self.place = thread.join().map_or(Place::Lost, Place::Here);
        }
    }

    /// Gives a command to the journey that is under way; returns whether there is one.
    fn call(&self, command: impl FnOnce(&mut Commands)) -> bool {
        let mut commands = self.shared.commands();
        if commands.closed || !matches!(self.place, Place::OnThread(_)) {
            return false;
        }
        command(&mut commands);
        self.shared.called.store(true, Ordering::Release);
        self.shared.bell.notify_all();
        true
    }

    fn start(&mut self, task: Task) -> std::io::Result<()> {
        self.at_rest();
        let Place::Here(mut seat) = std::mem::replace(&mut self.place, Place::Lost) else {
            return Err(std::io::Error::other("the run was lost"));
        };
        self.shared.set(seat.published(None, false));
        *self.shared.commands() = Commands::default();
        self.shared.called.store(false, Ordering::Release);
        let (shared, list) = (Arc::clone(&self.shared), Arc::clone(&self.breakpoints));
        // The seat is handed over only once there is a thread, so that it is not lost with the attempt.
        let handed = Arc::new(Mutex::new(Some(seat)));
        let theirs = Arc::clone(&handed);
        let work = move || {
            let seat = theirs.lock().unwrap_or_else(PoisonError::into_inner).take();
            let mut seat = seat.expect("it was put there before the thread was started");
            match task {
                Task::Go(order, pace) => seat.go(order, pace, &list, &shared),
                Task::Read => {
                    shared.commands().closed = true;
                    seat.arm(&list);
                    shared.set(seat.published(None, true));
                    (seat.wake)();
                }
            }
            seat
        };
        match std::thread::Builder::new().name("stepscope run".to_owned()).spawn(work) {
            Ok(thread) => {
                self.place = Place::OnThread(thread);
                Ok(())
            }
            Err(error) => {
                let seat = handed.lock().unwrap_or_else(PoisonError::into_inner).take();
                self.place = seat.map_or(Place::Lost, Place::Here);
                Err(error)
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.pause();
    }
}

impl std::fmt::Debug for Seat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seat").field("held", &self.held).finish_non_exhaustive()
    }
}

impl Seat {
    /// Returns the virtual time.
    fn now(&self) -> Timestamp {
        self.held.as_run().map_or_else(Timestamp::default, Run::now)
    }

    fn go(&mut self, order: Order, pace: Pace, list: &[Breakpoint], shared: &Shared) {
        let armed = Armed::new(list, self.held.rules().outline());
        if !order.backwards
            && !std::mem::replace(&mut self.briefed, true)
            && let Some(run) = self.held.as_run_mut()
        {
            run.brief(&mut *self.host);
        }
        let mut journey = Journey::new(Order { breakpoints: armed, ..order }, &*self.held);
        let mut clock = Clock::start(pace, self.now());
        for slice in 1_u32.. {
            let mut arrival = journey.proceed(&mut *self.held, &mut *self.host, SLICE, clock.now());
            self.console.extend(self.held.log());
            if arrival.is_none() && shared.called.swap(false, Ordering::Acquire) {
                let commands = std::mem::take(&mut *shared.commands());
                if let Some(list) = &commands.breakpoints {
                    journey.arm(&Armed::new(list, self.held.rules().outline()), &*self.held);
                }
                if let Some(pace) = commands.pace {
                    clock.set_pace(pace, self.now());
                }
                if self.obey(&commands) {
                    arrival = Some(paused(&*self.held));
                }
            }
            if arrival.is_some() {
                let mut commands = shared.commands();
                self.obey(&commands);
                *commands = Commands { closed: true, ..Commands::default() };
            }
            let done = arrival.is_some();
            if done {
                self.arrival = arrival;
                self.n_arrivals += 1;
            }
            let wait = if done { None } else { self.held.as_run().and_then(Run::due).and_then(|it| clock.until(it)) };
            if done || wait.is_some() || slice.is_power_of_two() || slice.is_multiple_of(SLICES_A_FRAME) {
                shared.set(self.published(clock.now().and(Some(clock)), done));
                (self.wake)();
            }
            if done {
                break;
            }
            if let Some(wait) = wait {
                shared.wait(wait);
            }
        }
    }

    /// Does what a command asks of the run; returns whether the journey ends with it.
    fn obey(&mut self, commands: &Commands) -> bool {
        if let Some(list) = &commands.breakpoints {
            self.arm(list);
        }
        if commands.stop {
            self.stop();
        }
        commands.stop || commands.pause
    }

    fn stop(&mut self) {
        let Some(run) = self.held.as_run_mut() else { return };
        let cause = Some("stopped by the user".into());
        let failure = Failure { error: None, cause, kind: FailureKind::Terminal };
        run.act_from_outside(Action::Stop(Arc::new(failure)));
        self.console.extend(self.held.log());
    }

    fn arm(&mut self, list: &[Breakpoint]) {
        self.console.arm(list, self.held.rules(), self.held.identity());
        self.console.extend(self.held.log());
    }

    fn published(&mut self, clock: Option<Clock>, done: bool) -> Arc<Published> {
        self.revision += 1;
        let (held, run) = (&self.held, self.held.as_run());
        Arc::new(Published {
            rules: held.rules(),
            identity: held.identity().clone(),
            log: held.log().clone(),
            children: held.children().cloned().unwrap_or_default(),
            status: held.status().clone(),
            unanswered: run.map(|it| it.unanswered().to_vec()).unwrap_or_default(),
            console: (Arc::clone(self.console.lines()), self.console.n_more()),
            arrival: self.arrival,
            n_arrivals: self.n_arrivals,
            done,
            clock: clock.filter(|_| !done),
            revision: self.revision,
        })
    }
}

impl Shared {
    fn commands(&self) -> MutexGuard<'_, Commands> {
        self.commands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a command, at most this long.
    fn wait(&self, longest: std::time::Duration) {
        let uncalled = |_: &mut Commands| !self.called.load(Ordering::Acquire);
        // Which of both it was is looked for by the journey itself.
        let _ = self.bell.wait_timeout_while(self.commands(), longest, uncalled).map_err(PoisonError::into_inner);
    }

    fn set(&self, published: Arc<Published>) {
        *self.published.lock().unwrap_or_else(PoisonError::into_inner) = published;
    }
}
