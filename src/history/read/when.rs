//! The moments of events in every spelling: ISO 8601 as the command line and the SDKs print it, seconds of the wire
//! format, milliseconds of log events.

use crate::time::Timestamp;

/// Numbers from here on are milliseconds; as seconds they would be in the year 5138.
const LEAST_MILLIS: f64 = 100_000_000_000.0;

/// Reads a moment as milliseconds since 1970; `None` where the text is none.
pub(super) fn when(text: &str) -> Option<i64> {
    if let Some(at) = Timestamp::parse(text) {
        return Some(at.as_millis());
    }
    if let Ok(number) = text.parse::<f64>() {
        let millis = if number.abs() < LEAST_MILLIS { number * 1000.0 } else { number };
        return millis.is_finite().then(|| millis.round() as i64);
    }
    // `2024-05-01 09:30:00.123000+02:00`, `…T09:30:00+0200`, and moments without an offset, which are UTC.
    let date = text.get(..10)?;
    let mut clock = text.get(11..)?.trim_end_matches(" UTC").trim_end_matches("UTC").to_owned();
    let sign = clock.rfind(['+', '-']);
    match sign {
        Some(at) if clock.len() == at + 5 && !clock[at..].contains(':') => clock.insert(at + 3, ':'),
        Some(at) if clock.len() == at + 3 => clock.push_str(":00"),
        Some(_) => {}
        None if clock.ends_with('Z') => {}
        None => clock.push('Z'),
    }
    Timestamp::parse(&format!("{date}T{}", clock.trim())).map(Timestamp::as_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_moment_in_every_spelling() {
        for text in [
            "2024-05-01T07:30:00.123Z",
            "2024-05-01T09:30:00.123000+02:00",
            "2024-05-01 07:30:00.123000+00:00",
            "2024-05-01T09:30:00.123+0200",
            "2024-05-01T07:30:00.123",
            "2024-05-01 07:30:00.123 UTC",
            "1714548600.123",
            "1714548600123",
            "1.714548600123E9",
        ] {
            assert_eq!(when(text), Some(1_714_548_600_123), "{text}");
        }
        assert_eq!(when("yesterday"), None);
        assert_eq!(when("<date>"), None);
    }
}
