//! `Path`: a JSONPath in the dialect of the service, which is that of the Jayway library.
//!
//! This file owns what a path is, and the evaluation of definite paths, which name at most one value and borrow all
//! the way down. Reading a path is `parse`, indefinite paths are `walk`, what stands in `[?( )]` is `filter`.

mod filter;
mod function;
mod parse;
mod reference;
mod regex;
mod walk;

use std::fmt::Write as _;
use std::sync::Arc;

pub use reference::ReferencePath;
use walk::Scope;

use super::{Env, Fault, SyntaxError};
use crate::json::{Json, Number, text};

/// A parsed JSONPath such as `$.order.items[0]`, `$$.Map.Item.Value` or `$total`.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    text: Arc<str>,
    root: Root,
    steps: Arc<[Step]>,
    function: Option<Arc<function::Call>>,
    definite: bool,
}

/// Where a path begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Root {
    /// `$`: the value that the field is applied to.
    Input,
    /// `$$`: the context object.
    Context,
    /// `$name`: a workflow variable; the name is kept without its `$`.
    Variable(Arc<str>),
}

/// One step from a value to its parts.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    /// `.name` or `['name']`
    Name(Arc<str>),
    /// `['a','b']`: at the end of a path an object of those members, before other steps each of them in turn.
    Names(Arc<[Arc<str>]>),
    /// `[0]` or `[-1]`
    Index(i64),
    /// `[0,2]`
    Indices(Arc<[i64]>),
    /// `[from:to]`; either may be missing.
    Slice(Option<i64>, Option<i64>),
    /// `.*` or `[*]`
    Wildcard,
    /// `..`: the value itself and everything below it.
    Descend,
    /// `[?(…)]`
    Filter(Arc<filter::Filter>),
}

/// Why a path has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miss {
    path: Arc<str>,
    reason: String,
}

impl Path {
    fn new(text: Arc<str>, root: Root, steps: Vec<Step>, function: Option<function::Call>) -> Self {
        let definite = is_definite(&steps);
        Self { text, root, steps: steps.into(), function: function.map(Arc::new), definite }
    }

    /// Reads a path.
    ///
    /// Fails, with the place, on everything that is not a path to its last character.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        parse::path(text)
    }

    /// Returns the path as it was written.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Returns where the path begins.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// Returns the names with which the path begins, up to its first step of another kind.
    pub fn leading_names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.steps.iter().map_while(|it| if let Step::Name(name) = it { Some(name) } else { None })
    }

    /// Returns the names and places in lists with which the path begins, as parts of a JSON pointer, and whether the path
    /// is nothing else. A place that counts from the end is none of them.
    pub fn way(&self) -> (Vec<Arc<str>>, bool) {
        let part = |step: &Step| match step {
            Step::Name(name) => Some(Arc::clone(name)),
            Step::Index(index) if *index >= 0 => Some(index.to_string().into()),
            _ => None,
        };
        let way: Vec<Arc<str>> = self.steps.iter().map_while(part).collect();
        let is_all = way.len() == self.steps.len() && self.function.is_none();
        (way, is_all)
    }

    /// Whether the path is nothing but names.
    pub fn is_names(&self) -> bool {
        self.function.is_none() && self.steps.iter().all(|it| matches!(it, Step::Name(_)))
    }

    /// Whether the path names at most one value; other paths give a list.
    pub fn is_definite(&self) -> bool {
        // A function behind a path that begins with `..` takes all values at once (Jayway library).
        self.definite || (self.function.is_some() && self.steps.first() == Some(&Step::Descend))
    }

    /// Whether this is `$` alone, the whole input.
    pub fn is_whole_input(&self) -> bool {
        self.root == Root::Input && self.steps.is_empty() && self.function.is_none()
    }

    /// Returns the value that the path names, or the list of all values if it is not definite.
    ///
    /// A definite path fails where something on its way is missing. An indefinite path over something missing is an
    /// empty list (recorded for wildcards and slices, at any depth).
    pub fn eval(&self, env: &Env<'_>) -> Result<Json, Miss> {
        match &self.root {
            Root::Input => self.eval_in(&Scope::new(env.input)),
            Root::Context => self.eval_in(&Scope::new(&(env.context)())),
            Root::Variable(name) => match (env.variables)(name) {
                Some(value) => self.eval_in(&Scope::new(&value)),
                None => Err(self.miss(format!("No value has been assigned to the variable ${name}"))),
            },
        }
    }

    /// Evaluates the path as the value of `field`, for example `value.$` or `ErrorPath`.
    ///
    /// Differs from [`eval`](Self::eval) in the sentence about a missing value only: payload templates and the paths
    /// of a Fail state name the field and the input, InputPath and its like do not (recorded).
    pub fn eval_field(&self, env: &Env<'_>, field: &str) -> Result<Json, Fault> {
        self.eval(env).map_err(|_| {
            let searched = self.searched(env);
            Fault::runtime(format!(
                "The JSONPath '{}' specified for the field '{field}' could not be found in the input '{searched}'",
                self.text
            ))
        })
    }

    /// Evaluates the path below the root of `scope`, whatever its own root is.
    fn eval_in(&self, scope: &Scope<'_>) -> Result<Json, Miss> {
        if self.definite && self.function.is_none() {
            return match self.steps.split_last() {
                Some((Step::Names(names), way)) => {
                    let at = self.locate(way, scope.root)?;
                    walk::pick(names, at).ok_or_else(|| self.missing_at(way.len(), at))
                }
                _ => self.locate(&self.steps, scope.root).cloned(),
            };
        }
        self.eval_list(scope)
    }

    /// Evaluates a path that is not definite or ends with a function.
    fn eval_list(&self, scope: &Scope<'_>) -> Result<Json, Miss> {
        let found = walk::collect(&self.steps, scope.root, scope).map_err(|reason| self.miss(reason))?;
        let Some(call) = &self.function else { return Ok(Json::array(found)) };
        let apply = |value: &Json| call.apply(value, scope);
        if self.definite {
            let Some(value) = found.first() else {
                return Err(self.miss(format!("No results for path: {}", self.canonical(self.steps.len()))));
            };
            return apply(value).map_err(|reason| self.miss(reason));
        }
        if self.is_definite() {
            return apply(&Json::array(found)).map_err(|reason| self.miss(reason));
        }
        Ok(Json::array(found.iter().filter_map(|value| apply(value).ok())))
    }

    /// Returns the text of the value that the path was looked up in.
    pub(super) fn searched(&self, env: &Env<'_>) -> String {
        match &self.root {
            Root::Input | Root::Variable(_) => text::compact(env.input),
            Root::Context => text::compact(&(env.context)()),
        }
    }

    /// Finds the one value that `steps`, the first ones of the path, lead to.
    fn locate<'a>(&self, steps: &[Step], base: &'a Json) -> Result<&'a Json, Miss> {
        let mut at = base;
        for (nth, step) in steps.iter().enumerate() {
            let Some(next) = walk::part(at, step) else { return Err(self.missing_at(nth, at)) };
            at = next;
        }
        Ok(at)
    }

    /// Says why the step number `nth` leads nowhere from `at` (the sentences of the Jayway library).
    #[cold]
    fn missing_at(&self, nth: usize, at: &Json) -> Miss {
        let is_last = nth + 1 == self.steps.len();
        let reached = self.canonical(nth);
        self.miss(match (&self.steps[nth], at) {
            (Step::Name(_), Json::Object(_)) if !is_last => {
                format!("Missing property in path {}", self.canonical(nth + 1))
            }
            (Step::Name(name), other) if !matches!(other, Json::Object(_)) => {
                format!(
                    "Expected to find an object with property ['{name}'] in path {reached} but found '{}'",
                    java_type(other)
                )
            }
            (Step::Index(_), Json::Null) => format!("The path {reached} is null"),
            (Step::Index(index), other) if !matches!(other, Json::Array(_)) => {
                format!("Filter: [{index}] can only be applied to arrays. Current context is: {}", text::compact(other))
            }
            _ => format!("No results for path: {}", self.canonical(self.steps.len())),
        })
    }

    fn miss(&self, reason: String) -> Miss {
        Miss { path: Arc::clone(&self.text), reason }
    }

    /// Returns the first `n_steps` steps in bracket form, as the Jayway library prints paths.
    fn canonical(&self, n_steps: usize) -> String {
        let mut out = String::from("$");
        for step in &self.steps[..n_steps] {
            let _ = match step {
                Step::Name(name) => write!(out, "['{name}']"),
                Step::Names(names) => write!(out, "['{}']", names.join("','")),
                Step::Index(index) => write!(out, "[{index}]"),
                Step::Indices(_) | Step::Slice(..) | Step::Wildcard | Step::Filter(_) => write!(out, "[*]"),
                Step::Descend => write!(out, ".."),
            };
        }
        out
    }
}

impl Miss {
    /// Returns the reason alone, for example `No results for path: $['a']`.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl From<Miss> for Fault {
    /// Returns the fault of InputPath, OutputPath and the other fields that take nothing but a path (recorded).
    fn from(miss: Miss) -> Self {
        Self::runtime(format!("Invalid path '{}' : {}", miss.path, miss.reason))
    }
}

impl Step {
    /// Whether the step leads to one part at most, wherever it stands.
    fn is_plain(&self) -> bool {
        match self {
            Self::Name(_) | Self::Index(_) => true,
            Self::Names(_) | Self::Indices(_) | Self::Slice(..) | Self::Wildcard | Self::Descend | Self::Filter(_) => {
                false
            }
        }
    }
}

/// Whether `steps` name at most one value.
fn is_definite(steps: &[Step]) -> bool {
    let n_way = match steps {
        [way @ .., Step::Names(_)] => way.len(),
        _ => steps.len(),
    };
    steps[..n_way].iter().all(Step::is_plain)
}

/// Returns where `index`, which counts from the end if it is negative, stands in a list of `len` items.
fn position(index: i64, len: usize) -> Option<usize> {
    usize::try_from(if index < 0 { index + len as i64 } else { index }).ok()
}

/// Returns the name under which the service's messages know the type of `value`.
fn java_type(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "java.lang.Boolean",
        Json::Number(Number::Int(value)) if i32::try_from(*value).is_ok() => "java.lang.Integer",
        Json::Number(Number::Int(_)) => "java.lang.Long",
        Json::Number(Number::Float(_)) => "java.lang.Double",
        Json::String(_) => "java.lang.String",
        Json::Array(_) => "java.util.ArrayList",
        Json::Object(_) => "java.util.LinkedHashMap",
    }
}
