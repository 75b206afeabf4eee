//! Between our JSON and the values of the JSONata crate, whose numbers are all doubles.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use jsonata_core::value::{JArray, JValue};

use super::Value;
use super::names::Need;
use crate::json::{Json, Number, Object};

/// From here on not every whole number is a double of its own.
const FIRST_INEXACT: u64 = 1 << 53;
/// The largest result, in values and bytes of text together. Far more than a state may hand on; parts may be shared
/// many times over, so that a short expression can give a result without end.
const MOST_RESULT: usize = 1 << 22;

/// What the expressions of one template have converted, so that each part of the data is converted once.
#[derive(Default)]
pub(in crate::expr) struct Memo {
    /// Lists and objects that were converted as a whole. Each is kept, so that no other value takes its place.
    whole: RefCell<Vec<(Json, JValue)>>,
    /// The whole numbers that doubles stand for, by the bits of the double; `None` where it stands for several.
    exact: RefCell<BTreeMap<u64, Option<i64>>>,
}

impl Memo {
    /// Converts what is needed of `value`.
    pub(super) fn to_jvalue(&self, value: &Json, need: &Need) -> JValue {
        match (value, need) {
            (Json::Array(_) | Json::Object(_), Need::All) => {
                if let Some((_, found)) = self.whole.borrow().iter().find(|(known, _)| known.same(value)) {
                    return found.clone();
                }
                let converted = self.convert(value);
                self.whole.borrow_mut().push((value.clone(), converted.clone()));
                converted
            }
            (Json::Object(members), Need::Members(needed)) => {
                select(members, needed, |value, need| self.to_jvalue(value, need))
            }
            _ => self.prune(value, need),
        }
    }

    /// Converts what is needed of `value`, of which there may be too many to remember.
    fn prune(&self, value: &Json, need: &Need) -> JValue {
        match (value, need) {
            (Json::Array(items), Need::Members(_)) => {
                JValue::array(items.iter().map(|item| self.prune(item, need)).collect())
            }
            (Json::Object(members), Need::Members(needed)) => {
                select(members, needed, |value, need| self.prune(value, need))
            }
            _ => self.convert(value),
        }
    }

    /// Converts all of `value`.
    pub(super) fn convert(&self, value: &Json) -> JValue {
        match value {
            Json::Null => JValue::Null,
            Json::Bool(value) => JValue::Bool(*value),
            Json::Number(value) => self.number(*value),
            Json::String(value) => JValue::string(&**value),
            Json::Array(items) => JValue::array(items.iter().map(|item| self.convert(item)).collect()),
            Json::Object(members) => {
                JValue::object(members.iter().map(|(name, value)| (name.to_string(), self.convert(value))).collect())
            }
        }
    }

    fn number(&self, value: Number) -> JValue {
        if let Number::Int(exact) = value
            && exact.unsigned_abs() >= FIRST_INEXACT
        {
            let bits = value.as_f64().to_bits();
            let mut known = self.exact.borrow_mut();
            let entry = known.entry(bits).or_insert(Some(exact));
            if *entry != Some(exact) {
                *entry = None;
            }
        }
        JValue::Number(value.as_f64())
    }

    /// Converts a result; a function anywhere in it makes all of it unsupported.
    pub(super) fn result(&self, value: &JValue) -> Value {
        if value.is_undefined() {
            return Value::Nothing;
        }
        let room = Cell::new(MOST_RESULT);
        match self.to_json(value, &room) {
            Some(value) => Value::Json(value),
            None if room.get() == 0 => Value::TooLarge,
            None => Value::Unsupported,
        }
    }

    /// Converts a value, or gives nothing for a function and for what has no room. What came in as it is goes out as it
    /// was, without a copy.
    fn to_json(&self, value: &JValue, room: &Cell<usize>) -> Option<Json> {
        let is_same = |known: &JValue| match (known, value) {
            (JValue::Array(a), JValue::Array(b)) => JArray::ptr_eq(a, b),
            (JValue::Object(a), JValue::Object(b)) => Rc::ptr_eq(a, b),
            _ => false,
        };
        if let Some((known, _)) = self.whole.borrow().iter().find(|(_, it)| is_same(it)) {
            return Some(known.clone());
        }
        let size = 1 + value.as_str().map_or(0, str::len);
        room.set(room.get().saturating_sub(size));
        if room.get() == 0 {
            return None;
        }
        Some(match value {
            JValue::Null => Json::Null,
            JValue::Bool(value) => (*value).into(),
            JValue::Number(value) => self.to_number(*value),
            JValue::String(value) => (&**value).into(),
            JValue::Array(items) => {
                let items = items.iter().filter(|it| !it.is_undefined());
                Json::array(items.map(|it| self.to_json(it, room)).collect::<Option<Vec<_>>>()?)
            }
            JValue::Object(members) => {
                let members = members.iter().filter(|(_, value)| !value.is_undefined());
                let members = members.map(|(name, value)| Some((&**name, self.to_json(value, room)?)));
                Json::object(members.collect::<Option<Vec<_>>>()?)
            }
            _ => return None,
        })
    }

    /// Returns a whole number without a fraction, and what JSON has no number for as a text: so the service writes
    /// them (measured: `1/0` is `"Infinity"`, also inside of lists and objects).
    ///
    /// A large whole number that came in is given out as it was: the service reckons with 64 bits where it can.
    fn to_number(&self, value: f64) -> Json {
        let known = || self.exact.borrow().get(&value.to_bits()).copied().flatten();
        match value {
            _ if value.is_nan() => "NaN".into(),
            _ if value.is_infinite() => if value > 0.0 { "Infinity" } else { "-Infinity" }.into(),
            _ if value.abs() >= FIRST_INEXACT as f64 && known().is_some() => known().map_or(Json::Null, Json::from),
            _ if value.fract() == 0.0 && value.abs() < i64::MAX as f64 => Number::Int(value as i64).into(),
            _ => Number::Float(value).into(),
        }
    }
}

/// Returns an object of those members that are needed.
fn select(members: &Object, needed: &BTreeMap<String, Need>, convert: impl Fn(&Json, &Need) -> JValue) -> JValue {
    let present = needed.iter().filter_map(|(name, need)| Some((name.clone(), convert(members.get(name)?, need))));
    JValue::object(present.collect())
}

/// Converts what a function of the service gets.
pub(super) fn to_json(value: &JValue) -> Option<Json> {
    Memo::default().to_json(value, &Cell::new(MOST_RESULT))
}

/// Converts what a function of the service gives.
pub(super) fn to_jvalue(value: &Json) -> JValue {
    Memo::default().convert(value)
}
