//! Results of tests as JSON.

use serde_json::{Value, json};

use super::{CaseReport, Report};

pub fn render(report: &Report) -> String {
    let (passed, failed, broken) = report.counts();
    let suites: Vec<Value> = report
        .suites
        .iter()
        .map(|suite| {
            let problems = suite.problems.iter();
            json!({
                "file": suite.path.to_string_lossy(),
                "workflow": suite.workflow,
                "problems": problems.map(|problem| json!({ "line": problem.line, "message": problem.message })).collect::<Vec<_>>(),
                "cases": suite.cases.iter().map(case).collect::<Vec<_>>(),
                "coverage": suite.coverage.percent(),
                "disproved": suite.disproved,
            })
        })
        .collect();
    let document =
        json!({ "passed": passed, "failed": failed, "errors": broken, "suites": suites });
    let text = serde_json::to_string_pretty(&document).unwrap_or_else(|_| document.to_string());
    format!("{text}\n")
}

fn case(case: &CaseReport) -> Value {
    let differences = case.differences.iter().map(|difference| {
        json!({ "what": difference.what, "expected": difference.expected, "actual": difference.actual })
    });
    let mut members = json!({
        "name": case.name,
        "line": case.line,
        "passed": case.is_right(),
        "error": case.problem,
        "differences": differences.collect::<Vec<_>>(),
    });
    if let (Some(run), Some(members)) = (&case.run, members.as_object_mut()) {
        members.insert("status".to_owned(), json!(run.status.to_string()));
        members.insert("output".to_owned(), json!(run.output));
        members.insert("path".to_owned(), json!(run.path));
        members.insert(
            "duration_ms".to_owned(),
            json!(run.duration.as_millis() as u64),
        );
        members.insert("unused_mocks".to_owned(), json!(run.unused));
    }
    members
}
