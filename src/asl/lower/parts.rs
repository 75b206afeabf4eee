//! The parts of states that several types share, read from their fields: data flow, handlers, amounts, delays, texts.

use std::sync::Arc;

use crate::asl::fields::{Fields, Language, pointer_to};
use crate::asl::outline::StateKind;
use crate::asl::program::{
    Amount, CatchOutput, DataFlow, Delay, FlowFields, Items, PathFlow, Percentage, QueryFlow, Resource, ResultPath,
    Retrier, Select, Task, Text,
};
use crate::asl::service;
use crate::diagnostic::{Diagnostic, has_errors};
use crate::expr::{Expr, JsonataExpr, Path, ReferencePath, SyntaxError, Template};
use crate::json::source::{Node, Value};
use crate::time::Timestamp;

/// The longest wait and the most attempts that the service takes.
pub(super) const MOST: i64 = 99_999_999;

pub(super) const COMMON: &[&str] = &["Type", "Comment", "QueryLanguage", "Assign", "Output", "InputPath", "OutputPath"];
pub(super) const FLOW: &[&str] = &["Next", "End"];
pub(super) const RESULT: &[&str] = &["ResultPath", "Parameters", "Arguments"];
pub(super) const HANDLED: &[&str] = &["ResultSelector", "Retry", "Catch"];

/// Parses the path in the member `name`; reports where it is none.
pub(in crate::asl) fn path(fields: &Fields<'_>, name: &str, text: &str, out: &mut Vec<Diagnostic>) -> Option<Path> {
    match Path::parse(text) {
        Ok(path) => Some(path),
        Err(error) => {
            out.push(bad_path(fields, name, text, &error));
            None
        }
    }
}

fn bad_path(fields: &Fields<'_>, name: &str, text: &str, error: &SyntaxError) -> Diagnostic {
    let help = "a path begins with $ and names members, for example $.order.items[0]";
    let why = &error.message;
    fields.wrong(name, "ASL008", &format!("a {name} {text:?} that is no path: {why}")).help(help)
}

pub(super) fn retrier(fields: &Fields<'_>, last: bool, out: &mut Vec<Diagnostic>) -> Option<Retrier> {
    let known = &[
        "ErrorEquals",
        "IntervalSeconds",
        "MaxAttempts",
        "BackoffRate",
        "MaxDelaySeconds",
        "JitterStrategy",
        "Comment",
    ];
    fields.unknown(&[known], out);
    let n_before = out.len();
    let errors = fields.names("ErrorEquals", out);
    wildcard(fields, &errors, last, out);
    let interval_secs = fields.whole("IntervalSeconds", 1, MOST, out).unwrap_or(1);
    let max_attempts = fields.whole("MaxAttempts", 0, MOST, out).unwrap_or(3) as u32;
    let max_delay_secs = fields.whole("MaxDelaySeconds", 1, 31_622_400, out);
    let backoff_rate = match fields.get("BackoffRate").map(|it| &it.value) {
        None => 2.0,
        Some(Value::Number(rate)) if rate.as_f64() >= 1.0 => rate.as_f64(),
        Some(_) => {
            let help = "1 keeps the interval, 2 doubles it each time";
            out.push(
                fields.wrong("BackoffRate", "ASL004", "a BackoffRate that is not a number of at least 1").help(help),
            );
            2.0
        }
    };
    let full_jitter = match fields.string("JitterStrategy", out) {
        None | Some("NONE") => false,
        Some("FULL") => true,
        Some(other) => {
            out.push(
                fields
                    .wrong("JitterStrategy", "ASL004", &format!("an unknown JitterStrategy {other:?}"))
                    .help("write FULL or NONE"),
            );
            false
        }
    };
    let sound = !has_errors(&out[n_before..]);
    sound.then_some(Retrier { errors, interval_secs, max_attempts, backoff_rate, max_delay_secs, full_jitter })
}

/// `States.ALL` has to stand alone and last (ASL, "Error Handling").
pub(super) fn wildcard(fields: &Fields<'_>, errors: &[Arc<str>], last: bool, out: &mut Vec<Diagnostic>) {
    if !errors.iter().any(|it| &**it == "States.ALL") {
        return;
    }
    if errors.len() > 1 {
        let help = "keep States.ALL alone, or remove it";
        out.push(fields.wrong("ErrorEquals", "ASL012", "States.ALL beside other names").help(help));
    } else if !last {
        let help = "move it to the end: what comes after it is never read";
        out.push(fields.wrong("ErrorEquals", "ASL012", "States.ALL but is not the last").help(help));
    }
}

pub(super) fn data_flow(kind: StateKind, fields: &Fields<'_>, out: &mut Vec<Diagnostic>) -> Option<DataFlow> {
    let flow = match fields.language {
        Language::JsonPath => path_flow(kind, fields, out).map(|it| FlowFields::JsonPath(Box::new(it))),
        Language::Jsonata => {
            let arguments = template(fields, "Arguments", out);
            let output = template(fields, "Output", out);
            (|| Some(FlowFields::Jsonata(QueryFlow { arguments: arguments.ok()?, output: output.ok()? })))()
        }
    };
    let assign = template(fields, "Assign", out);
    Some(DataFlow { fields: flow?, assign: assign.ok()? })
}

fn path_flow(kind: StateKind, fields: &Fields<'_>, out: &mut Vec<Diagnostic>) -> Option<PathFlow> {
    let input_path = select(fields, "InputPath", out);
    let output_path = select(fields, "OutputPath", out);
    // A Map's Parameters are an older name of its ItemSelector and are read there.
    let parameters = if kind == StateKind::Map { Ok(None) } else { template(fields, "Parameters", out) };
    let result_selector = template(fields, "ResultSelector", out);
    let result_path = result_path(fields, out);
    Some(PathFlow {
        input_path: input_path?,
        parameters: parameters.ok()?,
        result_selector: result_selector.ok()?,
        result_path: result_path?,
        output_path: output_path?,
    })
}

fn select(fields: &Fields<'_>, name: &str, out: &mut Vec<Diagnostic>) -> Option<Select> {
    match fields.get(name).map(|it| &it.value) {
        None => Some(Select::All),
        Some(Value::Null) => Some(Select::Nothing),
        Some(_) => {
            let text = fields.string(name, out)?;
            if text == "$" { Some(Select::All) } else { path(fields, name, text, out).map(Select::Path) }
        }
    }
}

fn result_path(fields: &Fields<'_>, out: &mut Vec<Diagnostic>) -> Option<ResultPath> {
    match fields.get("ResultPath").map(|it| &it.value) {
        None => Some(ResultPath::Replace),
        Some(Value::Null) => Some(ResultPath::Discard),
        Some(_) => {
            let text = fields.string("ResultPath", out)?;
            if text == "$" {
                return Some(ResultPath::Replace);
            }
            match ReferencePath::parse(text) {
                Ok(path) => Some(ResultPath::At(path)),
                Err(error) => {
                    out.push(bad_path(fields, "ResultPath", text, &error));
                    None
                }
            }
        }
    }
}

/// Reads what a catcher hands on.
pub(super) fn catch_output(fields: &Fields<'_>, out: &mut Vec<Diagnostic>) -> Option<CatchOutput> {
    match fields.language {
        Language::JsonPath => result_path(fields, out).map(CatchOutput::Placed),
        Language::Jsonata => template(fields, "Output", out).ok().map(CatchOutput::Query),
    }
}

/// Reads what a Map runs over.
pub(super) fn items(fields: &Fields<'_>, out: &mut Vec<Diagnostic>) -> Option<Items> {
    if fields.language == Language::JsonPath {
        return match fields.string("ItemsPath", out) {
            Some(text) => path(fields, "ItemsPath", text, out).map(Items::Path),
            None => Some(Items::Input),
        };
    }
    let node = fields.get("Items");
    if let Some(node) = node
        && !matches!(node.value, Value::Array(_))
        && node.as_str().and_then(JsonataExpr::strip).is_none()
    {
        out.push(fields.wrong_type("Items", node, "a list or an expression between {% and %}"));
        return None;
    }
    Some(template(fields, "Items", out).ok()?.map_or(Items::Input, Items::Query))
}

/// What was read is wrong, which a diagnostic says.
pub(in crate::asl) struct Reported;

/// Reads a payload template; `Ok(None)` where there is none.
pub(super) fn template(
    fields: &Fields<'_>,
    name: &str,
    out: &mut Vec<Diagnostic>,
) -> Result<Option<Template>, Reported> {
    let Some(node) = fields.get(name) else { return Ok(None) };
    let pointer = fields.pointer_to(name);
    let (template, mut diagnostics) = match fields.language {
        Language::JsonPath => Template::parse(node, &pointer),
        Language::Jsonata => Template::parse_jsonata(node, &pointer, &fields.location_of(name)),
    };
    let computed = if fields.language == Language::JsonPath { node.members() } else { &[] };
    for member in computed {
        // Only for fields of the template itself is it recorded how the service names the place.
        let place = pointer_to(&pointer, &member.name);
        let refused = diagnostics.iter_mut().filter(|it| it.pointer == place && it.code != "EXP001");
        refused.for_each(|it| it.service = service::computed_field(&member.name, &pointer));
    }
    let sound = !has_errors(&diagnostics);
    out.extend(diagnostics);
    if sound { Ok(Some(template)) } else { Err(Reported) }
}

/// Reads the expression in the member `name`; `Ok(None)` where there is none, or the state is not in JSONata, or what
/// stands there is no string between `{%` and `%}`.
pub(in crate::asl) fn query(
    fields: &Fields<'_>,
    name: &str,
    out: &mut Vec<Diagnostic>,
) -> Result<Option<JsonataExpr>, Reported> {
    let written = fields.get(name).and_then(Node::as_str).and_then(JsonataExpr::strip);
    if fields.language == Language::JsonPath || written.is_none() {
        return Ok(None);
    }
    Ok(template(fields, name, out)?.and_then(|it| it.as_jsonata().cloned()))
}

pub(super) fn task(fields: &Fields<'_>, out: &mut Vec<Diagnostic>) -> Option<Task> {
    const TASK: &[&str] = &[
        "Resource",
        "TimeoutSeconds",
        "TimeoutSecondsPath",
        "HeartbeatSeconds",
        "HeartbeatSecondsPath",
        "Credentials",
    ];
    fields.unknown(&[COMMON, FLOW, RESULT, HANDLED, TASK], out);
    let resource =
        fields.required_string("Resource", "name what to call, for example arn:aws:states:::lambda:invoke", out);
    let timeout = amount(fields, "TimeoutSeconds", "TimeoutSecondsPath", 1, out);
    let heartbeat = amount(fields, "HeartbeatSeconds", "HeartbeatSecondsPath", 1, out);
    if let (Ok(Some(Amount::Fixed(timeout))), Ok(Some(Amount::Fixed(heartbeat)))) = (&timeout, &heartbeat)
        && heartbeat >= timeout
    {
        let what =
            format!("a HeartbeatSeconds of {heartbeat} that is not smaller than its TimeoutSeconds of {timeout}");
        out.push(fields.wrong("HeartbeatSeconds", "ASL013", &what).help("make the heartbeat shorter"));
    }
    let credentials = template(fields, "Credentials", out);
    Some(Task {
        resource: Resource::of(resource?),
        timeout: timeout.ok()?,
        heartbeat: heartbeat.ok()?,
        credentials: credentials.ok()?,
    })
}

/// Reads a whole number that is written down or read by a path; `Ok(None)` where there is neither.
pub(super) fn amount(
    fields: &Fields<'_>,
    name: &str,
    by_path: &'static str,
    least: i64,
    out: &mut Vec<Diagnostic>,
) -> Result<Option<Amount>, Reported> {
    amount_within(fields, name, by_path, (least, MOST), out)
}

/// Reads a whole number as [`amount`] does; where it is written down, it is within these two.
pub(super) fn amount_within(
    fields: &Fields<'_>,
    name: &str,
    by_path: &'static str,
    (least, most): (i64, i64),
    out: &mut Vec<Diagnostic>,
) -> Result<Option<Amount>, Reported> {
    match (fields.has(name), fields.has(by_path)) {
        (true, true) => {
            out.push(
                fields.wrong(by_path, "ASL011", &format!("both {name} and {by_path}")).help("remove one of the two"),
            );
            Err(Reported)
        }
        (true, false) => match query(fields, name, out)? {
            Some(expr) => Ok(Some(Amount::Jsonata(expr))),
            None => fields.whole(name, least, most, out).map(|it| Some(Amount::Fixed(it))).ok_or(Reported),
        },
        (false, true) => {
            let text = fields.string(by_path, out).ok_or(Reported)?;
            path(fields, by_path, text, out).map(|it| Some(Amount::Path(it, by_path))).ok_or(Reported)
        }
        (false, false) => Ok(None),
    }
}

/// Reads a share of a hundred as [`amount`] does a whole number.
pub(super) fn percentage(
    fields: &Fields<'_>,
    name: &str,
    by_path: &'static str,
    out: &mut Vec<Diagnostic>,
) -> Result<Option<Percentage>, Reported> {
    match (fields.get(name), fields.has(by_path)) {
        (Some(_), true) => {
            out.push(
                fields.wrong(by_path, "ASL011", &format!("both {name} and {by_path}")).help("remove one of the two"),
            );
            Err(Reported)
        }
        (Some(node), false) => match (query(fields, name, out)?, &node.value) {
            (Some(expr), _) => Ok(Some(Percentage::Jsonata(expr))),
            (None, Value::Number(share)) if (0.0..=100.0).contains(&share.as_f64()) => {
                Ok(Some(Percentage::Fixed(share.as_f64())))
            }
            (None, Value::Number(_)) => {
                out.push(fields.wrong(name, "ASL004", &format!("a {name} that is not from 0 to 100")));
                Err(Reported)
            }
            (None, _) => {
                out.push(fields.wrong_type(name, node, "a number"));
                Err(Reported)
            }
        },
        (None, true) => {
            let text = fields.string(by_path, out).ok_or(Reported)?;
            path(fields, by_path, text, out).map(|it| Some(Percentage::Path(it, by_path))).ok_or(Reported)
        }
        (None, false) => Ok(None),
    }
}

pub(super) fn delay(fields: &Fields<'_>, out: &mut Vec<Diagnostic>) -> Option<Delay> {
    const NAMES: [&str; 4] = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"];
    let given: Vec<&str> = NAMES.into_iter().filter(|it| fields.has(it)).collect();
    let [name] = given[..] else {
        if given.is_empty() {
            out.push(fields.missing("Seconds", "add Seconds, SecondsPath, Timestamp or TimestampPath"));
        } else {
            let what = format!("both {} and {}", given[0], given[1]);
            out.push(fields.wrong(given[1], "ASL011", &what).help("remove one of the two"));
        }
        return None;
    };
    if let Some(expr) = query(fields, name, out).ok()? {
        return Some(if name == "Seconds" { Delay::SecondsQuery(expr) } else { Delay::TimestampQuery(expr) });
    }
    match name {
        "Seconds" => fields.whole(name, 0, MOST, out).map(Delay::Seconds),
        "Timestamp" => {
            let text = fields.string(name, out)?;
            let parsed = Timestamp::parse(text);
            if parsed.is_none() {
                let help = "write it as 2016-03-14T01:59:00Z";
                let finding = fields.wrong(name, "ASL007", &format!("a {name} that is no timestamp")).help(help);
                out.push(finding.service(service::timestamp(&fields.pointer_to(name))));
            }
            parsed.map(Delay::Timestamp)
        }
        _ => {
            let parsed = path(fields, name, fields.string(name, out)?, out)?;
            Some(if name == "SecondsPath" { Delay::SecondsPath(parsed) } else { Delay::TimestampPath(parsed) })
        }
    }
}

pub(super) fn failure_text(
    fields: &Fields<'_>,
    name: &str,
    by_path: &'static str,
    out: &mut Vec<Diagnostic>,
) -> Result<Option<Text>, Reported> {
    if fields.has(name) && fields.has(by_path) {
        out.push(fields.wrong(by_path, "ASL011", &format!("both {name} and {by_path}")).help("remove one of the two"));
        return Err(Reported);
    }
    if fields.has(by_path) {
        let text = fields.string(by_path, out).ok_or(Reported)?;
        return match Expr::parse(text) {
            Ok(expr) => Ok(Some(Text::Expr(expr, by_path))),
            Err(error) => {
                out.push(bad_path(fields, by_path, text, &error));
                Err(Reported)
            }
        };
    }
    if !fields.has(name) {
        return Ok(None);
    }
    if let Some(expr) = query(fields, name, out)? {
        return Ok(Some(Text::Jsonata(expr)));
    }
    fields.string(name, out).map(|it| Some(Text::Fixed(it.into()))).ok_or(Reported)
}
