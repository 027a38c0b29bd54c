//! The reasons that end a deployment early.

use std::fmt;

use sfn_aws::AwsError;
use sfn_aws::metrics::Counts;

/// The reasons that end a deployment early.
#[derive(Debug)]
pub enum Reason {
    /// Alarms are raised.
    Alarms(Vec<String>),
    /// Alarms do not exist.
    MissingAlarms(Vec<String>),
    /// Too many executions of the new version failed.
    FailureRate {
        /// The executions.
        counts: Counts,
        /// Maximum share.
        maximum: f64,
    },
    /// Too few executions of the new version ended.
    TooFewExecutions {
        /// The number of executions.
        ended: u64,
        /// The minimum.
        minimum: u64,
    },
    /// A check before traffic failed, with its name and the differences.
    Check {
        /// Name of the check.
        name: String,
        /// Findings.
        detail: String,
    },
    /// The alias was changed by another process, with its routes in words.
    OtherWriter(String),
    /// The user cancelled it.
    Cancelled,
    /// The time limit of the operation passed.
    TimedOut,
    /// AWS rejected a call, or could not be reached.
    Aws(AwsError),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alarms(names) => write!(f, "{} raised: {}", alarms(names), names.join(", ")),
            Self::MissingAlarms(names) => {
                write!(f, "{} not found: {}", alarms(names), names.join(", "))
            }
            Self::FailureRate { counts, maximum } => write!(
                f,
                "{} of {} executions of the new version failed, and the maximum failure rate is {maximum}",
                counts.failed, counts.ended
            ),
            Self::TooFewExecutions { ended, minimum } => write!(
                f,
                "{ended} executions of the new version ended, and the minimum is {minimum}"
            ),
            Self::Check { name, detail } => write!(f, "{name} failed: {detail}"),
            Self::OtherWriter(routes) => write!(
                f,
                "the alias was changed during the deployment: it routed to {routes}"
            ),
            Self::Cancelled => f.write_str("the deployment was cancelled"),
            Self::TimedOut => f.write_str("the deployment did not end in time"),
            Self::Aws(error) => write!(f, "{error}"),
        }
    }
}

fn alarms(names: &[String]) -> &'static str {
    match names.len() {
        1 => "alarm",
        _ => "alarms",
    }
}
