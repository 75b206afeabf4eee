//! What each intrinsic function computes from the values of its arguments.
//!
//! Errors are the reason alone, without the name of the call.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest as _;

use super::{Function, format};
use crate::expr::{Draws, mix};
use crate::json::{Array, Json, Number, text};

/// The most items that States.ArrayRange gives (documented).
const MAX_RANGE: i64 = 1_000;
/// The longest text that Base64 and Hash functions take, in characters (documented).
const MAX_TEXT: usize = 10_000;

/// Applies `function` to as many arguments as it takes.
pub(in crate::expr) fn apply(function: Function, args: &[Json], draws: &Draws) -> Result<Json, String> {
    match function {
        Function::Array => Ok(Json::array(args.iter().cloned())),
        Function::ArrayContains => Ok(array(args, 0)?.iter().any(|item| item == &args[1]).into()),
        Function::ArrayGetItem => get_item(array(args, 0)?, integer(args, 1)?),
        Function::ArrayLength => Ok((array(args, 0)?.len() as i64).into()),
        Function::ArrayPartition => partition(array(args, 0)?, integer(args, 1)?),
        Function::ArrayRange => range(integer(args, 0)?, integer(args, 1)?, integer(args, 2)?),
        Function::ArrayUnique => Ok(unique(array(args, 0)?)),
        Function::Base64Decode => base64_decode(short_string(args, 0)?),
        Function::Base64Encode => Ok(STANDARD.encode(short_string(args, 0)?).into()),
        Function::Format => format::Template::parse(string(args, 0)?)?.fill(&args[1..]),
        Function::Hash => hash(&args[0], string(args, 1)?),
        Function::JsonMerge => merge(args),
        Function::JsonToString => Ok(text::compact(&args[0]).into()),
        Function::MathAdd => match integer(args, 0)?.checked_add(integer(args, 1)?) {
            Some(sum) => Ok(sum.into()),
            None => Err("the sum is out of range".to_owned()),
        },
        Function::MathRandom => random(args, draws),
        Function::StringSplit => Ok(split(string(args, 0)?, string(args, 1)?)),
        Function::StringToJson => {
            text::parse(string(args, 0)?).map_err(|error| format!("the argument is not valid JSON: {error}"))
        }
        Function::Uuid => Ok(draws.next_uuid().into()),
    }
}

fn get_item(items: &Array, index: i64) -> Result<Json, String> {
    let found = usize::try_from(index).ok().and_then(|index| items.get(index));
    found.cloned().ok_or_else(|| format!("the index {index} is out of range for an array of {} items", items.len()))
}

fn partition(items: &Array, size: i64) -> Result<Json, String> {
    let size = usize::try_from(size).ok().filter(|size| *size > 0);
    let Some(size) = size else { return Err("the size of the chunks must be a positive integer".to_owned()) };
    let items: Vec<Json> = items.iter().cloned().collect();
    Ok(Json::array(items.chunks(size).map(|chunk| Json::array(chunk.iter().cloned()))))
}

/// Returns the integers from `first` to `last`, both included, in steps of `step`.
fn range(first: i64, last: i64, step: i64) -> Result<Json, String> {
    if step == 0 {
        return Err("the step must not be 0".to_owned());
    }
    let (first, last, step) = (i128::from(first), i128::from(last), i128::from(step));
    let n_items = ((last - first) / step + 1).max(0);
    if (last - first).signum() * step.signum() < 0 {
        return Ok(Json::array([]));
    }
    if n_items > i128::from(MAX_RANGE) {
        return Err(format!("the range has {n_items} items, more than {MAX_RANGE}"));
    }
    Ok(Json::array((0..n_items).map(|nth| Json::from((first + nth * step) as i64))))
}

/// Returns the items without repetitions, each at its first place.
pub(in crate::expr) fn unique(items: &Array) -> Json {
    // Equal values have equal texts but for numbers (1 and 1.0), which get one key of their own.
    fn key(value: &Json) -> String {
        match value.as_number() {
            Some(number) => Number::Float(number.as_f64()).to_string(),
            None => text::compact(value),
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    Json::array(items.iter().filter(|item| seen.insert(key(item))).cloned())
}

fn base64_decode(encoded: &str) -> Result<Json, String> {
    let bytes = STANDARD.decode(encoded).map_err(|error| format!("the argument is not Base64: {error}"))?;
    String::from_utf8(bytes).map(Json::from).map_err(|_| "the decoded bytes are not UTF-8 text".to_owned())
}

fn hash(data: &Json, algorithm: &str) -> Result<Json, String> {
    let data = match data {
        Json::String(data) => data.to_string(),
        other => text::compact(other),
    };
    check_length(&data)?;
    let digest = match algorithm {
        "MD5" => hex(&md5::Md5::digest(&data)),
        "SHA-1" => hex(&sha1::Sha1::digest(&data)),
        "SHA-256" => hex(&sha2::Sha256::digest(&data)),
        "SHA-384" => hex(&sha2::Sha384::digest(&data)),
        "SHA-512" => hex(&sha2::Sha512::digest(&data)),
        other => return Err(format!("the algorithm '{other}' is none of MD5, SHA-1, SHA-256, SHA-384 and SHA-512")),
    };
    Ok(digest.into())
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Returns the members of both objects; of names in both, the value in the second.
fn merge(args: &[Json]) -> Result<Json, String> {
    let (Json::Object(first), Json::Object(second)) = (&args[0], &args[1]) else {
        return Err("the first two arguments must be objects".to_owned());
    };
    match args[2] {
        Json::Bool(false) => {}
        Json::Bool(true) => return Err("deep merging is not supported; the third argument must be false".to_owned()),
        _ => return Err("the third argument must be a boolean".to_owned()),
    }
    let members = first.iter().chain(second.iter()).map(|(name, value)| (name.clone(), value.clone()));
    Ok(Json::object(members))
}

/// Returns an integer from the first argument on and below the second.
fn random(args: &[Json], draws: &Draws) -> Result<Json, String> {
    let (start, end) = (integer(args, 0)?, integer(args, 1)?);
    if start >= end {
        return Err("the start must be less than the end".to_owned());
    }
    let drawn = if args.len() > 2 { mix(integer(args, 2)? as u64) } else { draws.next_u64() };
    let width = (i128::from(end) - i128::from(start)) as u128;
    Ok(((i128::from(start) + (u128::from(drawn) % width) as i128) as i64).into())
}

/// Cuts `value` at every character of `separators`; what is empty is left out.
fn split(value: &str, separators: &str) -> Json {
    Json::array(value.split(|it| separators.contains(it)).filter(|part| !part.is_empty()).map(Json::from))
}

fn array(args: &[Json], nth: usize) -> Result<&Array, String> {
    args[nth].as_array().ok_or_else(|| wrong_type(args, nth, "an array"))
}

fn string(args: &[Json], nth: usize) -> Result<&str, String> {
    args[nth].as_str().ok_or_else(|| wrong_type(args, nth, "a string"))
}

fn short_string(args: &[Json], nth: usize) -> Result<&str, String> {
    let value = string(args, nth)?;
    check_length(value)?;
    Ok(value)
}

/// Returns a number rounded to an integer, halves upwards (recorded: -1.5 gives -1, 2.5 gives 3).
fn integer(args: &[Json], nth: usize) -> Result<i64, String> {
    match args[nth].as_number() {
        Some(Number::Int(value)) => Ok(value),
        Some(Number::Float(value)) => {
            let below = value.floor();
            Ok(if value - below < 0.5 { below } else { below + 1.0 } as i64)
        }
        None => Err(wrong_type(args, nth, "a number")),
    }
}

fn check_length(value: &str) -> Result<(), String> {
    if value.len() > MAX_TEXT && value.chars().count() > MAX_TEXT {
        return Err(format!("the text is longer than {MAX_TEXT} characters"));
    }
    Ok(())
}

fn wrong_type(args: &[Json], nth: usize, expected: &str) -> String {
    format!("argument {} must be {expected} but was {}", nth + 1, args[nth].type_name())
}
