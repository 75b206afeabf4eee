//! The request: its members read into types, and what is wrong with them by themselves, before any definition is read.

use std::sync::Arc;

use crate::json::{Json, Object, text};

use super::Refusal;

/// A TestState request.
#[derive(Debug)]
pub(super) struct Request {
    /// A state, or with `state_name` a whole machine.
    pub(super) definition: Arc<str>,
    pub(super) state_name: Option<Arc<str>>,
    pub(super) role_arn: Option<Arc<str>>,
    pub(super) input: Json,
    /// The input as it was written, which is how the inspection shows it.
    pub(super) input_text: Arc<str>,
    pub(super) level: Level,
    pub(super) variables: Option<Json>,
    pub(super) context: Option<Arc<str>>,
    pub(super) mock: Option<Mock>,
    pub(super) validation: Validation,
    pub(super) configuration: Configuration,
    /// Members that TestState does not have: most likely misspelt.
    pub(super) unknown: Vec<String>,
}

/// How much the response shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Info,
    Debug,
    Trace,
}

/// What stands in for what the state would call or run.
#[derive(Clone, Debug)]
pub(super) enum Mock {
    Result(Json),
    Failed { error: Arc<str>, cause: Option<Arc<str>> },
}

/// How a mocked result is held against what the service answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Validation {
    /// Every member fits, and none is missing.
    Strict,
    /// Every member fits.
    Present,
    None,
}

/// What has happened to the state before.
#[derive(Clone, Debug, Default)]
pub(super) struct Configuration {
    pub(super) retries: Option<u32>,
    pub(super) caused_by: Option<Arc<str>>,
    pub(super) failed_iterations: Option<u32>,
    pub(super) item_reader_data: Option<Arc<str>>,
}

const MEMBERS: [&str; 10] = [
    "definition",
    "roleArn",
    "input",
    "inspectionLevel",
    "revealSecrets",
    "variables",
    "stateName",
    "mock",
    "context",
    "stateConfiguration",
];
const MOST_DEFINITION_BYTES: usize = 1_048_576;
const MOST_DATA_BYTES: usize = 262_144;
const MOST_NAME_CHARS: usize = 80;

/// Reads a request, in the order in which the service looks at it where that has been recorded.
pub(super) fn read(request: &Json) -> Result<Request, Refusal> {
    let Json::Object(members) = request else {
        return Err(Refusal::serialization("the request must be a JSON object"));
    };
    let all = Members { path: "", members };
    let definition = all.json_text("definition", MOST_DEFINITION_BYTES)?.ok_or_else(|| all.null("definition"))?;
    let role_arn = all.text("roleArn", 1, 256)?;
    let input_text = all.json_text("input", MOST_DATA_BYTES)?.unwrap_or_else(|| "{}".into());
    let level = match all.choice("inspectionLevel", &["TRACE", "INFO", "DEBUG"])? {
        None | Some("INFO") => Level::Info,
        Some("DEBUG") => Level::Debug,
        Some(_) => Level::Trace,
    };
    let reveal_secrets = all.flag("revealSecrets")?;
    let variables = all.json_text("variables", MOST_DATA_BYTES)?;
    let state_name = all.text("stateName", 1, MOST_NAME_CHARS)?;
    let context = all.json_text("context", MOST_DATA_BYTES)?;
    let configuration = configuration(&all)?;
    let (mock, validation) = mock(&all)?;
    if mock.is_none() {
        configuration.needs_mock()?;
    } else if reveal_secrets {
        return Err(Refusal::validation("TestState does not support RevealSecrets when a mock is specified."));
    }
    let input = text::parse(&input_text).map_err(|error| {
        Refusal::new("InvalidExecutionInput", format!("Invalid State Machine Execution Input: '{error}'"))
    })?;
    let variables = variables.map(|it| match text::parse(&it) {
        Ok(value @ Json::Object(_)) => Ok(value),
        _ => Err(Refusal::validation("Variables must be a valid JSON object")),
    });
    let unknown = members.iter().map(|(name, _)| name.to_string()).filter(|it| !MEMBERS.contains(&&**it));
    Ok(Request {
        definition,
        state_name,
        role_arn,
        input,
        input_text,
        level,
        variables: variables.transpose()?,
        context,
        mock,
        validation,
        configuration,
        unknown: unknown.collect(),
    })
}

fn mock(all: &Members<'_>) -> Result<(Option<Mock>, Validation), Refusal> {
    let Some(mock) = all.object("mock")? else { return Ok((None, Validation::Strict)) };
    let validation = match mock.choice("fieldValidationMode", &["STRICT", "PRESENT", "NONE"])? {
        None | Some("STRICT") => Validation::Strict,
        Some("PRESENT") => Validation::Present,
        Some(_) => Validation::None,
    };
    let one_of = |what: &str| {
        Err(Refusal::validation(format!(
            "A test mock should have {what} one of the following fields: [result, errorOutput]."
        )))
    };
    let mock = match (mock.json_text("result", MOST_DATA_BYTES)?, mock.object("errorOutput")?) {
        (Some(_), Some(_)) => return one_of("only"),
        (None, None) => return one_of("exactly"),
        (Some(result), None) => {
            let result = text::parse(&result);
            Mock::Result(result.map_err(|_| Refusal::validation("Mocked result must be valid JSON"))?)
        }
        (None, Some(failed)) => {
            let error = failed.text("error", 0, 256)?.ok_or_else(|| failed.null("error"))?;
            Mock::Failed { error, cause: failed.text("cause", 0, 32_768)? }
        }
    };
    Ok((Some(mock), validation))
}

fn configuration(all: &Members<'_>) -> Result<Configuration, Refusal> {
    let Some(it) = all.object("stateConfiguration")? else { return Ok(Configuration::default()) };
    Ok(Configuration {
        retries: it.count("retrierRetryCount")?,
        caused_by: it.text("errorCausedByState", 1, MOST_NAME_CHARS)?,
        failed_iterations: it.count("mapIterationFailureCount")?,
        item_reader_data: it.json_text("mapItemReaderData", MOST_DATA_BYTES)?,
    })
}

impl Configuration {
    /// Everything here says something about what is mocked (recorded for the failed iterations of a Map).
    fn needs_mock(&self) -> Result<(), Refusal> {
        let given = [
            ("RetrierRetryCount", self.retries.is_some()),
            ("ErrorCausedByState", self.caused_by.is_some()),
            ("MapIterationFailureCount", self.failed_iterations.is_some()),
            ("MapItemReaderData", self.item_reader_data.is_some()),
        ];
        match given.iter().find(|(_, given)| *given) {
            None => Ok(()),
            Some((name, _)) => {
                let message = format!("TestState does not support {name} when a mock is not specified.");
                Err(Refusal::validation(message))
            }
        }
    }
}

/// The members of one object of the request, read with the refusals that every operation of the service has.
struct Members<'a> {
    /// The object's name with a full stop after it; empty for the request.
    path: &'static str,
    members: &'a Object,
}

impl<'a> Members<'a> {
    /// A member that is `null` is not there.
    fn get(&self, name: &str) -> Option<&'a Json> {
        self.members.get(name).filter(|it| !it.is_null())
    }

    fn object(&self, name: &str) -> Result<Option<Members<'a>>, Refusal> {
        let path = match name {
            "mock" => "mock.",
            "errorOutput" => "mock.errorOutput.",
            _ => "stateConfiguration.",
        };
        match self.get(name) {
            None => Ok(None),
            Some(Json::Object(members)) => Ok(Some(Members { path, members })),
            Some(_) => Err(self.wrong_type(name, "an object")),
        }
    }

    fn text(&self, name: &str, least: usize, most: usize) -> Result<Option<Arc<str>>, Refusal> {
        let text = match self.get(name) {
            None => return Ok(None),
            Some(Json::String(text)) => text,
            Some(_) => return Err(self.wrong_type(name, "a string")),
        };
        let n_chars = text.chars().count();
        if n_chars < least {
            return Err(self.constraint(name, &format!("Member must have length greater than or equal to {least}")));
        }
        if n_chars > most {
            return Err(self.constraint(name, &format!("Member must have length less than or equal to {most}")));
        }
        Ok(Some(Arc::clone(text)))
    }

    /// Reads a member that holds JSON text. Requests that are written by hand may hold the value itself.
    fn json_text(&self, name: &str, most_bytes: usize) -> Result<Option<Arc<str>>, Refusal> {
        let text: Arc<str> = match self.get(name) {
            None => return Ok(None),
            Some(Json::String(text)) => Arc::clone(text),
            Some(value) => text::compact(value).into(),
        };
        if text.len() > most_bytes {
            return Err(self.constraint(name, &format!("Member must have length less than or equal to {most_bytes}")));
        }
        Ok(Some(text))
    }

    fn choice(&self, name: &str, allowed: &[&str]) -> Result<Option<&'a str>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::String(text)) if allowed.contains(&&**text) => Ok(Some(text)),
            Some(Json::String(text)) => {
                let (path, allowed) = (self.path, allowed.join(", "));
                Err(Refusal::validation(format!(
                    "1 validation error detected: Value '{text}' at '{path}{name}' failed to satisfy constraint: Member must satisfy enum value set: [{allowed}]"
                )))
            }
            Some(_) => Err(self.wrong_type(name, "a string")),
        }
    }

    fn flag(&self, name: &str) -> Result<bool, Refusal> {
        match self.get(name) {
            None => Ok(false),
            Some(Json::Bool(value)) => Ok(*value),
            Some(_) => Err(self.wrong_type(name, "a boolean")),
        }
    }

    fn count(&self, name: &str) -> Result<Option<u32>, Refusal> {
        match self.get(name).map(Json::as_i64) {
            None => Ok(None),
            Some(None) => Err(self.wrong_type(name, "a whole number")),
            Some(Some(value)) => match u32::try_from(value) {
                Ok(value) => Ok(Some(value)),
                Err(_) if value < 0 => Err(self.constraint(name, "Member must have value greater than or equal to 0")),
                Err(_) => Err(self.wrong_type(name, "a whole number of 32 bits")),
            },
        }
    }

    /// The values of most members are not repeated in refusals, since they are sensitive.
    fn constraint(&self, name: &str, what: &str) -> Refusal {
        let path = self.path;
        Refusal::validation(format!(
            "1 validation error detected: Value at '{path}{name}' failed to satisfy constraint: {what}"
        ))
    }

    fn null(&self, name: &str) -> Refusal {
        let path = self.path;
        let what = "failed to satisfy constraint: Member must not be null";
        Refusal::validation(format!("1 validation error detected: Value null at '{path}{name}' {what}"))
    }

    fn wrong_type(&self, name: &str, wanted: &str) -> Refusal {
        Refusal::serialization(&format!("{}{name} must be {wanted}", self.path))
    }
}
