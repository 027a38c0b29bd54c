//! Messages about the progress of a deployment.

use std::fmt;
use std::time::Duration;

use sfn_aws::metrics::Counts;

use crate::duration;

/// An event of a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// A check before traffic begins.
    Checking(String),
    /// A deployment of an earlier process continues.
    Resumed {
        /// New version.
        to: String,
        /// Percentage that it receives.
        percentage: i32,
    },
    /// The new version receives a percentage of the traffic.
    Routed {
        /// New version.
        to: String,
        /// Percentage.
        percentage: i32,
        /// Time until the next step.
        watch: Duration,
    },
    /// The new version is healthy.
    Healthy {
        /// Its executions, if a limit depends on them.
        counts: Option<Counts>,
        /// Time until the next step.
        left: Duration,
    },
    /// All traffic goes back to the old version.
    RollingBack {
        /// Old version.
        from: String,
        /// The reason.
        reason: String,
    },
    /// The deployment is complete.
    Deployed(String),
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Checking(name) => write!(f, "{name} …"),
            Self::Resumed { to, percentage } => {
                write!(
                    f,
                    "version {to} already receives {percentage} %: continuing"
                )
            }
            Self::Routed {
                to,
                percentage,
                watch,
            } => {
                write!(f, "version {to} receives {percentage} %")?;
                match *watch {
                    Duration::ZERO => Ok(()),
                    watch => write!(f, ", watched for {}", duration::text(watch)),
                }
            }
            Self::Healthy { counts, left } => {
                let left = duration::text(*left);
                match counts {
                    Some(Counts { ended, failed }) => {
                        write!(f, "{ended} executions ended, {failed} failed, {left} left")
                    }
                    None => write!(f, "no alarm, {left} left"),
                }
            }
            Self::RollingBack { from, reason } => {
                write!(f, "back to version {from}: {reason}")
            }
            Self::Deployed(version) => write!(f, "version {version} is deployed"),
        }
    }
}
