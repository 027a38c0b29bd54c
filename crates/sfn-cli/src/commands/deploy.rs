//! `sfn deploy`.

use std::sync::Arc;
use std::time::Duration;

use aws_arn::{FunctionArn, StateMachineArn};
use clap::ValueEnum;
use serde_json::json;
use sfn_aws::{Aws, state_machine};
use sfn_deploy::{
    Alias, Check, Clock, Deployment, Description, Failure as Failed, FunctionAlias, Limits,
    Outcome, Progress, Replay, Shift, Smoke, StateMachineAlias, Strategy, Subject, version_of,
};
use tokio::time::Instant;

use crate::aws::{Options, Session, call};
use crate::input::json_argument;
use crate::{Exit, Failure, duration, print};

/// Arguments of `sfn deploy`.
#[derive(clap::Args)]
pub struct Args {
    /// ARN of the alias of a state machine or of a function.
    pub alias: String,
    /// Version to deploy: its number, its ARN, or `latest` for the newest version of a state machine.
    #[arg(long, value_name = "VERSION")]
    pub to: String,
    /// How the traffic moves to the version.
    #[arg(long = "type", value_enum, ignore_case = true, value_name = "TYPE")]
    pub ty: Type,
    /// Percentage of the first step and, for `LINEAR`, of each further step.
    #[arg(long, required_if_eq_any([("ty", "CANARY"), ("ty", "LINEAR")]))]
    pub percentage: Option<i32>,
    /// Time between two steps, such as `5m`.
    #[arg(long, value_parser = duration::parse, required_if_eq_any([("ty", "CANARY"), ("ty", "LINEAR")]))]
    pub interval: Option<Duration>,
    /// Time to watch the new version after it receives all traffic, such as `10m`.
    #[arg(long, value_parser = duration::parse)]
    pub bake: Option<Duration>,
    /// Name or ARN of a CloudWatch alarm that returns the traffic to the old version. Can be repeated.
    #[arg(long = "alarm", value_name = "NAME")]
    pub alarms: Vec<String>,
    /// Number of executions of the new version that must end before it receives more traffic.
    #[arg(long, value_name = "NUMBER")]
    pub minimum_executions: Option<u64>,
    /// Share of the executions of the new version that may fail, from 0 to 1.
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub maximum_failure_rate: Option<f64>,
    /// Input of an execution of the new version before it receives traffic: JSON, `@FILE`, or `-` for standard input.
    #[arg(long, value_name = "JSON")]
    pub smoke_input: Option<String>,
    /// How that execution must end, as JSON or `@FILE`, such as `{"output": {"ok": true}}`. Defaults to the status
    /// `SUCCEEDED`.
    #[arg(long, value_name = "JSON", requires = "smoke_input")]
    pub smoke_expect: Option<String>,
    /// Maximum time of that execution. Defaults to `5m`.
    #[arg(long, value_name = "TIME", value_parser = duration::parse, requires = "smoke_input")]
    pub smoke_timeout: Option<Duration>,
    /// Repeat this number of the last executions of the alias with the new definition before it receives traffic.
    #[arg(long, value_name = "NUMBER")]
    pub replay: Option<usize>,
    /// Deploy although repeated executions differ.
    #[arg(long, requires = "replay")]
    pub allow_changes: bool,
    /// Maximum time of the deployment, after which it is rolled back.
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    pub timeout: Option<Duration>,
    #[command(flatten)]
    pub options: Options,
}

/// How the traffic moves.
#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum Type {
    /// A percentage at once, and the rest after the interval.
    #[value(name = "CANARY")]
    Canary,
    /// A percentage at once, and the same percentage more after each interval.
    #[value(name = "LINEAR")]
    Linear,
    /// Everything at once.
    #[value(name = "ALL_AT_ONCE")]
    AllAtOnce,
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse::<f64>().ok();
    share
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| "must be between 0 and 1, such as `0.05`".to_owned())
}

/// The object that has the alias.
enum Target {
    StateMachine(StateMachineAlias),
    Function {
        alias: FunctionAlias,
        function: String,
    },
}

impl Target {
    fn of(aws: &Arc<Aws>, arn: &str) -> Result<Self, Failure> {
        if let Some(alias) = StateMachineAlias::new(aws, arn) {
            return Ok(Self::StateMachine(alias));
        }
        let function = FunctionArn::parse(arn).filter(|_| arn.starts_with("arn:"));
        match function.and_then(|function| function.qualifier) {
            Some(alias) => {
                // The ARN names the account, which credentials of another account cannot change.
                let function = arn
                    .strip_suffix(&format!(":{alias}"))
                    .unwrap_or(arn)
                    .to_owned();
                Ok(Self::Function {
                    alias: FunctionAlias::new(aws, &function, &alias),
                    function,
                })
            }
            _ => Err(format!(
                "`{arn}` is not the ARN of an alias: use one such as \
                 `arn:aws:states:eu-west-1:123456789012:stateMachine:orders:live`"
            )),
        }
    }

    fn alias(&self) -> &dyn Alias {
        match self {
            Self::StateMachine(alias) => alias,
            Self::Function { alias, .. } => alias,
        }
    }

    fn subject(&self) -> Subject {
        match self {
            Self::StateMachine(alias) => Subject::StateMachine(alias.machine().to_owned()),
            Self::Function { function, .. } => Subject::Function(function.clone()),
        }
    }
}

/// Runs the command.
pub fn run(arguments: &Args) -> Result<Exit, Failure> {
    let strategy = strategy(arguments)?;
    let of_arn = aws_arn::region_of(&arguments.alias);
    let region = arguments.options.region.as_deref().or(of_arn.as_deref());
    if let (Some(region), Some(of_arn)) = (region, &of_arn)
        && region != of_arn
    {
        return Err(format!(
            "the alias is in {of_arn}, not in {region}: remove `--region`"
        ));
    }
    let session = Session::new(region, arguments.options.profile.as_deref())?;
    let target = Target::of(&session.aws, &arguments.alias)?;
    let to = version(arguments, &session, &target)?;
    let checks = checks(arguments, &session, &target)?;
    print(&format!("{}: {strategy}\n", target.alias().title()))?;
    let begun = Instant::now();
    let report = |progress: Progress| {
        let time = sfn_deploy::duration::text(begun.elapsed());
        // A closed pipe does not end the deployment.
        let _ = print(&format!("{time:>9}  {progress}\n"));
    };
    let deployment = Deployment {
        alias: target.alias(),
        to: &to,
        strategy,
        limits: Limits {
            alarms: arguments
                .alarms
                .iter()
                .map(|alarm| sfn_deploy::alarm_name(alarm).to_owned())
                .collect(),
            minimum_executions: arguments.minimum_executions,
            maximum_failure_rate: arguments.maximum_failure_rate,
        },
        checks,
        description: Description::Unchanged,
        cancelled: session.cancelled_by_ctrl_c(),
        deadline: arguments.timeout.map(|timeout| begun + timeout),
        clock: Clock::new(),
        report: &report,
    };
    match session.block_on(deployment.run()) {
        Ok(Outcome::Deployed) => Ok(Exit::Clean),
        Ok(Outcome::Unchanged) => {
            print(&format!("version {to} already receives all traffic\n"))?;
            Ok(Exit::Clean)
        }
        Ok(Outcome::Restored) => {
            print(&format!("version {to} receives all traffic again\n"))?;
            Ok(Exit::Clean)
        }
        Err(failed) => refused(&failed, &to),
    }
}

fn strategy(arguments: &Args) -> Result<Strategy, Failure> {
    let steps = || {
        let interval = arguments.interval.ok_or("`--interval` is required")?;
        let percentage = arguments.percentage.ok_or("`--percentage` is required")?;
        Ok::<_, &str>((percentage, interval))
    };
    let shift = match arguments.ty {
        Type::AllAtOnce => Shift::AllAtOnce,
        Type::Canary => {
            let (percentage, interval) = steps()?;
            Shift::Canary {
                percentage,
                interval,
            }
        }
        Type::Linear => {
            let (percentage, interval) = steps()?;
            Shift::Linear {
                percentage,
                interval,
            }
        }
    };
    let bake = arguments.bake.unwrap_or(Duration::ZERO);
    let checked = |strategy: Strategy| match arguments.timeout {
        Some(timeout) if timeout < strategy.longest() => Err(format!(
            "`--timeout` must be at least {}, got {}",
            sfn_deploy::duration::text(strategy.longest()),
            sfn_deploy::duration::text(timeout)
        )),
        _ => Ok(strategy),
    };
    let has_limits = !arguments.alarms.is_empty()
        || arguments.minimum_executions.is_some()
        || arguments.maximum_failure_rate.is_some();
    if arguments.ty == Type::AllAtOnce && bake.is_zero() && has_limits {
        return Err("limits have no effect for ALL_AT_ONCE without `--bake`".to_owned());
    }
    Strategy::new(shift, bake)
        .map_err(|problem| problem.to_string().replace('`', ""))
        .and_then(checked)
}

/// The number of the version to deploy.
fn version(arguments: &Args, session: &Session, target: &Target) -> Result<String, Failure> {
    const TIMEOUT: Duration = Duration::from_mins(1);
    let to = arguments.to.as_str();
    if to == "latest" {
        let Target::StateMachine(alias) = target else {
            return Err("`latest` is only available for state machines".to_owned());
        };
        let call = call(TIMEOUT);
        let newest = state_machine::newest_version(&session.aws, &call, alias.machine());
        let newest = session.run(newest)?;
        let newest = newest.ok_or_else(|| format!("`{}` has no version", alias.machine()))?;
        return Ok(version_of(&newest).to_owned());
    }
    let is_other = match target {
        Target::StateMachine(alias) => {
            StateMachineArn::parse(to).is_some_and(|version| version.machine != alias.machine())
        }
        Target::Function { function, .. } => {
            to.starts_with("arn:") && !to.starts_with(&format!("{function}:"))
        }
    };
    if is_other {
        return Err(format!(
            "`{to}` is not a version of the state machine or function of the alias"
        ));
    }
    let number = match to.starts_with("arn:") {
        true => version_of(to),
        false => to,
    };
    // Also without leading zeros.
    let number = number.parse::<u64>().ok().filter(|number| *number > 0);
    number.map(|number| number.to_string()).ok_or_else(|| {
        format!(
            "`{to}` is not a version: use a number such as `7`, the ARN of a version, or `latest`"
        )
    })
}

fn checks(
    arguments: &Args,
    session: &Session,
    target: &Target,
) -> Result<Vec<Box<dyn Check>>, Failure> {
    const SMOKE: Duration = Duration::from_mins(5);
    let mut checks: Vec<Box<dyn Check>> = Vec::new();
    if let Some(input) = &arguments.smoke_input {
        let expect = match &arguments.smoke_expect {
            Some(expect) => json_argument("--smoke-expect", expect)?,
            None => json!({}),
        };
        checks.push(Box::new(Smoke {
            aws: Arc::clone(&session.aws),
            subject: target.subject(),
            input: json_argument("--smoke-input", input)?,
            expect: Smoke::expectation(expect)
                .map_err(|problem| format!("--smoke-expect: {problem}"))?,
            timeout: arguments.smoke_timeout.unwrap_or(SMOKE),
        }));
    }
    if let Some(last) = arguments.replay {
        let Target::StateMachine(alias) = target else {
            return Err("`--replay` is only available for state machines".to_owned());
        };
        checks.push(Box::new(Replay {
            aws: Arc::clone(&session.aws),
            alias: arguments.alias.clone(),
            machine: alias.machine().to_owned(),
            last,
            allow_changes: arguments.allow_changes,
        }));
    }
    Ok(checks)
}

/// The message of a deployment that failed, and the exit code.
fn refused(failed: &Failed, to: &str) -> Result<Exit, Failure> {
    match failed {
        Failed::RolledBack { from, .. } => {
            // The reason was reported.
            print(&format!(
                "version {to} was rolled back: all traffic goes to version {from} again\n"
            ))?;
            Ok(Exit::Findings)
        }
        Failed::Refused(reason) => Err(format!(
            "version {to} was not deployed, and nothing was changed: {reason}"
        )),
        Failed::Missing => Err("the alias does not exist".to_owned()),
        Failed::Split(routes) => Err(format!(
            "the alias routes to {routes}: route all traffic to one version first"
        )),
        Failed::DescriptionTooLong => Err(format!(
            "the description of the alias is too long: shorten it to {} characters, because a deployment keeps its \
             progress there",
            sfn_deploy::LONGEST_DESCRIPTION
        )),
        Failed::Stuck {
            from,
            reason,
            error,
        } => Err(format!(
            "{reason}; version {to} could not be rolled back: {error}. Return to version {from} with the same command \
             and `--to {from}`"
        )),
        Failed::TakenOver => Err(format!(
            "another process continues the deployment of version {to}"
        )),
    }
}

/// Parses arguments.
#[cfg(test)]
fn parsed(arguments: &[&str]) -> Result<Args, clap::Error> {
    use clap::Parser;
    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        arguments: Args,
    }
    let words = ["deploy"].iter().chain(arguments);
    Command::try_parse_from(words).map(|command| command.arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALIAS: &str = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders:live";

    #[test]
    fn strategies_are_read() {
        for (arguments, expected) in [
            (&["--type", "ALL_AT_ONCE"][..], Ok("100 % at once")),
            (
                &[
                    "--type",
                    "canary",
                    "--percentage",
                    "10",
                    "--interval",
                    "5m",
                    "--bake",
                    "10m",
                ],
                Ok("10 % at once, 100 % after 5m, 10m watched"),
            ),
            (
                &["--type", "LINEAR", "--percentage", "0", "--interval", "5m"],
                Err("percentage must be between 1 and 99, got 0"),
            ),
            (
                &["--type", "ALL_AT_ONCE", "--bake", "10m", "--timeout", "10m"],
                Err("`--timeout` must be at least 12m15s, got 10m"),
            ),
            (
                &["--type", "ALL_AT_ONCE", "--alarm", "a"],
                Err("limits have no effect for ALL_AT_ONCE without `--bake`"),
            ),
        ] {
            let all = [&[ALIAS, "--to", "7"], arguments].concat();
            let strategy = strategy(&parsed(&all).unwrap());
            let strategy = strategy.map(|strategy| strategy.to_string());
            assert_eq!(strategy.as_deref().map_err(String::as_str), expected);
        }
    }

    #[test]
    fn incomplete_arguments_are_refused() {
        for (arguments, expected) in [
            (&["--to", "7"][..], "--type"),
            (&["--to", "7", "--type", "CANARY"], "--percentage"),
            (
                &["--to", "7", "--type", "ALL_AT_ONCE", "--bake", "soon"],
                "such as `30s`",
            ),
            (
                &[
                    "--to",
                    "7",
                    "--type",
                    "ALL_AT_ONCE",
                    "--maximum-failure-rate",
                    "5",
                ],
                "must be between 0 and 1",
            ),
            (
                &["--to", "7", "--type", "ALL_AT_ONCE", "--allow-changes"],
                "--replay",
            ),
        ] {
            let all = [&[ALIAS], arguments].concat();
            let Err(error) = parsed(&all) else {
                panic!("{arguments:?}")
            };
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
}
