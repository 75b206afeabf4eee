//! `Expr`: what stands in a field that takes a path or a call of an intrinsic function.

use std::sync::Arc;

use super::{Call, Env, Fault, Path, SyntaxError};
use crate::json::Json;

/// A path or a call: the value of a field `.$` in a payload template, of ErrorPath and of CausePath.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A path.
    Path(Path),
    /// A call of an intrinsic function.
    Call(Arc<Call>),
}

impl Expr {
    /// Reads a path if the text begins with `$`, and a call otherwise.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        if text.starts_with('$') {
            Path::parse(text).map(Self::Path)
        } else {
            Call::parse(text).map(|call| Self::Call(Arc::new(call)))
        }
    }

    /// Returns the expression as it was written.
    pub fn text(&self) -> &Arc<str> {
        match self {
            Self::Path(path) => path.text(),
            Self::Call(call) => call.text(),
        }
    }

    /// Returns the value; a path without one fails as in InputPath, see [`Path::eval`].
    pub fn eval(&self, env: &Env<'_>) -> Result<Json, Fault> {
        match self {
            Self::Path(path) => Ok(path.eval(env)?),
            Self::Call(call) => call.eval(env),
        }
    }

    /// Returns the value of the expression in `field`; a path without one fails as in a payload template, see
    /// [`Path::eval_field`].
    pub fn eval_field(&self, env: &Env<'_>, field: &str) -> Result<Json, Fault> {
        match self {
            Self::Path(path) => path.eval_field(env, field),
            Self::Call(call) => call.eval(env),
        }
    }

    /// Calls `visit` with every path in the expression, in the order of the text.
    pub fn for_each_path<'a>(&'a self, visit: &mut dyn FnMut(&'a Path)) {
        match self {
            Self::Path(path) => visit(path),
            Self::Call(call) => call.for_each_path(visit),
        }
    }
}
