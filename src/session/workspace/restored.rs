//! Doing the runs of a workspace again.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::Program;
use crate::asl::program::Written;
use crate::json::Json;

use super::super::run::Run;
use super::read::program;
use super::{Kept, Past};

/// What texts of definitions have been read as; `None` where one cannot be run.
type Programs<'a> = BTreeMap<&'a Written, Option<Arc<Program>>>;

/// The runs of a workspace, done again.
#[derive(Debug, Default)]
pub struct Restored {
    /// In the order of the workspace.
    pub runs: Vec<Revived>,
    /// What has become different, in sentences.
    pub notes: Vec<String>,
}

/// What has become of a run that was kept.
#[derive(Debug)]
pub enum Revived {
    /// It stands where it stood.
    Run(Box<Run>),
    /// It is a recorded history, as the service writes them.
    History(Json),
    /// It is a recorded history in a file.
    File(String),
    /// It could not be done again.
    Lost,
}

impl Restored {
    /// Does runs again. Forks have to come after the runs that they were forked from.
    pub fn of(runs: &[Kept]) -> Self {
        let mut restored = Self::default();
        // Most runs are of one text: it is read once.
        let mut programs = Programs::new();
        for kept in runs {
            let revived = restored.revive(kept, &mut programs);
            restored.runs.push(revived);
        }
        restored
    }

    fn revive<'a>(&mut self, kept: &'a Kept, programs: &mut Programs<'a>) -> Revived {
        let made = match &kept.past {
            Past::File(path) => return Revived::File(path.clone()),
            Past::History(Json::Null) => return Revived::Lost,
            Past::History(history) => return Revived::History(history.clone()),
            Past::Journal(made) => made,
        };
        let parent = kept.from.and_then(|(of, _)| self.runs.get(of));
        let run = match parent {
            Some(Revived::Run(parent))
                if parent.journal().spec == made.journal.spec && parent.origin().written == made.written =>
            {
                parent.restore_fork(&made.journal, made.n_actions)
            }
            _ => {
                let known = programs.entry(&made.written).or_insert_with(|| program(&made.written));
                let Some(program) = known.clone() else {
                    let what = "its definition cannot be run any more";
                    self.notes.push(format!("{} is left out: {what}", kept.name));
                    return Revived::Lost;
                };
                Run::restore(program, &made.journal, made.n_actions)
            }
        };
        if run.log().len() != made.n_events {
            let (now, then) = (run.log().len(), made.n_events);
            self.notes.push(format!("{} has {now} events and had {then}: it runs differently now", kept.name));
        }
        Revived::Run(Box::new(run))
    }
}
