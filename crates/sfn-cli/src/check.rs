//! Checks files and the files that they reference.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use asl::template::{Checked, MadeLater, NamedFile, may_have_definitions};
use asl::{Diagnostic, Format};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sfn_convert::{Content, configuration};

use crate::Failure;
use crate::beside::Boundary;
use crate::config::Settings;
use crate::input::Input;

/// Minimum number of files for which a progress bar is shown.
const BAR: usize = 20;

/// A checked file and its findings.
pub struct Outcome {
    /// Path of the file.
    pub path: PathBuf,
    /// Text of the file; empty if it could not be read.
    pub text: String,
    /// Number of definitions in the file.
    pub definitions: usize,
    /// Definitions in other files that the file references.
    pub files: Vec<Beside>,
    /// Findings in the file.
    pub findings: Vec<Diagnostic>,
    /// Parts that are generated at deployment and were not checked.
    pub made_later: Vec<MadeLater>,
    /// Why the file could not be checked.
    pub failure: Option<Failure>,
    /// Number of findings that were repaired.
    pub fixed: usize,
    /// Whether the file is named on the command line.
    pub named: bool,
    /// Whether an unreadable text is a failure instead of a finding.
    pub must_be_readable: bool,
    /// The reference of the template, if a template references the file.
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

/// A file that a template references.
#[derive(Clone)]
pub struct Beside {
    path: PathBuf,
    file: NamedFile,
    boundary: Boundary,
}

/// Adds the outcome of a file that a template references. It replaces the outcome of checking the file on its own.
pub fn add(outcomes: &mut Vec<Outcome>, new: Outcome) {
    let is_same = |outcome: &&mut Outcome| outcome.path.components().eq(new.path.components());
    match outcomes.iter_mut().find(is_same) {
        // A failure is reported for each template that references the file.
        Some(outcome) if outcome.failure.is_some() || new.failure.is_some() => outcomes.push(new),
        Some(outcome) if outcome.beside.is_some() => {
            let found = new
                .findings
                .into_iter()
                .filter(|finding| !outcome.findings.contains(finding));
            let found: Vec<_> = found.collect();
            outcome.findings.extend(found);
        }
        Some(outcome) => *outcome = new,
        None => outcomes.push(new),
    }
}

/// Checks files on all processors. Outcomes have the order of the files.
pub fn check_all(inputs: &[Input], settings: &Settings) -> Vec<Outcome> {
    let bar = if inputs.len() < BAR {
        ProgressBar::hidden()
    } else {
        ProgressBar::new(inputs.len() as u64)
    };
    if inputs.len() >= BAR {
        // Nothing is drawn if standard error is not a terminal.
        bar.set_draw_target(ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} files") {
            bar.set_style(style);
        }
    }
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Outcome)>> = Mutex::new(Vec::with_capacity(inputs.len()));
    let workers = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(inputs.len().max(1));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(input) = inputs.get(index) else {
                        break;
                    };
                    let outcome = check_one(input, settings);
                    bar.inc(1);
                    done.lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner)
                        .push((index, outcome));
                }
            });
        }
    });
    bar.finish_and_clear();
    let mut done = done
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}

/// Checks one file.
pub fn check_one(input: &Input, settings: &Settings) -> Outcome {
    let mut outcome = Outcome {
        must_be_readable: input.must_be_readable(),
        ..Outcome::of(&input.path, input.named)
    };
    let (text, kind) = match input.read() {
        Ok(read) => read,
        Err(failure) => {
            return Outcome {
                failure: Some(failure),
                ..outcome
            };
        }
    };
    let says_asl = input.says_asl();
    let may_have = match kind {
        Content::Configuration => configuration::may_have_workflows(&text),
        Content::Text(_) => says_asl || may_have_definitions(&text),
    };
    // Most files in a folder do not contain a definition.
    if !input.named && !may_have {
        return outcome;
    }
    let Checked {
        definitions,
        files,
        findings,
        made_later,
    } = match kind {
        Content::Configuration => configuration::check(&text, &settings.linter),
        Content::Text(format) => settings.linter.check_file(&text, format, says_asl),
    };
    let boundary = Boundary::around(&input.folder, settings.allow_outside);
    let folder = input.path.parent().unwrap_or(Path::new(""));
    let is_local = |file: &NamedFile| !file.path.contains("://") && !file.path.contains("${");
    let beside = |file: NamedFile| Beside {
        path: folder.join(&file.path),
        file,
        boundary: boundary.clone(),
    };
    outcome.files = files.into_iter().filter(is_local).map(beside).collect();
    Outcome {
        text,
        definitions,
        findings,
        made_later,
        ..outcome
    }
}

/// Checks a definition file that a template references.
pub fn check_beside(beside: &Beside, settings: &Settings) -> Outcome {
    let outcome = Outcome {
        beside: Some(beside.clone()),
        ..Outcome::of(&beside.path, true)
    };
    let text = match beside.boundary.read(&beside.path) {
        Ok(text) => text,
        Err(failure) => {
            return Outcome {
                failure: Some(failure),
                ..outcome
            };
        }
    };
    // The content of a file that is not a definition must not appear in messages.
    if !text.contains("StartAt") {
        let failure = format!(
            "{} is not the definition of a state machine: it has no `StartAt`",
            beside.path.display()
        );
        return Outcome {
            failure: Some(failure),
            ..outcome
        };
    }
    let mut findings = settings.linter.check_named(
        &text,
        Format::of(&beside.path.to_string_lossy(), &text),
        &beside.file,
    );
    if !beside.boundary.holds(&beside.path) {
        findings.iter_mut().for_each(|finding| finding.fix = None);
    }
    Outcome {
        definitions: 1,
        findings,
        text,
        ..outcome
    }
}
