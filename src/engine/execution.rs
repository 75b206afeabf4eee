//! Child executions: what a distributed Map starts for each item or batch, with a history of its own.

use std::sync::Arc;

use crate::asl::StateId;
use crate::expr::{Draws, mix};
use crate::json::Json;
use crate::time::Timestamp;

use super::agenda::Key;
use super::event::StrandId;
use super::machine::Identity;

/// An execution: the run's own, or one that a distributed Map started. Ids count up and are never used again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExecutionId(pub u32);

impl ExecutionId {
    /// The run's own execution.
    pub const ROOT: Self = Self(0);
}

/// A child execution that began.
#[derive(Clone, Debug, PartialEq)]
pub struct Child {
    /// Which one.
    pub id: ExecutionId,
    /// The execution whose Map started it.
    pub parent: ExecutionId,
    /// The Map Run that it belongs to.
    pub run: Arc<MapRun>,
    /// Its place among the children of the Map Run, from 0.
    pub index: u32,
    /// Its own thread of control.
    pub strand: StrandId,
    /// The Maps and items around it, outermost first, its own last.
    pub path: Arc<[(StateId, u32)]>,
}

impl Child {
    /// Returns the Map that started it.
    pub fn map(&self) -> StateId {
        self.run.map
    }

    /// Returns the names that its context object and its history carry.
    pub fn identity(&self) -> Identity {
        self.run.child(self.index)
    }
}

/// One run of a distributed Map: what its child executions have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct MapRun {
    /// The Map.
    pub map: StateId,
    /// Its ARN, which ends in a UUID.
    pub arn: Arc<str>,
    /// Whether its children are Express executions.
    pub express: bool,
    /// The names of the execution that the Map belongs to, with those of the state machine that its children run.
    identity: Identity,
    /// Where the names of the children are drawn from.
    pub(super) key: u64,
}

impl MapRun {
    /// Returns a run that was recorded: its children have histories of their own.
    pub fn recorded(map: StateId, arn: Arc<str>, identity: &Identity) -> Self {
        Self { map, arn, express: false, identity: identity.clone(), key: 0 }
    }

    /// Returns a run of the Map `map` of an execution that is called `identity`. Everything is drawn from `key`.
    pub(super) fn new(
        map: StateId,
        label: Option<&str>,
        name: &str,
        express: bool,
        identity: &Identity,
        key: u64,
    ) -> Self {
        // The machine of a child is called after the machine around it and the Map.
        let machine = identity.machine_id.rsplit(':').next().unwrap_or_default();
        let machine = machine.split_once('/').map_or(machine, |(machine, _)| machine);
        // A Map without a Label is given one when the machine is created: the same for all its runs.
        let named = |text: &str| text.bytes().fold(0, |hash, byte| mix(hash ^ u64::from(byte)));
        let label = label.map_or_else(|| Draws::new(named(machine) ^ mix(named(name))).next_uuid(), str::to_owned);
        let account = identity.machine_id.split(":stateMachine:").next().filter(|it| it.starts_with("arn:"));
        let prefix = account.map_or_else(|| format!("arn:aws:states:{}:000000000000", identity.region), str::to_owned);
        let run = Draws::new(key).next_uuid();
        Self {
            map,
            arn: format!("{prefix}:mapRun:{machine}/{label}:{run}").into(),
            express,
            identity: Identity {
                execution_id: prefix.as_str().into(),
                machine_id: format!("{prefix}:stateMachine:{machine}/{label}").into(),
                machine_name: format!("{machine}/{label}").into(),
                ..identity.clone()
            },
            key,
        }
    }

    /// Returns the names of the child execution `index`.
    pub fn child(&self, index: u32) -> Identity {
        let draws = Draws::new(mix(self.key ^ mix(u64::from(index) + 1)));
        let (name, machine) = (draws.next_uuid(), &self.identity.machine_name);
        let prefix = &self.identity.execution_id;
        let id = if self.express {
            format!("{prefix}:express:{machine}:{name}:{}", draws.next_uuid())
        } else {
            format!("{prefix}:execution:{machine}:{name}")
        };
        Identity { execution_id: id.into(), execution_name: name.into(), ..self.identity.clone() }
    }
}

/// A child execution that has not ended.
#[derive(Clone, Debug)]
pub(super) struct Execution {
    pub(super) run: Arc<MapRun>,
    pub(super) index: u32,
    /// The strand of the Map that started it.
    pub(super) map: StrandId,
    /// Its own strand.
    pub(super) root: StrandId,
    pub(super) input: Json,
    pub(super) started: Timestamp,
    /// How many items it works on.
    pub(super) n_items: u32,
    pub(super) n_events: u32,
    /// Set when its history is full; it then ends with the running action.
    pub(super) full: bool,
    /// Its time limit.
    pub(super) limit: Option<Key>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_run_and_its_children_are_called_as_at_the_service() {
        let identity = Identity::named("orders", "run");
        let run = MapRun::new(StateId(3), Some("Each"), "Ship", false, &identity, 7);
        let id = run.arn.strip_prefix("arn:aws:states:us-east-1:000000000000:mapRun:orders/Each:").expect("the prefix");
        assert_eq!(id.len(), 36);
        let child = run.child(4);
        let name = child.execution_id.strip_prefix("arn:aws:states:us-east-1:000000000000:execution:orders/Each:");
        assert_eq!(name, Some(&*child.execution_name));
        assert_eq!(&*child.machine_id, "arn:aws:states:us-east-1:000000000000:stateMachine:orders/Each");
        assert_eq!(&*child.machine_name, "orders/Each");
        assert_ne!(run.child(5).execution_name, child.execution_name);
        let inner = MapRun::new(StateId(4), Some("Inner"), "Part", true, &child, 8);
        assert!(inner.arn.contains(":mapRun:orders/Inner:"), "{}", inner.arn);
        assert!(inner.child(0).execution_id.contains(":express:orders/Inner:"));
    }

    #[test]
    fn a_map_without_a_label_has_the_same_one_in_all_its_runs() {
        let identity = Identity::named("orders", "run");
        let label = |name, key| {
            let arn = MapRun::new(StateId(3), None, name, false, &identity, key).arn;
            arn.split('/').nth(1).and_then(|it| it.split(':').next()).map(str::to_owned)
        };
        assert_eq!(label("Ship", 1), label("Ship", 2));
        assert_ne!(label("Ship", 1), label("Bill", 1));
    }
}
