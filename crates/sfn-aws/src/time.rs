//! Timestamps of AWS.

use std::time::SystemTime;

use aws_smithy_types::DateTime;

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
