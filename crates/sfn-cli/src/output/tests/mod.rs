//! Results of tests.

mod coverage;
mod github;
mod json;
mod junit;
mod text;

use std::path::{Path, PathBuf};

use std::time::Duration;

use asl::Json;
use asl_run::{EventKind, Status};
use serde_json::Value;
use sfn_test::{CaseRun, Coverage, Difference, Problem};

pub use coverage::{
    cobertura as coverage_cobertura, html as coverage_html, lcov as coverage_lcov,
    text as coverage_text,
};
pub use github::render as github;
pub use json::render as json;
pub use junit::render as junit;
pub use text::render as text;

/// The results of all test files.
pub struct Report {
    /// By file.
    pub suites: Vec<SuiteReport>,
}

/// The results of a test file.
pub struct SuiteReport {
    /// The file.
    pub path: PathBuf,
    /// The workflow, as the file names it.
    pub workflow: String,
    /// Errors in the file.
    pub problems: Vec<Problem>,
    /// The cases.
    pub cases: Vec<CaseReport>,
    /// What the cases reach.
    pub coverage: Coverage,
    /// The file of the definition and the lines of its states.
    pub lines: Option<(PathBuf, Vec<(String, usize)>)>,
    /// The definition. Unknown if it could not be read.
    pub definition: Json,
    /// Warnings of `sfn validate` that the cases disprove.
    pub disproved: Vec<String>,
}

/// The result of a case.
pub struct CaseReport {
    /// Its name.
    pub name: String,
    /// Its line.
    pub line: usize,
    /// Why it could not be run.
    pub problem: Option<String>,
    /// Differences between the expected and the actual values.
    pub differences: Vec<Difference>,
    /// Expectations that fit what happened, if those of the case do not, or it has none.
    pub update: Option<Value>,
    /// The run. `None` if the case itself has an error.
    pub run: Option<Summary>,
}

/// Number of events that are shown of a case that failed.
const EVENTS: usize = 6;

/// The summary of a run.
pub struct Summary {
    /// Status of the execution.
    pub status: Status,
    /// Its output.
    pub output: Option<Value>,
    /// How long it took, in virtual time.
    pub duration: Duration,
    /// The names of the states, in the order in which they ended.
    pub path: Vec<String>,
    /// The states whose mocks were not used.
    pub unused: Vec<String>,
    /// The last events, each on a line.
    pub events: Vec<String>,
    /// The error of the first child execution that failed.
    pub child_failure: Option<String>,
}

impl Summary {
    /// The summary of a run.
    pub fn of(run: &CaseRun) -> Self {
        let from = run.events.len().saturating_sub(EVENTS);
        let events = run.events.iter().skip(from);
        let events = events.map(|event| {
            let about = about(&event.kind).map_or_else(String::new, |about| format!("  {about}"));
            format!("{:>3}  {}{about}", event.id, event.type_name())
        });
        Self {
            status: run.status,
            output: run.output.clone(),
            duration: run.duration,
            path: run.path.clone(),
            unused: run.unused.clone(),
            events: events.collect(),
            child_failure: run.child_failure.as_ref().map(ToString::to_string),
        }
    }
}

/// The state or the error of an event.
fn about(kind: &EventKind) -> Option<String> {
    match kind {
        EventKind::StateEntered { name, .. } | EventKind::StateExited { name, .. } => {
            Some(name.to_string())
        }
        EventKind::ExecutionFailed(failure) | EventKind::TaskFailed { failure, .. } => {
            Some(failure.to_string())
        }
        _ => None,
    }
}

impl CaseReport {
    /// Whether all is as expected.
    pub fn is_right(&self) -> bool {
        self.problem.is_none() && self.differences.is_empty()
    }
}

impl SuiteReport {
    /// The report of a file that cannot be read.
    pub fn broken(path: &Path, line: usize, message: String) -> Self {
        Self {
            path: path.to_path_buf(),
            workflow: String::new(),
            problems: vec![Problem { line, message }],
            cases: Vec::new(),
            coverage: Coverage::default(),
            lines: None,
            definition: Json::Unknown,
            disproved: Vec::new(),
        }
    }

    /// The workflow, relative to the current folder.
    fn workflow_path(&self) -> String {
        if self.workflow.starts_with("arn:") {
            return self.workflow.clone();
        }
        let folder = self.path.parent().unwrap_or(Path::new(""));
        folder.join(&self.workflow).to_string_lossy().into_owned()
    }
}

impl Report {
    /// All cases.
    pub fn cases(&self) -> impl Iterator<Item = &CaseReport> {
        self.suites.iter().flat_map(|suite| &suite.cases)
    }

    /// The coverage by workflow. Several test files can have the same one.
    pub fn coverage(&self) -> Vec<(String, Coverage)> {
        let mut workflows: Vec<(String, Coverage)> = Vec::new();
        for suite in self
            .suites
            .iter()
            .filter(|suite| !suite.coverage.items.is_empty())
        {
            let name = suite.workflow_path();
            match workflows.iter_mut().find(|(known, _)| *known == name) {
                Some((_, coverage)) => coverage.merge(&suite.coverage),
                None => workflows.push((name, suite.coverage.clone())),
            }
        }
        workflows
    }

    /// The numbers of cases that passed, failed, and could not be run.
    fn counts(&self) -> (usize, usize, usize) {
        let passed = self.cases().filter(|case| case.is_right()).count();
        let broken = self.cases().filter(|case| case.problem.is_some()).count();
        (passed, self.cases().count() - passed - broken, broken)
    }
}
