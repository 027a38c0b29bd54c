//! Results of tests as annotations of GitHub Actions.
//!
//! Source: GitHub's documentation, "Workflow commands for GitHub Actions".

use std::path::Path;

use super::{CaseReport, Report};

pub fn render(report: &Report) -> String {
    let mut text = String::new();
    for suite in &report.suites {
        for problem in &suite.problems {
            text += &annotation(&suite.path, problem.line, "test file", &problem.message);
        }
        for case in suite.cases.iter().filter(|case| !case.is_right()) {
            text += &annotation(&suite.path, case.line, &case.name, &message(case));
        }
    }
    text + &super::text(report)
}

fn message(case: &CaseReport) -> String {
    if let Some(problem) = &case.problem {
        return problem.clone();
    }
    let differences = case.differences.iter().map(|difference| {
        format!(
            "{}: expected {}, got {}",
            difference.what, difference.expected, difference.actual
        )
    });
    differences.collect::<Vec<_>>().join("\n")
}

fn annotation(path: &Path, line: usize, title: &str, message: &str) -> String {
    let path = property(&path.to_string_lossy());
    format!(
        "::error file={path},line={line},title={}::{}\n",
        property(title),
        data(message)
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
