//! Reads recorded histories: what `GetExecutionHistory` answers through the command line and the SDKs, whole, in pages or
//! latest first, plain lists of events, and log events of Express executions, packed or not.
//!
//! A recorded history becomes the engine's own events, so that everything that shows or compares a run does the same
//! with it. What the file does not say is said in the notes and kept in [`Imported::asides`]; nothing is made up.
//!
//! The way: [`source`] finds the events, [`order`] puts them in order, [`threads`] tells to which thread of control each
//! belongs, [`states`] to which state, [`build`] makes events of them. The file's bytes stay as they are and are shared
//! by all payloads, which are read when they are looked at.

mod build;
mod names;
mod notes;
mod order;
mod payload;
mod redrive;
mod source;
mod states;
mod tasks;
mod threads;
mod unpack;
mod when;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::Outline;
use crate::diagnostic::Diagnostic;
use crate::engine::{EventId, EventKind, Identity, Quotas, Redriven, StartSpec};
use crate::json::Json;
use crate::time::Timestamp;

use super::aside::{Aside, Lack};
use super::frame::Frame;
use super::log::{Log, LogView};
use super::table::payloads;
use build::{Built, build};
use order::order;
use payload::Payloads;
use source::{Found, Raw};

/// A recorded execution.
#[derive(Clone, Debug)]
pub struct Imported {
    /// What happened.
    pub log: Log,
    /// The names of the execution and its machine, as far as the file says them.
    pub identity: Identity,
    /// The ARN of the execution, where the file says it.
    pub execution_arn: Option<Arc<str>>,
    /// Whether it was an Express execution.
    pub express: bool,
    /// Whether the states are drawn from the events. Then what was not entered is missing among them.
    pub drawn: bool,
    /// What stands beside events.
    pub asides: BTreeMap<EventId, Aside>,
    /// What the file does not say or what could not be taken over, in sentences.
    pub notes: Vec<Diagnostic>,
}

/// What was read from a file.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The executions in it, in the order of their first events. Files of the service have one, logs any number.
    pub executions: Vec<Imported>,
    /// What is wrong with the file as a whole.
    pub diagnostics: Vec<Diagnostic>,
}

impl Imported {
    /// Returns what has happened.
    pub fn view(&self) -> &LogView {
        self.log.view()
    }

    /// Returns the states that its events name.
    pub fn outline(&self) -> &Arc<Outline> {
        self.log.tip().outline()
    }

    /// Returns when the execution began; the moment of its first event where that is not in the file.
    pub fn started(&self) -> Timestamp {
        self.view().event(EventId(1)).map(|it| it.at).unwrap_or_default()
    }

    /// Returns the input of the execution; `None` where the file does not have it.
    pub fn input(&self) -> Option<&Json> {
        let first = self.view().event(EventId(1))?;
        payloads(first).0.filter(|_| self.lack(first.id).is_none())
    }

    /// Returns why the payload of an event is not what it was; `None` where it is.
    pub fn lack(&self, event: EventId) -> Option<Lack> {
        self.asides.get(&event)?.payload
    }

    /// Returns how to start an execution that does the same again.
    pub fn spec(&self) -> StartSpec {
        // What went beyond the quota has not been held to it.
        let quotas = if self.view().len() > 25_000 { Quotas::Off } else { Quotas::Aws };
        let input = self.input().cloned().unwrap_or_else(|| Json::object::<&str>([]));
        let (at, express, identity) = (self.started(), self.express, self.identity.clone());
        StartSpec { input, at, quotas, express, identity, ..StartSpec::default() }
    }
}

/// Whether these bytes are those of a recorded history, by what stands at their beginning.
pub fn is_history(bytes: &[u8]) -> bool {
    let beginning = unpack::beginning(bytes);
    // Every spelling of the member that nothing but an event of a history has.
    let marks: [&[u8]; 3] = [b"reviousEventId", b"previous_event_id", b"StateEnteredEventDetails"];
    let holds = |mark: &[u8]| beginning.windows(mark.len()).position(|it| it == mark);
    let event = marks.into_iter().filter_map(holds).min();
    let definition = holds(b"\"StartAt\"");
    event.is_some_and(|event| definition.is_none_or(|it| event < it))
}

/// Reads the bytes of a file. With the states of its definition, events name those; without, the states are drawn from
/// the events.
///
/// Never fails: what is wrong is among the diagnostics, and what could be read is there.
pub fn read(bytes: Vec<u8>, definition: Option<&Arc<Outline>>) -> Reading {
    let mut reading = Reading::default();
    let mut buffer = match unpack::text(bytes) {
        Ok(buffer) => buffer,
        Err(diagnostic) => {
            reading.diagnostics.push(*diagnostic);
            return reading;
        }
    };
    let found = source::find(&mut buffer);
    // Unescaping keeps UTF-8; so this takes the buffer as it is.
    let whole = match String::from_utf8(buffer) {
        Ok(whole) => Arc::new(whole),
        Err(_) => return reading,
    };
    reading.diagnostics.extend(notes::of_file(&found, &whole));
    let mut payloads = Payloads::new(Arc::clone(&whole));
    let names = Named { found: &found, whole: &whole };
    for (execution, events) in by_execution(&found) {
        reading.executions.push(import(&names, execution, events, &mut payloads, definition));
    }
    reading
}

struct Named<'a> {
    found: &'a Found,
    whole: &'a str,
}

fn import(
    names: &Named<'_>,
    execution: Option<u32>,
    events: Vec<Raw>,
    payloads: &mut Payloads,
    definition: Option<&Arc<Outline>>,
) -> Imported {
    let mut ordered = order(events);
    let mut notes = notes::of_order(&mut ordered);
    let entries = &names.found.entries;
    let mut built = build(&ordered, entries, payloads, definition);
    let mut drawn = definition.is_none();
    if let Some(missing) = built.missing.take() {
        notes.push(notes::other_definition(&missing));
        built = build(&ordered, entries, payloads, None);
        drawn = true;
    }
    notes.extend(notes::of_events(&built.counts, drawn, definition.is_some(), names.found.from_log));
    let Built { events, outline, asides, mut identity, execution_arn: found, redrives, .. } = built;
    let mut log = Log::new(outline);
    for mut event in events {
        if let (EventKind::ExecutionRedriven { strands, .. }, Some((_, failing))) =
            (&mut event.kind, redrives.iter().find(|(redrive, _)| *redrive == event.id))
        {
            *strands = with_data(strands, &log.view().frame_at(*failing));
        }
        log.push(event);
    }
    notes.extend(notes::of_end(&log));
    let arn = |range: &std::ops::Range<usize>| names.whole.get(range.clone()).map(Arc::<str>::from);
    let execution_arn = execution.and_then(|it| names.found.executions.get(it as usize)).and_then(arn).or(found);
    let express = execution_arn.as_deref().is_some_and(|it| it.contains(":express:"));
    name(&mut identity, execution_arn.as_deref(), names.found.machine_arn.as_ref().and_then(arn));
    Imported { log, identity, execution_arn, express, drawn, asides, notes }
}

/// Adds what the strands that a redrive goes on with had at the moment when the execution failed.
fn with_data(strands: &[Redriven], moment: &Frame) -> Arc<[Redriven]> {
    let with_data = |it: &Redriven| match moment.strands.get(&it.strand) {
        Some(view) => Redriven {
            entered_at: view.entered_at,
            input: view.input.clone(),
            variables: view.variables.clone(),
            ..it.clone()
        },
        None => it.clone(),
    };
    strands.iter().map(with_data).collect()
}

/// Takes over what the ARNs say.
fn name(identity: &mut Identity, execution: Option<&str>, machine: Option<Arc<str>>) {
    if let Some(arn) = execution {
        let parts: Vec<&str> = arn.split(':').collect();
        // arn:aws:states:REGION:ACCOUNT:execution:MACHINE:NAME, with one more part for Express.
        if let [_, partition, _, region, account, _, machine, name, ..] = parts[..] {
            identity.execution_id = arn.into();
            identity.execution_name = name.into();
            identity.machine_name = machine.into();
            if identity.region.is_empty() {
                identity.region = region.into();
            }
            identity.machine_id = format!("arn:{partition}:states:{region}:{account}:stateMachine:{machine}").into();
        }
    }
    if let Some(arn) = machine {
        identity.machine_name = arn.rsplit(':').next().unwrap_or_default().into();
        identity.machine_id = arn;
    }
    if identity.region.is_empty() {
        identity.region = Identity::default().region;
    }
}

/// Groups events by execution, in the order in which these come first.
fn by_execution(found: &Found) -> Vec<(Option<u32>, Vec<Raw>)> {
    let mut groups: Vec<(Option<u32>, Vec<Raw>)> = Vec::new();
    let mut place: BTreeMap<Option<u32>, usize> = BTreeMap::new();
    for event in &found.events {
        let execution = event.execution.or(found.of_all);
        let at = *place.entry(execution).or_insert_with(|| {
            groups.push((execution, Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push(event.clone());
    }
    groups
}
