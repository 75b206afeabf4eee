//! The functions that the service adds to JSONata, guards before built-in ones that could take the program down, and
//! built-in ones that the crate gets wrong.
//!
//! A call of one of them stays a call, with guards around its arguments where it needs some. Where the function itself
//! is named (`$map(texts, $parse)`, `$pad(?, 3)`, and the few calls that take their first argument from the context and
//! have to know it) there stands a function of the language around the call, whose signature makes of it what it is in
//! the reference. It costs some hundred times more. A state's variable of the same name hides both.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::LazyLock;

use jsonata_core::ast::{AstNode, BinaryOp};
use jsonata_core::evaluator::{Context, Evaluator, EvaluatorError, HostFnResult};
use jsonata_core::value::JValue;

use super::names::Names;
use super::sentence::MEMORY;
use super::value::{to_json, to_jvalue};
use super::walk::parts_mut;
use super::{Env, limits};
use crate::expr::intrinsics::{self, Function};
use crate::expr::{Draws, java_fraction};
use crate::json::{Json, text};

/// The longest text, in UTF-16 units (measured: 2^22 characters are taken, 2^23 are not).
const MOST_TEXT: usize = 1 << 22;
/// The most items that `$range` gives (measured).
const MOST_RANGE: f64 = 360_145.0;
/// The largest number in Roman numerals: there is an M for each thousand.
const MOST_ROMAN: f64 = 1000.0 * MOST_TEXT as f64;

/// What is put around arguments: takes the function's name, the number of the call, the number of the argument, and it.
const GUARD: &str = "guard\u{1427}";
/// What is put around the results of `&`.
const LIMITED: &str = "limited\u{1427}";

/// The functions as values, by name. Each is bound under its name and [`AS_VALUE`], which no text can name.
const VALUES: [(&str, &str); 11] = [
    ("parse", "function($text)<s?:x>{ $parse($text) }"),
    ("partition", "function($items, $size)<an?:a>{ $partition($items, $size) }"),
    ("range", "function($first, $last, $step)<nnn?:a>{ $range($first, $last, $step) }"),
    ("hash", "function($text, $algorithm)<ss?:s>{ $hash($text, $algorithm) }"),
    ("random", "function($seed)<n?:n>{ $random($seed) }"),
    ("uuid", "function()<:s>{ $uuid() }"),
    // The crate leaves blanks, quotes and braces as they are.
    ("encodeUrl", "function($text)<s-:s>{ $escape\u{1427}($text) }"),
    ("join", "function($items, $between)<a<s>s?:s>{ $join($items, $between) }"),
    ("pad", "function($text, $width, $with)<s-ns?:s>{ $pad($text, $width, $with) }"),
    ("replace", "function($text, $what, $with, $limit)<s-(sf)(sf)n?:s>{ $replace($text, $what, $with, $limit) }"),
    ("formatInteger", "function($value, $picture)<n-s:s>{ $formatInteger($value, $picture) }"),
];
const AS_VALUE: char = '\u{1427}';

/// Puts guards into an expression, and names functions that are used as values by their other names; returns those.
pub(super) fn prepare(parsed: &mut AstNode, names: &Names) -> Vec<&'static str> {
    rewrite(parsed, &|name| !names.bound.iter().any(|it| it == name), names.may_loop)
}

/// Adds functions as values to what an expression sees.
pub(super) fn bind(context: &mut Context, values: &[&str], env: &Env<'_>) -> Result<(), String> {
    static PARSED: LazyLock<Vec<(&str, AstNode)>> = LazyLock::new(|| {
        let read = |(name, text): (&'static str, &str)| {
            let mut function = jsonata_core::parser::parse(text).expect("a function of our own");
            rewrite(&mut function, &|_| true, false);
            (name, function)
        };
        VALUES.into_iter().map(read).collect()
    });
    for (name, function) in PARSED.iter().filter(|(name, _)| values.contains(name)) {
        let value = if let Some(hiding) = (env.variables)(name) {
            to_jvalue(&hiding)
        } else {
            let function = Evaluator::new().evaluate(function, &JValue::Undefined);
            function.map_err(|error| error.message().to_owned())?
        };
        context.bind(format!("{name}{AS_VALUE}"), value);
    }
    Ok(())
}

/// Makes known to `evaluator` the functions that are ours.
pub(super) fn register(evaluator: &mut Evaluator, names: &Names, env: &Env<'_>) -> Result<(), EvaluatorError> {
    // A row of its own, since a function outlives what it was made from.
    let draws = || Rc::new(Draws::new(env.draws.next_u64()));
    let now = env.now.as_millis() as f64;
    for name in names.read.keys() {
        match name.as_str() {
            "parse" => evaluator.register_fn("parse", parse)?,
            "partition" => evaluator.register_fn("partition", partition)?,
            "range" => evaluator.register_fn("range", range)?,
            "hash" => evaluator.register_fn("hash", hash)?,
            "random" => {
                let draws = draws();
                evaluator.register_fn_override("random", move |args: &[JValue]| {
                    check(args, 0, "n")?;
                    let seed = args.first().and_then(JValue::as_f64);
                    let drawn = seed.map_or_else(|| draws.next_fraction(), |seed| java_fraction(seed as i64));
                    Ok(JValue::from_f64(drawn))
                })?;
            }
            "uuid" => {
                let draws = draws();
                evaluator.register_fn("uuid", move |args: &[JValue]| {
                    check(args, 0, "")?;
                    intrinsic(Function::Uuid, &[], &draws)
                })?;
            }
            "millis" => evaluator.register_fn_override("millis", move |args: &[JValue]| {
                check(args, 0, "")?;
                Ok(JValue::from_f64(now))
            })?,
            "now" => evaluator.register_fn_override("now", move |args: &[JValue]| {
                let mut all = vec![JValue::from_f64(now)];
                all.extend_from_slice(args);
                built_in("fromMillis", &all)
            })?,
            // Measured: accepted in a definition, and no function when it is called.
            "eval" => evaluator.register_fn_override("eval", |_: &[JValue]| Err(fault("T1006")))?,
            "encodeUrl" => evaluator.register_fn("escape\u{1427}", |args: &[JValue]| {
                let text = args.first().and_then(JValue::as_str);
                Ok(text.map_or(JValue::Undefined, |it| JValue::string(encode_url(it))))
            })?,
            _ => {}
        }
    }
    let held = RefCell::default();
    evaluator.register_fn(GUARD, move |args: &[JValue]| guard(args, &held))?;
    evaluator.register_fn(LIMITED, |args: &[JValue]| {
        let value = args.first().cloned().unwrap_or(JValue::Undefined);
        fits(value.as_str().is_none_or(|it| it.len() <= MOST_TEXT || it.encode_utf16().count() <= MOST_TEXT))?;
        Ok(value)
    })
}

/// Puts guards in for the functions that are `free`, and with `may_grow` around every `&`; returns which are values.
fn rewrite(parsed: &mut AstNode, free: &dyn Fn(&str) -> bool, may_grow: bool) -> Vec<&'static str> {
    let mut values = Vec::new();
    let mut name_value = |name: &mut String| {
        values.extend(VALUES.iter().map(|it| it.0).find(|it| it == name));
        name.push(AS_VALUE);
    };
    let is_ours = |name: &str| (name == "reduce" || VALUES.iter().any(|it| it.0 == name)) && free(name);
    let mut stack = vec![parsed];
    let mut n_calls = 0;
    while let Some(node) = stack.pop() {
        if may_grow && matches!(node, AstNode::Binary { op: BinaryOp::Concatenate, .. }) {
            wrap(node, LIMITED, Vec::new(), &mut |joined| parts_mut(joined, &mut |part| stack.push(part)));
            continue;
        }
        // The function that is called, and how many arguments come before its own.
        let (called, n_before) = match &mut *node {
            AstNode::Variable(name) if name != "reduce" && is_ours(name) => {
                name_value(name);
                continue;
            }
            AstNode::Binary { op: BinaryOp::ChainPipe, rhs, .. } => (&mut **rhs, 1),
            other => (other, 0),
        };
        let guarded = match called {
            AstNode::Function { name, args, is_builtin: true } if is_ours(name) => {
                let n_args = n_before + args.len();
                let is_partial = args.iter().any(|it| matches!(it, AstNode::Placeholder));
                match name.as_str() {
                    "reduce" => (n_args == 2 && !is_partial).then(|| name.clone()),
                    "replace" if n_args < 3 || matches!(args.first(), Some(AstNode::Regex { .. })) && n_before == 0 => {
                        name_value(name);
                        None
                    }
                    "formatInteger" if n_args < 2 => {
                        name_value(name);
                        None
                    }
                    _ if is_partial || name == "encodeUrl" => {
                        name_value(name);
                        None
                    }
                    "pad" | "join" | "replace" | "formatInteger" => Some(name.clone()),
                    _ => None,
                }
            }
            _ => None,
        };
        let mut nth = 0;
        n_calls += 1;
        let mut visit = |arg| match &guarded {
            Some(name) => {
                let place =
                    vec![AstNode::String(name.clone()), AstNode::Number(n_calls as f64), AstNode::Number(nth as f64)];
                wrap(arg, GUARD, place, &mut |inner| stack.push(inner));
                nth += 1;
            }
            None => stack.push(arg),
        };
        match node {
            AstNode::Binary { op: BinaryOp::ChainPipe, lhs, rhs } => {
                visit(lhs);
                match guarded {
                    Some(_) => parts_mut(rhs, &mut visit),
                    None => visit(rhs),
                }
            }
            other => parts_mut(other, &mut visit),
        }
    }
    values
}

/// Makes `node` the last argument of a call of a function, and visits it there. Functions are left as they are.
fn wrap<'a>(node: &'a mut AstNode, name: &str, mut args: Vec<AstNode>, visit: &mut dyn FnMut(&'a mut AstNode)) {
    if matches!(node, AstNode::Lambda { .. } | AstNode::Transform { .. } | AstNode::Regex { .. }) {
        visit(node);
        return;
    }
    args.push(std::mem::replace(node, AstNode::Null));
    *node = AstNode::Function { name: name.to_owned(), args, is_builtin: true };
    if let AstNode::Function { args, .. } = node {
        args.last_mut().into_iter().for_each(visit);
    }
}

/// Looks at an argument before its call, and gives it back.
///
/// `held` has the earlier arguments of calls, by their places in the expression.
fn guard(args: &[JValue], held: &RefCell<BTreeMap<(usize, usize), JValue>>) -> HostFnResult {
    let [name, call, nth, value] = args else { return Err(fault("T1006")) };
    let number = |it: &JValue| it.as_f64().unwrap_or_default() as usize;
    let (call, nth) = (number(call), number(nth));
    held.borrow_mut().insert((call, nth), value.clone());
    let held = held.borrow();
    let arg = |nth: usize| held.get(&(call, nth));
    let text = |nth: usize| arg(nth).and_then(JValue::as_str);
    match name.as_str().unwrap_or_default() {
        "pad" => fits(value.as_f64().is_none_or(|width| width.abs() <= MOST_TEXT as f64))?,
        // The crate makes null of no items.
        "reduce" if nth == 0 && value.as_array().is_some_and(Vec::is_empty) => return Ok(JValue::Undefined),
        "join" => {
            let between = if nth == 0 { 0 } else { text(1).map_or(0, str::len) };
            let len = |item: &JValue| item.as_str().map_or(0, str::len) + between;
            let items = arg(0).and_then(JValue::as_array);
            fits(items.is_none_or(|it| it.iter().map(len).sum::<usize>() <= 2 * MOST_TEXT))?;
        }
        "replace" if nth == 2 => {
            if let (Some(source), Some(with)) = (text(0), text(2)) {
                match text(1) {
                    Some("") => {}
                    Some(what) => fits(source.matches(what).count().saturating_mul(with.len()) <= 2 * MOST_TEXT)?,
                    // A regular expression may match every letter.
                    None => fits((source.len() + 1).saturating_mul(with.len()) <= 32 * MOST_TEXT)?,
                }
            }
        }
        // Numerals of what is no number never come to an end.
        "formatInteger" if arg(0).and_then(JValue::as_f64).is_some_and(|it| !it.is_finite()) => {
            return Err(fault("D3001"));
        }
        "formatInteger" if nth == 1 && text(1).is_some_and(|it| it.starts_with(['i', 'I'])) => {
            fits(arg(0).and_then(JValue::as_f64).is_none_or(|it| it.abs() <= MOST_ROMAN))?;
        }
        _ => {}
    }
    Ok(value.clone())
}

/// The functions of the language, as the service has it.
const KNOWN: &str = " abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl \
     decodeUrlComponent distinct each encodeUrl encodeUrlComponent error eval exists filter floor formatBase \
     formatInteger formatNumber fromMillis hash join keys length lookup lowercase map match max merge millis min not now \
     number pad parse parseInteger partition power random range reduce replace reverse round shuffle sift single sort \
     split spread sqrt string substring substringAfter substringBefore sum toMillis trim type uppercase uuid zip ";

/// Whether `name` is that of a function.
pub(super) fn is_function(name: &str) -> bool {
    KNOWN.contains(&format!(" {name} "))
}

fn parse(args: &[JValue]) -> HostFnResult {
    check(args, 0, "s")?;
    match args.first().and_then(JValue::as_str) {
        None => Ok(JValue::Undefined),
        Some(source) => match text::parse(source) {
            Ok(value) => Ok(to_jvalue(&value)),
            Err(error) => Err(fault(&format!("D3137: the argument of parse is not valid JSON: {error}"))),
        },
    }
}

/// Cuts a list into lists of a size; without a size into one. The size is cut to a whole number (measured).
fn partition(args: &[JValue]) -> HostFnResult {
    check(args, 1, "an")?;
    let items = match args.first() {
        Some(JValue::Array(items)) => items.to_vec(),
        Some(JValue::Undefined) | None => return Ok(JValue::Undefined),
        Some(other) => vec![other.clone()],
    };
    if matches!(items[..], [JValue::Null]) && !matches!(args.first(), Some(JValue::Array(_))) {
        return Err(fault("T0412: Argument 1 must be an array of Array"));
    }
    let size = args.get(1).and_then(JValue::as_f64).map_or(items.len() as f64, f64::trunc);
    if size < 0.0 {
        return Err(fault("D3137: Second argument must be zero or greater"));
    }
    if size == 0.0 || items.is_empty() {
        return Ok(JValue::Undefined);
    }
    Ok(JValue::array(items.chunks(size as usize).map(|chunk| JValue::array(chunk.to_vec())).collect()))
}

/// Returns the whole numbers from the first to the last in steps; nothing where there are none. Fractions are cut off,
/// and a single number stands for itself (measured).
fn range(args: &[JValue]) -> HostFnResult {
    check(args, 2, "nnn")?;
    let number = |nth: usize| args.get(nth).and_then(JValue::as_f64).map(f64::trunc);
    let (Some(first), Some(last), Some(step)) = (number(0), number(1), number(2)) else {
        return Ok(JValue::Undefined);
    };
    let n_steps = ((last - first) / step).floor();
    // Also where there is no direction to go in: a step of nothing, or numbers that are none.
    if !n_steps.is_finite() || n_steps < 0.0 {
        return Ok(JValue::Undefined);
    }
    fits(n_steps < MOST_RANGE)?;
    Ok(JValue::sequence((0..=n_steps as u32).map(|nth| JValue::from_f64(first + f64::from(nth) * step)).collect()))
}

fn hash(args: &[JValue]) -> HostFnResult {
    check(args, 1, "ss")?;
    if args.len() < 2 || args.iter().any(JValue::is_undefined) {
        return Ok(JValue::Undefined);
    }
    let given: Option<Vec<Json>> = args.iter().map(to_json).collect();
    intrinsic(Function::Hash, &given.unwrap_or_default(), &Draws::new(0))
}

/// Escapes what a whole address cannot hold (ECMA-262, `encodeURI`).
fn encode_url(text: &str) -> String {
    let is_kept = |it: u8| it.is_ascii_alphanumeric() || b";,/?:@&=+$-_.!~*'()#".contains(&it);
    text.bytes().map(|it| if is_kept(it) { char::from(it).to_string() } else { format!("%{it:02X}") }).collect()
}

fn intrinsic(function: Function, args: &[Json], draws: &Draws) -> HostFnResult {
    let result = intrinsics::apply(function, args, draws);
    result.map(|it| to_jvalue(&it)).map_err(|why| fault(&format!("D3137: {why}")))
}

fn fits(does: bool) -> Result<(), EvaluatorError> {
    if does { Ok(()) } else { Err(fault(MEMORY)) }
}

/// Checks arguments against a signature: the kinds of all, of which some first ones are required.
fn check(args: &[JValue], n_required: usize, kinds: &str) -> Result<(), EvaluatorError> {
    if args.len() < n_required || args.len() > kinds.len() {
        let expected = n_required;
        return Err(fault(&format!("T0410: Argument count mismatch: expected {expected}, got {}", args.len())));
    }
    for (nth, (arg, kind)) in args.iter().zip(kinds.chars()).enumerate() {
        let is_right = match kind {
            's' => arg.is_string(),
            'n' => arg.is_number(),
            _ => !arg.is_function(),
        };
        if !is_right && !arg.is_undefined() {
            return Err(fault(&format!("T0410: Argument {} must be {kind}", nth + 1)));
        }
    }
    Ok(())
}

/// Calls a built-in function of the crate that takes no functions.
fn built_in(name: &str, args: &[JValue]) -> HostFnResult {
    let mut context = Context::new();
    let mut values = Vec::with_capacity(args.len());
    for (nth, arg) in args.iter().enumerate() {
        context.bind(format!("arg{nth}"), arg.clone());
        values.push(AstNode::Variable(format!("arg{nth}")));
    }
    let call = AstNode::Function { name: name.to_owned(), args: values, is_builtin: true };
    Evaluator::with_options(context, limits()).evaluate(&call, &JValue::Undefined)
}

fn fault(why: &str) -> EvaluatorError {
    EvaluatorError::EvaluationError(why.to_owned())
}
