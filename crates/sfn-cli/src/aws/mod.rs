//! Clients of AWS for the commands.

mod arn;
mod workflow;

use std::sync::Arc;
use std::time::Duration;

use sfn_aws::{Aws, AwsError, AwsErrorKind, Call, Settings};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use crate::Failure;

pub use arn::ExecutionArn;
pub use workflow::{Workflow, WorkflowType, is_file_name};

/// Options that select the account and the region.
#[derive(clap::Args)]
pub struct Options {
    /// Region. Defaults to that of the ARN, the environment or the profile.
    #[arg(long)]
    pub region: Option<String>,
    /// AWS profile of the shared configuration files.
    #[arg(long)]
    pub profile: Option<String>,
}

/// Clients, and the runtime in which they run.
pub struct Session {
    /// Clients.
    pub aws: Arc<Aws>,
    runtime: Runtime,
}

impl Session {
    /// Clients with the credentials of a profile or the environment.
    pub fn new(region: Option<&str>, profile: Option<&str>) -> Result<Self, Failure> {
        let aws = Aws::new(Settings {
            region: region.map(str::to_owned),
            profile: profile.map(str::to_owned),
            ..Settings::default()
        });
        Ok(Self {
            aws: Arc::new(aws),
            runtime: runtime()?,
        })
    }

    /// Waits for a call, and explains its failure.
    pub fn run<T>(&self, call: impl Future<Output = Result<T, AwsError>>) -> Result<T, Failure> {
        self.block_on(call).map_err(|error| explained(&error))
    }

    /// Waits for a future.
    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// A token that Ctrl-C or a termination by the pipeline cancels, in place of ending the process.
    pub fn cancelled_by_ctrl_c(&self) -> CancellationToken {
        let cancelled = CancellationToken::new();
        let token = cancelled.clone();
        self.runtime.spawn(async move {
            tokio::select! {
                pressed = tokio::signal::ctrl_c() => if pressed.is_ok() { token.cancel() },
                () = terminated() => token.cancel(),
            }
        });
        cancelled
    }
}

/// Waits for the signal with which pipelines end a job.
#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}

/// The runtime of a command that calls AWS.
pub fn runtime() -> Result<Runtime, Failure> {
    Runtime::new().map_err(|error| format!("cannot start: {error}"))
}

/// A call with a timeout that Ctrl-C does not cancel.
pub fn call(longest: Duration) -> Call {
    Call::new(longest, CancellationToken::new())
}

/// A failed call in one line, with the options of the command that help.
pub fn explained(error: &AwsError) -> Failure {
    let help = match error.kind {
        AwsErrorKind::NoRegion => {
            return "no region: use `--region`, AWS_REGION, or `region` in the profile".to_owned();
        }
        AwsErrorKind::Denied => "the credentials lack the permission in the message",
        AwsErrorKind::Credentials if error.code.is_some() => {
            "the credentials are invalid or have expired: check `--profile` and the environment"
        }
        AwsErrorKind::TimedOut | AwsErrorKind::Unreachable => "check the network and the proxy",
        _ => return error.to_string(),
    };
    format!("{error} ({help})")
}

/// Pauses between polls. They grow while nothing happens.
pub struct Pauses(Duration);

impl Pauses {
    const FIRST: Duration = Duration::from_secs(1);
    const LONGEST: Duration = Duration::from_secs(5);

    /// Pauses that begin with the shortest one.
    pub fn new() -> Self {
        Self(Self::FIRST)
    }

    /// The next pause.
    pub fn pause(&mut self) -> Duration {
        let pause = self.0;
        self.0 = (pause * 3 / 2).min(Self::LONGEST);
        pause
    }

    /// Begins with the shortest pause again.
    pub fn reset(&mut self) {
        *self = Self::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_until_something_happens() {
        let mut pauses = Pauses::new();
        let times: Vec<u128> = (0..6).map(|_| pauses.pause().as_millis()).collect();
        assert_eq!(times, [1000, 1500, 2250, 3375, 5000, 5000]);
        pauses.reset();
        assert_eq!(pauses.pause(), Duration::from_secs(1));
    }

    #[test]
    fn failures_name_the_option_that_helps() {
        let failed = |kind| AwsError::of(kind, "ListExecutions", "text");
        for (kind, expected) in [
            (AwsErrorKind::NoRegion, "`--region`"),
            (
                AwsErrorKind::Denied,
                "ListExecutions: text (the credentials lack",
            ),
            (AwsErrorKind::Unreachable, "check the network"),
            (AwsErrorKind::Other, "ListExecutions: text"),
        ] {
            let text = explained(&failed(kind));
            assert!(text.contains(expected), "{text}");
        }
    }
}
