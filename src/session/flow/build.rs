//! Puts the strip together: which fields a state has, in which order they apply, and what each came to.

use std::sync::Arc;

use crate::asl::program::{Action, CatchOutput, Delay, FlowFields, Items, Program, ResultPath, Select, State};
use crate::asl::{StateKind, TransitionKind};
use crate::engine::handlers::Decision;
use crate::engine::{EventId, Step};
use crate::expr::Template;
use crate::history::LogView;
use crate::json::Json;
use crate::session::visit::Visit;

use super::{Field, FlowStep, Held, RuleVerdict, rule_taken};

/// Returns the strip of one attempt, counted from 0; `told` are the steps that are known of it.
pub(super) fn steps(
    program: Option<&Program>,
    log: &LogView,
    visit: &Visit,
    attempt: usize,
    told: &[Step],
) -> Vec<FlowStep> {
    let mut strip = Strip { visit, attempt, told, out: Vec::new() };
    strip.data(Field::Input, Some(visit.entered), Some(visit.input.clone()), None);
    let is_last = attempt + 1 >= visit.attempts.len();
    if let Some(program) = program.filter(|it| visit.state.idx() < it.states.len()) {
        let state = program.state(visit.state);
        strip.before_work(state);
        strip.work(program, state);
        strip.after_work(program, state);
        if let (Some(_), true) = (&visit.exit, is_last) {
            strip.assign(program, state, log);
        }
    } else {
        strip.tell_events();
    }
    if let (Some(exit), true) = (&visit.exit, is_last) {
        strip.data(Field::Output, Some(exit.event), Some(exit.output.clone()), Some(visit.input.clone()));
    }
    strip.out
}

struct Strip<'a> {
    visit: &'a Visit,
    attempt: usize,
    told: &'a [Step],
    out: Vec<FlowStep>,
}

impl Strip<'_> {
    fn push(
        &mut self,
        field: Field,
        pointer: &str,
        expression: Option<Arc<str>>,
        value: Option<Json>,
        base: Option<Json>,
    ) {
        self.out.push(FlowStep {
            field,
            expression,
            pointer: pointer.to_owned(),
            note: None,
            event: None,
            value,
            base,
            rules: Vec::new(),
        });
    }

    fn data(&mut self, field: Field, event: Option<EventId>, value: Option<Json>, base: Option<Json>) {
        self.push(field, "", None, value, base);
        self.last().event = event;
    }

    fn last(&mut self) -> &mut FlowStep {
        self.out.last_mut().expect("the strip begins with the state's input")
    }

    /// Returns the value that was known last.
    fn current(&self) -> Option<Json> {
        self.out.iter().rev().find(|it| it.field != Field::Assign && it.value.is_some()).and_then(|it| it.value.clone())
    }

    fn told(&self, pick: impl Fn(&Step) -> Option<&Json>) -> Option<Json> {
        self.told.iter().find_map(pick).cloned()
    }

    fn before_work(&mut self, state: &State) {
        let input = Some(self.visit.input.clone());
        let has_payload = matches!(state.action, Action::Task(_) | Action::Parallel { .. });
        let is_pass = matches!(state.action, Action::Pass { .. });
        match &state.data.fields {
            FlowFields::JsonPath(flow) => {
                let value = self.told(|it| if let Step::InputPath(it) = it { Some(it) } else { None });
                let value = value.or_else(|| matches!(flow.input_path, Select::All).then(|| self.visit.input.clone()));
                self.push(Field::InputPath, "/InputPath", path_text(&flow.input_path), value.clone(), input);
                if has_payload || is_pass {
                    let told = self.told(|it| if let Step::Parameters(it) = it { Some(it) } else { None });
                    self.payload(Field::Parameters, "/Parameters", flow.parameters.as_ref(), told, value);
                }
            }
            FlowFields::Jsonata(flow) if has_payload => {
                let told = self.told(|it| if let Step::Arguments(it) = it { Some(it) } else { None });
                self.payload(Field::Arguments, "/Arguments", flow.arguments.as_ref(), told, input);
            }
            FlowFields::Jsonata(_) => {}
        }
    }

    /// `Parameters` or `Arguments`: what a task was called with is in an event.
    fn payload(
        &mut self,
        field: Field,
        pointer: &str,
        template: Option<&Template>,
        told: Option<Json>,
        base: Option<Json>,
    ) {
        let call = self.visit.attempts.get(self.attempt).and_then(|it| Some((it.call.as_ref()?, it.begun?.0)));
        let value = call.map(|(call, _)| call.input.clone()).or(told);
        let value = value.or_else(|| if template.is_none() { base.clone() } else { None });
        self.push(field, pointer, template.map(template_text), value, base);
        self.last().event = call.map(|(_, event)| event);
    }

    fn work(&mut self, program: &Program, state: &State) {
        let begun = self.visit.attempts.get(self.attempt).and_then(|it| it.begun).map(|it| it.0);
        match &state.action {
            Action::Map(map) => {
                let base = self.current();
                let items = self.told(|it| if let Step::Items(it) = it { Some(it) } else { None });
                let (field, pointer, text) = match &map.items {
                    Items::Input => (Field::ItemsPath, "/ItemsPath", None),
                    Items::Path(path) => (Field::ItemsPath, "/ItemsPath", Some(Arc::clone(path.text()))),
                    Items::Query(template) => (Field::Items, "/Items", Some(template_text(template))),
                };
                self.push(field, pointer, text, items, base.clone());
                self.last().event = begun;
                if let Some(read) = self.told(|it| if let Step::ReadItems(it) = it { Some(it) } else { None }) {
                    self.push(Field::ItemReader, "/ItemReader", None, Some(read), None);
                }
                if let Some(selector) = &map.selector {
                    let selected = || self.told.iter().filter_map(selected);
                    let n_all = selected().count();
                    let value = (n_all > 0).then(|| Json::array(selected().take(MOST_SHOWN).cloned()));
                    self.push(Field::ItemSelector, "/ItemSelector", Some(template_text(selector)), value, None);
                    if n_all > MOST_SHOWN {
                        self.last().note = Some(format!("the first {MOST_SHOWN} of {n_all} items"));
                    }
                }
                if let Some(batches) = self.told(|it| if let Step::Batches(it) = it { Some(it) } else { None }) {
                    self.push(Field::ItemBatcher, "/ItemBatcher", None, Some(batches), None);
                }
            }
            Action::Choice { .. } => self.choices(program),
            Action::Wait(delay) => {
                let (pointer, text) = delay_text(delay);
                self.push(Field::Delay, pointer, Some(text), None, None);
                let exit = self.visit.exit.as_ref();
                let waited = exit.map(|it| format!("until {}, after {}", it.at, it.at - self.visit.entered_at));
                self.last().note = Some(waited.unwrap_or_else(|| "still waiting".to_owned()));
                self.last().event = exit.map(|it| it.event);
            }
            _ => {}
        }
    }

    fn choices(&mut self, program: &Program) {
        let outline = &program.outline;
        let transitions = outline.state(self.visit.state).map(|it| it.transitions.as_slice()).unwrap_or_default();
        let held = |rule: usize| {
            self.told.iter().find_map(|it| match it {
                Step::Rule { rule: tested, holds } if *tested == rule => Some(*holds),
                _ => None,
            })
        };
        let n_tested = self.told.iter().filter(|it| matches!(it, Step::Rule { .. })).count();
        let failed = self.told.iter().any(|it| matches!(it, Step::Failed(_)));
        let mut rules = Vec::new();
        for transition in transitions {
            let (condition, verdict) = match &transition.kind {
                TransitionKind::Choice { condition, .. } => {
                    let verdict = match held(rules.len()) {
                        Some(true) => Held::Yes,
                        Some(false) => Held::No,
                        None if failed && rules.len() == n_tested => Held::Failed,
                        None => Held::NotRead,
                    };
                    (Arc::<str>::from(condition.to_string()), verdict)
                }
                TransitionKind::Default => {
                    let is_taken =
                        self.visit.exit.is_some() && rules.iter().all(|it: &RuleVerdict| it.verdict == Held::No);
                    (Arc::from(""), if is_taken { Held::Yes } else { Held::NotRead })
                }
                _ => continue,
            };
            rules.push(RuleVerdict { condition, next: Arc::clone(&transition.name), verdict });
        }
        self.push(Field::Choices, "/Choices", None, None, None);
        self.last().rules = rules;
    }

    fn after_work(&mut self, program: &Program, state: &State) {
        if let Some((failure, event)) = self.failure(state) {
            self.data(Field::Error, event, Some(failure), None);
            return self.handled(state);
        }
        let kind = program.outline.state(self.visit.state).and_then(|it| it.kind);
        let has_result = matches!(kind, Some(StateKind::Task | StateKind::Parallel | StateKind::Map))
            || matches!(state.action, Action::Pass { result: Some(_) });
        let told = self.told(|it| if let Step::Result(it) = it { Some(it) } else { None });
        let end = self.visit.attempts.get(self.attempt).and_then(|it| it.end.as_ref());
        let recorded = end.and_then(|it| it.result.as_ref().ok().cloned().flatten());
        let result = recorded.or(told);
        if has_result {
            let event = end.and_then(|it| it.event).map(|it| it.0);
            self.data(Field::Result, event, result.clone(), None);
            if matches!(state.action, Action::Pass { .. }) {
                "/Result".clone_into(&mut self.last().pointer);
            }
        }
        match &state.data.fields {
            FlowFields::JsonPath(flow) => {
                if matches!(kind, Some(StateKind::Task | StateKind::Parallel | StateKind::Map)) {
                    let value = self.told(|it| if let Step::ResultSelector(it) = it { Some(it) } else { None });
                    let text = flow.result_selector.as_ref().map(template_text);
                    self.push(Field::ResultSelector, "/ResultSelector", text, value, result);
                }
                if has_result || matches!(kind, Some(StateKind::Pass)) {
                    let value = self.told(|it| if let Step::ResultPath(it) = it { Some(it) } else { None });
                    let base = match flow.result_path {
                        ResultPath::Replace => self.current(),
                        ResultPath::Discard | ResultPath::At(_) => Some(self.visit.input.clone()),
                    };
                    self.push(Field::ResultPath, "/ResultPath", result_path_text(&flow.result_path), value, base);
                }
                if !matches!(kind, Some(StateKind::Fail)) {
                    let base = self.current();
                    let value = self.told(|it| if let Step::Output(it) = it { Some(it) } else { None });
                    self.push(Field::OutputPath, "/OutputPath", path_text(&flow.output_path), value, base);
                }
            }
            FlowFields::Jsonata(flow) => {
                if !matches!(kind, Some(StateKind::Fail)) {
                    let (output, pointer) = match rule_taken(self.told, state) {
                        Some((idx, rule)) => (rule.output.as_ref(), format!("/Choices/{idx}/Output")),
                        None => (flow.output.as_ref(), "/Output".to_owned()),
                    };
                    let base = if has_result { result } else { Some(self.visit.input.clone()) };
                    let value = self.told(|it| if let Step::Output(it) = it { Some(it) } else { None });
                    self.push(Field::OutputField, &pointer, output.map(template_text), value, base);
                }
            }
        }
    }

    /// Returns what the attempt failed with, as handlers see it, and its event.
    fn failure(&self, state: &State) -> Option<(Json, Option<EventId>)> {
        let end = self.visit.attempts.get(self.attempt).and_then(|it| it.end.as_ref());
        if let Some(failure) = end.and_then(|it| it.result.as_ref().err()) {
            return Some((failure.output(), end.and_then(|it| it.event).map(|it| it.0)));
        }
        let told = self.told.iter().find_map(|it| if let Step::Failed(it) = it { Some(it) } else { None })?;
        // A Fail state has failed from the beginning.
        let event = matches!(state.action, Action::Fail { .. }).then_some(self.visit.entered);
        Some((told.output(), event))
    }

    /// What a retrier or catcher makes of the failure.
    fn handled(&mut self, state: &State) {
        match self.visit.decision(&state.handlers, self.attempt) {
            Some(Decision::Retry(idx)) => {
                let back_off = self.visit.back_off(&state.handlers, self.attempt);
                let text = back_off.map(|it| it.formula(&state.handlers.retry[idx]));
                self.push(Field::Retry(idx), &format!("/Retry/{idx}"), None, None, None);
                self.last().note = Some(format!("tries again after {}", text.unwrap_or_default()));
            }
            Some(Decision::Catch(idx)) => {
                let error = self.current();
                let catcher = &state.handlers.catch[idx];
                let value = self.told(|it| if let Step::Output(it) = it { Some(it) } else { None });
                let value = value.or_else(|| self.visit.exit.as_ref().map(|it| it.output.clone()));
                let at = format!("/Catch/{idx}");
                match &catcher.output {
                    CatchOutput::Placed(path) => {
                        let base =
                            if matches!(path, ResultPath::Replace) { error } else { Some(self.visit.input.clone()) };
                        self.push(Field::ResultPath, &format!("{at}/ResultPath"), result_path_text(path), value, base);
                    }
                    CatchOutput::Query(output) => {
                        let text = output.as_ref().map(template_text);
                        self.push(Field::OutputField, &format!("{at}/Output"), text, value, error);
                    }
                }
                self.last().note = Some(format!("of Catch {}", idx + 1));
            }
            Some(Decision::Uncaught) | None => {}
        }
    }

    fn assign(&mut self, program: &Program, state: &State, log: &LogView) {
        let Some(exit) = &self.visit.exit else { return };
        let caught = self.visit.caught_by(&state.handlers);
        let (template, pointer) = match (caught, rule_taken(self.told, state)) {
            (Some(idx), _) => (state.handlers.catch[idx].assign.as_ref(), format!("/Catch/{idx}/Assign")),
            (None, Some((idx, rule))) => (rule.assign.as_ref(), format!("/Choices/{idx}/Assign")),
            (None, None) => (state.data.assign.as_ref(), "/Assign".to_owned()),
        };
        let kind = program.outline.state(self.visit.state).and_then(|it| it.kind);
        let assigned = exit.assigned.as_deref().cloned();
        if template.is_none() && assigned.is_none() || matches!(kind, Some(StateKind::Fail)) {
            return;
        }
        let before = log.frame_at(EventId(exit.event.0.saturating_sub(1)));
        let variables = before.strands.get(&self.visit.strand).and_then(|it| it.variables.as_deref().cloned());
        self.push(Field::Assign, &pointer, template.map(template_text), assigned.clone(), None);
        // Only what is assigned is compared, not all that is there.
        let variables = variables.unwrap_or_default();
        let names = assigned.as_ref().and_then(Json::as_object);
        let same = names.into_iter().flat_map(crate::json::Object::iter);
        let base = same.filter_map(|(name, _)| Some((Arc::clone(name), variables.get(name)?.clone())));
        self.last().base = Some(Json::object(base.collect::<Vec<_>>()));
        self.last().event = Some(exit.event);
    }

    /// What events say without a definition.
    fn tell_events(&mut self) {
        let Some(attempt) = self.visit.attempts.get(self.attempt) else { return };
        if let (Some(call), Some((event, _))) = (&attempt.call, attempt.begun) {
            self.data(Field::Parameters, Some(event), Some(call.input.clone()), Some(self.visit.input.clone()));
        }
        let Some(end) = &attempt.end else { return };
        let event = end.event.map(|it| it.0);
        match &end.result {
            Ok(result) => self.data(Field::Result, event, result.clone(), None),
            Err(failure) => self.data(Field::Error, event, Some(failure.output()), None),
        }
    }
}

/// Items of a Map that are shown of what iterations receive.
const MOST_SHOWN: usize = 200;

fn selected(step: &Step) -> Option<&Json> {
    if let Step::ItemSelector(it) = step { Some(it) } else { None }
}

fn path_text(select: &Select) -> Option<Arc<str>> {
    match select {
        Select::All => None,
        Select::Nothing => Some("null".into()),
        Select::Path(path) => Some(Arc::clone(path.text())),
    }
}

fn result_path_text(path: &ResultPath) -> Option<Arc<str>> {
    match path {
        ResultPath::Replace => None,
        ResultPath::Discard => Some("null".into()),
        ResultPath::At(path) => Some(Arc::clone(path.text())),
    }
}

/// Returns a template in short: its expression if it is one, else how many fields it has.
pub(super) fn template_text(template: &Template) -> Arc<str> {
    if let Some(expr) = template.as_jsonata() {
        return format!("{{% {} %}}", expr.text()).into();
    }
    let (n_fields, n_computed) = template.n_fields();
    let fields = if n_fields == 1 { "1 field".to_owned() } else { format!("{n_fields} fields") };
    match n_computed {
        0 => format!("{fields}, nothing computed").into(),
        _ => format!("{fields}, {n_computed} computed").into(),
    }
}

fn delay_text(delay: &Delay) -> (&'static str, Arc<str>) {
    let query = |it: &crate::expr::JsonataExpr| Arc::from(format!("{{% {} %}}", it.text()));
    match delay {
        Delay::Seconds(secs) => ("/Seconds", format!("{secs} s").into()),
        Delay::SecondsPath(path) => ("/SecondsPath", Arc::clone(path.text())),
        Delay::SecondsQuery(expr) => ("/Seconds", query(expr)),
        Delay::Timestamp(at) => ("/Timestamp", at.to_string().into()),
        Delay::TimestampPath(path) => ("/TimestampPath", Arc::clone(path.text())),
        Delay::TimestampQuery(expr) => ("/Timestamp", query(expr)),
    }
}
