//! The error names that a task of a state is likely to fail with, for those who are asked for one.

use std::collections::BTreeSet;

use crate::asl::program::Action;
use crate::asl::{Program, StateId};
use crate::lint::{errors_of, reserved_errors};
use crate::ui::answer::{ErrorChoice, Source};

/// Returns the names to choose from: those that handlers of the state and around it name, those of what it calls, and
/// the reserved ones.
pub fn choices(program: &Program, state: StateId) -> Vec<ErrorChoice> {
    let mut choices = Vec::new();
    let mut known = BTreeSet::new();
    let mut add = |name: &str, from| {
        if known.insert(name.to_owned()) {
            choices.push(ErrorChoice { name: name.to_owned(), from });
        }
    };
    let outline = &program.outline;
    let owner = |it: &StateId| outline.scopes.get(outline.state(*it)?.scope.idx())?.owner;
    for around in std::iter::successors(Some(state), owner) {
        let Some(state) = program.states.get(around.idx()) else { break };
        let of_retriers = state.handlers.retry.iter().flat_map(|it| &it.errors);
        let of_catchers = state.handlers.catch.iter().flat_map(|it| &it.errors);
        for name in of_retriers.chain(of_catchers).filter(|it| !matches!(&***it, "States.ALL" | "States.TaskFailed")) {
            add(name, Source::Handlers);
        }
    }
    if let Some(Action::Task(task)) = program.states.get(state.idx()).map(|it| &it.action) {
        errors_of(&task.resource).for_each(|it| add(it, Source::Service));
    }
    reserved_errors().for_each(|it| add(it, Source::Reserved));
    choices
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::document::open;

    #[test]
    fn names_of_handlers_come_first_then_those_of_the_service_then_reserved_ones() {
        let text = r#"{"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true,
            "Catch": [{"ErrorEquals": ["Around"], "Next": "E"}],
            "Branches": [{"StartAt": "T", "States": {"T": {"Type": "Task", "End": true,
                "Resource": "arn:aws:states:::sqs:sendMessage",
                "Retry": [{"ErrorEquals": ["Own", "SQS.SdkClientException"]}, {"ErrorEquals": ["States.ALL"]}]}}}]},
            "E": {"Type": "Pass", "End": true}}}"#;
        let opened = open("t", text.as_bytes());
        let program = opened.documents[0].definition.program.clone().expect("it runs");
        let task = program.outline.find("T").expect("it is there");
        let choices = choices(&program, task);
        let names: Vec<(&str, Source)> = choices.iter().take(4).map(|it| (&*it.name, it.from)).collect();
        let expected = [
            ("Own", Source::Handlers),
            ("SQS.SdkClientException", Source::Handlers),
            ("Around", Source::Handlers),
            ("SQS.AmazonSQSException", Source::Service),
        ];
        assert_eq!(names, expected);
        assert!(choices.is_sorted_by_key(|it| it.from));
        assert!(choices.iter().all(|it| it.name != "States.ALL"));
    }
}
