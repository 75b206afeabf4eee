//! Between our JSON and the values of the JSONata crate, whose numbers are all doubles.

use jsonata_core::value::JValue;

use super::Value;
use crate::json::{Json, Number};

/// From here on not every whole number is a double of its own.
const FIRST_INEXACT: f64 = 9_007_199_254_740_992.0;

pub(super) fn to_jvalue(value: &Json) -> JValue {
    match value {
        Json::Null => JValue::Null,
        Json::Bool(value) => JValue::Bool(*value),
        Json::Number(value) => JValue::Number(value.as_f64()),
        Json::String(value) => JValue::string(&**value),
        Json::Array(items) => JValue::array(items.iter().map(to_jvalue).collect()),
        Json::Object(members) => {
            JValue::object(members.iter().map(|(name, value)| (name.to_string(), to_jvalue(value))).collect())
        }
    }
}

/// Converts a result; a function anywhere in it makes all of it unsupported.
pub(super) fn from_jvalue(value: &JValue) -> Value {
    if value.is_undefined() {
        return Value::Nothing;
    }
    to_json(value).map_or(Value::Unsupported, Value::Json)
}

pub(super) fn to_json(value: &JValue) -> Option<Json> {
    Some(match value {
        JValue::Null => Json::Null,
        JValue::Bool(value) => (*value).into(),
        JValue::Number(value) => number(*value)?.into(),
        JValue::String(value) => (&**value).into(),
        JValue::Array(items) => {
            let items = items.iter().filter(|it| !it.is_undefined());
            Json::array(items.map(to_json).collect::<Option<Vec<_>>>()?)
        }
        JValue::Object(members) => {
            let members = members.iter().filter(|(_, value)| !value.is_undefined());
            Json::object(members.map(|(name, value)| Some((&**name, to_json(value)?))).collect::<Option<Vec<_>>>()?)
        }
        _ => return None,
    })
}

/// Returns a whole number without a fraction, as the service prints it.
fn number(value: f64) -> Option<Number> {
    if value.fract() == 0.0 && value.abs() < FIRST_INEXACT {
        return Some(Number::Int(value as i64));
    }
    Number::from_f64(value)
}
