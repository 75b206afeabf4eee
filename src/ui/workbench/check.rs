//! What a draft comes to: read, checked, linted and made into an edition. A plain function, for a thread of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Edition;
use crate::asl::state_nodes;
use crate::diagnostic::{Diagnostic, LineIndex, Severity, has_errors};
use crate::lint::Config;
use crate::session::Document;
use crate::session::document;
use crate::time;
use crate::ui::editor::Lens;
use crate::ui::problems::Problem;

/// A text to be checked.
#[derive(Clone, Debug)]
pub struct Draught {
    /// The revision of the draft.
    pub revision: u64,
    /// The text.
    pub text: Arc<str>,
    /// The name of the machine in it.
    pub name: Arc<str>,
}

/// What a text has come to.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The revision of the draft.
    pub revision: u64,
    /// The definition; where the text cannot be read, what is in the way first.
    pub edition: Result<Arc<Edition>, Broken>,
    /// Everything that is wrong, in the order of the text.
    pub problems: Vec<Problem>,
    /// What its retriers can cost.
    pub lenses: Vec<Lens>,
    /// How long that took.
    pub took: Duration,
}

/// Why a text cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// 1-based line and column.
    pub place: Option<(usize, usize)>,
    /// What is wrong there.
    pub message: String,
}

/// Checks a text, with the rules as `config` wants them.
pub fn check(draught: &Draught, config: Option<&Config>) -> Checked {
    let began = Instant::now();
    let Draught { revision, text, name } = draught;
    let mut opened = document::open(name, text.as_bytes());
    let is_readable = !has_errors(&opened.diagnostics);
    let only = opened.documents.len() == 1;
    let place = opened.documents.iter().position(|it| only || it.name == *name);
    // What stands in the text itself can be edited; what it only names cannot.
    let found = place.map(|it| opened.documents.swap_remove(it)).filter(|it| it.text == *text);
    let outcome = match found {
        Some(mut document) if is_readable && !draws_nothing(&document) => {
            if let Some(config) = config {
                document.lint(config);
            }
            let lenses = lenses(&document);
            let mut edition = Edition::new(document, &opened.diagnostics);
            place_all(&mut edition.problems, text);
            Ok((Arc::new(edition), lenses))
        }
        Some(document) => Err(problems(text, opened.diagnostics.iter().chain(document.problems()))),
        None => Err(problems(text, &opened.diagnostics)),
    };
    let (edition, problems, lenses) = match outcome {
        Ok((edition, lenses)) => (Ok(Arc::clone(&edition)), edition.problems.clone(), lenses),
        Err(problems) => (Err(broken(&problems, name)), problems, Vec::new()),
    };
    Checked { revision: *revision, edition, problems, lenses, took: began.elapsed() }
}

/// Whether a text is so broken that no state was found in it.
pub fn draws_nothing(document: &Document) -> bool {
    let definition = &document.definition;
    definition.outline.iter().next().is_none() && definition.program.is_none()
}

/// Returns what the retriers of a definition can cost, each at its `Retry`.
pub fn lenses(document: &Document) -> Vec<Lens> {
    let budget = document.budget();
    let of = |it: &crate::asl::StateNode<'_>| {
        let at = it.node.member("Retry")?.name_span.start;
        let state = budget.states.get(it.id.idx()).filter(|it| it.attempts > 1.0)?;
        let waits = time::Duration::from_secs(state.back_off_secs);
        Some(Lens { at, text: format!("up to {} attempts and {waits} of waiting", state.attempts) })
    };
    state_nodes(&document.definition.outline, &document.root).iter().filter_map(of).collect()
}

fn problems<'a>(text: &str, found: impl IntoIterator<Item = &'a Diagnostic>) -> Vec<Problem> {
    let list = found.into_iter().map(|it| Problem { diagnostic: it.clone(), place: None, state: None });
    let mut list: Vec<Problem> = list.collect();
    place_all(&mut list, text);
    list
}

fn place_all(problems: &mut [Problem], text: &str) {
    let lines = LineIndex::new(text);
    for problem in problems.iter_mut().filter(|it| it.place.is_none()) {
        problem.place = problem.diagnostic.span.map(|it| lines.line_column(text, it.start));
    }
}

fn broken(problems: &[Problem], name: &str) -> Broken {
    let errors = problems.iter().filter(|it| it.diagnostic.severity == Severity::Error);
    let first = errors.min_by_key(|it| it.diagnostic.span).or(problems.first());
    match first {
        Some(it) => Broken { place: it.place, message: it.diagnostic.message.clone() },
        None => Broken { place: None, message: format!("it has no state machine {name} any more") },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = r#"{"StartAt": "A", "States": {
  "A": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "End": true,
    "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "BackoffRate": 2, "MaxAttempts": 3}]}
}}"#;

    fn checked(text: &str) -> Checked {
        check(&Draught { revision: 7, text: text.into(), name: "a".into() }, None)
    }

    #[test]
    fn a_sound_text_is_an_edition_with_what_its_retriers_cost() {
        let found = checked(SOUND);
        assert!(found.edition.expect("it can be read").document.definition.program.is_some());
        let at = SOUND.find("\"Retry\"").expect("it is there") as u32;
        assert_eq!(found.lenses, [Lens { at, text: "up to 4 attempts and 14 s of waiting".to_owned() }]);
    }

    #[test]
    fn an_open_bracket_is_broken_at_its_place() {
        let text = SOUND.replace("\"End\": true,", "\"End\": true");
        let found = checked(&text);
        let broken = found.edition.expect_err("a comma is missing");
        // It is missing behind the value.
        assert_eq!(broken.place.map(|it| it.0), Some(2), "{broken:?}");
        assert_eq!(found.problems.iter().filter(|it| it.place.is_none()).count(), 0);
    }

    #[test]
    fn a_wrong_target_is_a_problem_of_a_text_that_can_be_drawn() {
        let found = checked(&SOUND.replace("\"End\": true", "\"Next\": \"B\""));
        assert!(found.edition.expect("it can be drawn").document.definition.program.is_none());
        assert!(found.problems.iter().any(|it| it.diagnostic.severity == Severity::Error));
    }

    #[test]
    fn what_is_no_definition_any_more_is_broken() {
        for text in ["", "{}", "[]", "null", "{\"events\": []}", "{\"StartAt\": \"A\"}"] {
            let found = checked(text);
            assert!(found.edition.is_err(), "{text:?}");
            assert!(!found.edition.expect_err("it is").message.is_empty(), "{text:?}");
        }
    }

    #[test]
    fn yaml_is_checked_alike() {
        let text = "StartAt: A\nStates:\n  A:\n    Type: Pass\n    Next: B\n  B:\n    Type: Succeed\n";
        assert!(checked(text).edition.is_ok());
        let broken = checked(&text.replace("  B:", "  B: [")).edition.expect_err("the bracket is open");
        assert!(broken.place.is_some());
    }
}
