//! Results of tests in JUnit's XML format.

use crate::output::xml::escaped;

use super::{CaseReport, Report};

pub fn render(report: &Report) -> String {
    let (passed, failed, broken) = report.counts();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"sfn test\" tests=\"{}\" failures=\"{failed}\" errors=\"{broken}\">\n",
        passed + failed + broken
    );
    for suite in &report.suites {
        let name = escaped(&suite.path.to_string_lossy());
        let failures = suite
            .cases
            .iter()
            .filter(|case| !case.differences.is_empty())
            .count();
        let errors = suite
            .cases
            .iter()
            .filter(|case| case.problem.is_some())
            .count()
            + suite.problems.len();
        text += &format!(
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\">\n",
            suite.cases.len() + suite.problems.len()
        );
        for problem in &suite.problems {
            let message = escaped(&problem.message);
            text += &format!(
                "    <testcase name=\"line {}\" classname=\"{name}\"><error message=\"{message}\"/></testcase>\n",
                problem.line
            );
        }
        suite
            .cases
            .iter()
            .for_each(|case| text += &shown(case, &name));
        text += "  </testsuite>\n";
    }
    text + "</testsuites>\n"
}

fn shown(case: &CaseReport, class: &str) -> String {
    let name = escaped(&case.name);
    let mut text = format!("    <testcase name=\"{name}\" classname=\"{class}\"");
    if let Some(problem) = &case.problem {
        return text + &format!("><error message=\"{}\"/></testcase>\n", escaped(problem));
    }
    if case.differences.is_empty() {
        return text + "/>\n";
    }
    text += ">\n";
    for difference in &case.differences {
        text += &format!(
            "      <failure message=\"{}\">expected {}&#10;got {}</failure>\n",
            escaped(&difference.what),
            escaped(&difference.expected),
            escaped(&difference.actual)
        );
    }
    text + "    </testcase>\n"
}
