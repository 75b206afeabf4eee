//! `Number`: a JSON number as the service keeps it, an integer or a double.

use std::fmt;

/// A JSON number. Integers stay integers; `1` and `1.0` are equal but print differently.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// Written without fraction or exponent.
    Int(i64),
    /// Everything else; always finite.
    Float(f64),
}

impl Number {
    /// Returns the number as a double, the nearest one for large integers.
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Int(value) => value as f64,
            Self::Float(value) => value,
        }
    }

    /// Returns the number if it is a whole number that fits, also when it was written as `5.0`.
    pub fn as_i64(self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(value),
            Self::Float(value) => (value.fract() == 0.0 && value.abs() < 9.2e18).then_some(value as i64),
        }
    }

    /// Returns the double as a number, or `None` for infinities and NaN, which JSON does not have.
    pub fn from_f64(value: f64) -> Option<Self> {
        value.is_finite().then_some(Self::Float(value))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(std::cmp::Ordering::Equal)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.partial_cmp(b),
            _ => self.as_f64().partial_cmp(&other.as_f64()),
        }
    }
}

impl fmt::Display for Number {
    /// Writes doubles as the service does: `1.5`, `2.0`, and `1.0E7` from ten million on.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Int(value) => write!(f, "{value}"),
            Self::Float(value) => {
                let magnitude = value.abs();
                if magnitude == 0.0 || (1e-3..1e7).contains(&magnitude) {
                    return write!(f, "{value:?}");
                }
                let text = format!("{value:e}");
                let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
                let point = if digits.contains('.') { "" } else { ".0" };
                write!(f, "{digits}{point}E{exponent}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_print_as_the_service_prints_them() {
        for (value, text) in [
            (1.0, "1.0"),
            (1.5, "1.5"),
            (1e7, "1.0E7"),
            (1.25e-4, "1.25E-4"),
            (-0.0, "-0.0"),
            (9_999_999.5, "9999999.5"),
        ] {
            assert_eq!(Number::Float(value).to_string(), text);
        }
    }

    #[test]
    fn integers_and_doubles_of_one_value_are_equal() {
        assert_eq!(Number::Int(1), Number::Float(1.0));
        assert_ne!(Number::Int(i64::MAX), Number::Int(i64::MAX - 1));
    }
}
