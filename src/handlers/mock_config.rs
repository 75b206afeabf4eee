//! `MockConfigFile.json` of Step Functions Local: state machines with test cases, which name mocked responses.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::engine::TaskStep;
use crate::json::source::{Member, Node};

use super::mock::{Answer, End, Entry, Mocks, thrown};

pub(super) fn read(root: &Node, test_case: Option<&str>) -> (Option<Mocks>, Vec<Diagnostic>) {
    let mut out = Vec::new();
    let Some(case) = pick(root, test_case, &mut out) else { return (None, out) };
    let mut mocks = Mocks::default();
    let responses = root.get("MockedResponses");
    for Member { name: state, value, .. } in case.members() {
        let Some(name) = value.as_str() else { continue };
        let Some(response) = responses.and_then(|it| it.get(name)) else {
            let message = format!(
                "the test case names the response {name:?} for state {:?}, which MockedResponses lacks",
                &**state
            );
            out.push(
                Diagnostic::error("MCK010", message)
                    .at("/MockedResponses", value.span)
                    .help("add it, or correct the name"),
            );
            continue;
        };
        mocks.add_state(Arc::clone(state));
        for (times, answer) in invocations(response, name, &mut out) {
            mocks.add(Arc::clone(state), Entry { only: None, times, answer });
        }
    }
    (Some(mocks), out)
}

/// Returns the names of all test cases.
pub(super) fn test_cases(root: &Node) -> Vec<String> {
    let machines = root.get("StateMachines").map(Node::members).unwrap_or_default();
    let cases = |machine: &Member| {
        let name = Arc::clone(&machine.name);
        let cases = machine.value.get("TestCases").map(Node::members).unwrap_or_default();
        cases.iter().map(move |it| format!("{name}#{}", it.name)).collect::<Vec<_>>()
    };
    machines.iter().flat_map(cases).collect()
}

/// Returns the test case that was asked for, or the only one.
fn pick<'a>(root: &'a Node, test_case: Option<&str>, out: &mut Vec<Diagnostic>) -> Option<&'a Node> {
    let machines = root.get("StateMachines").map(Node::members).unwrap_or_default();
    let (machine, case) =
        match test_case.map(|it| it.split_once('#').map_or((None, it), |(machine, case)| (Some(machine), case))) {
            Some((machine, case)) => (machine, Some(case)),
            None => (None, None),
        };
    let mut found = Vec::new();
    let mut names = Vec::new();
    for entry in machines.iter().filter(|it| machine.is_none_or(|name| name == &*it.name)) {
        for candidate in entry.value.get("TestCases").map(Node::members).unwrap_or_default() {
            names.push(format!("{}#{}", entry.name, candidate.name));
            if case.is_none_or(|name| name == &*candidate.name) {
                found.push(&candidate.value);
            }
        }
    }
    if let [only] = found[..] {
        return Some(only);
    }
    let names = names.join(", ");
    let (message, help) = match test_case {
        Some(name) if found.is_empty() => (format!("there is no test case {name:?}"), format!("there are: {names}")),
        Some(name) => (format!("more than one machine has a test case {name:?}"), format!("name one of: {names}")),
        None if found.is_empty() => {
            ("the file has no test case".to_owned(), "add StateMachines with TestCases".to_owned())
        }
        None => ("the file has more than one test case".to_owned(), format!("name one of: {names}")),
    };
    out.push(Diagnostic::error("MCK011", message).at("/StateMachines", root.span).help(help));
    None
}

/// Returns the answers of a response in order, each with the number of invocations that it is for.
fn invocations(response: &Node, name: &str, out: &mut Vec<Diagnostic>) -> Vec<(u32, Answer)> {
    let mut found = Vec::new();
    for Member { name: range, name_span, value } in response.members() {
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        let parsed = from.trim().parse::<u32>().ok().zip(to.trim().parse::<u32>().ok()).filter(|(from, to)| from <= to);
        let Some((from, to)) = parsed else {
            let message =
                format!("the response {name:?} has {:?}, which is no invocation and no range of them", &**range);
            out.push(
                Diagnostic::error("MCK012", message).at("/MockedResponses", *name_span).help("write \"0\" or \"1-3\""),
            );
            continue;
        };
        let text = |node: &Node, name: &str| node.get(name).and_then(Node::as_str).map(str::to_owned);
        let end = if let Some(result) = value.get("Return") {
            End::Return(result.to_json())
        } else if let Some(throw) = value.get("Throw") {
            End::Throw(thrown(text(throw, "Error").as_deref(), text(throw, "Cause").as_deref()), TaskStep::Run)
        } else {
            let message = format!("the response {name:?} says neither Return nor Throw for {:?}", &**range);
            out.push(
                Diagnostic::error("MCK012", message).at("/MockedResponses", value.span).help("add Return or Throw"),
            );
            continue;
        };
        found.push((from, to - from + 1, Answer::of(end)));
    }
    found.sort_by_key(|(from, ..)| *from);
    found.into_iter().map(|(_, times, answer)| (times, answer)).collect()
}

#[cfg(test)]
mod tests {
    const FILE: &str = r#"{
        "StateMachines": {"Shop": {"TestCases": {"Good": {"Pay": "PayOk"}, "Bad": {"Pay": "PayLate"}}}},
        "MockedResponses": {
            "PayOk": {"0": {"Return": {"paid": true}}},
            "PayLate": {"0-2": {"Throw": {"Error": "Busy", "Cause": ""}}, "3": {"Return": {}}}
        }
    }"#;

    #[test]
    fn a_test_case_is_picked_by_its_name() {
        for name in ["Good", "Shop#Bad"] {
            let (mocks, diagnostics) = super::super::read_mocks(FILE.as_bytes(), Some(name));
            assert!(mocks.is_some(), "{diagnostics:?}");
        }
        let (mocks, diagnostics) = super::super::read_mocks(FILE.as_bytes(), Some("Ugly"));
        assert!(mocks.is_none());
        assert_eq!(diagnostics[0].message, "there is no test case \"Ugly\"");
        assert!(super::super::read_mocks(FILE.as_bytes(), None).0.is_none());
    }
}
