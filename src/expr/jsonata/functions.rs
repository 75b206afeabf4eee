//! The functions that the service adds to JSONata, guards before built-in ones that could take the program down, and
//! built-in ones that the crate gets wrong.
//!
//! Each is a function of the language, with a signature, around one of ours or the crate's: the signature is what checks
//! arguments, puts the context in the place of the first one (`"a".$pad(3)`) and lets `?` and `$map` apply it. A state's
//! variable of the same name hides it, as it hides any function.

use std::rc::Rc;

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

/// The functions by name, each with its text. What ends with a dot is ours or the crate's own function of that name.
const WRAPPED: [(&str, &str); 12] = [
    ("parse", "function($text)<s?:x>{ $parseᐧ($text) }"),
    ("partition", "function($items, $size)<an?:a>{ $partitionᐧ($items, $size) }"),
    ("range", "function($first, $last, $step)<nnn?:a>{ $rangeᐧ($first, $last, $step) }"),
    ("hash", "function($text, $algorithm)<ss?:s>{ $hashᐧ($text, $algorithm) }"),
    ("random", "function($seed)<n?:n>{ $randomᐧ($seed) }"),
    ("uuid", "function()<:s>{ $uuidᐧ() }"),
    // The crate leaves blanks, quotes and braces as they are.
    ("encodeUrl", "function($text)<s-:s>{ $encodeUrlᐧ($text) }"),
    // The crate makes null of nothing.
    (
        "reduce",
        "function($items, $with, $from)<afj?:j>{ \
             $exists($from) ? $reduceᐧ($items, $with, $from) \
             : $exists($items) and $count($items) = 0 ? () : $reduceᐧ($items, $with) }",
    ),
    ("join", "function($items, $between)<a<s>s?:s>{ ($joinableᐧ($items, $between); $joinᐧ($items, $between)) }"),
    ("pad", "function($text, $width, $with)<s-ns?:s>{ ($padableᐧ($width); $padᐧ($text, $width, $with)) }"),
    (
        "replace",
        "function($text, $what, $with, $limit)<s-(sf)(sf)n?:s>{ \
             ($replaceableᐧ($text, $what, $with); $limitedᐧ($replaceᐧ($text, $what, $with, $limit))) }",
    ),
    (
        "formatInteger",
        "function($value, $picture)<n-s:s>{ ($formattableᐧ($value, $picture); $formatIntegerᐧ($value, $picture)) }",
    ),
];

/// Adds the functions that are among `names`, and not among the variables of `env`, to what an expression sees.
pub(super) fn bind(context: &mut Context, names: &Names, env: &Env<'_>) -> Result<(), String> {
    for (name, text) in WRAPPED {
        if names.read.contains_key(name) && (env.variables)(name).is_none() {
            let function = jsonata_core::parser::parse(text).map_err(|error| error.to_string())?;
            let function = Evaluator::new().evaluate(&function, &JValue::Undefined);
            context.bind(name.to_owned(), function.map_err(|error| error.message().to_owned())?);
        }
    }
    for name in ["join", "pad", "reduce", "replace", "formatInteger"] {
        context.bind(format!("{name}ᐧ"), JValue::builtin(name));
    }
    Ok(())
}

/// Makes known to `evaluator` what [`bind`] refers to, and what depends on the moment.
pub(super) fn register(evaluator: &mut Evaluator, names: &Names, env: &Env<'_>) -> Result<(), EvaluatorError> {
    // A row of its own, since a function outlives what it was made from.
    let draws = || Rc::new(Draws::new(env.draws.next_u64()));
    let now = env.now.as_millis() as f64;
    for name in names.read.keys() {
        match name.as_str() {
            "parse" => evaluator.register_fn("parseᐧ", parse)?,
            "partition" => evaluator.register_fn("partitionᐧ", partition)?,
            "range" => evaluator.register_fn("rangeᐧ", range)?,
            "hash" => evaluator.register_fn("hashᐧ", hash)?,
            "random" => {
                let draws = draws();
                evaluator.register_fn("randomᐧ", move |args: &[JValue]| {
                    let seed = args.first().and_then(JValue::as_f64);
                    let drawn = seed.map_or_else(|| draws.next_fraction(), |seed| java_fraction(seed as i64));
                    Ok(JValue::from_f64(drawn))
                })?;
            }
            "uuid" => {
                let draws = draws();
                evaluator.register_fn("uuidᐧ", move |_: &[JValue]| intrinsic(Function::Uuid, &[], &draws))?;
            }
            "millis" => evaluator.register_fn_override("millis", move |args: &[JValue]| match args {
                [] => Ok(JValue::from_f64(now)),
                _ => Err(fault("T0410: Argument count mismatch: expected 0, got 1")),
            })?,
            "now" => evaluator.register_fn_override("now", move |args: &[JValue]| {
                let mut all = vec![JValue::from_f64(now)];
                all.extend_from_slice(args);
                built_in("fromMillis", &all)
            })?,
            // Measured: accepted in a definition, and no function when it is called.
            "eval" => evaluator.register_fn_override("eval", |_: &[JValue]| Err(fault("T1006")))?,
            "encodeUrl" => evaluator.register_fn("encodeUrlᐧ", encode_url)?,
            "join" => evaluator.register_fn("joinableᐧ", joinable)?,
            "pad" => evaluator.register_fn("padableᐧ", |args: &[JValue]| {
                let width = args.first().and_then(JValue::as_f64).unwrap_or_default();
                fits(width.abs() <= MOST_TEXT as f64)
            })?,
            "replace" => evaluator.register_fn("replaceableᐧ", replaceable)?,
            "formatInteger" => evaluator.register_fn("formattableᐧ", formattable)?,
            _ => {}
        }
    }
    evaluator.register_fn("limitedᐧ", |args: &[JValue]| {
        let value = args.first().cloned().unwrap_or(JValue::Undefined);
        fits(value.as_str().is_none_or(|it| it.len() <= MOST_TEXT || it.encode_utf16().count() <= MOST_TEXT))?;
        Ok(value)
    })
}

/// Guards every `&` in an expression that can feed its result to itself.
pub(super) fn limit_growth(parsed: &mut AstNode) {
    let mut stack = vec![parsed];
    while let Some(node) = stack.pop() {
        if let AstNode::Binary { op: BinaryOp::Concatenate, .. } = node {
            let joined = std::mem::replace(node, AstNode::Null);
            *node = AstNode::Function { name: "limitedᐧ".to_owned(), args: vec![joined], is_builtin: true };
            if let AstNode::Function { args, .. } = node {
                args.iter_mut().for_each(|it| parts_mut(it, &mut |part| stack.push(part)));
            }
            continue;
        }
        parts_mut(node, &mut |part| stack.push(part));
    }
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
    if args.iter().any(JValue::is_undefined) {
        return Ok(JValue::Undefined);
    }
    let given: Option<Vec<Json>> = args.iter().map(to_json).collect();
    intrinsic(Function::Hash, &given.unwrap_or_default(), &Draws::new(0))
}

/// Escapes what a whole address cannot hold (ECMA-262, `encodeURI`).
fn encode_url(args: &[JValue]) -> HostFnResult {
    let Some(text) = args.first().and_then(JValue::as_str) else { return Ok(JValue::Undefined) };
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            it if it.is_ascii_alphanumeric() || b";,/?:@&=+$-_.!~*'()#".contains(&it) => encoded.push(it as char),
            it => encoded.push_str(&format!("%{it:02X}")),
        }
    }
    Ok(JValue::string(encoded))
}

fn intrinsic(function: Function, args: &[Json], draws: &Draws) -> HostFnResult {
    let result = intrinsics::apply(function, args, draws);
    result.map(|it| to_jvalue(&it)).map_err(|why| fault(&format!("D3137: {why}")))
}

/// Whether what `$join` makes fits.
fn joinable(args: &[JValue]) -> HostFnResult {
    let between = args.get(1).and_then(JValue::as_str).map_or(0, str::len);
    let len = |item: &JValue| item.as_str().map_or(0, str::len) + between;
    fits(args.first().and_then(JValue::as_array).is_none_or(|it| it.iter().map(len).sum::<usize>() <= 2 * MOST_TEXT))
}

/// Whether what `$replace` makes is worth trying.
fn replaceable(args: &[JValue]) -> HostFnResult {
    let text = |nth: usize| args.get(nth).and_then(JValue::as_str);
    let (Some(source), Some(with)) = (text(0), text(2)) else { return Ok(JValue::Undefined) };
    let n_matches = match text(1) {
        Some("") => 0,
        Some(what) => source.matches(what).count(),
        // Of a regular expression: the worst case, the result is looked at once more.
        None => (source.len() + 1) / 8,
    };
    fits(source.len() + n_matches * with.len() <= 8 * MOST_TEXT)
}

/// Whether `$formatInteger` comes to an end: numerals of what is no number never do.
fn formattable(args: &[JValue]) -> HostFnResult {
    let value = args.first().and_then(JValue::as_f64).unwrap_or_default();
    let is_roman = args.get(1).and_then(JValue::as_str).is_some_and(|it| it.starts_with(['i', 'I']));
    if !value.is_finite() {
        return Err(fault("D3001"));
    }
    fits(!is_roman || value.abs() <= MOST_ROMAN)
}

fn fits(does: bool) -> HostFnResult {
    if does { Ok(JValue::Undefined) } else { Err(fault(MEMORY)) }
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
