//! Which rule of a Choice decided. Events say only where it went; where several rules lead there, they are asked again.

use crate::asl::StateId;
use crate::asl::program::{Action, Asked, FlowFields, Program, Select};
use crate::engine::Event;
use crate::expr::{Draws, Env, Fault, JsonataExpr, Miss, Outcome, Path};
use crate::history::StrandView;
use crate::json::Json;
use crate::time::Timestamp;

/// Who decided in a Choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decider {
    /// The rule at this place.
    Rule(u32),
    /// No rule.
    Default,
}

/// Returns who decided in the Choice `state`, after which `entered` was entered; `None` where it has no way there. `saw`
/// is the strand while it was in the Choice.
pub(super) fn taken(program: &Program, state: StateId, entered: &Event, saw: Option<&StrandView>) -> Option<Decider> {
    let next = entered.state;
    let Action::Choice { rules, default } = &program.states.get(state.idx())?.action else { return None };
    let leading = (0..).zip(rules).filter(|(_, it)| it.next == next).map(|(idx, _)| Decider::Rule(idx));
    let candidates: Vec<Decider> = leading.chain((*default == Some(next)).then_some(Decider::Default)).collect();
    if let ([_, _, ..], Some(view)) = (&candidates[..], saw)
        && let Some(decider) = decided(program, state, entered.at, view)
        && candidates.contains(&decider)
    {
        return Some(decider);
    }
    // What a condition sees beside data and variables no event tells; then the first is as good as any.
    candidates.first().copied()
}

/// Whether events alone do not tell which rule of some Choice decided.
pub(super) fn is_ambiguous(program: &Program) -> bool {
    program.states.iter().any(|it| match &it.action {
        Action::Choice { rules, default } => {
            let mut targets: Vec<StateId> = rules.iter().map(|it| it.next).chain(*default).collect();
            let n_ways = targets.len();
            targets.sort();
            targets.dedup();
            targets.len() < n_ways
        }
        _ => false,
    })
}

fn decided(program: &Program, state: StateId, now: Timestamp, view: &StrandView) -> Option<Decider> {
    let lowered = program.states.get(state.idx())?;
    let Action::Choice { rules, .. } = &lowered.action else { return None };
    let mut asked = Again { now, view, input: view.input.clone() };
    if let FlowFields::JsonPath(flow) = &lowered.data.fields {
        asked.input = match &flow.input_path {
            Select::All => asked.input,
            Select::Nothing => Json::object::<&str>([]),
            Select::Path(path) => asked.read(path).ok()?,
        };
    }
    for (idx, rule) in (0..).zip(rules) {
        if rule.condition.holds(&mut asked).ok()? {
            return Some(Decider::Rule(idx));
        }
    }
    Some(Decider::Default)
}

/// A Choice that is asked once more, by what its strand saw.
struct Again<'a> {
    now: Timestamp,
    view: &'a StrandView,
    input: Json,
}

impl Again<'_> {
    fn with_env<T>(&self, eval: impl FnOnce(&Env<'_>) -> T) -> T {
        let variables = |name: &str| self.view.variables.as_ref()?.get(name).cloned();
        eval(&Env {
            input: &self.input,
            context: &|| Json::object::<&str>([]),
            variables: &variables,
            draws: &Draws::new(0),
            outcome: Outcome::default(),
            now: self.now,
        })
    }
}

impl Asked for Again<'_> {
    fn read(&mut self, path: &Path) -> Result<Json, Miss> {
        self.with_env(|env| path.eval(env))
    }

    fn query(&mut self, expr: &JsonataExpr) -> Result<bool, Fault> {
        self.with_env(|env| expr.eval_as(env, "boolean")).map(|it| it == Json::Bool(true))
    }
}
