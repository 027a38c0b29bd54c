//! Virtual time: an execution takes as long as its waits and answers say, and no real time.

use std::fmt;
use std::ops::Add;
use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A moment, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(pub i64);

impl Moment {
    /// Reads a timestamp as AWS does: ISO 8601 with `T` and an offset, such as `2026-01-01T00:00:00Z`.
    ///
    /// Source: the Amazon States Language specification, "Timestamps".
    pub fn parse(text: &str) -> Option<Self> {
        // RFC 3339 allows other separators of date and time, AWS does not.
        if text.as_bytes().get(10) != Some(&b'T') {
            return None;
        }
        let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        i64::try_from(moment.unix_timestamp_nanos() / 1_000_000)
            .ok()
            .map(Self)
    }

    /// The time since another moment. Zero if the other one is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl Add<Duration> for Moment {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(millis))
    }
}

impl fmt::Display for Moment {
    /// The form in which the context object and histories have timestamps: `2026-01-01T00:00:00.000Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = time::macros::format_description!(
            "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z"
        );
        let written = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .ok()
            .and_then(|moment| moment.format(format).ok());
        match written {
            Some(text) => f.write_str(&text),
            None => write!(f, "{} ms", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_read_as_aws_reads_them() {
        for (text, expected) in [
            ("1970-01-01T00:00:01Z", Some("1970-01-01T00:00:01.000Z")),
            (
                "1970-01-01T01:00:01+01:00",
                Some("1970-01-01T00:00:01.000Z"),
            ),
            (
                "2016-12-05T21:29:29.1234567Z",
                Some("2016-12-05T21:29:29.123Z"),
            ),
            ("2016-12-05 21:29:29Z", None),
            ("2016-12-05T21:29:29", None),
            ("2016-12-05T25:29:29Z", None),
            ("05-12-2016T21:29:29Z", None),
            ("", None),
        ] {
            let read = Moment::parse(text).map(|moment| moment.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn moments_far_away_do_not_overflow() {
        let last = Moment(i64::MAX) + Duration::MAX;
        assert_eq!(last, Moment(i64::MAX));
        assert_eq!(last.to_string(), format!("{} ms", i64::MAX));
        assert_eq!(Moment(1).since(last), Duration::ZERO);
    }
}
