//! Tasks: one attempt from the call to its answer or its time limit. Retry and Catch are `settle`'s.

use std::sync::Arc;

use crate::asl::StateId;
use crate::asl::program::{Action, Pattern, Resource, Task};
use crate::expr::Fault;
use crate::json::{Json, text};
use crate::time::Duration;

use super::agenda::{Key, Rank, Wake};
use super::apply::{Cx, MOST_BYTES};
use super::event::{Effect, EffectId, EventKind, StrandId, TaskCall, TaskFailure, TaskStep};
use super::failure::{Failure, FailureKind};
use super::machine::{Call, Outcome, Phase};
use super::trace::Step;

/// How long an HTTP call may take, in seconds (developer guide, "Call HTTPS APIs"; its error name is `States.Http.Socket`).
const MOST_HTTP_SECS: i64 = 60;
/// How long a task may take where the state sets no limit, in seconds (recorded default of the service).
const DEFAULT_TIMEOUT_SECS: i64 = 99_999_999;

impl Cx<'_> {
    /// Hands the task to the host. Parameters are evaluated anew for each attempt (recorded: `RetryCount` counts).
    pub(super) fn call(&mut self, id: StrandId, task: &Task) -> Result<(), Fault> {
        let raw = self.strand(id).input.clone();
        let timeout_secs = self.limit(id, task.timeout.as_ref(), &raw)?;
        let heartbeat_secs = self.limit(id, task.heartbeat.as_ref(), &raw)?;
        let mut input = self.effective_input(id)?;
        if let (Some((name, value)), Json::Object(members)) = (task.resource.added_member(), &mut input)
            && members.get(name).is_none()
        {
            members.set(name, Json::from(value));
        }
        if let Some(name) = task.resource.refused_member(&input) {
            let input = text::compact(&input);
            return Err(Fault::runtime(format!(
                "The Parameters '{input}' could not be used to start the Task: [The value of the field '{name}' has an invalid format]"
            )));
        }
        let credentials = match &task.credentials {
            Some(template) => Some(self.fill(id, Some(template), &raw)?),
            None => None,
        };
        let strand = self.strand(id);
        let call = Arc::new(TaskCall {
            state: strand.state,
            name: Arc::clone(&self.program.state(strand.state).name),
            resource: task.resource.clone(),
            input,
            timeout_secs,
            heartbeat_secs,
            credentials,
            attempt: 1 + strand.retries.iter().sum::<u32>(),
            iterations: strand.item.as_ref().map(|it| Arc::clone(&it.path)).unwrap_or_default(),
            maps: strand.item.as_ref().map(|it| self.named(&it.path)).unwrap_or_default(),
            at: self.machine.now,
        });
        self.emit_next(id, EventKind::TaskScheduled(Arc::clone(&call)));
        self.emit_next(id, EventKind::TaskStarted(Arc::clone(&call)));
        let effect = EffectId(self.machine.n_effects);
        self.machine.n_effects += 1;
        self.machine.waiting.insert(effect, id);
        self.out.effects.push(Effect::Call { id: effect, call: Arc::clone(&call) });
        let timeout_secs = timeout_secs.unwrap_or(DEFAULT_TIMEOUT_SECS);
        let timeout = if self.limited() && task.resource.is_http() && timeout_secs > MOST_HTTP_SECS {
            self.arm(MOST_HTTP_SECS, Wake::HttpLimit(id))
        } else {
            self.arm(timeout_secs, Wake::Timeout(id))
        };
        let heartbeat = heartbeat_secs.map(|secs| self.arm(secs, Wake::Heartbeat(id)));
        self.strand_mut(id).phase =
            Phase::Calling(Call { effect, task: call, timeout, heartbeat, answers: Vec::new(), submitted: false });
        Ok(())
    }

    fn named(&self, path: &[(StateId, u32)]) -> Arc<[(Arc<str>, u32)]> {
        path.iter().map(|(state, index)| (Arc::clone(&self.program.state(*state).name), *index)).collect()
    }

    fn limit(
        &mut self,
        id: StrandId,
        amount: Option<&crate::asl::program::Amount>,
        from: &Json,
    ) -> Result<Option<i64>, Fault> {
        let secs = self.amount(id, amount, from)?;
        match secs {
            Some(secs) if secs <= 0 => {
                Err(Fault::runtime(format!("The time limit of {secs} seconds is not positive.")))
            }
            secs => Ok(secs.map(|it| it.min(DEFAULT_TIMEOUT_SECS))),
        }
    }

    fn arm(&mut self, secs: i64, wake: Wake) -> Key {
        let at = self.machine.now + Duration::from_secs(secs as f64);
        self.machine.agenda.add(at, Rank::TaskLimit, wake)
    }

    /// An answer for the strand's task is due. Answers are due in the order of their moments, not of their coming.
    pub(super) fn answer(&mut self, id: StrandId, key: Key, outcome: Outcome) {
        let Phase::Calling(call) = &mut self.strand_mut(id).phase else { return };
        call.answers.retain(|it| *it != key);
        let task = Arc::clone(&call.task);
        match outcome {
            Outcome::Heartbeat => {
                if let (Some(key), Some(secs)) = (call.heartbeat, task.heartbeat_secs) {
                    self.machine.agenda.remove(key);
                    let key = self.arm(secs, Wake::Heartbeat(id));
                    if let Phase::Calling(call) = &mut self.strand_mut(id).phase {
                        call.heartbeat = Some(key);
                    }
                }
            }
            Outcome::Submitted(output) => {
                call.submitted = true;
                self.emit_next(id, EventKind::TaskSubmitted { output, call: task });
            }
            Outcome::Succeeded(output) => {
                let waits =
                    matches!(&task.resource, Resource::Service { pattern: Pattern::Sync | Pattern::Callback, .. });
                if waits && !call.submitted {
                    // A job or message has been taken before it can have a result, also where the host does not say so.
                    let output = Json::object::<&str>([]);
                    self.emit_next(id, EventKind::TaskSubmitted { output, call: Arc::clone(&task) });
                }
                self.hang_up(id);
                if self.limited() && output.size_bytes() > MOST_BYTES {
                    // Recorded, against the documentation: this failure can be caught, by name and by `States.ALL`.
                    let failure = Failure::too_large(task.resource.called(), FailureKind::Named);
                    return self.task_failed(id, task, failure, TaskStep::Run);
                }
                self.trace(id, || Step::Result(output.clone()));
                self.emit_next(id, EventKind::TaskSucceeded { output: output.clone(), call: task });
                self.schedule(id, Phase::Leave(output), self.machine.now);
            }
            // No task answers with items.
            Outcome::Items(_) => {}
            Outcome::Failed(failure, step) => {
                self.hang_up(id);
                self.task_failed(id, task, (*failure).clone(), step);
            }
        }
    }

    /// One of the time limits of the strand's task has run out.
    pub(super) fn time_out(&mut self, id: StrandId, kind: FailureKind) {
        let Phase::Calling(call) = &self.strand(id).phase else { return };
        let (task, effect) = (Arc::clone(&call.task), call.effect);
        self.hang_up(id);
        self.out.effects.push(Effect::Cancel(effect));
        self.task_failed(id, task, Failure::timeout(kind), TaskStep::Run);
    }

    /// The HTTP call of the strand's task has taken as long as the service lets it.
    pub(super) fn cut_off(&mut self, id: StrandId) {
        let Phase::Calling(call) = &self.strand(id).phase else { return };
        let (task, effect) = (Arc::clone(&call.task), call.effect);
        self.hang_up(id);
        self.out.effects.push(Effect::Cancel(effect));
        let cause = format!("The endpoint did not answer within {MOST_HTTP_SECS} seconds");
        self.task_failed(id, task, Failure::named("States.Http.Socket", cause), TaskStep::Run);
    }

    fn task_failed(&mut self, id: StrandId, call: Arc<TaskCall>, failure: Failure, step: TaskStep) {
        let timed_out = matches!(failure.kind, FailureKind::Timeout | FailureKind::Heartbeat);
        let failed = Arc::new(TaskFailure { call, failure: failure.clone(), step });
        self.emit_next(id, if timed_out { EventKind::TaskTimedOut(failed) } else { EventKind::TaskFailed(failed) });
        self.settle(id, failure);
    }

    /// Forgets the task under way: nothing that was to come for it will come. Returns it.
    pub(super) fn hang_up(&mut self, id: StrandId) -> Option<EffectId> {
        let strand = self.strand_mut(id);
        if !matches!(strand.phase, Phase::Calling(_)) {
            return None;
        }
        let Phase::Calling(call) = std::mem::replace(&mut strand.phase, Phase::Act) else { return None };
        let machine = &mut *self.machine;
        machine.waiting.remove(&call.effect);
        for key in [Some(call.timeout), call.heartbeat].into_iter().flatten().chain(call.answers) {
            machine.agenda.remove(key);
        }
        Some(call.effect)
    }

    /// Whether the strand stands in a Task.
    pub(super) fn in_task(&self, id: StrandId) -> bool {
        matches!(self.program.state(self.strand(id).state).action, Action::Task(_))
    }
}
