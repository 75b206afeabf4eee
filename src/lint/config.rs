//! What a project says about findings: which it wants, how bad they are, and where its limits are.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::nearest;
use crate::diagnostic::{Diagnostic, Severity};
use crate::json::source::{self, Node, Value};

use super::explain;

/// The name of the file in which a project says it.
pub const FILE: &str = ".stepscope.json";

/// What a project says about findings.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// What a rule's findings are, by its code; `None`: not wanted.
    rules: BTreeMap<Arc<str>, Option<Severity>>,
    /// From when on a figure is a finding.
    pub limits: Limits,
    /// By the name of a step the states that undo it; where it has none, nothing does. What is not among it is told by
    /// names.
    pub compensations: BTreeMap<Arc<str>, Vec<Arc<str>>>,
}

/// From when on a figure is a finding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Longest that the retries of one visit of a state may wait together, in seconds.
    pub retry_secs: f64,
    /// Most attempts of one task, the retries of what it stands in multiplied.
    pub attempts: f64,
    /// Most events of one execution.
    pub events: f64,
    /// Longest that an execution may take as far as it is bounded, in seconds.
    pub execution_secs: f64,
}

impl Default for Config {
    fn default() -> Self {
        let limits = Limits {
            retry_secs: 86_400.0,
            attempts: 100.0,
            // The service ends an execution at 25,000.
            events: 25_000.0,
            // The service ends an execution after a year.
            execution_secs: 31_536_000.0,
        };
        Self { rules: BTreeMap::new(), limits, compensations: BTreeMap::new() }
    }
}

impl Config {
    /// Reads a configuration file. What is wrong in it is reported and left out.
    pub fn read(text: &str) -> (Self, Vec<Diagnostic>) {
        let (root, mut found) = source::parse(text);
        let mut config = Self::default();
        if let Some(saga) = root.as_ref().and_then(|it| it.get("saga")) {
            config.read_saga(saga, &mut found);
        }
        let Some(lint) = root.as_ref().and_then(|it| it.get("lint")) else { return (config, found) };
        for member in lint.members() {
            let pointer = format!("/lint/{}", member.name);
            match &*member.name {
                "rules" => config.read_rules(&member.value, &mut found),
                "limits" => config.read_limits(&member.value, &mut found),
                other => found.push(
                    Diagnostic::warning("CFG001", format!("the configuration has a field {other:?} that is not known"))
                        .at(pointer, member.name_span)
                        .help("known are rules and limits"),
                ),
            }
        }
        (config, found)
    }

    /// Reads which states undo a step: one name, a list of names, or `null` for none.
    fn read_saga(&mut self, saga: &Node, found: &mut Vec<Diagnostic>) {
        for member in saga.get("compensations").map(Node::members).unwrap_or_default() {
            let names = match &member.value.value {
                Value::String(name) => vec![Arc::clone(name)],
                Value::Null => Vec::new(),
                Value::Array(items) => items.iter().filter_map(Node::as_str).map(Arc::from).collect(),
                _ => {
                    let message = format!("what undoes {:?} is no name", &*member.name);
                    let help = "write the name of a state, a list of names, or null for none";
                    let pointer = format!("/saga/compensations/{}", member.name);
                    found.push(Diagnostic::warning("CFG001", message).at(pointer, member.value.span).help(help));
                    continue;
                }
            };
            self.compensations.insert(Arc::clone(&member.name), names);
        }
    }

    fn read_rules(&mut self, rules: &Node, found: &mut Vec<Diagnostic>) {
        let known = explain::rules();
        for member in rules.members() {
            let pointer = format!("/lint/rules/{}", member.name);
            let wanted = match member.value.as_str() {
                Some("off") => None,
                Some("note") => Some(Severity::Note),
                Some("warning") => Some(Severity::Warning),
                _ => {
                    let message = format!("rule {} is set to what no rule can be", member.name);
                    let help = "write off, note or warning; an error is what the service refuses";
                    found.push(Diagnostic::warning("CFG001", message).at(pointer, member.value.span).help(help));
                    continue;
                }
            };
            if !known.iter().any(|it| *it.code == *member.name) {
                let message = format!("there is no rule {:?}", &*member.name);
                let near = nearest(&member.name, known.iter().map(|it| it.code));
                let help = near
                    .map_or("stepscope lint --explain lists all rules".to_owned(), |it| format!("did you mean {it}?"));
                found.push(Diagnostic::warning("CFG001", message).at(pointer, member.name_span).help(help));
                continue;
            }
            self.rules.insert(Arc::clone(&member.name), wanted);
        }
    }

    fn read_limits(&mut self, limits: &Node, found: &mut Vec<Diagnostic>) {
        for member in limits.members() {
            let pointer = format!("/lint/limits/{}", member.name);
            let limits = &mut self.limits;
            let limit = match &*member.name {
                "retrySeconds" => &mut limits.retry_secs,
                "attempts" => &mut limits.attempts,
                "events" => &mut limits.events,
                "executionSeconds" => &mut limits.execution_secs,
                other => {
                    let message = format!("there is no limit {other:?}");
                    let help = "limits are retrySeconds, attempts, events and executionSeconds";
                    found.push(Diagnostic::warning("CFG001", message).at(pointer, member.name_span).help(help));
                    continue;
                }
            };
            match member.value.value {
                Value::Number(number) if number.as_f64() > 0.0 => *limit = number.as_f64(),
                _ => {
                    let message = format!("the limit {} is no number above 0", member.name);
                    found.push(Diagnostic::warning("CFG001", message).at(pointer, member.value.span));
                }
            }
        }
    }

    /// Makes of findings what the project wants. Errors stay: they are what the service refuses.
    pub fn apply(&self, found: &mut Vec<Diagnostic>) {
        found.retain_mut(|it| match self.rules.get(it.code) {
            Some(None) => it.severity == Severity::Error,
            Some(Some(severity)) if it.severity != Severity::Error => {
                it.severity = *severity;
                true
            }
            _ => true,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_can_be_quiet_or_louder_and_errors_stay() {
        let (config, found) = Config::read(
            r#"{"lint": {"rules": {"HND001": "off", "RTY001": "warning", "ASL009": "off"}, "limits": {"attempts": 9}}}"#,
        );
        assert_eq!(found, []);
        assert_eq!(config.limits.attempts, 9.0);
        let mut all = vec![
            Diagnostic::warning("HND001", "shadowed"),
            Diagnostic::note("RTY001", "no retrier"),
            Diagnostic::error("ASL009", "no such state"),
        ];
        config.apply(&mut all);
        let left: Vec<_> = all.iter().map(|it| (it.code, it.severity)).collect();
        assert_eq!(left, [("RTY001", Severity::Warning), ("ASL009", Severity::Error)]);
    }

    #[test]
    fn what_is_wrong_in_it_is_said() {
        let text =
            r#"{"lint": {"rules": {"HND01": "off", "HND002": "error"}, "limits": {"tries": 1, "events": 0}, "x": 1}}"#;
        let (config, found) = Config::read(text);
        assert_eq!(config, Config::default());
        let said: Vec<_> = found.iter().map(|it| it.pointer.as_str()).collect();
        assert_eq!(
            said,
            ["/lint/rules/HND01", "/lint/rules/HND002", "/lint/limits/tries", "/lint/limits/events", "/lint/x"]
        );
    }
}
