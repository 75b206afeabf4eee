//! What every code means, as `lint --explain` tells it: read from the texts beside this file.
//!
//! A section of a text begins with `## CODE severity: title`; below it stand the explanation and examples. An example
//! after "Reported" has a finding of this code, one after "Not reported" has none; a test holds them to it.

/// The texts, one a family of codes.
const TEXTS: [&str; 13] = [
    include_str!("explain/text.md"),
    include_str!("explain/definition.md"),
    include_str!("explain/expression.md"),
    include_str!("explain/mocks.md"),
    include_str!("explain/names.md"),
    include_str!("explain/handlers.md"),
    include_str!("explain/retries.md"),
    include_str!("explain/data.md"),
    include_str!("explain/flow.md"),
    include_str!("explain/saga.md"),
    include_str!("explain/config.md"),
    include_str!("explain/history.md"),
    include_str!("explain/scenario.md"),
];

/// What one code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// For example `HND001`.
    pub code: &'static str,
    /// How bad its findings are, unless a project says otherwise: `error`, `warning`, `note`, or several.
    pub severity: &'static str,
    /// What it finds, in a few words.
    pub title: &'static str,
    /// The explanation with its examples, in Markdown.
    pub text: &'static str,
}

/// An example in an explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// Whether it has a finding of this code.
    pub is_reported: bool,
    /// What stands after the language of its fence: `states` for the members of a States block, the first of which is
    /// the start; `machine`, `text`, `mocks`, `config`, `history` or `scenario` for a whole text.
    pub kind: &'static str,
    /// The text.
    pub text: &'static str,
}

/// Returns all codes in the order in which they are explained.
pub fn rules() -> Vec<Rule> {
    let sections = TEXTS.iter().flat_map(|text| text.split("\n## ").skip(1));
    sections.filter_map(read).collect()
}

/// Returns what `code` means; capitals or not.
pub fn rule(code: &str) -> Option<Rule> {
    rules().into_iter().find(|it| it.code.eq_ignore_ascii_case(code))
}

fn read(section: &'static str) -> Option<Rule> {
    let (head, text) = section.split_once('\n')?;
    let (marks, title) = head.split_once(": ")?;
    let (code, severity) = marks.split_once(' ')?;
    Some(Rule { code, severity, title, text: text.trim() })
}

impl Rule {
    /// Returns the examples of the explanation.
    pub fn examples(&self) -> Vec<Example> {
        let mut examples = Vec::new();
        let mut rest = self.text;
        while let Some((before, after)) = rest.split_once("\n```") {
            let Some((fence, after)) = after.split_once('\n') else { break };
            let Some((text, after)) = after.split_once("\n```") else { break };
            let lead = before.trim_end().rsplit("\n\n").next().unwrap_or_default();
            let kind = fence.split_once(' ').map_or("", |it| it.1.trim());
            examples.push(Example { is_reported: !lead.trim().starts_with("Not reported"), kind, text });
            rest = after;
        }
        examples
    }
}
