//! Durations as text.

use std::time::Duration;

/// Parses a duration in Go's format, such as `1h30m`, `90s` or `500ms`. `None` for other texts and
/// for zero.
pub fn parse(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .filter(|at| *at > 0)?;
        let (number, after) = rest.split_at_checked(digits)?;
        let number: u64 = number.parse().ok()?;
        let (unit, after) = [("ms", 0), ("s", 1), ("m", 60), ("h", 3600)]
            .into_iter()
            .find_map(|(unit, seconds)| Some((seconds, after.strip_prefix(unit)?)))?;
        let part = match unit {
            0 => Duration::from_millis(number),
            seconds => Duration::from_secs(number.checked_mul(seconds)?),
        };
        total = total.checked_add(part)?;
        rest = after;
    }
    (total > Duration::ZERO).then_some(total)
}

/// The shortest text of a duration in whole seconds, such as `1h30m`.
pub fn text(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let parts = [
        (seconds / 3600, "h"),
        (seconds / 60 % 60, "m"),
        (seconds % 60, "s"),
    ];
    let text: String = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, unit)| format!("{number}{unit}"))
        .collect();
    match text.is_empty() {
        true => "0s".to_owned(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        assert_eq!(parse("90s"), Some(Duration::from_secs(90)));
        assert_eq!(parse("1h30m"), Some(Duration::from_mins(90)));
        assert_eq!(parse("500ms"), Some(Duration::from_millis(500)));
        for wrong in [
            "",
            "10",
            "m",
            "5 m",
            "1d",
            "-3s",
            "0s",
            "99999999999999999999h",
            "18446744073709551615s1s",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn durations_are_written_as_they_are_read() {
        for (seconds, expected) in [
            (0, "0s"),
            (59, "59s"),
            (60, "1m"),
            (90, "1m30s"),
            (3600, "1h"),
            (5430, "1h30m30s"),
            (126_000, "35h"),
        ] {
            let duration = Duration::from_secs(seconds);
            assert_eq!(text(duration), expected);
            assert_eq!(parse(expected).unwrap_or_default(), duration);
        }
    }
}
