//! `sfn validate`.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use asl::check::MachineType;
use asl::template::{Checked, check_file};
use asl::{Diagnostic, Severity};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::config::{Settings, settings};
use crate::input::{Input, collect};
use crate::render::{self, Report};
use crate::{Exit, Failure, ValidateArgs, fix, print};

/// From how many files on a bar shows how far it is.
const BAR: usize = 20;

/// Checks what the arguments name, prints what was found and says how it ended.
pub fn run(arguments: &ValidateArgs) -> Result<Exit, Failure> {
    let settings = settings(arguments)?;
    let inputs = collect(&arguments.paths, &settings.exclude)?;
    let mut outcomes = check_all(&inputs, &settings);
    let of_template = |outcome: &Outcome| {
        let template = outcome.path.clone();
        outcome.files.clone().into_iter().map(move |(path, machine)| (path, machine, template.clone()))
    };
    let named: Vec<_> = outcomes.iter().flat_map(of_template).collect();
    let known: HashSet<PathBuf> = inputs.iter().map(|input| input.path.clone()).collect();
    for (path, machine, template) in named {
        if !known.contains(&path) {
            let mut outcome = check_one(&Input { path, named: true }, &settings.of_type(machine));
            outcome.failure = outcome.failure.map(|failure| format!("{failure}, which {} names", template.display()));
            outcomes.push(outcome);
        }
    }
    if arguments.fix {
        fix::apply(&mut outcomes, |path, text| {
            let written =
                std::fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()));
            written.map(|()| check_one(&Input { path: path.to_path_buf(), named: true }, &settings))
        })?;
    }
    report(arguments, &settings, &outcomes)
}

/// A file and what was found in it.
pub struct Outcome {
    /// The file.
    pub path: PathBuf,
    /// Its text; empty when it could not be read.
    pub text: String,
    /// How many definitions it has.
    pub definitions: usize,
    /// Definitions in other files that it names.
    pub files: Vec<(PathBuf, MachineType)>,
    /// What was found.
    pub findings: Vec<Diagnostic>,
    /// Why it could not be checked.
    pub failure: Option<Failure>,
    /// How many findings were repaired.
    pub fixed: usize,
}

/// Checks files on all processors; outcomes have the order of the files.
fn check_all(inputs: &[Input], settings: &Settings) -> Vec<Outcome> {
    let bar = if inputs.len() < BAR { ProgressBar::hidden() } else { ProgressBar::new(inputs.len() as u64) };
    if inputs.len() >= BAR {
        // Without a terminal the bar draws nothing.
        bar.set_draw_target(ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} files") {
            bar.set_style(style);
        }
    }
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Outcome)>> = Mutex::new(Vec::with_capacity(inputs.len()));
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(inputs.len().max(1));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(input) = inputs.get(index) else { break };
                    let outcome = check_one(input, settings);
                    bar.inc(1);
                    done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((index, outcome));
                }
            });
        }
    });
    bar.finish_and_clear();
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}

fn check_one(input: &Input, settings: &Settings) -> Outcome {
    let mut outcome = Outcome {
        path: input.path.clone(),
        text: String::new(),
        definitions: 0,
        files: Vec::new(),
        findings: Vec::new(),
        failure: None,
        fixed: 0,
    };
    let (text, format) = match input.read() {
        Ok(read) => read,
        Err(failure) => return Outcome { failure: Some(failure), ..outcome },
    };
    let looks_like_one =
        text.contains("StartAt") || text.contains("AWS::Serverless") || text.contains("AWS::StepFunctions");
    // In a folder there is much that is none of ours.
    if !input.named && !looks_like_one {
        return outcome;
    }
    let Checked { definitions, files, findings } = check_file(&text, format, settings.machine);
    let folder = input.path.parent().unwrap_or(Path::new(""));
    let is_local = |file: &str| !file.contains("://") && !file.contains("${");
    outcome.files =
        files.iter().filter(|(file, _)| is_local(file)).map(|(file, ty)| (folder.join(file), *ty)).collect();
    if input.named && definitions == 0 && outcome.files.is_empty() {
        let failure = format!(
            "{} has no definition: neither `StartAt` and `States` nor a template with state machines",
            input.path.display()
        );
        return Outcome { failure: Some(failure), text, ..outcome };
    }
    outcome.definitions = definitions;
    outcome.findings = findings.into_iter().filter(|finding| settings.selection.keeps(finding)).collect();
    outcome.text = text;
    outcome
}

fn report(arguments: &ValidateArgs, settings: &Settings, outcomes: &[Outcome]) -> Result<Exit, Failure> {
    let report = Report { outcomes };
    print(&render::render(arguments.format, &report))?;
    let mut failed = false;
    for failure in outcomes.iter().filter_map(|outcome| outcome.failure.as_ref()) {
        eprintln!("error: {failure}");
        failed = true;
    }
    if !failed && report.definitions() == 0 {
        return Err("there is no definition here".to_owned());
    }
    let worst = if settings.warnings_as_errors { Severity::Warning } else { Severity::Error };
    let found = outcomes.iter().flat_map(|outcome| &outcome.findings).any(|finding| finding.severity <= worst);
    Ok(match (failed, found) {
        (true, _) => Exit::Failed,
        (false, true) => Exit::Findings,
        (false, false) => Exit::Clean,
    })
}
