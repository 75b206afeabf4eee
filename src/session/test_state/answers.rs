//! What services answer, and whether a mocked result could be one of their answers. The facts are in `api_answers.txt`.

use std::collections::BTreeMap;

use crate::asl::program::{Pattern, Resource};
use crate::json::{Json, Object};

const TABLE: &str = include_str!("api_answers.txt");

/// What is known of the answers of one service.
struct Answers {
    calls: BTreeMap<&'static str, &'static str>,
    shapes: BTreeMap<&'static str, &'static str>,
}

/// Whether a mocked result was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judged {
    /// It was, and nothing is wrong with it.
    Sound,
    /// The table does not have the call.
    Unknown,
    /// There is nothing to hold it against: the result is what a function, a worker or a callback chooses to send.
    Free,
}

/// Holds a mocked result against what the service answers. `complete` asks for the members that every answer has.
///
/// Fails with the service's sentence about the first member that does not fit.
pub(super) fn judge(resource: &Resource, result: &Json, complete: bool) -> Result<Judged, String> {
    let Resource::Service { service, action, pattern } = resource else { return Ok(Judged::Free) };
    // An API behind a gateway and a web address have no model; a callback brings what its sender likes.
    if matches!(&**service, "apigateway" | "http") || *pattern == Pattern::Callback {
        return Ok(Judged::Free);
    }
    let call = action.split_once('.').map_or(&**action, |(call, _)| call);
    let finished = format!("{call}.sync");
    let answers = Answers::of(sdk_name(service));
    let call = if *pattern == Pattern::Sync { &finished } else { call };
    match answers.calls.get(call) {
        None => Ok(Judged::Unknown),
        Some(&"-") => Ok(Judged::Sound),
        Some(shape) => answers.fits("", shape, result, complete).map(|()| Judged::Sound),
    }
}

/// Returns the name after `aws-sdk:`; some optimised integrations have another.
fn sdk_name(service: &str) -> &str {
    match service.strip_prefix("aws-sdk:").unwrap_or(service) {
        "states" => "sfn",
        "events" => "eventbridge",
        name => name,
    }
}

impl Answers {
    fn of(service: &str) -> Self {
        let lines = TABLE.lines().filter(|it| !it.starts_with('#'));
        let begins = |line: &&str| line.strip_prefix("service ").is_some_and(|it| it == service);
        let own = lines.skip_while(|it| !begins(it)).skip(1).take_while(|it| !it.starts_with("service "));
        let mut answers = Self { calls: BTreeMap::new(), shapes: BTreeMap::new() };
        for line in own {
            let (into, entry) = match line.strip_prefix("call ") {
                Some(entry) => (&mut answers.calls, entry),
                None => (&mut answers.shapes, line),
            };
            into.extend(entry.split_once(' '));
        }
        answers
    }

    /// Whether `value`, the member `name`, is of the type `kind`.
    fn fits(&self, name: &str, kind: &str, value: &Json, complete: bool) -> Result<(), String> {
        let must_be = |what| Err(format!("Field '{name}' must be {what}"));
        let Some(shape) = self.shapes.get(kind) else { return fits_scalar(name, kind, value) };
        let inner = shape.get(1..shape.len().saturating_sub(1)).unwrap_or("");
        match (shape.as_bytes().first(), value) {
            (Some(b'{'), Json::Object(object)) => self.fits_object(inner, object, complete),
            (Some(b'['), Json::Array(items)) => items.iter().try_for_each(|it| self.fits(name, inner, it, complete)),
            (Some(b'<'), Json::Object(map)) => map.iter().try_for_each(|(_, it)| self.fits(name, inner, it, complete)),
            (Some(b'['), _) => must_be("an array"),
            (Some(b'{' | b'<'), _) => must_be("an object"),
            (_, Json::String(text)) if shape.split('|').any(|it| it == &**text) => Ok(()),
            (_, Json::String(_)) => Err(format!("Field '{name}' is not an expected value")),
            _ => must_be("a string"),
        }
    }

    /// What the service does not know is let through: an answer may have members that are newer than the model.
    fn fits_object(&self, members: &str, object: &Object, complete: bool) -> Result<(), String> {
        let known = || members.split(' ').filter_map(|it| it.split_once(':'));
        for (name, value) in object.iter() {
            if let Some((_, kind)) = known().find(|(it, _)| it.trim_end_matches('!') == &**name) {
                self.fits(name, kind, value, complete)?;
            }
        }
        let missing = known().filter_map(|(it, _)| it.strip_suffix('!')).find(|it| object.get(it).is_none());
        match missing {
            Some(name) if complete => Err(format!("Field '{name}' is required")),
            _ => Ok(()),
        }
    }
}

fn fits_scalar(name: &str, kind: &str, value: &Json) -> Result<(), String> {
    if kind == "any" {
        return Ok(());
    }
    let (letter, bounds) = kind.split_at_checked(1).unwrap_or((kind, ""));
    let (least, most) = bounds.split_once("..").unwrap_or(("", ""));
    let (least, most) = (least.parse::<f64>().ok(), most.parse::<f64>().ok());
    let below = |it: f64| least.is_some_and(|least| it < least);
    let above = |it: f64| most.is_some_and(|most| it > most);
    let is = |what: &str| Err(format!("Field '{name}' {what}"));
    match (letter, value) {
        ("b", Json::Bool(_)) => Ok(()),
        ("n", Json::Number(number)) if below(number.as_f64()) => is("is less than the minimum value"),
        ("n", Json::Number(number)) if above(number.as_f64()) => is("exceeds the maximum value"),
        ("s", Json::String(text)) if below(text.chars().count() as f64) => is("is smaller than the minimum length"),
        ("s", Json::String(text)) if above(text.chars().count() as f64) => is("exceeds the maximum length"),
        ("n", Json::Number(_)) | ("s", Json::String(_)) => Ok(()),
        ("b", _) => is("must be a boolean"),
        ("n", _) => is("must be a number"),
        _ => is("must be a string"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::text;

    fn judged(service: &str, action: &str, result: &str, complete: bool) -> Result<Judged, String> {
        let pattern = match action.split_once('.').map(|(_, it)| it) {
            Some("waitForTaskToken") => Pattern::Callback,
            Some(_) => Pattern::Sync,
            None => Pattern::RequestResponse,
        };
        let resource = Resource::Service { service: service.into(), action: action.into(), pattern };
        judge(&resource, &text::parse(result).expect("JSON"), complete)
    }

    #[test]
    fn members_are_held_against_their_types_and_bounds() {
        for (service, action, result, wrong) in [
            ("sqs", "sendMessage", r#"{"MessageId": 1}"#, "Field 'MessageId' must be a string"),
            ("aws-sdk:dynamodb", "query", r#"{"Items": {}}"#, "Field 'Items' must be an array"),
            ("dynamodb", "query", r#"{"Items": [{"A": {"S": 1}}]}"#, "Field 'S' must be a string"),
            ("dynamodb", "query", r#"{"LastEvaluatedKey": []}"#, "Field 'LastEvaluatedKey' must be an object"),
            ("aws-sdk:kms", "verify", r#"{"SignatureValid": "yes"}"#, "Field 'SignatureValid' must be a boolean"),
            (
                "aws-sdk:lambda",
                "getFunction",
                r#"{"Configuration": {"Timeout": 0}}"#,
                "Field 'Timeout' is less than the minimum value",
            ),
            (
                "aws-sdk:lambda",
                "getFunction",
                r#"{"Configuration": {"State": "Idle"}}"#,
                "Field 'State' is not an expected value",
            ),
            ("events", "putEvents", r#"{"FailedEntryCount": "0"}"#, "Field 'FailedEntryCount' must be a number"),
            ("states", "startExecution.sync:2", r#"{"Output": {}}"#, "Field 'Output' must be a string"),
        ] {
            assert_eq!(judged(service, action, result, false), Err(wrong.to_owned()), "{service}:{action} {result}");
        }
    }

    #[test]
    fn names_that_the_model_does_not_have_are_let_through() {
        assert_eq!(judged("sqs", "sendMessage", r#"{"messageId": 1, "New": []}"#, true), Ok(Judged::Sound));
    }

    #[test]
    fn only_a_complete_answer_needs_what_every_answer_has() {
        let missing = Err("Field 'ExecutionArn' is required".to_owned());
        assert_eq!(judged("states", "startExecution", "{}", true), missing);
        assert_eq!(judged("states", "startExecution", "{}", false), Ok(Judged::Sound));
    }

    #[test]
    fn what_functions_callbacks_and_gateways_send_is_free() {
        assert_eq!(judged("lambda", "invoke", r#"{"Payload": {"a": 1}}"#, true), Ok(Judged::Sound));
        assert_eq!(judged("sqs", "sendMessage.waitForTaskToken", r#"{"MessageId": 1}"#, true), Ok(Judged::Free));
        assert_eq!(judged("apigateway", "invoke", "[]", true), Ok(Judged::Free));
        assert_eq!(judged("aws-sdk:polly", "synthesizeSpeech", "{}", true), Ok(Judged::Unknown));
    }

    #[test]
    fn the_table_is_sound() {
        let known = |shapes: &BTreeMap<&str, &str>, kind: &str| {
            let mut letter = kind.chars();
            let scalar =
                letter.next().is_some_and(|it| "bns".contains(it)) && letter.all(|it| it.is_ascii_digit() || it == '.');
            scalar || kind == "any" || kind == "-" || shapes.contains_key(kind)
        };
        let services: Vec<&str> = TABLE.lines().filter_map(|it| it.strip_prefix("service ")).collect();
        assert!(services.len() > 10);
        for service in services {
            let answers = Answers::of(service);
            assert!(!answers.calls.is_empty(), "{service}");
            for (call, shape) in &answers.calls {
                assert!(known(&answers.shapes, shape), "{service}:{call}");
            }
            for (name, shape) in &answers.shapes {
                let inner = shape.get(1..shape.len() - 1).expect("a shape");
                let kinds: Vec<&str> = match &shape[..1] {
                    "{" => inner.split(' ').filter_map(|it| it.split_once(':')).map(|(_, kind)| kind).collect(),
                    "[" | "<" => vec![inner],
                    _ => vec![],
                };
                assert!(kinds.iter().all(|it| known(&answers.shapes, it)), "{service} {name}");
            }
        }
    }
}
