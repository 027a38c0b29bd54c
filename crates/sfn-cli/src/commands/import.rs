//! `sfn import`.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sfn_convert::import::{self, Options, Progress, Summary, With};
use tfconfig::References;
use tfplugin::Context;
use tokio_util::sync::CancellationToken;

use crate::aws::runtime;
use crate::commands::pair;
use crate::{Exit, Failure, print, tell};

#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("which").args(["names", "prefix", "tags", "all"]).required(true).multiple(true)))]
pub struct Args {
    /// ARNs or names of the state machines to import.
    #[arg(value_name = "ARN|NAME", conflicts_with_all = ["prefix", "tags", "all"])]
    pub names: Vec<String>,
    /// Import the state machines whose names begin with this prefix.
    #[arg(long)]
    pub prefix: Option<String>,
    /// Import the state machines with this tag. Can be repeated; a state machine must have all tags.
    #[arg(long = "tag", value_name = "KEY=VALUE", value_parser = pair)]
    pub tags: Vec<(String, String)>,
    /// Import all state machines of the account in the regions.
    #[arg(long)]
    pub all: bool,
    /// Regions to search, separated by commas. The first is used for the provider block, unless the folder has one
    /// [default: region of the provider block, the environment or the profile].
    #[arg(long, value_name = "REGION", value_delimiter = ',')]
    pub region: Vec<String>,
    /// AWS profile of the shared configuration files.
    #[arg(long)]
    pub profile: Option<String>,
    /// Folder to write the files to.
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub out: PathBuf,
    /// Resources to import with the state machines, separated by commas.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "aliases")]
    pub with: Vec<Beside>,
    /// Replace an ARN or another text with a Terraform expression. Can be repeated.
    #[arg(long = "map", value_name = "TEXT=EXPRESSION", value_parser = pair)]
    pub map: Vec<(String, String)>,
    /// API quotas of the account as a multiple of the default AWS quotas. Must be at least 0.01.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = factor)]
    pub pace: f64,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum Beside {
    /// Aliases of the state machines.
    Aliases,
    /// Log groups that the state machines reference with `log_destination`.
    LogGroups,
    /// Lambda functions that the state machines call, with their code.
    Functions,
    /// Only the state machines.
    Nothing,
}

fn factor(text: &str) -> Result<f64, String> {
    let factor = text
        .parse()
        .ok()
        .filter(|factor: &f64| factor.is_finite() && *factor >= 0.01);
    factor.ok_or_else(|| "must be a number of at least 0.01".to_owned())
}

/// Progress bar, shown if standard error is a terminal and once the number of state machines is known.
struct Bar(ProgressBar);

impl Bar {
    fn new() -> Self {
        let style = ProgressStyle::with_template("{pos}/{len} {wide_bar} {eta} left, {msg}");
        Self(
            ProgressBar::hidden()
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())),
        )
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
    let bar = Bar::new();
    let summary = runtime()?.block_on(async {
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
    let nothing = summary.machines.is_empty()
        && summary.kept == 0
        && summary.failures.is_empty()
        && !summary.stopped;
    if nothing {
        print("no matching state machines found\n")?;
        return Ok(Exit::Clean);
    }
    let mut text = format!("{machines} written to {}", arguments.out.display());
    let beside = [
        (summary.aliases, "alias", "aliases"),
        (summary.log_groups, "log group", "log groups"),
        (summary.functions, "function", "functions"),
    ];
    let beside = beside
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| counted(count, one, many));
    let beside: Vec<String> = beside.collect();
    if !beside.is_empty() {
        text.push_str(&format!(" with {}", beside.join(", ")));
    }
    text.push('\n');
    if summary.kept > 0 {
        let kept = counted(summary.kept, "state machine", "state machines");
        text.push_str(&format!("{kept} skipped: already declared in the folder\n"));
    }
    if !summary.failures.is_empty() {
        text.push_str(&format!(
            "{} not be imported\n",
            counted(summary.failures.len(), "could", "could")
        ));
    }
    if summary.stopped {
        text.push_str("stopped: run the command again to continue\n");
    } else if !summary.machines.is_empty() {
        text.push_str("run `terraform init` and `terraform plan` to review the imports\n");
    }
    print(&text)?;
    Ok(if summary.failures.is_empty() && !summary.stopped {
        Exit::Clean
    } else {
        Exit::Failed
    })
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
