//! Reads expectations, member by member, with a finding for what cannot be expected.

use std::sync::Arc;

use crate::asl::{nearest, pointer_to};
use crate::diagnostic::Diagnostic;
use crate::expr::Path;
use crate::json::source::{Member, Node, Value};

use super::{By, Claim, Handled, Pairs, Range, What};

/// The members that `expect` may have.
pub const MEMBERS: [&str; 16] = [
    "status",
    "output",
    "outputContains",
    "outputAt",
    "error",
    "cause",
    "causeContains",
    "path",
    "pathContains",
    "visited",
    "notVisited",
    "compensations",
    "handlers",
    "attempts",
    "duration",
    "events",
];
const STATUSES: [&str; 4] = ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"];

/// Reads one member of `expect`, whose value stands at `pointer`, and adds its claims.
pub fn read_member(member: &Member, pointer: &str, claims: &mut Vec<Claim>, out: &mut Vec<Diagnostic>) {
    let mut reader = Reader { claims, out };
    let node = &member.value;
    match &*member.name {
        "status" => reader.status(node, pointer),
        "output" => reader.add(What::Output(node.to_json()), node, pointer),
        "outputContains" => reader.add(What::OutputContains(node.to_json()), node, pointer),
        "outputAt" => reader.output_at(node, pointer),
        "error" => reader.nullable(node, pointer, What::Error),
        "cause" => reader.nullable(node, pointer, What::Cause),
        "causeContains" => reader.text(node, pointer, What::CauseContains),
        "path" => reader.names(node, pointer, What::Path),
        "pathContains" => reader.names(node, pointer, What::PathContains),
        "visited" => reader.each(node, pointer, What::Visited),
        "notVisited" => reader.each(node, pointer, What::NotVisited),
        "compensations" => reader.compensations(node, pointer),
        "handlers" => reader.handlers(node, pointer),
        "attempts" => reader.attempts(node, pointer),
        "duration" => reader.range(node, pointer, What::Duration),
        "events" => reader.range(node, pointer, What::Events),
        name => {
            let help = nearest_member(name, &MEMBERS);
            let message = format!("{name:?} is nothing that can be expected");
            reader.out.push(Diagnostic::error("SCN002", message).at(pointer, member.name_span).help(help));
        }
    }
}

/// Returns what to do about a member that is not known. Words that are joined otherwise are the same.
fn nearest_member(name: &str, members: &[&str]) -> String {
    let plain = |it: &str| it.replace(['_', '-'], "").to_lowercase();
    let same = members.iter().find(|it| plain(it) == plain(name)).copied();
    match same.or_else(|| nearest(name, members.iter().copied())) {
        Some(it) => format!("did you mean {it:?}?"),
        None => format!("there are {}", members.join(", ")),
    }
}

struct Reader<'a> {
    claims: &'a mut Vec<Claim>,
    out: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn add(&mut self, what: What, node: &Node, pointer: &str) {
        self.claims.push(Claim { what, pointer: pointer.to_owned(), span: node.span });
    }

    fn wrong(&mut self, message: impl Into<String>, node: &Node, pointer: &str, help: impl Into<String>) {
        self.out.push(Diagnostic::error("SCN003", message).at(pointer, node.span).help(help));
    }

    fn status(&mut self, node: &Node, pointer: &str) {
        match node.as_str() {
            Some(name) if STATUSES.contains(&name) => self.add(What::Status(name.into()), node, pointer),
            _ => {
                let help = format!("write one of {}", STATUSES.join(", "));
                self.wrong("the status is none that an execution ends with", node, pointer, help);
            }
        }
    }

    fn output_at(&mut self, node: &Node, pointer: &str) {
        if !matches!(node.value, Value::Object(_)) {
            return self.wrong(
                "outputAt is no object",
                node,
                pointer,
                "write {\"/order/id\": 7} or {\"$.order.id\": 7}",
            );
        }
        for member in node.members() {
            let pointer = pointer_to(pointer, &member.name);
            let name = &member.name;
            if name.starts_with('$') {
                if let Err(error) = Path::parse(name) {
                    let message = format!("{:?} is not a JSONPath: {error}", &**name);
                    let finding = Diagnostic::error("SCN003", message).at(pointer.as_str(), member.name_span);
                    self.out.push(finding.help("write a path such as $.order.id or a JSON pointer such as /order/id"));
                    continue;
                }
            } else if !name.is_empty() && !name.starts_with('/') {
                let message = format!("{:?} is no JSON pointer and no JSONPath", &**name);
                let finding = Diagnostic::error("SCN003", message).at(pointer.as_str(), member.name_span);
                self.out.push(finding.help(format!("write /{name} or $.{name}")));
                continue;
            }
            self.add(What::OutputAt(Arc::clone(name), member.value.to_json()), &member.value, &pointer);
        }
    }

    fn text(&mut self, node: &Node, pointer: &str, what: fn(Arc<str>) -> What) {
        match node.as_str() {
            Some(text) => self.add(what(text.into()), node, pointer),
            None => self.wrong(format!("a {} stands for a text", node.type_name()), node, pointer, "put it in quotes"),
        }
    }

    fn nullable(&mut self, node: &Node, pointer: &str, what: fn(Option<Arc<str>>) -> What) {
        match &node.value {
            Value::Null => self.add(what(None), node, pointer),
            Value::String(text) => self.add(what(Some(Arc::clone(text))), node, pointer),
            _ => {
                let message = format!("a {} stands for a text", node.type_name());
                self.wrong(message, node, pointer, "put it in quotes, or write null for none");
            }
        }
    }

    /// Reads a list of names of states.
    fn list(&mut self, node: &Node, pointer: &str) -> Option<Vec<Arc<str>>> {
        let items = node.items().iter().map(|it| it.as_str().map(Arc::from)).collect::<Option<Vec<_>>>();
        let found = items.filter(|_| matches!(node.value, Value::Array(_)));
        if found.is_none() {
            self.wrong(
                "this is no list of names of states",
                node,
                pointer,
                "write [\"First state\", \"Second state\"]",
            );
        }
        found
    }

    fn names(&mut self, node: &Node, pointer: &str, what: fn(Vec<Arc<str>>) -> What) {
        if let Some(names) = self.list(node, pointer) {
            self.add(what(names), node, pointer);
        }
    }

    /// Reads a list of states of which each is a claim of its own.
    fn each(&mut self, node: &Node, pointer: &str, what: fn(Arc<str>) -> What) {
        if self.list(node, pointer).is_none() {
            return;
        }
        for (idx, item) in node.items().iter().enumerate() {
            self.text(item, &format!("{pointer}/{idx}"), what);
        }
    }

    fn compensations(&mut self, node: &Node, pointer: &str) {
        if let Value::Array(_) = node.value {
            let undone = self.list(node, pointer).unwrap_or_default();
            return self.add(What::Undone(undone, Pairs::Inferred), node, pointer);
        }
        let help =
            "write a list of steps, or {\"undone\": […], \"complete\": true, \"pairs\": {\"Step\": \"Its undoing\"}}";
        if !matches!(node.value, Value::Object(_)) {
            return self.wrong("compensations are no list and no object", node, pointer, help);
        }
        self.only_known(node, pointer, &["undone", "complete", "pairs"]);
        let pairs = match node.get("pairs") {
            None => Pairs::Inferred,
            Some(given) => {
                let pair = |it: &Member| Some((Arc::clone(&it.name), Arc::from(it.value.as_str()?)));
                let found = given.members().iter().map(pair).collect::<Option<Vec<_>>>();
                let Some(found) = found.filter(|it| !it.is_empty()) else {
                    let help = "write {\"Charge card\": \"Refund card\"}";
                    return self.wrong("pairs name no steps with what undoes them", given, pointer, help);
                };
                Pairs::Given(found)
            }
        };
        if let Some(undone) = node.get("undone") {
            let pointer = format!("{pointer}/undone");
            if let Some(names) = self.list(undone, &pointer) {
                self.add(What::Undone(names, pairs.clone()), undone, &pointer);
            }
        }
        match node.get("complete").map(|it| &it.value) {
            None | Some(Value::Bool(false)) if node.get("undone").is_some() => {}
            Some(Value::Bool(true)) => self.add(What::AllUndone(pairs), node, pointer),
            _ => self.wrong("compensations claim nothing", node, pointer, help),
        }
    }

    fn handlers(&mut self, node: &Node, pointer: &str) {
        let help = "write {\"state\": \"Charge\", \"error\": \"Busy\", \"retrier\": 1, \"times\": 3}; there is catcher and \
                    uncaught as well";
        if !matches!(node.value, Value::Array(_)) {
            return self.wrong("handlers are no list", node, pointer, help);
        }
        for (idx, item) in node.items().iter().enumerate() {
            let pointer = format!("{pointer}/{idx}");
            self.only_known(item, &pointer, &["state", "error", "retrier", "catcher", "uncaught", "times"]);
            let number = |name: &str| item.get(name).map(whole);
            let is_nobody = matches!(item.get("uncaught").map(|it| &it.value), Some(Value::Bool(true)));
            let by = match (number("retrier"), number("catcher"), is_nobody) {
                (Some(Some(nr)), None, false) if nr > 0 => Some(By::Retrier(nr)),
                (None, Some(Some(nr)), false) if nr > 0 => Some(By::Catcher(nr)),
                (None, None, true) => Some(By::Nobody),
                (None, None, false) => Some(By::Anyone),
                _ => None,
            };
            let error = item.get("error").map(|it| it.as_str().map(Arc::from));
            let (Some(state), Some(by), false, false) = (
                item.get("state").and_then(Node::as_str),
                by,
                matches!(error, Some(None)),
                matches!(number("times"), Some(None)),
            ) else {
                self.wrong("this names no handler of a state", item, &pointer, help);
                continue;
            };
            let handled = Handled { state: state.into(), error: error.flatten(), by, times: number("times").flatten() };
            self.add(What::Handled(handled), item, &pointer);
        }
    }

    fn attempts(&mut self, node: &Node, pointer: &str) {
        if !matches!(node.value, Value::Object(_)) {
            let help = "write {\"Charge\": 4} or {\"Charge\": {\"max\": 4}}";
            return self.wrong("attempts are no object of states", node, pointer, help);
        }
        for member in node.members() {
            let pointer = pointer_to(pointer, &member.name);
            if let Some(range) = self.figures(&member.value, &pointer) {
                self.add(What::Attempts(Arc::clone(&member.name), range), &member.value, &pointer);
            }
        }
    }

    fn range(&mut self, node: &Node, pointer: &str, what: fn(Range) -> What) {
        if let Some(range) = self.figures(node, pointer) {
            self.add(what(range), node, pointer);
        }
    }

    fn figures(&mut self, node: &Node, pointer: &str) -> Option<Range> {
        let figure = |it: &Node| match it.value {
            Value::Number(number) if number.as_f64() >= 0.0 => Some(number.as_f64()),
            _ => None,
        };
        if let Some(exact) = figure(node) {
            return Some(Range { min: Some(exact), max: Some(exact) });
        }
        self.only_known(node, pointer, &["min", "max"]);
        let bound = |name: &str| node.get(name).map(figure);
        match (bound("min"), bound("max")) {
            (None, None) | (Some(None), _) | (_, Some(None)) => {
                self.wrong("this is no figure and no range", node, pointer, "write 4 or {\"max\": 4}");
                None
            }
            (min, max) => Some(Range { min: min.flatten(), max: max.flatten() }),
        }
    }

    fn only_known(&mut self, node: &Node, pointer: &str, members: &[&str]) {
        for member in node.members().iter().filter(|it| !members.contains(&&*it.name)) {
            let finding = Diagnostic::error("SCN002", format!("{:?} has no meaning here", &*member.name));
            let help = nearest_member(&member.name, members);
            self.out.push(finding.at(pointer_to(pointer, &member.name), member.name_span).help(help));
        }
    }
}

fn whole(node: &Node) -> Option<u32> {
    let Value::Number(number) = node.value else { return None };
    number.as_i64().and_then(|it| u32::try_from(it).ok())
}
