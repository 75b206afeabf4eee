//! `ReferencePath`: a path of names and indices only, which can also be written to, as ResultPath is.

use std::sync::Arc;

use super::{Miss, Path, Root, Step, position};
use crate::expr::{Env, Fault, SyntaxError};
use crate::json::{Json, MAX_DEPTH, Object, text};

/// A definite path without unions or functions (ASL, "Reference Paths").
#[derive(Clone, Debug, PartialEq)]
pub struct ReferencePath(Path);

impl ReferencePath {
    /// Reads a reference path.
    ///
    /// Fails on what is no path, and on steps that could name several values.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let path = Path::parse(text)?;
        if path.function.is_none() && path.steps.iter().all(Step::is_plain) {
            Ok(Self(path))
        } else {
            Err(SyntaxError::new(0, "a reference path has only names and indices, as in $.order.items[0]"))
        }
    }

    /// Returns the same path for reading.
    pub fn as_path(&self) -> &Path {
        &self.0
    }

    /// Returns the path as it was written.
    pub fn text(&self) -> &Arc<str> {
        self.0.text()
    }

    /// Returns where the path begins.
    pub fn root(&self) -> &Root {
        self.0.root()
    }

    /// Returns the value that the path names.
    pub fn eval(&self, env: &Env<'_>) -> Result<Json, Miss> {
        self.0.eval(env)
    }

    /// Returns `into` with `value` at the path's place; everything beside the way there is shared.
    ///
    /// Missing members are made on the way, as objects. An index must exist, and what a name is looked up in must be
    /// an object: otherwise States.ResultPathMatchFailure (ASL, "Errors").
    pub fn write(&self, into: &Json, value: Json) -> Result<Json, Fault> {
        let steps = &self.0.steps;
        if steps.len() as u64 + u64::from(value.depth()) > u64::from(MAX_DEPTH) {
            return Err(Fault::too_deep());
        }
        write_steps(steps, Some(into), value).ok_or_else(|| Fault {
            error: "States.ResultPathMatchFailure",
            location: None,
            detail: format!("Unable to apply ReferencePath {} to input {}", self.text(), text::compact(into)).into(),
        })
    }
}

fn write_steps(steps: &[Step], into: Option<&Json>, value: Json) -> Option<Json> {
    let Some((step, rest)) = steps.split_first() else { return Some(value) };
    match (step, into) {
        (Step::Name(name), None) => {
            let inner = write_steps(rest, None, value)?;
            Some(Json::object([(Arc::clone(name), inner)]))
        }
        (Step::Name(name), Some(Json::Object(object))) => {
            let inner = write_steps(rest, object.get(name), value)?;
            let mut object: Object = object.clone();
            object.set(Arc::clone(name), inner);
            Some(Json::Object(object))
        }
        (Step::Index(index), Some(Json::Array(array))) => {
            let at = position(*index, array.len())?;
            let inner = write_steps(rest, Some(array.get(at)?), value)?;
            let mut array = array.clone();
            array.set(at, inner);
            Some(Json::Array(array))
        }
        _ => None,
    }
}
