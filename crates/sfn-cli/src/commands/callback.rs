//! `sfn callback`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sfn_aws::{AwsError, execution};

use crate::aws::{Options, Session, call, explained};
use crate::input::{Input, json_argument};
use crate::{Exit, Failure, print, tell};

/// Arguments of `sfn callback`.
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("which").args(["token", "token_file"]).required(true)))]
#[command(group(clap::ArgGroup::new("result").args(["success", "failure"]).required(true)))]
pub struct Args {
    /// Task token, or `-` to read it from standard input. Other users of this machine can see arguments, but neither
    /// files nor standard input.
    pub token: Option<String>,
    /// File with the task token.
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// End the task with this result: JSON, `@FILE` to read a file, or `-` for standard input.
    #[arg(long, value_name = "JSON")]
    pub success: Option<String>,
    /// End the task with this error.
    #[arg(long, value_name = "ERROR")]
    pub failure: Option<String>,
    /// Cause of the error.
    #[arg(
        long,
        value_name = "TEXT",
        requires = "failure",
        conflicts_with = "success"
    )]
    pub cause: Option<String>,
    /// Account and region.
    #[command(flatten)]
    pub aws: Options,
}

/// Maximum time of the call.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Runs the command.
pub fn run(arguments: &Args) -> Result<Exit, Failure> {
    if arguments.token.as_deref() == Some("-") && arguments.success.as_deref() == Some("-") {
        return Err("only one of the token and the result can be read from standard input".into());
    }
    let token = token(arguments)?;
    let output = match &arguments.success {
        Some(argument) => Some(json_argument("--success", argument)?.to_string()),
        None => None,
    };
    let Options { region, profile } = &arguments.aws;
    let session = Session::new(region.as_deref(), profile.as_deref())?;
    let call = call(TIMEOUT);
    let sent = session.block_on(async {
        match &output {
            Some(output) => execution::send_success(&session.aws, &call, &token, output).await,
            None => {
                let (error, cause) = (arguments.failure.as_deref(), arguments.cause.as_deref());
                execution::send_failure(&session.aws, &call, &token, error, cause).await
            }
        }
    });
    match sent {
        Ok(()) => {
            print("the task continues with the result\n")?;
            Ok(Exit::Clean)
        }
        Err(error) => match refusal(&error) {
            Some(reason) => {
                tell("error", reason);
                Ok(Exit::Findings)
            }
            None => Err(explained(&error)),
        },
    }
}

fn token(arguments: &Args) -> Result<String, Failure> {
    let text = match (&arguments.token_file, arguments.token.as_deref()) {
        (Some(path), _) => Input::named(path).read()?.0,
        (None, Some("-")) => Input::named(Path::new("-")).read()?.0,
        (None, token) => token.unwrap_or("").to_owned(),
    };
    let token = text.trim();
    if token.is_empty() {
        return Err("the task token is empty".to_owned());
    }
    Ok(token.to_owned())
}

/// Why no task waits for the token, and what to do. `None` for other failures.
fn refusal(error: &AwsError) -> Option<&'static str> {
    match error.code.as_deref()? {
        "TaskTimedOut" => Some(
            "the task does not wait any more: its timeout or heartbeat has passed, it has a result, or the execution has \
             ended. See `sfn history EXECUTION`; after `sfn redrive EXECUTION` the task has a new token",
        ),
        "TaskDoesNotExist" => Some(
            "no task with this token: check `--region` and `--profile`, and that the execution has not ended",
        ),
        "InvalidToken" => Some(
            "invalid token: use the complete token that the task received, for example with `--token-file`",
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_tokens_have_an_explanation() {
        for (code, expected) in [
            ("TaskTimedOut", Some("`sfn redrive EXECUTION`")),
            ("TaskDoesNotExist", Some("`--region`")),
            ("InvalidToken", Some("`--token-file`")),
            ("AccessDeniedException", None),
        ] {
            let error = AwsError {
                code: Some(code.to_owned()),
                ..AwsError::local("SendTaskSuccess", "text")
            };
            let reason = refusal(&error);
            match expected {
                Some(expected) => assert!(reason.unwrap().contains(expected), "{code}"),
                None => assert_eq!(reason, None),
            }
        }
        assert_eq!(refusal(&AwsError::local("SendTaskSuccess", "text")), None);
    }
}
