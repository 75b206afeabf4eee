//! The functions that the service adds to JSONata, and guards before built-in ones that could take the program down.

use std::rc::Rc;

use jsonata_core::evaluator::{Context, Evaluator, EvaluatorError, HostFnResult};
use jsonata_core::value::JValue;

use super::value::{to_json, to_jvalue};
use super::{Env, options};
use crate::expr::intrinsics::{self, Function};
use crate::expr::{Draws, mix};
use crate::json::Json;

/// The longest text that `$pad` and `$replace` may make, in bytes.
const MOST_BYTES: f64 = 4_000_000.0;
/// The largest number that is put into words or letters.
const MOST_FORMATTED: f64 = 1e15;

/// Makes the functions that `named` names known to `evaluator`.
pub(super) fn register(evaluator: &mut Evaluator, named: &[String], env: &Env<'_>) -> Result<(), EvaluatorError> {
    // A row of its own, since a function outlives what it was made from.
    let draws = Rc::new(Draws::new(env.draws.next_u64()));
    let now = env.now.as_millis() as f64;
    for name in named {
        let draws = Rc::clone(&draws);
        match name.as_str() {
            "partition" => add(evaluator, "partition", Function::ArrayPartition, 2, draws)?,
            "range" => add(evaluator, "range", Function::ArrayRange, 3, draws)?,
            "hash" => add(evaluator, "hash", Function::Hash, 2, draws)?,
            "parse" => add(evaluator, "parse", Function::StringToJson, 1, draws)?,
            "uuid" => add(evaluator, "uuid", Function::Uuid, 0, draws)?,
            "random" => evaluator.register_fn_override("random", move |args: &[JValue]| random(args, &draws))?,
            "millis" => evaluator.register_fn_override("millis", move |_: &[JValue]| Ok(JValue::from_f64(now)))?,
            "now" => evaluator.register_fn_override("now", move |args: &[JValue]| {
                let mut all = vec![JValue::from_f64(now)];
                all.extend_from_slice(args);
                built_in("fromMillis", &all)
            })?,
            "eval" => evaluator
                .register_fn_override("eval", |_: &[JValue]| Err(fault("$eval is not available in Step Functions")))?,
            "pad" => evaluator.register_fn_override("pad", pad)?,
            "replace" => evaluator.register_fn_override("replace", replace)?,
            "formatInteger" => evaluator.register_fn_override("formatInteger", format_integer)?,
            _ => {}
        }
    }
    Ok(())
}

/// Makes an intrinsic function known under the name that it has in JSONata.
fn add(
    evaluator: &mut Evaluator,
    name: &'static str,
    function: Function,
    n_args: usize,
    draws: Rc<Draws>,
) -> Result<(), EvaluatorError> {
    evaluator.register_fn(name, move |args: &[JValue]| {
        // As everywhere in JSONata, no value in gives no value out.
        if args.iter().any(JValue::is_undefined) {
            return Ok(JValue::Undefined);
        }
        let given: Option<Vec<Json>> = args.iter().map(to_json).collect();
        let given = given.filter(|it| it.len() == n_args);
        let given = given.ok_or_else(|| fault(&format!("${name} takes {n_args} values that are no functions")))?;
        let result = intrinsics::apply(function, &given, &draws);
        if let (Function::ArrayRange, Ok(Json::Array(items))) = (function, &result)
            && items.len() < 2
        {
            // What a range gives is a sequence: one item stands for itself (recorded), none is no value.
            return Ok(items.get(0).map_or(JValue::Undefined, to_jvalue));
        }
        result.map(|it| to_jvalue(&it)).map_err(|why| fault(&format!("${name}: {why}")))
    })
}

fn random(args: &[JValue], draws: &Draws) -> HostFnResult {
    let fraction = match args.first().filter(|it| !it.is_undefined()) {
        None => draws.next_fraction(),
        Some(seed) => {
            let seed = seed.as_f64().ok_or_else(|| fault("the seed of $random is not a number"))?;
            Draws::new(mix(seed.to_bits())).next_fraction()
        }
    };
    Ok(JValue::from_f64(fraction))
}

fn pad(args: &[JValue]) -> HostFnResult {
    let width = args.get(1).and_then(JValue::as_f64).unwrap_or_default();
    let letter = args.get(2).and_then(JValue::as_str).map_or(1, str::len);
    if width.abs() * letter.max(1) as f64 > MOST_BYTES {
        return Err(fault("the result of $pad is too long"));
    }
    built_in("pad", args)
}

fn replace(args: &[JValue]) -> HostFnResult {
    let len = |nth: usize| args.get(nth).and_then(JValue::as_str).map_or(0, str::len) as f64;
    // The worst case: every letter, and the end, is replaced.
    if (len(0) + 1.0) * len(2) > MOST_BYTES && len(2) > 1.0 {
        return Err(fault("the result of $replace could be too long"));
    }
    built_in("replace", args)
}

fn format_integer(args: &[JValue]) -> HostFnResult {
    if args.first().and_then(JValue::as_f64).is_some_and(|it| it.is_nan() || it.abs() > MOST_FORMATTED) {
        return Err(fault("the number is out of range for $formatInteger"));
    }
    built_in("formatInteger", args)
}

/// Calls the built-in function behind a guard.
fn built_in(name: &str, args: &[JValue]) -> HostFnResult {
    let mut context = Context::new();
    let mut names = Vec::with_capacity(args.len());
    for (nth, arg) in args.iter().enumerate() {
        context.bind(format!("arg{nth}"), arg.clone());
        names.push(format!("$arg{nth}"));
    }
    let call = format!("${name}({})", names.join(", "));
    let parsed = jsonata_core::parser::parse(&call).map_err(|error| fault(&error.to_string()))?;
    Evaluator::with_options(context, options()).evaluate(&parsed, &JValue::Undefined)
}

fn fault(why: &str) -> EvaluatorError {
    EvaluatorError::EvaluationError(why.to_owned())
}
