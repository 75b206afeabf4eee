//! A definition as a Mermaid state diagram: text that wikis and code hosts draw.

use std::fmt::Write as _;

use super::outline::{Outline, ScopeId, State, StateId, StateKind, TransitionKind};

/// Prints the diagram. Parallel branches and Map processors stand inside their states.
pub fn mermaid(outline: &Outline) -> String {
    let mut out = String::from("stateDiagram-v2\n");
    if !outline.scopes.is_empty() {
        write_scope(outline, ScopeId::ROOT, 1, &mut out);
    }
    out
}

fn write_scope(outline: &Outline, scope: ScopeId, level: usize, out: &mut String) {
    let indent = "    ".repeat(level);
    let scope = &outline.scopes[scope.idx()];
    for &id in &scope.states {
        write_state(outline, id, level, out);
    }
    if let Some(start) = scope.start {
        let _ = writeln!(out, "{indent}[*] --> s{}", start.0);
    }
    for &id in &scope.states {
        let state = &outline.states[id.idx()];
        for transition in &state.transitions {
            let Some(target) = transition.target else { continue };
            let label = match &transition.kind {
                TransitionKind::Next => String::new(),
                TransitionKind::Default => " : Default".to_owned(),
                TransitionKind::Choice { condition, .. } => format!(" : {}", plain(condition)),
                TransitionKind::Catch { errors, .. } => format!(" : Catch {}", plain(&errors.join(", "))),
            };
            let _ = writeln!(out, "{indent}s{} --> s{}{label}", id.0, target.0);
        }
        if ends(state) {
            let _ = writeln!(out, "{indent}s{} --> [*]", id.0);
        }
    }
}

fn write_state(outline: &Outline, id: StateId, level: usize, out: &mut String) {
    let indent = "    ".repeat(level);
    let state = &outline.states[id.idx()];
    let _ = write!(out, "{indent}state \"{}\" as s{}", plain(&state.name), id.0);
    if state.inner.is_empty() {
        out.push('\n');
        return;
    }
    out.push_str(" {\n");
    for (nth, &inner) in state.inner.iter().enumerate() {
        if nth > 0 {
            // What runs at the same time is divided by a line.
            let _ = writeln!(out, "{indent}    --");
        }
        write_scope(outline, inner, level + 1, out);
    }
    let _ = writeln!(out, "{indent}}}");
}

fn ends(state: &State) -> bool {
    state.end || state.kind.is_some_and(StateKind::is_terminal)
}

/// Takes out what Mermaid reads as syntax.
fn plain(text: &str) -> String {
    let swap = |char| match char {
        '"' => '\'',
        ';' | '#' | '\n' | '\r' => ' ',
        other => other,
    };
    text.chars().map(swap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::Definition;
    use crate::json::source;

    #[test]
    fn branches_stand_inside_and_catchers_have_their_names() {
        let text = r#"{"StartAt": "P", "States": {
            "P": {"Type": "Parallel", "Next": "Done", "Catch": [{"ErrorEquals": ["A", "B"], "Next": "Done"}],
                  "Branches": [{"StartAt": "X", "States": {"X": {"Type": "Pass", "End": true}}}]},
            "Done": {"Type": "Succeed"}}}"#;
        let root = source::parse(text).0.expect("valid");
        let drawn = mermaid(&Definition::read(&root).outline);
        let expected = "stateDiagram-v2\n    state \"P\" as s0 {\n        state \"X\" as s1\n        [*] --> s1\n        s1 --> [*]\n    }\n    state \"Done\" as s2\n    [*] --> s0\n    s0 --> s2\n    s0 --> s2 : Catch A, B\n    s2 --> [*]\n";
        assert_eq!(drawn, expected);
    }
}
