//! Timestamps of AWS.

use std::fmt;
use std::time::{Duration, SystemTime};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

/// A point in time, in seconds since 1970. Its text has RFC 3339 format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds(pub i64);

impl Seconds {
    /// The current time of this machine.
    pub fn now() -> Self {
        Self(DateTime::from(SystemTime::now()).secs())
    }

    /// Parses RFC 3339 format.
    pub fn parse(text: &str) -> Option<Self> {
        let moment = DateTime::from_str(text, Format::DateTimeWithOffset).ok()?;
        Some(Self(moment.secs()))
    }

    /// The time since an earlier point. Zero if it is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_secs(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// A later point in time.
    pub fn after(self, duration: Duration) -> Self {
        let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(seconds))
    }

    /// An earlier point in time.
    pub fn before(self, duration: Duration) -> Self {
        let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        Self(self.0.saturating_sub(seconds))
    }

    pub(crate) fn date(self) -> DateTime {
        DateTime::from_secs(self.0)
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&rfc3339(&self.date()))
    }
}

/// Maximum clock skew between AWS and this machine in seconds. AWS rejects requests with an older
/// timestamp (IAM user guide, "AWS Signature Version 4 for API requests").
const CLOCK_SKEW: i64 = 300;

/// A timestamp in RFC 3339 format, such as `2026-11-03T09:30:00Z`.
pub(crate) fn rfc3339(moment: &DateTime) -> String {
    moment.to_string()
}

/// Start time of a creation, by the local clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Began(DateTime);

impl Began {
    /// The current time.
    pub(crate) fn now() -> Self {
        Self(DateTime::from(SystemTime::now()))
    }

    /// Whether an object with this creation date existed before, by more than the clock skew.
    pub(crate) fn is_clearly_after(self, creation_date: &DateTime) -> bool {
        creation_date.secs().saturating_add(CLOCK_SKEW) < self.0.secs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_rfc_3339() {
        assert_eq!(
            rfc3339(&DateTime::from_secs(946_713_600)),
            "2000-01-01T08:00:00Z"
        );
        assert_eq!(
            rfc3339(&DateTime::from_secs_f64(946_713_600.5)),
            "2000-01-01T08:00:00.5Z"
        );
    }

    #[test]
    fn points_in_time_are_written_and_read() {
        let point = Seconds(946_713_600);
        assert_eq!(Seconds::parse(&point.to_string()), Some(point));
        assert_eq!(Seconds::parse("yesterday"), None);
        let minute = Duration::from_mins(1);
        assert_eq!(point.after(minute).since(point), minute);
        assert_eq!(point.since(point.after(minute)), Duration::ZERO);
        assert_eq!(point.before(minute).after(minute), point);
    }

    #[test]
    fn what_is_older_than_a_creation_was_there_before() {
        let began = Began(DateTime::from_secs(1_000_000));
        for (created, expected) in [
            (999_699, true),
            (999_700, false),
            (999_999, false),
            (1_000_600, false),
        ] {
            assert_eq!(
                began.is_clearly_after(&DateTime::from_secs(created)),
                expected,
                "{created}"
            );
        }
        assert!(!Began::now().is_clearly_after(&DateTime::from(SystemTime::now())));
    }
}
