//! TestState: one state tried by itself, with a mock for what it would call, as the service's operation does it.
//!
//! Pure: a request in, a response or a refusal out. `request` reads the members, `subject` finds and compiles the state,
//! `mock` and `context` hold what the request brings against it, `drive` lets the engine run it, `response` writes what
//! came of it. The order of the refusals is the service's, where it has been recorded.

mod answers;
mod context;
mod drive;
mod mock;
mod request;
mod response;
mod subject;

use crate::asl::StateKind;
use crate::json::Json;
use crate::time::Timestamp;

use request::Request;

/// What a request came to.
#[derive(Clone, Debug)]
pub struct Tested {
    /// The response, in the service's shape.
    pub response: Json,
    /// What the response does not say: what was assumed or left out. For people; lower case, no full stop.
    pub notes: Vec<String>,
}

/// Why the service does not carry a request out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The name of the service's exception.
    pub code: &'static str,
    /// Its message.
    pub message: String,
}

/// Why there is no response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Untested {
    /// The service refuses the request.
    Refused(Refusal),
    /// The definition uses what this version does not run; says what.
    Unsupported(String),
}

impl From<Refusal> for Untested {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Refusal {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }

    fn serialization(message: &str) -> Self {
        Self::new("SerializationException", message)
    }
}

/// Tries the state that `request` describes, at the moment `at` of the virtual clock.
///
/// Members that hold JSON text at the service may also hold the value itself. Fails as the service refuses requests;
/// whatever the state does is a response.
pub fn test_state(request: &Json, at: Timestamp) -> Result<Tested, Untested> {
    let request = request::read(request)?;
    let subject = subject::read(&request.definition, request.state_name.as_deref())?;
    mock::check_state(&request, &subject)?;
    let given = request.context.as_deref().map(|it| context::read(it, subject.resource())).transpose()?;
    let unjudged = mock::check_result(&request, &subject)?;
    let at = given.as_ref().and_then(moment).unwrap_or(at);
    let context = given.unwrap_or_else(|| context::made(&request, &subject, at));
    let ran = drive::run(&request, &subject, context, at);
    let mut notes = notes(&request, subject.kind);
    notes.extend(unjudged);
    if ran.assumed {
        notes.push("no service was called and there is no mock; the task is assumed to answer {}".to_owned());
    }
    Ok(Tested { response: response::write(&request, &subject, &ran), notes })
}

/// Returns the moment at which a context object says that the state was entered, or else the execution began.
fn moment(context: &Json) -> Option<Timestamp> {
    let read = |object: &str, member: &str| Timestamp::parse(context.get(object)?.get(member)?.as_str()?);
    read("State", "EnteredTime").or_else(|| read("Execution", "StartTime"))
}

/// Says which members of a request mean nothing.
fn notes(request: &Request, kind: StateKind) -> Vec<String> {
    let unknown = request.unknown.iter().map(|it| format!("TestState has no member {it:?}; it means nothing"));
    let of_map = "is for Map states; it means nothing here";
    let count = (kind != StateKind::Map && request.configuration.failed_iterations.is_some())
        .then(|| format!("mapIterationFailureCount {of_map}"));
    let data = (kind != StateKind::Map && request.configuration.item_reader_data.is_some())
        .then(|| format!("mapItemReaderData {of_map}"));
    unknown.chain(count).chain(data).collect()
}
