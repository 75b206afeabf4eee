//! `Timestamp` and `Span of time`: the virtual clock's numbers and their RFC 3339 text. No clock is read here.

use std::fmt;
use std::ops::{Add, Sub};

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A span of time in milliseconds; never negative in what the engine schedules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(i64);

impl Timestamp {
    /// Returns the moment `millis` milliseconds after 1970-01-01T00:00:00Z.
    pub fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Returns the milliseconds since 1970-01-01T00:00:00Z.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Reads an ISO 8601 extended offset date-time such as `2016-03-14T01:59:00.123Z` or `…+02:00`.
    ///
    /// The `T` and the offset have to be there and in upper case, as the service asks for (ASL, "Timestamps").
    /// Digits of the second beyond milliseconds are cut. Returns `None` for anything else, such as a 30th of February.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        let year = digits(&mut rest, 4)?;
        literal(&mut rest, "-")?;
        let month = digits(&mut rest, 2)?;
        literal(&mut rest, "-")?;
        let day = digits(&mut rest, 2)?;
        literal(&mut rest, "T")?;
        let hour = digits(&mut rest, 2)?;
        literal(&mut rest, ":")?;
        let minute = digits(&mut rest, 2)?;
        let (mut second, mut millis) = (0, 0);
        if literal(&mut rest, ":").is_some() {
            second = digits(&mut rest, 2)?;
            if literal(&mut rest, ".").is_some() {
                let n_digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                if n_digits == 0 || n_digits > 9 {
                    return None;
                }
                let fraction = &rest[..n_digits];
                rest = &rest[n_digits..];
                millis = format!("{fraction:0<3}")[..3].parse().ok()?;
            }
        }
        let offset_minutes = if rest == "Z" {
            0
        } else {
            let sign = if literal(&mut rest, "+").is_some() { 1 } else { literal(&mut rest, "-").map(|()| -1)? };
            let hours = digits(&mut rest, 2)?;
            literal(&mut rest, ":")?;
            let minutes = digits(&mut rest, 2)?;
            if !rest.is_empty() || hours > 18 || minutes > 59 {
                return None;
            }
            sign * (hours * 60 + minutes)
        };
        let valid = (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        if !valid {
            return None;
        }
        let days = days_from_civil(year, month, day);
        let seconds = ((days * 24 + hour) * 60 + minute - offset_minutes) * 60 + second;
        Some(Self(seconds * 1000 + millis))
    }
}

impl fmt::Display for Timestamp {
    /// Writes `YYYY-MM-DDThh:mm:ss.mmmZ`, as the context object does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, in_day) = (self.0.div_euclid(86_400_000), self.0.rem_euclid(86_400_000));
        let (year, month, day) = civil_from_days(days);
        let (seconds, millis) = (in_day / 1000, in_day % 1000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
    }
}

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// Returns a span of `millis` milliseconds.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Returns a span of `secs` seconds, to the nearest millisecond; what does not fit is the longest span there is.
    pub fn from_secs(secs: f64) -> Self {
        Self((secs * 1000.0).round() as i64)
    }

    /// Returns the span in milliseconds.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Returns the span in seconds.
    pub fn as_secs(self) -> f64 {
        self.0 as f64 / 1000.0
    }
}

impl fmt::Display for Duration {
    /// Writes the span with one unit, or two from a minute on: `250 ms`, `2 s`, `1.5 s`, `14 min 5 s`, `3 d 2 h`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(i64, &str); 4] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s")];
        let millis = self.0;
        if millis < 1_000 {
            return write!(f, "{millis} ms");
        }
        if millis < 60_000 {
            return write!(f, "{} s", millis as f64 / 1000.0);
        }
        let large = UNITS.iter().position(|(size, _)| millis >= *size).unwrap_or(UNITS.len() - 2);
        let ((size, unit), (next_size, next_unit)) = (UNITS[large], UNITS[large + 1]);
        write!(f, "{} {unit}", millis / size)?;
        match millis % size / next_size {
            0 => Ok(()),
            rest => write!(f, " {rest} {next_unit}"),
        }
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Sub for Timestamp {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }
}

fn digits(rest: &mut &str, count: usize) -> Option<i64> {
    let head = rest.get(..count)?;
    if !head.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    *rest = &rest[count..];
    head.parse().ok()
}

fn literal(rest: &mut &str, expected: &str) -> Option<()> {
    *rest = rest.strip_prefix(expected)?;
    Some(())
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar, counted in eras of 400 years from March on.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_come_back_as_they_were_written() {
        for text in [
            "1970-01-01T00:00:00.000Z",
            "2024-02-29T23:59:59.999Z",
            "1969-12-31T23:59:59.001Z",
            "2100-03-01T00:00:00.000Z",
        ] {
            assert_eq!(Timestamp::parse(text).expect("valid").to_string(), text);
        }
        let offset = Timestamp::parse("2016-03-14T01:59:00+02:00").expect("valid");
        assert_eq!(offset.to_string(), "2016-03-13T23:59:00.000Z");
    }

    #[test]
    fn what_the_service_refuses_is_no_timestamp() {
        for text in
            ["2016-12-05 21:29:29Z", "2016-12-05T21:29:29", "2023-02-29T00:00:00Z", "2016-03-14t01:59:00Z", "soon", ""]
        {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }

    #[test]
    fn spans_read_as_people_write_them() {
        for (millis, text) in
            [(250, "250 ms"), (1_500, "1.5 s"), (845_000, "14 min 5 s"), (266_400_000, "3 d 2 h"), (60_000, "1 min")]
        {
            assert_eq!(Duration::from_millis(millis).to_string(), text);
        }
    }
}
