//! `sfn import`

use std::io::IsTerminal as _;
use std::path::PathBuf;

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sfn_convert::import::{self, Options, Progress, Summary, With};
use tfconfig::References;
use tfplugin::Context;
use tokio_util::sync::CancellationToken;

use crate::commands::pair;
use crate::{Exit, Failure, print, tell};

#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("which").args(["names", "prefix", "tags", "all"]).required(true).multiple(true)))]
pub struct Args {
    /// ARNs or names of state machines.
    #[arg(value_name = "ARN|NAME", conflicts_with_all = ["prefix", "tags", "all"])]
    pub names: Vec<String>,
    /// Import the state machines whose names begin with this prefix.
    #[arg(long)]
    pub prefix: Option<String>,
    /// Import the state machines with this tag. With several tags, a state machine must have all of them.
    #[arg(long = "tag", value_name = "KEY=VALUE", value_parser = pair)]
    pub tags: Vec<(String, String)>,
    /// All of the account and region.
    #[arg(long)]
    pub all: bool,
    /// Regions to look in; the first is that of the provider block, unless the folder has one [default: that of the provider
    /// block, the environment or the profile].
    #[arg(long, value_name = "REGION", value_delimiter = ',')]
    pub region: Vec<String>,
    /// Profile of the shared configuration files.
    #[arg(long)]
    pub profile: Option<String>,
    /// The folder of the files.
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub out: PathBuf,
    /// What is imported beside the state machines.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "aliases")]
    pub with: Vec<Beside>,
    /// An expression to write in place of an ARN or another text.
    #[arg(long = "map", value_name = "TEXT=EXPRESSION", value_parser = pair)]
    pub map: Vec<(String, String)>,
    /// API quotas of the account as a multiple of the AWS default quotas.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = factor)]
    pub pace: f64,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum Beside {
    /// The aliases of the state machines.
    Aliases,
    /// The log groups that they write to, where those are not their own.
    LogGroups,
    /// The Lambda functions that they call, with their code.
    Functions,
    /// Nothing.
    Nothing,
}

fn factor(text: &str) -> Result<f64, String> {
    let factor = text.parse().ok().filter(|factor: &f64| factor.is_finite() && *factor >= 0.01);
    factor.ok_or_else(|| "write a number of at least 0.01".to_owned())
}

/// A bar on the terminal, once it is known how long it is; nothing where there is no terminal.
struct Bar(ProgressBar);

impl Bar {
    fn new() -> Self {
        let style = ProgressStyle::with_template("{pos}/{len} {wide_bar} {eta} left, {msg}");
        Self(ProgressBar::hidden().with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
    }
}

impl Progress for Bar {
    fn found(&self, count: usize) {
        self.0.set_length(count.try_into().unwrap_or(u64::MAX));
        if count > 0 && std::io::stderr().is_terminal() {
            self.0.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    fn done(&self, name: &str) {
        self.0.set_message(name.to_owned());
        self.0.inc(1);
    }
}

/// Runs the command.
pub fn run(arguments: &Args) -> Result<Exit, Failure> {
    let mut references = References::default();
    for (text, expression) in &arguments.map {
        references.insert(text.as_str(), expression.as_str());
    }
    let with = |wanted: Beside| arguments.with.contains(&wanted);
    let options = Options {
        regions: arguments.region.clone(),
        profile: arguments.profile.clone(),
        names: arguments.names.clone(),
        prefix: arguments.prefix.clone(),
        tags: arguments.tags.iter().cloned().collect(),
        all: arguments.all,
        folder: arguments.out.clone(),
        with: With {
            aliases: with(Beside::Aliases),
            log_groups: with(Beside::LogGroups),
            functions: with(Beside::Functions),
        },
        references,
        pace: arguments.pace,
    };
    let runtime = tokio::runtime::Runtime::new().map_err(|error| format!("cannot start: {error}"))?;
    let bar = Bar::new();
    let summary = runtime.block_on(async {
        let cancelled = CancellationToken::new();
        tokio::spawn({
            let cancelled = cancelled.clone();
            async move {
                if tokio::signal::ctrl_c().await.is_ok() {
                    cancelled.cancel();
                }
            }
        });
        import::run(&options, &bar, Context { cancelled }).await
    })?;
    bar.0.finish_and_clear();
    report(arguments, &summary)
}

fn report(arguments: &Args, summary: &Summary) -> Result<Exit, Failure> {
    for (file, note) in &summary.notes {
        tell("note", &format!("{file}: {note}"));
    }
    for (what, reason) in &summary.failures {
        tell("error", &format!("{what}: {reason}"));
    }
    let machines = counted(summary.machines.len(), "state machine", "state machines");
    let nothing = summary.machines.is_empty() && summary.kept == 0 && summary.failures.is_empty() && !summary.stopped;
    if nothing {
        print("there is no state machine like that\n")?;
        return Ok(Exit::Clean);
    }
    let mut text = format!("{machines} written to {}", arguments.out.display());
    let beside = [
        (summary.aliases, "alias", "aliases"),
        (summary.log_groups, "log group", "log groups"),
        (summary.functions, "function", "functions"),
    ];
    let beside =
        beside.into_iter().filter(|(count, ..)| *count > 0).map(|(count, one, many)| counted(count, one, many));
    let beside: Vec<String> = beside.collect();
    if !beside.is_empty() {
        text.push_str(&format!(" with {}", beside.join(", ")));
    }
    text.push('\n');
    if summary.kept > 0 {
        text.push_str(&format!("{} there already\n", counted(summary.kept, "was", "were")));
    }
    if !summary.failures.is_empty() {
        text.push_str(&format!("{} not be imported\n", counted(summary.failures.len(), "could", "could")));
    }
    if summary.stopped {
        text.push_str("stopped: the same command goes on from here\n");
    } else if !summary.machines.is_empty() {
        text.push_str("`terraform init` and `terraform plan` show what is to be imported\n");
    }
    print(&text)?;
    Ok(if summary.failures.is_empty() && !summary.stopped { Exit::Clean } else { Exit::Failed })
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
