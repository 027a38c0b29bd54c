//! Durations as text.

use std::time::Duration;

/// Units of options, each in milliseconds.
const UNITS: [(&str, u64); 5] = [
    ("ms", 1),
    ("s", 1000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

/// Parses the duration of an option, such as `30m`, `1h30m` or `7d`.
pub fn parse(text: &str) -> Result<Duration, String> {
    millis(text)
        .filter(|millis| *millis > 0)
        .map(Duration::from_millis)
        .ok_or_else(|| "must be a duration such as `30s`, `5m`, `1h30m` or `7d`".to_owned())
}

fn millis(text: &str) -> Option<u64> {
    let (mut rest, mut total) = (text, 0_u64);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, after) = rest.split_at_checked(digits)?;
        let number: u64 = number.parse().ok()?;
        let (factor, after) = UNITS
            .iter()
            .find_map(|(unit, factor)| Some((*factor, after.strip_prefix(unit)?)))?;
        total = total.checked_add(number.checked_mul(factor)?)?;
        rest = after;
    }
    Some(total)
}

/// A duration as people write it: `1 h 2 min`, `3.5 s`, `20 ms`.
pub fn shown(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 => format!("{} ms", duration.as_millis()),
        1..60 => format!("{:.1} s", duration.as_secs_f64()),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3600..86_400 => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_options_are_read() {
        for (text, seconds) in [("30s", 30), ("5m", 300), ("1h30m", 5400), ("7d", 604_800)] {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(parse("500ms"), Ok(Duration::from_millis(500)));
        for wrong in [
            "",
            "0s",
            "10",
            "m",
            "5 m",
            "-3s",
            "2w",
            "1.5h",
            "99999999999999999999s",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn durations_are_shown_with_two_units_at_most() {
        for (millis, expected) in [
            (20, "20 ms"),
            (3500, "3.5 s"),
            (62_000, "1 min 2 s"),
            (3_720_000, "1 h 2 min"),
            (90_000_000, "1 d 1 h"),
        ] {
            assert_eq!(shown(Duration::from_millis(millis)), expected);
        }
    }
}
