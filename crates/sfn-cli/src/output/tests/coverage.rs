//! Coverage of workflows.

use sfn_test::ItemKind;

use super::Report;

/// The coverage as human-readable text.
pub fn text(report: &Report) -> String {
    let mut text = "\ncoverage\n".to_owned();
    for (workflow, coverage) in report.coverage() {
        let (reached, all) = coverage.reached();
        text += &format!(
            "  {workflow}: {:.1} % ({reached} of {all})\n",
            coverage.percent()
        );
        for item in coverage.missed() {
            text += &match item.kind {
                ItemKind::State => format!("      not reached: {}\n", item.state),
                kind => format!("      not reached: {} {kind}\n", item.state),
            };
        }
    }
    text
}

/// The coverage in the format of `lcov`: a state is a line, and its rules, retriers and catchers are branches.
///
/// Only definitions in files of their own have lines.
pub fn lcov(report: &Report) -> String {
    let mut text = String::new();
    for suite in &report.suites {
        let Some((path, lines)) = &suite.lines else {
            continue;
        };
        text += &format!("TN:\nSF:{}\n", path.display());
        for (state, line) in lines {
            let of_state = suite
                .coverage
                .items
                .iter()
                .filter(|(item, _)| item.state == *state);
            for (branch, (item, count)) in of_state.enumerate() {
                text += &match item.kind {
                    ItemKind::State => format!("DA:{line},{count}\n"),
                    _ => format!("BRDA:{line},0,{branch},{count}\n"),
                };
            }
        }
        text += "end_of_record\n";
    }
    text
}
