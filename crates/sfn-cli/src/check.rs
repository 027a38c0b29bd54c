//! Checks files: what is in them, and in the files that they name.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use asl::Diagnostic;
use asl::template::{Checked, MadeLater, NamedFile, may_have_definitions};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sfn_convert::configuration;

use crate::Failure;
use crate::beside::Boundary;
use crate::config::Settings;
use crate::input::{Input, Kind, format_of};

/// From how many files on a bar shows how far it is.
const BAR: usize = 20;

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
    /// What is made when it is deployed, and was not checked.
    pub made_later: Vec<MadeLater>,
    /// Why it could not be checked.
    pub failure: Option<Failure>,
    /// How many findings were repaired.
    pub fixed: usize,
    /// Whether it was asked for by name.
    pub named: bool,
    /// Whether a text that cannot be read is a failure.
    pub must_be_readable: bool,
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
            made_later: Vec::new(),
            failure: None,
            fixed: 0,
            named,
            must_be_readable: false,
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
pub fn add(outcomes: &mut Vec<Outcome>, new: Outcome) {
    let is_same = |outcome: &&mut Outcome| outcome.path.components().eq(new.path.components());
    match outcomes.iter_mut().find(is_same) {
        // Each template that names a file says why it cannot be read.
        Some(outcome) if outcome.failure.is_some() || new.failure.is_some() => outcomes.push(new),
        Some(outcome) if outcome.beside.is_some() => {
            let found = new.findings.into_iter().filter(|finding| !outcome.findings.contains(finding));
            let found: Vec<_> = found.collect();
            outcome.findings.extend(found);
        }
        Some(outcome) => *outcome = new,
        None => outcomes.push(new),
    }
}

/// Checks files on all processors; outcomes have the order of the files.
pub fn check_all(inputs: &[Input], settings: &Settings) -> Vec<Outcome> {
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

pub fn check_one(input: &Input, settings: &Settings) -> Outcome {
    let mut outcome = Outcome { must_be_readable: input.must_be_readable(), ..Outcome::of(&input.path, input.named) };
    let (text, kind) = match input.read() {
        Ok(read) => read,
        Err(failure) => return Outcome { failure: Some(failure), ..outcome },
    };
    let says_asl = input.says_asl();
    let may_have = match kind {
        Kind::Configuration => configuration::may_have_workflows(&text),
        Kind::Text(_) => says_asl || may_have_definitions(&text),
    };
    // Most files of a folder have no definition.
    if !input.named && !may_have {
        return outcome;
    }
    let Checked { definitions, files, findings, made_later } = match kind {
        Kind::Configuration => configuration::check(&text, &settings.linter),
        Kind::Text(format) => settings.linter.check_file(&text, format, says_asl),
    };
    let boundary = Boundary::around(&input.folder, settings.allow_outside);
    let folder = input.path.parent().unwrap_or(Path::new(""));
    let is_local = |file: &NamedFile| !file.path.contains("://") && !file.path.contains("${");
    let beside = |file: NamedFile| Beside { path: folder.join(&file.path), file, boundary: boundary.clone() };
    outcome.files = files.into_iter().filter(is_local).map(beside).collect();
    Outcome { definitions, findings, made_later, text, ..outcome }
}

/// Checks the file of a definition that a template names.
pub fn check_beside(beside: &Beside, settings: &Settings) -> Outcome {
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
