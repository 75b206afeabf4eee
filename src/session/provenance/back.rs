//! Within a visit: one step back, from what stands after a field to what stood before it.

use std::sync::Arc;

use crate::asl::program::{
    Action, CatchOutput, Catcher, FlowFields, Items, Map, Mode, PathFlow, ResultPath, Rule, Select, State,
};
use crate::engine::EventId;
use crate::expr::{Expr, JsonataExpr, Path, Root, Spot as Written, Template};
use crate::json::Json;
use crate::session::flow::{Field, rehearse, rule_taken};
use crate::session::visit::{Visit, inside};

use super::{Back, Base, Hop, Spot, Tracer, What, path_of, pointer_of, shown};

/// A field that is gone back through: the visit, the attempt, the field, and where it stands in the definition.
struct Through<'a> {
    visit: &'a Arc<Visit>,
    attempt: usize,
    field: Field,
    pointer: String,
    event: EventId,
    /// Where context and variables are read: the strand, the event, and the item's place if it is an iteration's.
    at: (crate::engine::StrandId, EventId),
}

impl Tracer<'_> {
    /// Takes one step back.
    pub(super) fn back(&mut self, spot: &Spot) -> Back {
        let way = spot.way.as_slice();
        match spot.base {
            Base::Variables { strand, before } => self.variable(strand, before, way),
            Base::Context { strand, at, state } => self.of_context((strand, at, state), way),
            Base::Field { visit, attempt, field, item } => {
                let Some(visit) = self.visit(visit, self.upto) else {
                    return Back::Begins(self.unknown(spot, "the history does not have this state"));
                };
                if visit.state.idx() >= self.program.states.len() {
                    return Back::Begins(self.unknown(spot, "the definition does not have this state"));
                }
                self.back_in(&visit, attempt, field, item, way)
            }
        }
    }

    fn back_in(
        &mut self,
        visit: &Arc<Visit>,
        attempt: usize,
        field: Field,
        item: Option<(crate::engine::StrandId, EventId)>,
        way: &[Arc<str>],
    ) -> Back {
        let program = self.program;
        let state = program.state(visit.state);
        let to = |field, way: &[Arc<str>]| Spot {
            base: Base::Field { visit: visit.entered, attempt, field, item: None },
            way: way.to_vec(),
        };
        let same = |field| Back::Same(to(field, way));
        let begun = visit.attempts.get(attempt).and_then(|it| it.begun).map_or(visit.entered, |it| it.0);
        let left = visit.exit.as_ref().map_or(visit.last, |it| it.event);
        let through = |field, pointer: &str, event| Through {
            visit,
            attempt,
            field,
            pointer: pointer.to_owned(),
            event,
            at: (visit.strand, event),
        };
        let caught = visit.caught_by(&state.handlers).filter(|_| attempt + 1 >= visit.attempts.len());
        match (field, &state.data.fields) {
            (Field::Input, _) => self.came_in(visit, way),
            (Field::InputPath, FlowFields::JsonPath(flow)) => {
                self.select(&through(field, "/InputPath", begun), &flow.input_path, Field::Input, way)
            }
            (Field::Parameters, FlowFields::JsonPath(flow)) => match &flow.parameters {
                Some(template) => {
                    self.template(&through(field, "/Parameters", begun), template, to(Field::InputPath, &[]), way)
                }
                None => same(Field::InputPath),
            },
            (Field::Arguments, FlowFields::Jsonata(flow)) => match &flow.arguments {
                Some(template) => {
                    self.template(&through(field, "/Arguments", begun), template, to(Field::Input, &[]), way)
                }
                None => same(Field::Input),
            },
            (Field::ItemsPath | Field::Items, _) => {
                let Action::Map(map) = &state.action else { return same(effective(state)) };
                match &map.items {
                    Items::Input => same(effective(state)),
                    Items::Path(path) => {
                        self.path(&through(field, "/ItemsPath", begun), path, to(effective(state), &[]), way)
                    }
                    Items::Query(template) => {
                        self.template(&through(field, "/Items", begun), template, to(Field::Input, &[]), way)
                    }
                }
            }
            (Field::ItemSelector, _) => self.item_selector(visit, state, item, begun, way),
            (Field::Result, _) => self.result(visit, attempt, state, way),
            (Field::Error, _) => {
                let event = visit.attempts.get(attempt).and_then(|it| it.end.as_ref()?.event).map(|it| it.0);
                let event = event.unwrap_or_else(|| self.failing(visit, left));
                Back::Begins(Self::hop(What::Error, visit, event, way))
            }
            (Field::ResultSelector, FlowFields::JsonPath(flow)) => match &flow.result_selector {
                Some(template) => {
                    self.template(&through(field, "/ResultSelector", left), template, to(Field::Result, &[]), way)
                }
                None => same(Field::Result),
            },
            (Field::ResultPath, FlowFields::JsonPath(flow)) => {
                if caught.is_some() {
                    same(Field::Output)
                } else {
                    let from = to(result_of(state, flow), &[]);
                    self.placed(&through(field, "/ResultPath", left), &flow.result_path, from, way)
                }
            }
            (Field::OutputPath, FlowFields::JsonPath(flow)) => {
                let below = if has_result_path(state) { Field::ResultPath } else { Field::Parameters };
                self.select(&through(field, "/OutputPath", left), &flow.output_path, below, way)
            }
            (Field::Output, fields) => match (caught, fields) {
                (Some(idx), _) => self.caught(visit, attempt, idx, &state.handlers.catch[idx], way),
                (None, FlowFields::JsonPath(_)) => same(Field::OutputPath),
                (None, FlowFields::Jsonata(_)) => same(Field::OutputField),
            },
            (Field::OutputField, FlowFields::Jsonata(flow)) => {
                if let Some(idx) = caught {
                    return self.caught(visit, attempt, idx, &state.handlers.catch[idx], way);
                }
                let rule = self.rule(visit, state);
                let (output, pointer) = match rule {
                    Some((idx, rule)) => (rule.output.as_ref(), format!("/Choices/{idx}/Output")),
                    None => (flow.output.as_ref(), "/Output".to_owned()),
                };
                match output {
                    Some(template) => {
                        self.template(&through(field, &pointer, left), template, to(Field::Input, &[]), way)
                    }
                    None if has_result(state) => same(Field::Result),
                    None => same(Field::Input),
                }
            }
            (Field::Assign, fields) => {
                let is_path = matches!(fields, FlowFields::JsonPath(_));
                let rule = self.rule(visit, state);
                let (assign, pointer, below) = match (caught, rule) {
                    (Some(idx), _) => {
                        (state.handlers.catch[idx].assign.as_ref(), format!("/Catch/{idx}/Assign"), Field::Error)
                    }
                    (None, Some((idx, rule))) => {
                        (rule.assign.as_ref(), format!("/Choices/{idx}/Assign"), Field::Parameters)
                    }
                    (None, None) => {
                        let below = if has_result(state) { Field::Result } else { Field::Parameters };
                        let below = if is_path && matches!(state.action, Action::Pass { result: None }) {
                            Field::Parameters
                        } else {
                            below
                        };
                        (state.data.assign.as_ref(), "/Assign".to_owned(), below)
                    }
                };
                let below = if is_path { below } else { Field::Input };
                let through = through(field, &pointer, left);
                match assign {
                    Some(template) if template.spot(&way[..way.len().min(1)]) != Written::Nothing => {
                        self.template(&through, template, to(below, &[]), way)
                    }
                    _ => Back::Begins(Self::hop(What::Edited, visit, left, way)),
                }
            }
            _ => Back::Begins(Self::hop(What::Unknown("nothing is known of this step"), visit, left, way)),
        }
    }

    fn field_hop(&self, through: &Through<'_>, way: &[Arc<str>], expression: Option<Arc<str>>) -> Hop {
        let outline = &self.program.outline;
        let state = outline.state(through.visit.state).map(|it| Arc::clone(&it.pointer)).unwrap_or_default();
        let mut hop = Self::hop(What::Field(through.field), through.visit, through.event, &[]);
        hop.expression = expression;
        hop.pointer = format!("{state}{}{}", through.pointer, pointer_of(way));
        hop
    }

    fn literal(&self, through: &Through<'_>, way: &[Arc<str>], value: Json) -> Back {
        let mut hop = self.field_hop(through, way, None);
        hop.expression = Some(format!("{}{}", through.pointer.trim_start_matches('/'), pointer_of(way)).into());
        Back::Begins(Hop { what: What::Literal, value: Some(value), path: path_of("$", way), ..hop })
    }

    /// Back through `InputPath` or `OutputPath`.
    fn select(&mut self, through: &Through<'_>, select: &Select, below: Field, way: &[Arc<str>]) -> Back {
        let base = Base::Field { visit: through.visit.entered, attempt: through.attempt, field: below, item: None };
        match select {
            Select::All => Back::Same(Spot { base, way: way.to_vec() }),
            Select::Nothing => self.literal(through, &[], Json::object::<&str>([])),
            Select::Path(path) => self.path(through, path, Spot { base, way: Vec::new() }, way),
        }
    }

    /// Back through a path, of whose value the part at `rest` is asked for.
    fn path(&mut self, through: &Through<'_>, path: &Path, below: Spot, rest: &[Arc<str>]) -> Back {
        let mut hop = self.field_hop(through, &[], Some(Arc::clone(path.text())));
        let (spot, is_all) = Self::path_spot(through, path, below, rest);
        hop.path = shown(&spot);
        if is_all { Back::Hop(hop, spot) } else { Back::Made(hop, vec![spot]) }
    }

    fn path_spot(through: &Through<'_>, path: &Path, below: Spot, rest: &[Arc<str>]) -> (Spot, bool) {
        let (mut way, is_all) = path.way();
        let base = match path.root() {
            Root::Input => below.base,
            Root::Context => Self::context_of(through),
            Root::Variable(name) => {
                way.insert(0, Arc::clone(name));
                Base::Variables { strand: through.at.0, before: through.at.1 }
            }
        };
        if is_all {
            way.extend(rest.iter().cloned());
        }
        (Spot { base, way }, is_all)
    }

    fn context_of(through: &Through<'_>) -> Base {
        Base::Context { strand: through.at.0, at: through.at.1, state: through.visit.state }
    }

    /// Back through a payload template of either language; `below` is what `$` names in JSONPath.
    fn template(&mut self, through: &Through<'_>, template: &Template, below: Spot, way: &[Arc<str>]) -> Back {
        let up = |n: usize| way.split_at(way.len() - n);
        match template.spot(way) {
            Written::Literal(value) => self.literal(through, way, value),
            Written::Expr(Expr::Path(path), n) => {
                let (own, rest) = up(n);
                let mut found = self.path(through, path, below, rest);
                if let Back::Hop(hop, _) | Back::Made(hop, _) = &mut found {
                    hop.pointer.push_str(&pointer_of(own));
                }
                found
            }
            Written::Expr(Expr::Call(call), n) => {
                let hop = self.field_hop(through, up(n).0, Some(Arc::clone(call.text())));
                let mut spots: Vec<Spot> = Vec::new();
                call.for_each_path(&mut |path| {
                    let (spot, _) = Self::path_spot(through, path, below.clone(), &[]);
                    if !spots.contains(&spot) {
                        spots.push(spot);
                    }
                });
                made(hop, spots)
            }
            Written::Jsonata(expr, n) => {
                let (own, rest) = up(n);
                self.expression(through, expr, own, rest)
            }
            Written::Parts => {
                let hop = self.field_hop(through, way, None);
                let Base::Field { visit, attempt, .. } = below.base else {
                    return Back::Begins(hop);
                };
                let item = (through.field == Field::ItemSelector).then_some(through.at);
                let base = Base::Field { visit, attempt, field: through.field, item };
                let spots = template.ways_below(way).into_iter().map(|way| Spot { base, way });
                Back::Made(hop, spots.collect())
            }
            Written::Nothing => {
                let why = "no field of the definition makes it";
                Back::Begins(Self::hop(What::Unknown(why), through.visit, through.event, way))
            }
        }
    }

    /// Back through an expression of JSONata.
    fn expression(&mut self, through: &Through<'_>, expr: &JsonataExpr, own: &[Arc<str>], rest: &[Arc<str>]) -> Back {
        let mut hop = self.field_hop(through, own, Some(format!("{{% {} %}}", expr.text()).into()));
        if let Some((name, names)) = expr.way() {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            if let Some(mut spot) = Self::named(through, name, &names) {
                // Only through objects a path is a path; over a list it is a question to each item.
                let n_plain = self.n_plain(&spot);
                let is_all = n_plain == spot.way.len();
                spot.way.truncate(n_plain);
                if is_all {
                    spot.way.extend(rest.iter().cloned());
                }
                hop.path = shown(&spot);
                return if is_all { Back::Hop(hop, spot) } else { Back::Made(hop, vec![spot]) };
            }
        }
        let spots = expr.reads().into_iter().filter_map(|(name, way)| Self::named(through, name, &way));
        let spots: Vec<Spot> = spots.collect();
        made(hop, spots)
    }

    /// Returns what `$states.input.a` or `$variable.a` names.
    fn named(through: &Through<'_>, name: &str, way: &[&str]) -> Option<Spot> {
        let parts = |way: &[&str]| way.iter().map(|it| Arc::from(*it)).collect::<Vec<Arc<str>>>();
        if name != "states" {
            let way = std::iter::once(Arc::from(name)).chain(parts(way)).collect();
            return Some(Spot { base: Base::Variables { strand: through.at.0, before: through.at.1 }, way });
        }
        let (member, rest) = way.split_first()?;
        let field = |field| Base::Field { visit: through.visit.entered, attempt: through.attempt, field, item: None };
        let base = match *member {
            "input" => field(Field::Input),
            "result" => field(Field::Result),
            "errorOutput" => field(Field::Error),
            "context" => Self::context_of(through),
            _ => return None,
        };
        Some(Spot { base, way: parts(rest) })
    }

    /// Returns how many parts of the way lead through objects.
    fn n_plain(&mut self, spot: &Spot) -> usize {
        let whole = self.value(&Spot { base: spot.base, way: Vec::new() });
        let Some(mut at) = whole else { return spot.way.len() };
        for (nth, name) in spot.way.iter().enumerate() {
            match at.as_object().and_then(|it| it.get(name)) {
                Some(next) => at = next.clone(),
                None => return if at.as_array().is_some() { nth } else { spot.way.len() },
            }
        }
        spot.way.len()
    }

    /// Back through `ResultPath`, which places `from` into the state's input.
    fn placed(&mut self, through: &Through<'_>, path: &ResultPath, from: Spot, way: &[Arc<str>]) -> Back {
        let input = |way: &[Arc<str>]| Spot {
            base: Base::Field {
                visit: through.visit.entered,
                attempt: through.attempt,
                field: Field::Input,
                item: None,
            },
            way: way.to_vec(),
        };
        let path = match path {
            ResultPath::Replace => return Back::Same(Spot { way: way.to_vec(), ..from }),
            ResultPath::Discard => return Back::Same(input(way)),
            ResultPath::At(path) => path,
        };
        let (place, _) = path.as_path().way();
        if place.is_empty() {
            return Back::Same(Spot { way: way.to_vec(), ..from });
        }
        if let Some(rest) = way.strip_prefix(place.as_slice()) {
            let mut hop = self.field_hop(through, &[], Some(Arc::clone(path.text())));
            hop.path = path_of("$", rest);
            return Back::Hop(hop, Spot { way: rest.to_vec(), ..from });
        }
        if place.starts_with(way) {
            let hop = self.field_hop(through, &[], Some(Arc::clone(path.text())));
            return Back::Made(hop, vec![input(way), from]);
        }
        Back::Same(input(way))
    }

    /// Back through a catcher.
    fn caught(&mut self, visit: &Arc<Visit>, attempt: usize, idx: usize, catcher: &Catcher, way: &[Arc<str>]) -> Back {
        let event = visit.exit.as_ref().map_or(visit.last, |it| it.event);
        let through = |field, name: &str| Through {
            visit,
            attempt,
            field,
            pointer: format!("/Catch/{idx}/{name}"),
            event,
            at: (visit.strand, event),
        };
        let error = Spot {
            base: Base::Field { visit: visit.entered, attempt, field: Field::Error, item: None },
            way: Vec::new(),
        };
        match &catcher.output {
            CatchOutput::Placed(path) => self.placed(&through(Field::ResultPath, "ResultPath"), path, error, way),
            CatchOutput::Query(Some(template)) => {
                self.template(&through(Field::OutputField, "Output"), template, error, way)
            }
            CatchOutput::Query(None) => Back::Same(Spot { way: way.to_vec(), ..error }),
        }
    }

    fn item_selector(
        &mut self,
        visit: &Arc<Visit>,
        state: &State,
        item: Option<(crate::engine::StrandId, EventId)>,
        begun: EventId,
        way: &[Arc<str>],
    ) -> Back {
        let Action::Map(map) = &state.action else { return self.result(visit, 0, state, way) };
        let below =
            |field| Spot { base: Base::Field { visit: visit.entered, attempt: 0, field, item: None }, way: Vec::new() };
        let (item, way) = match (item, way.split_first()) {
            (Some(item), _) => (item, way),
            // Asked for from the list of all that iterations receive.
            (None, Some((index, rest))) => {
                let all = inside(self.log, visit.strand, begun, self.upto).unwrap_or_default();
                let found = all.iter().find(|it| it.index.to_string() == **index);
                let Some(found) = found else {
                    let why = "the iteration has not begun";
                    return Back::Begins(Self::hop(What::Unknown(why), visit, begun, way));
                };
                ((found.strand, found.began), rest)
            }
            (None, None) => return Back::Same(below(effective(state))),
        };
        let Some(selector) = &map.selector else { return Back::Same(below(effective(state))) };
        let through = Through {
            visit,
            attempt: 0,
            field: Field::ItemSelector,
            pointer: "/ItemSelector".to_owned(),
            event: item.1,
            at: item,
        };
        self.template(&through, selector, below(effective(state)), way)
    }

    /// Back from a raw result.
    fn result(&mut self, visit: &Arc<Visit>, attempt: usize, state: &State, way: &[Arc<str>]) -> Back {
        let end = visit.attempts.get(attempt).and_then(|it| it.end.as_ref()?.event).map(|it| it.0);
        let event = end.unwrap_or(visit.last);
        match &state.action {
            Action::Task(_) => Back::Begins(Self::hop(What::TaskResult, visit, event, way)),
            Action::Pass { result: Some(value) } => {
                let through = Through {
                    visit,
                    attempt,
                    field: Field::Result,
                    pointer: "/Result".to_owned(),
                    event: visit.entered,
                    at: (visit.strand, visit.entered),
                };
                let part = way.iter().try_fold(value.clone(), |at, name| at.part(name).cloned());
                self.literal(&through, way, part.unwrap_or_default())
            }
            Action::Map(Map { mode: Mode::Distributed(_), .. }) => {
                Back::Begins(Self::hop(What::Children, visit, event, way))
            }
            Action::Parallel { .. } | Action::Map(_) => self.inside_of(visit, attempt, event, way),
            _ => {
                let base = Base::Field { visit: visit.entered, attempt, field: effective(state), item: None };
                Back::Same(Spot { base, way: way.to_vec() })
            }
        }
    }

    /// Back from the results of branches or iterations into them.
    fn inside_of(&mut self, visit: &Arc<Visit>, attempt: usize, upto: EventId, way: &[Arc<str>]) -> Back {
        let begun = visit.attempts.get(attempt).and_then(|it| it.begun).map_or(visit.entered, |it| it.0);
        let Some(all) = inside(self.log, visit.strand, begun, upto) else {
            let why = "there are too many events inside to look through";
            return Back::Begins(Self::hop(What::Unknown(why), visit, upto, way));
        };
        let mut hop = Self::hop(What::Field(Field::Result), visit, upto, way);
        let spot_of = |tracer: &mut Self, it: &crate::session::visit::Inside, way: &[Arc<str>]| {
            let exit = it.exit?;
            let entered = crate::session::flow::entered_before(tracer.log, it.strand, exit)?;
            let last = tracer.visit(entered, exit)?;
            let attempt = last.attempts.len().saturating_sub(1);
            let base = Base::Field { visit: entered, attempt, field: Field::Output, item: None };
            Some(Spot { base, way: way.to_vec() })
        };
        if let Some((index, rest)) = way.split_first() {
            let found = all.iter().find(|it| it.index.to_string() == **index);
            if let Some(spot) = found.and_then(|it| spot_of(self, it, rest)) {
                Back::Hop(hop, spot)
            } else {
                hop.what = What::Unknown("the branch or iteration is not in the history");
                Back::Begins(hop)
            }
        } else {
            let spots: Vec<Spot> = all.iter().filter_map(|it| spot_of(self, it, &[])).collect();
            made(hop, spots)
        }
    }

    /// Returns the event with the failure that a Parallel or Map failed with.
    fn failing(&self, visit: &Visit, left: EventId) -> EventId {
        let mut events = crate::session::flow::back(self.log, left).take_while(|it| it.id > visit.entered);
        events.find(|it| it.kind.failure().is_some()).map_or(visit.last, |it| it.id)
    }

    /// Returns the rule by which a Choice was left.
    fn rule<'s>(&self, visit: &Visit, state: &'s State) -> Option<(usize, &'s Rule)> {
        let is_choice = matches!(state.action, Action::Choice { .. });
        is_choice.then(|| rule_taken(&rehearse(self.program, self.log, visit, 0), state)).flatten()
    }

    /// Whether the state that the event enters is written in JSONata.
    pub(super) fn is_jsonata(&self, entered: EventId) -> bool {
        let state = self.log.event(entered).and_then(|it| self.program.states.get(it.state.idx()));
        state.is_some_and(|it| matches!(it.data.fields, FlowFields::Jsonata(_)))
    }
}

fn made(mut hop: Hop, spots: Vec<Spot>) -> Back {
    if spots.is_empty() {
        hop.what = What::Computed;
        return Back::Begins(hop);
    }
    Back::Made(hop, spots)
}

/// Returns the step after which stands what the state works on.
fn effective(state: &State) -> Field {
    match state.data.fields {
        FlowFields::JsonPath(_) => Field::Parameters,
        FlowFields::Jsonata(_) => Field::Arguments,
    }
}

fn has_result(state: &State) -> bool {
    matches!(
        state.action,
        Action::Task(_) | Action::Parallel { .. } | Action::Map(_) | Action::Pass { result: Some(_) }
    )
}

fn has_result_path(state: &State) -> bool {
    has_result(state) || matches!(state.action, Action::Pass { .. })
}

/// Returns the step whose value `ResultPath` places.
fn result_of(state: &State, flow: &PathFlow) -> Field {
    match state.action {
        Action::Pass { result: Some(_) } => Field::Result,
        Action::Pass { .. } => Field::Parameters,
        _ if flow.result_selector.is_some() => Field::ResultSelector,
        _ => Field::Result,
    }
}
