//! Intrinsic functions: what they are called, how many arguments they take, and the evaluation of a call.
//!
//! Reading a call is `parse`; what each function computes is `functions`.

mod format;
mod functions;
mod parse;

use std::sync::Arc;

pub(super) use functions::{apply, unique};

use super::{Env, Fault, Path, SyntaxError};
use crate::json::Json;

/// A parsed call such as `States.Format('{} of {}', $.done, $.total)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    text: Arc<str>,
    function: Function,
    args: Vec<Arg>,
}

#[derive(Clone, Debug, PartialEq)]
enum Arg {
    Literal(Json),
    /// The first argument of States.Format, cut at its `{}`.
    Template(format::Template),
    Path(Path),
    Call(Call),
}

/// An intrinsic function (ASL, "Intrinsic Functions").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are the functions' own names")]
pub enum Function {
    Array,
    ArrayContains,
    ArrayGetItem,
    ArrayLength,
    ArrayPartition,
    ArrayRange,
    ArrayUnique,
    Base64Decode,
    Base64Encode,
    Format,
    Hash,
    JsonMerge,
    JsonToString,
    MathAdd,
    MathRandom,
    StringSplit,
    StringToJson,
    Uuid,
}

impl Function {
    /// Every function with its full name, and the fewest and the most arguments it takes.
    const TABLE: [(Self, &'static str, usize, usize); 18] = [
        (Self::Array, "States.Array", 0, usize::MAX),
        (Self::ArrayContains, "States.ArrayContains", 2, 2),
        (Self::ArrayGetItem, "States.ArrayGetItem", 2, 2),
        (Self::ArrayLength, "States.ArrayLength", 1, 1),
        (Self::ArrayPartition, "States.ArrayPartition", 2, 2),
        (Self::ArrayRange, "States.ArrayRange", 3, 3),
        (Self::ArrayUnique, "States.ArrayUnique", 1, 1),
        (Self::Base64Decode, "States.Base64Decode", 1, 1),
        (Self::Base64Encode, "States.Base64Encode", 1, 1),
        (Self::Format, "States.Format", 1, usize::MAX),
        (Self::Hash, "States.Hash", 2, 2),
        (Self::JsonMerge, "States.JsonMerge", 3, 3),
        (Self::JsonToString, "States.JsonToString", 1, 1),
        (Self::MathAdd, "States.MathAdd", 2, 2),
        (Self::MathRandom, "States.MathRandom", 2, 3),
        (Self::StringSplit, "States.StringSplit", 2, 2),
        (Self::StringToJson, "States.StringToJson", 1, 1),
        (Self::Uuid, "States.UUID", 0, 0),
    ];

    /// Returns all functions, in the order of their names.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::TABLE.into_iter().map(|(function, ..)| function)
    }

    /// Returns the full name, for example `States.Format`.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// Returns the fewest and the most arguments.
    fn arity(self) -> (usize, usize) {
        let (_, _, fewest, most) = self.row();
        (fewest, most)
    }

    fn row(self) -> (Self, &'static str, usize, usize) {
        Self::TABLE[self as usize]
    }
}

impl Call {
    /// Reads a call.
    ///
    /// Fails, with the place, on unknown functions, wrong numbers of arguments, escapes other than `\'`, `\\`, `\{`
    /// and `\}` in strings (recorded: `\"` is refused), and on more than ten calls inside one another (documented).
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        parse::call(text)
    }

    /// Returns the call as it was written.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Returns which function is called.
    pub fn function(&self) -> Function {
        self.function
    }

    /// Returns the value of the call.
    ///
    /// What a function refuses is `States.Runtime`: States.IntrinsicFailure is documented, and documented as reserved.
    pub fn eval(&self, env: &Env<'_>) -> Result<Json, Fault> {
        let mut args = Vec::with_capacity(self.args.len());
        for arg in &self.args {
            args.push(match arg {
                Arg::Literal(value) => value.clone(),
                Arg::Template(_) => Json::Null,
                Arg::Path(path) => path.eval(env).map_err(|_| {
                    self.fault(&format!(
                        "The JsonPath argument for the field '{}' could not be found in the input '{}'",
                        path.text(),
                        path.searched(env)
                    ))
                })?,
                Arg::Call(call) => call.eval(env)?,
            });
        }
        let value = match self.args.first() {
            Some(Arg::Template(template)) => template.fill(&args[1..]),
            _ => functions::apply(self.function, &args, env.draws),
        };
        value.map_err(|reason| self.fault(&reason))
    }

    /// Calls `visit` with every path among the arguments, in the order of the text.
    pub fn for_each_path<'a>(&'a self, visit: &mut dyn FnMut(&'a Path)) {
        for arg in &self.args {
            match arg {
                Arg::Literal(_) | Arg::Template(_) => {}
                Arg::Path(path) => visit(path),
                Arg::Call(call) => call.for_each_path(visit),
            }
        }
    }

    #[cold]
    fn fault(&self, reason: &str) -> Fault {
        Fault::runtime(format!("The function '{}' had the following error: {reason}", self.text))
    }
}
