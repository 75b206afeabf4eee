//! Reads files of scenarios, JSON or YAML, with a finding for what cannot be understood.

use std::path::Path;
use std::sync::Arc;

use crate::asl::{nearest, pointer_to};
use crate::diagnostic::{Diagnostic, has_errors};
use crate::engine::Quotas;
use crate::handlers::fault;
use crate::json::source::{self, Member, Node, Value};
use crate::session::document::display_name;
use crate::session::expect::{Expect, read_member};
use crate::time::Duration;

use super::{Part, Scenario, Suite};

/// The members that a scenario may have.
const MEMBERS: [&str; 17] = [
    "name",
    "comment",
    "definition",
    "machine",
    "type",
    "input",
    "inputValue",
    "mocks",
    "testCase",
    "unanswered",
    "faults",
    "context",
    "seed",
    "s3",
    "quotas",
    "timeLimit",
    "expect",
];

/// Reads the bytes of the file at `path`. Never fails: what is wrong is among the diagnostics.
pub fn read(path: &Path, bytes: &[u8]) -> Suite {
    let text: Arc<str> = match source::decode(bytes) {
        Ok(text) => text.into(),
        Err(_) => String::from_utf8_lossy(bytes).into(),
    };
    let (root, mut diagnostics) = source::parse_bytes(bytes);
    // What the service refuses in a definition, comments and trailing commas, it never sees here.
    diagnostics.retain(|it| !["TXT006", "TXT007"].contains(&it.code));
    let mut scenarios = Vec::new();
    if let Some(root) = root.filter(|_| !has_errors(&diagnostics)) {
        let mut reader = Reader { out: &mut diagnostics };
        scenarios = reader.suite(&root, display_name(&path.to_string_lossy()));
        // What scenarios share is read for each of them.
        diagnostics.sort_by_key(|it| (it.span, it.code));
        diagnostics.dedup();
    }
    Suite { path: path.to_owned(), text, scenarios, diagnostics }
}

struct Reader<'a> {
    out: &'a mut Vec<Diagnostic>,
}

/// A scenario's own members, and those that it shares.
#[derive(Clone, Copy)]
struct Layers<'a> {
    own: (&'a Node, &'a str),
    shared: Option<&'a Node>,
}

impl<'a> Layers<'a> {
    /// Returns the member that holds, with its pointer.
    fn get(self, name: &str) -> Option<(&'a Node, String)> {
        let own = self.own.0.get(name).map(|it| (it, pointer_to(self.own.1, name)));
        own.or_else(|| Some((self.shared?.get(name)?, pointer_to("", name))))
    }
}

impl Reader<'_> {
    fn wrong(&mut self, code: &'static str, message: impl Into<String>, node: &Node, pointer: &str, help: &str) {
        self.out.push(Diagnostic::error(code, message).at(pointer, node.span).help(help));
    }

    fn suite(&mut self, root: &Node, file: &str) -> Vec<Arc<Scenario>> {
        let help = "write {\"definition\": \"machine.asl.json\", \"input\": {}, \"expect\": {\"status\": \"SUCCEEDED\"}}, a \
                    list of these, or {\"scenarios\": […]} with what they share beside it";
        let (shared, list, pointer) = match (&root.value, root.get("scenarios")) {
            (Value::Array(items), _) => (None, items, ""),
            (Value::Object(_), Some(Node { value: Value::Array(items), .. })) => (Some(root), items, "/scenarios"),
            (Value::Object(_), None) => return vec![self.scenario(root, "", None, file)],
            (_, other) => {
                let node = other.unwrap_or(root);
                self.wrong("SCN001", "this is no scenario and no list of scenarios", node, "", help);
                return Vec::new();
            }
        };
        if list.is_empty() {
            self.wrong("SCN001", "there is no scenario", root, pointer, help);
        }
        if let Some(shared) = shared {
            self.only_known(shared, "", |it| it == "scenarios" || (it != "name" && MEMBERS.contains(&it)));
        }
        let mut found = Vec::new();
        for (idx, item) in list.iter().enumerate() {
            let pointer = format!("{pointer}/{idx}");
            if matches!(item.value, Value::Object(_)) {
                found.push(self.scenario(item, &pointer, shared, &format!("scenario {}", idx + 1)));
            } else {
                self.wrong("SCN001", "this is no scenario", item, &pointer, help);
            }
        }
        found
    }

    fn only_known(&mut self, node: &Node, pointer: &str, known: impl Fn(&str) -> bool) {
        for member in node.members().iter().filter(|it| !known(&it.name)) {
            let name = &*member.name;
            let plain = |it: &str| it.replace(['_', '-'], "").to_lowercase();
            let same = MEMBERS.into_iter().find(|it| plain(it) == plain(name));
            let help = match same.or_else(|| nearest(name, MEMBERS.into_iter())) {
                Some(it) => format!("did you mean {it:?}?"),
                None => format!("there are {}", MEMBERS.join(", ")),
            };
            let finding = Diagnostic::error("SCN002", format!("a scenario has no {name:?}"));
            self.out.push(finding.at(pointer_to(pointer, name), member.name_span).help(help));
        }
    }

    fn scenario(&mut self, node: &Node, pointer: &str, shared: Option<&Node>, otherwise: &str) -> Arc<Scenario> {
        self.only_known(node, pointer, |it| MEMBERS.contains(&it));
        let layers = Layers { own: (node, pointer), shared };
        let name = match node.get("name") {
            Some(given) => self.text(given, &pointer_to(pointer, "name")),
            None => None,
        };
        let definition = self.part(layers, "definition");
        if definition.is_none() && layers.get("definition").is_none() {
            let help = "add \"definition\" with the path of its file, relative to this one, or the definition itself";
            self.wrong("SCN001", "the scenario has no definition", node, pointer, help);
        }
        let mut mocks: Vec<Part> = Vec::new();
        for (layer, base) in shared.map(|it| (it, "")).into_iter().chain([(node, pointer)]) {
            if let Some(given) = layer.get("mocks") {
                mocks.extend(self.part_of(given, pointer_to(base, "mocks"), "mocks"));
            }
        }
        let faults = match layers.get("faults") {
            Some((given, pointer)) => fault::read(given, &pointer, self.out),
            None => Vec::new(),
        };
        Arc::new(Scenario {
            name: name.unwrap_or_else(|| otherwise.into()),
            span: node.span,
            pointer: pointer.to_owned(),
            definition,
            machine: self.text_of(layers, "machine"),
            express: self.word(layers, "type", &[("standard", false), ("express", true)]),
            input: input(layers),
            mocks,
            test_case: self.text_of(layers, "testCase"),
            assume: self.word(layers, "unanswered", &[("stop", false), ("assume", true)]).unwrap_or(false),
            faults: faults.into(),
            context: self.part(layers, "context"),
            seed: self.figure(layers, "seed").map_or(0, |it| it as u64),
            s3: self.text_of(layers, "s3"),
            quotas: self.word(layers, "quotas", &[("aws", Quotas::Aws), ("off", Quotas::Off)]).unwrap_or_default(),
            time_limit: self.figure(layers, "timeLimit").map(Duration::from_secs),
            expect: self.expect(layers),
        })
    }

    fn text(&mut self, node: &Node, pointer: &str) -> Option<Arc<str>> {
        let text = node.as_str().map(Arc::from);
        if text.is_none() {
            let message = format!("a {} stands for a text", node.type_name());
            self.wrong("SCN003", message, node, pointer, "put it in quotes");
        }
        text
    }

    fn text_of(&mut self, layers: Layers<'_>, name: &str) -> Option<Arc<str>> {
        let (node, pointer) = layers.get(name)?;
        self.text(node, &pointer)
    }

    fn word<T: Copy>(&mut self, layers: Layers<'_>, name: &str, words: &[(&str, T)]) -> Option<T> {
        let (node, pointer) = layers.get(name)?;
        let found = words.iter().find(|(word, _)| node.as_str().is_some_and(|it| it.eq_ignore_ascii_case(word)));
        if found.is_none() {
            let words: Vec<String> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
            let help = format!("write {}", words.join(" or "));
            self.wrong("SCN003", format!("{name} is none of its words"), node, &pointer, &help);
        }
        found.map(|(_, value)| *value)
    }

    fn figure(&mut self, layers: Layers<'_>, name: &str) -> Option<f64> {
        let (node, pointer) = layers.get(name)?;
        match node.value {
            Value::Number(number) if number.as_f64() >= 0.0 => Some(number.as_f64()),
            _ => {
                self.wrong(
                    "SCN003",
                    format!("{name} is no number from 0"),
                    node,
                    &pointer,
                    "write a number such as 60",
                );
                None
            }
        }
    }

    fn part(&mut self, layers: Layers<'_>, name: &str) -> Option<Part> {
        let (node, pointer) = layers.get(name)?;
        self.part_of(node, pointer, name)
    }

    fn part_of(&mut self, node: &Node, pointer: String, name: &str) -> Option<Part> {
        match &node.value {
            Value::String(path) => Some(Part::File(Arc::clone(path), node.span, pointer)),
            Value::Object(_) => Some(Part::Inline(Arc::new(node.clone()), pointer)),
            _ => {
                let message = format!("{name} is no path and no object");
                let help = "write the path of a file, relative to this one, or the object itself";
                self.wrong("SCN003", message, node, &pointer, help);
                None
            }
        }
    }

    /// Reads the expectations: the scenario's own, and the shared ones that it does not have.
    fn expect(&mut self, layers: Layers<'_>) -> Expect {
        let mut claims = Vec::new();
        let own = layers.own.0.get("expect");
        let own_pointer = pointer_to(layers.own.1, "expect");
        let shared = layers.shared.and_then(|it| it.get("expect"));
        for (node, pointer) in [(shared, "/expect"), (own, &*own_pointer)] {
            let Some(node) = node else { continue };
            if !matches!(node.value, Value::Object(_)) {
                self.wrong("SCN003", "expect is no object", node, pointer, "write {\"status\": \"SUCCEEDED\"}");
            }
            let is_hidden = |it: &&Member| {
                pointer == "/expect" && layers.shared.is_some() && own.is_some_and(|own| own.get(&it.name).is_some())
            };
            for member in node.members().iter().filter(|it| !is_hidden(it)) {
                read_member(member, &pointer_to(pointer, &member.name), &mut claims, self.out);
            }
        }
        if claims.is_empty() && !has_errors(self.out) {
            let node = own.unwrap_or(layers.own.0);
            let finding = Diagnostic::warning("SCN003", "the scenario expects nothing, so it cannot fail");
            let help = "add \"expect\", for example {\"status\": \"SUCCEEDED\"}";
            self.out.push(finding.at(own_pointer, node.span).help(help));
        }
        Expect { claims }
    }
}

fn input(layers: Layers<'_>) -> Option<Part> {
    // A scenario's own input hides the one that is shared, whichever way it is written.
    let own = Layers { shared: None, ..layers };
    let is_own = own.get("input").or_else(|| own.get("inputValue")).is_some();
    let layers = if is_own { own } else { layers };
    if let Some((node, pointer)) = layers.get("inputValue") {
        return Some(Part::Inline(Arc::new(node.clone()), pointer));
    }
    let (node, pointer) = layers.get("input")?;
    Some(match node.as_str() {
        Some(path) => Part::File(path.into(), node.span, pointer),
        None => Part::Inline(Arc::new(node.clone()), pointer),
    })
}
