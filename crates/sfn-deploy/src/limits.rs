//! When a new version is not healthy.

use sfn_aws::metrics::Counts;

use crate::reason::Reason;

/// The limits of a deployment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limits {
    /// Names of alarms that must not be raised.
    pub alarms: Vec<String>,
    /// Number of executions of the new version that must end before it receives more traffic.
    pub minimum_executions: Option<u64>,
    /// Share of the executions of the new version that may fail, 0–1.
    pub maximum_failure_rate: Option<f64>,
}

impl Limits {
    /// Whether the limits depend on the metrics of the version.
    pub fn need_counts(&self) -> bool {
        self.minimum_executions.is_some() || self.maximum_failure_rate.is_some()
    }

    /// Checks the failure rate. As long as fewer executions than the minimum have ended, the rate
    /// is the share of the minimum, so that the first failure alone does not decide.
    ///
    /// # Errors
    /// When too many executions failed.
    #[allow(
        clippy::cast_precision_loss,
        reason = "no version has 2^53 executions in a deployment"
    )]
    pub fn check_rate(&self, counts: Counts) -> Result<(), Reason> {
        let Some(maximum) = self.maximum_failure_rate else {
            return Ok(());
        };
        let ended = counts.ended.max(self.minimum_executions.unwrap_or(0));
        match counts.failed > 0 && counts.failed as f64 > maximum * ended as f64 {
            true => Err(Reason::FailureRate { counts, maximum }),
            false => Ok(()),
        }
    }

    /// Checks the number of executions at the end of a step.
    ///
    /// # Errors
    /// When too few executions ended.
    pub fn check_minimum(&self, counts: Counts) -> Result<(), Reason> {
        match self.minimum_executions {
            Some(minimum) if counts.ended < minimum => Err(Reason::TooFewExecutions {
                ended: counts.ended,
                minimum,
            }),
            _ => Ok(()),
        }
    }
}

/// The name of an alarm that is given by its name or ARN.
pub fn alarm_name(alarm: &str) -> &str {
    match aws_arn::Arn::parse(alarm) {
        Some(arn) if arn.service == "cloudwatch" => {
            let name = alarm.split_once(":alarm:").map(|(_, name)| name);
            name.filter(|name| !name.is_empty()).unwrap_or(alarm)
        }
        _ => alarm,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alarms_are_named_by_names_and_arns() {
        for (alarm, expected) in [
            ("failed", "failed"),
            (
                "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:orders: failed",
                "orders: failed",
            ),
            (
                "arn:aws:sns:eu-west-1:123456789012:topic",
                "arn:aws:sns:eu-west-1:123456789012:topic",
            ),
        ] {
            assert_eq!(alarm_name(alarm), expected);
        }
    }

    #[test]
    fn the_rate_counts_from_the_minimum() {
        for (ended, failed, minimum, maximum, healthy) in [
            (0, 0, None, 0.0, true),
            (1, 1, None, 0.05, false),
            (1, 1, Some(20), 0.05, true),
            (2, 2, Some(20), 0.05, false),
            (100, 5, Some(20), 0.05, true),
            (100, 6, Some(20), 0.05, false),
            (10, 1, None, 0.0, false),
            (10, 10, None, 1.0, true),
        ] {
            let limits = Limits {
                minimum_executions: minimum,
                maximum_failure_rate: Some(maximum),
                ..Limits::default()
            };
            let checked = limits.check_rate(Counts { ended, failed });
            assert_eq!(checked.is_ok(), healthy, "{failed} of {ended}");
        }
        assert!(!Limits::default().need_counts());
        let all_failed = Counts {
            ended: 9,
            failed: 9,
        };
        assert!(Limits::default().check_rate(all_failed).is_ok());
    }

    #[test]
    fn a_quiet_version_is_not_healthy() {
        let limits = Limits {
            minimum_executions: Some(3),
            ..Limits::default()
        };
        assert!(limits.need_counts());
        for (ended, healthy) in [(0, false), (2, false), (3, true), (4, true)] {
            let counts = Counts { ended, failed: 0 };
            assert_eq!(limits.check_minimum(counts).is_ok(), healthy, "{ended}");
        }
        assert!(Limits::default().check_minimum(Counts::default()).is_ok());
    }
}
