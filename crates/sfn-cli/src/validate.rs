//! `sfn validate`.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use asl::template::{Checked, NamedFile, may_have_definitions};
use asl::{Diagnostic, Severity};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::beside::Boundary;
use crate::config::{Settings, settings};
use crate::input::{Input, collect, format_of};
use crate::render::{self, Report};
use crate::{Exit, Failure, ValidateArgs, fix, print, tell};

/// From how many files on a bar shows how far it is.
const BAR: usize = 20;

/// Checks what the arguments name, prints what was found and says how it ended.
pub fn run(arguments: &ValidateArgs) -> Result<Exit, Failure> {
    let settings = settings(arguments)?;
    let inputs = collect(&arguments.paths, &settings.exclude)?;
    let mut outcomes = check_all(&inputs, &settings);
    let of_template = |outcome: &Outcome| {
        let template = outcome.path.clone();
        outcome.files.clone().into_iter().map(move |file| (file, template.clone()))
    };
    let named: Vec<_> = outcomes.iter().flat_map(of_template).collect();
    for (file, template) in named {
        let mut outcome = check_beside(&file, &settings);
        outcome.failure = outcome.failure.map(|failure| format!("{}: {failure}", template.display()));
        add(&mut outcomes, outcome);
    }
    if arguments.fix {
        fix::apply(&mut outcomes, arguments.unsafe_fixes, |outcome| match &outcome.beside {
            Some(beside) => check_beside(beside, &settings),
            None => check_one(&Input::named(&outcome.path), &settings),
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
    pub files: Vec<Beside>,
    /// What was found.
    pub findings: Vec<Diagnostic>,
    /// Why it could not be checked.
    pub failure: Option<Failure>,
    /// How many findings were repaired.
    pub fixed: usize,
    /// Whether it was asked for by name.
    pub named: bool,
    /// How a template names it, if one does.
    pub beside: Option<Beside>,
}

impl Outcome {
    fn of(path: &Path, named: bool) -> Self {
        Self {
            path: path.to_path_buf(),
            text: String::new(),
            definitions: 0,
            files: Vec::new(),
            findings: Vec::new(),
            failure: None,
            fixed: 0,
            named,
            beside: None,
        }
    }
}

/// A file that a template names.
#[derive(Clone)]
pub struct Beside {
    path: PathBuf,
    file: NamedFile,
    boundary: Boundary,
}

/// Adds what was found in a file as a template names it, which counts before what was found in the file by itself.
fn add(outcomes: &mut Vec<Outcome>, new: Outcome) {
    let is_same = |outcome: &&mut Outcome| outcome.path.components().eq(new.path.components());
    match outcomes.iter_mut().find(is_same) {
        Some(outcome) if outcome.beside.is_some() => {
            let found = new.findings.into_iter().filter(|finding| !outcome.findings.contains(finding));
            let found: Vec<_> = found.collect();
            outcome.findings.extend(found);
        }
        Some(outcome) if new.failure.is_none() => *outcome = new,
        Some(_) => {}
        None => outcomes.push(new),
    }
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
    let mut outcome = Outcome::of(&input.path, input.named);
    let (text, format) = match input.read() {
        Ok(read) => read,
        Err(failure) => return Outcome { failure: Some(failure), ..outcome },
    };
    let says_asl = input.says_asl();
    // In a folder there is much that is none of ours.
    if !input.named && !says_asl && !may_have_definitions(&text) {
        return outcome;
    }
    let Checked { definitions, files, findings } = settings.linter.check_file(&text, format, says_asl);
    let boundary = Boundary::around(&input.folder, settings.allow_outside);
    let folder = input.path.parent().unwrap_or(Path::new(""));
    let is_local = |file: &NamedFile| !file.path.contains("://") && !file.path.contains("${");
    let beside = |file: NamedFile| Beside { path: folder.join(&file.path), file, boundary: boundary.clone() };
    outcome.files = files.into_iter().filter(is_local).map(beside).collect();
    Outcome { definitions, findings, text, ..outcome }
}

/// Checks the file of a definition that a template names.
fn check_beside(beside: &Beside, settings: &Settings) -> Outcome {
    let outcome = Outcome { beside: Some(beside.clone()), ..Outcome::of(&beside.path, true) };
    let text = match beside.boundary.read(&beside.path) {
        Ok(text) => text,
        Err(failure) => return Outcome { failure: Some(failure), ..outcome },
    };
    // The content of a file that is not a definition must not appear in messages.
    if !text.contains("StartAt") {
        let failure =
            format!("{} is not the definition of a state machine: it has no `StartAt`", beside.path.display());
        return Outcome { failure: Some(failure), ..outcome };
    }
    let mut findings = settings.linter.check_named(&text, format_of(&beside.path, &text), &beside.file);
    if !beside.boundary.holds(&beside.path) {
        findings.iter_mut().for_each(|finding| finding.fix = None);
    }
    Outcome { definitions: 1, findings, text, ..outcome }
}

fn report(arguments: &ValidateArgs, settings: &Settings, outcomes: &[Outcome]) -> Result<Exit, Failure> {
    let report = Report { outcomes };
    print(&render::render(arguments.format, &report))?;
    let mut failed = false;
    for failure in outcomes.iter().filter_map(|outcome| outcome.failure.as_ref()) {
        tell("error", failure);
        failed = true;
    }
    let is_empty = |outcome: &&Outcome| outcome.definitions == 0 && outcome.files.is_empty();
    for outcome in outcomes.iter().filter(|outcome| outcome.named && outcome.failure.is_none()).filter(is_empty) {
        tell("note", &format!("{} has no state machine", outcome.path.display()));
    }
    if !failed && report.definitions() == 0 && !outcomes.iter().any(|outcome| outcome.named) {
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
