//! `sfn`: parses arguments, calls the crates, prints.

mod beside;
mod check;
mod commands;
mod config;
mod fix;
mod input;
mod output;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use commands::{convert, diff, explain, import, render, server, validate};

/// AWS Step Functions workflows for people and pipelines.
#[derive(Parser)]
#[command(name = "sfn", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check definitions: ASL as JSON or YAML, state machines in SAM and CloudFormation templates, and workflows in `.tf` files.
    ///
    /// Exit code 0: nothing was found, or only warnings and hints. 1: errors were found. 2: it could not run.
    Validate(validate::Args),
    /// Print the ASL of a workflow in a `.tf` file, without Terraform.
    ///
    /// What only Terraform can compute is a placeholder such as `${aws_sqs_queue.orders.url}`. Exit code 0: it was printed. 2: it
    /// could not be rendered.
    Render(render::Args),
    /// Write a definition, a template or a Terraform file of hashicorp/aws as configuration of this provider.
    ///
    /// Takes ASL as JSON or YAML, templates of CloudFormation and SAM, `serverless.yml`, and `.tf` files. Exit code 0: all was
    /// converted. 1: all was, with mistakes of the source for which `terraform validate` rejects the configuration. 2: something
    /// was not, and the rest was.
    Convert(convert::Args),
    /// Compare two definitions by what they mean, state by state.
    ///
    /// Each is a file, a state machine in a template or `.tf` file (`FILE#NAME`), or the ARN of a state machine, version or alias.
    /// Exit code 0: they mean the same. 1: they differ. 2: they could not be compared.
    Diff(diff::Args),
    /// Write what is in AWS as Terraform files, one for each state machine, with `import` blocks; nothing in AWS changes.
    ///
    /// Does not change existing files, except to add `sfn` to `required_providers`. To continue a stopped import, run the command again. Exit code 0: all
    /// was written. 2: something was not, and the rest was.
    Import(import::Args),
    /// Explain a rule, by its code or its name.
    Explain(explain::Args),
    /// List all rules.
    Rules(explain::ListArgs),
    /// Print the JSON Schema of the Amazon States Language, for editors, or of the output of `sfn validate --format json`.
    Schema(explain::SchemaArgs),
    /// Run the language server for editors, on standard input and output.
    ///
    /// Editors start it for definitions, templates and `.tf` files. Exit code 0: the editor ended it. 1: the editor
    /// closed the connection without ending it. 2: the editor could not be served.
    Server(server::Args),
}

/// How the command ends.
enum Exit {
    Clean,
    Findings,
    Failed,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Clean => Self::SUCCESS,
            Exit::Findings => Self::from(1),
            Exit::Failed => Self::from(2),
        }
    }
}

/// What keeps the command from running, for people.
type Failure = String;

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Validate(arguments) => validate::run(&arguments),
        Command::Render(arguments) => render::run(&arguments),
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

/// Prints a message to standard error, in one line.
fn tell(kind: &str, text: &str) {
    eprintln!("{kind}: {}", printable::printable(text));
}

/// Prints to standard output. A reader that has heard enough, such as `head`, is no failure.
fn print(text: &str) -> Result<(), Failure> {
    use std::io::{ErrorKind, Write as _};
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(format!("cannot write: {error}")),
        _ => Ok(()),
    }
}
