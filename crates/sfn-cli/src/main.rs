//! The command `sfn`: parses arguments, calls the crates, and prints the results.

mod aws;
mod beside;
mod check;
mod commands;
mod config;
mod duration;
mod fix;
mod history;
mod input;
mod output;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use commands::{
    callback, convert, deploy, diff, executions, explain, import, redrive, render, replay, run,
    server, test, validate,
};

/// Check, test, run, compare, convert and import AWS Step Functions workflows.
#[derive(Parser)]
#[command(name = "sfn", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check workflow definitions for errors.
    ///
    /// Checks Amazon States Language definitions in JSON or YAML, state machines in SAM and CloudFormation templates,
    /// and workflows in `.tf` files.
    ///
    /// Exit codes: 0 if there are no errors, 1 if there are errors, 2 if a file could not be checked or the command
    /// failed.
    Validate(validate::Args),
    /// Print the Amazon States Language definition of a workflow in a `.tf` file, without running Terraform.
    ///
    /// Values that only Terraform can compute are printed as placeholders such as `${aws_sqs_queue.orders.url}`.
    ///
    /// Exit codes: 0 if the workflow was printed, 2 if it could not be rendered.
    Render(render::Args),
    /// Run tests of workflows on this machine, without AWS.
    ///
    /// Runs the cases in `*.sfntest.yaml`, `*.sfntest.json` and `MockConfigFile.json`. Tasks are answered by mocks or by
    /// programs, and waits take no time.
    ///
    /// Exit codes: 0 if all cases passed, 1 if some failed or the coverage is too low, 2 if some could not be run.
    Test(test::Args),
    /// Run a workflow on AWS, or on this machine with `--local`.
    ///
    /// Starts an execution on AWS and prints its ARN. With `--wait`, and with `--local`, shows the states as they pass,
    /// then the status and the output.
    ///
    /// Exit codes: 0 if the execution was started or, if it was waited for, succeeded; 1 if it did not succeed; 2 if it
    /// could not be run, or did not end within `--timeout`; 130 if Ctrl-C ended the waiting.
    Run(run::Args),
    /// Show the states of an execution on AWS, with their durations, retries, inputs and outputs.
    ///
    /// Shows the states so far if the execution is running.
    ///
    /// Exit codes: 0 if the history was printed, 2 if it could not be read.
    History(commands::history::Args),
    /// List the executions of a workflow on AWS, the newest first.
    ///
    /// Exit codes: 0 if the executions were listed, 2 if they could not be listed.
    Executions(executions::Args),
    /// Redrive executions that did not succeed, from the states that failed.
    ///
    /// Executions of standard workflows can be redriven within 14 days after they failed, timed out or were stopped.
    ///
    /// Exit codes: 0 if all executions were redriven and, with `--wait`, succeeded; 1 if some were not; 2 if the
    /// command failed; 130 if Ctrl-C ended the waiting.
    Redrive(redrive::Args),
    /// End a task that waits for a callback with its task token.
    ///
    /// Exit codes: 0 if the task received the result, 1 if no task waits for the token, 2 if the command failed.
    Callback(callback::Args),
    /// Move the traffic of an alias to another version in steps, and back if something is wrong.
    ///
    /// Shows the steps as they pass. Ctrl-C returns the traffic to the old version. If the command is killed, run it
    /// again to continue, or with `--to` and the old version to return.
    ///
    /// Exit codes: 0 if the version receives all traffic, 1 if the deployment was rolled back, 2 if nothing was changed
    /// or the command failed.
    Deploy(deploy::Args),
    /// Repeat recorded executions with a changed definition on this machine, with the recorded results of their tasks.
    ///
    /// Only reads in AWS. Compares how the executions end, which states they pass, and how they call their tasks.
    ///
    /// Exit codes: 0 if no execution differs, 1 if some differ, 2 if they could not be repeated.
    Replay(replay::Args),
    /// Convert existing workflows to configuration of the sfn provider.
    ///
    /// Converts Amazon States Language definitions in JSON or YAML, CloudFormation and SAM templates,
    /// `serverless.yml`, and `.tf` files with resources of hashicorp/aws.
    ///
    /// Exit codes: 0 if all workflows were converted, 1 if all were converted but `terraform validate` rejects the
    /// configuration because of errors in the source, 2 if some could not be converted.
    Convert(convert::Args),
    /// Compare two definitions by meaning, state by state.
    ///
    /// Each argument is a file, a state machine in a template or `.tf` file (`FILE#NAME`), or the ARN of a state
    /// machine, version or alias.
    ///
    /// Exit codes: 0 if the definitions mean the same, 1 if they differ, 2 if they could not be compared.
    Diff(diff::Args),
    /// Write Terraform files with `import` blocks for existing state machines.
    ///
    /// Writes one file for each state machine, and changes nothing in AWS. Existing files are kept as they are, except
    /// that `sfn` is added to `required_providers`. To continue a stopped import, run the command again.
    ///
    /// Exit codes: 0 if all files were written, 2 if some objects could not be imported.
    Import(import::Args),
    /// Show the documentation of a rule.
    Explain(explain::Args),
    /// List all rules.
    Rules(explain::ListArgs),
    /// Print the JSON Schema of the Amazon States Language, of test files, or of the JSON output of `sfn validate`.
    Schema(explain::SchemaArgs),
    /// Run the language server for editors, on standard input and output.
    ///
    /// Editors start it for definitions, templates and `.tf` files. Exit code 0: the editor ended it. 1: the editor
    /// closed the connection without ending it. 2: the editor could not be served.
    Server(server::Args),
}

/// Result of the command, which determines the exit code.
enum Exit {
    Clean,
    Findings,
    Failed,
    /// Ctrl-C ended the command, as shells report it.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Clean => Self::SUCCESS,
            Exit::Findings => Self::from(1),
            Exit::Failed => Self::from(2),
            Exit::Interrupted => Self::from(130),
        }
    }
}

/// Message of an error that stops the command.
type Failure = String;

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Validate(arguments) => validate::run(&arguments),
        Command::Render(arguments) => render::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::History(arguments) => commands::history::run(&arguments),
        Command::Executions(arguments) => executions::run(&arguments),
        Command::Redrive(arguments) => redrive::run(&arguments),
        Command::Callback(arguments) => callback::run(&arguments),
        Command::Deploy(arguments) => deploy::run(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
        Command::Convert(arguments) => convert::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Rules(arguments) => explain::list(&arguments),
        Command::Schema(arguments) => explain::schema(&arguments),
        Command::Server(arguments) => server::run(&arguments),
    };
    let exit = outcome.unwrap_or_else(|failure| {
        tell("error", &failure);
        Exit::Failed
    });
    exit.into()
}

/// Prints a message to standard error in one line.
fn tell(kind: &str, text: &str) {
    eprintln!("{kind}: {}", printable::printable(text));
}

/// Prints to standard output. It is not an error if the reader, such as `head`, closes the pipe early.
fn print(text: &str) -> Result<(), Failure> {
    use std::io::{ErrorKind, Write as _};
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(format!("cannot write: {error}"))
        }
        _ => Ok(()),
    }
}
