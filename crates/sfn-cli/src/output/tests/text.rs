//! Results of tests as human-readable text.

use printable::printable;
use sfn_test::Difference;

use super::{CaseReport, Report};
use crate::duration::shown as duration;

pub fn render(report: &Report) -> String {
    let mut text = String::new();
    for suite in &report.suites {
        text += &format!("{}\n", printable(&suite.path.to_string_lossy()));
        for problem in &suite.problems {
            text += &format!(
                "  error: line {}: {}\n",
                problem.line,
                printable(&problem.message)
            );
        }
        suite.cases.iter().for_each(|case| text += &shown(case));
        for disproved in &suite.disproved {
            text += &format!("  note: {}\n", printable(disproved));
        }
    }
    let (passed, failed, broken) = report.counts();
    let problems: usize = report.suites.iter().map(|suite| suite.problems.len()).sum();
    text += &format!("\n{passed} passed, {failed} failed");
    if broken > 0 {
        text += &format!(", {broken} could not be run");
    }
    if problems > 0 {
        let noun = if problems == 1 { "error" } else { "errors" };
        text += &format!(", {problems} {noun} in test files");
    }
    text + "\n"
}

fn shown(case: &CaseReport) -> String {
    let name = printable(&case.name).into_owned();
    if let Some(problem) = &case.problem {
        let problem = problem.replace('\n', "\n      ");
        return format!(
            "  ERROR   {name} (line {})\n      {}\n",
            case.line,
            problem.trim_end()
        );
    }
    let time = case
        .run
        .as_ref()
        .map_or_else(String::new, |run| duration(run.duration));
    if case.differences.is_empty() {
        let mut text = format!("  ok      {name} ({time})\n");
        let unused = case
            .run
            .as_ref()
            .map(|run| run.unused.join(", "))
            .unwrap_or_default();
        if !unused.is_empty() {
            text += &format!("      note: mocks not used: {unused}\n");
        }
        return text;
    }
    let mut text = format!("  FAILED  {name} (line {})\n", case.line);
    case.differences
        .iter()
        .for_each(|difference| text += &differs(difference));
    if let Some(run) = &case.run {
        if let Some(failure) = &run.child_failure {
            text += &format!(
                "      first child execution that failed: {}\n",
                printable(failure)
            );
        }
        text += "      last events:\n";
        for event in &run.events {
            text += &format!("        {}\n", printable(event));
        }
    }
    text
}

/// A difference: short ones on one line, others with the lines that differ.
fn differs(difference: &Difference) -> String {
    let Difference {
        what,
        expected,
        actual,
    } = difference;
    if !expected.contains('\n') && !actual.contains('\n') {
        return format!(
            "      {what}: expected {}, got {}\n",
            printable(expected),
            printable(actual)
        );
    }
    let mut text = format!("      {what}:\n");
    for (mark, line) in lines(expected, actual) {
        text += &format!("      {mark} {}\n", printable(line));
    }
    text
}

/// The lines of both texts: those that only the first has are marked with `-`, those of the second with `+`.
fn lines<'a>(expected: &'a str, actual: &'a str) -> Vec<(char, &'a str)> {
    let (left, right): (Vec<&str>, Vec<&str>) =
        (expected.lines().collect(), actual.lines().collect());
    // Lengths of the longest common parts of the rests, from the ends.
    let mut common = vec![vec![0_u32; right.len() + 1]; left.len() + 1];
    let at = |common: &Vec<Vec<u32>>, i: usize, j: usize| {
        common
            .get(i)
            .and_then(|row| row.get(j))
            .copied()
            .unwrap_or(0)
    };
    for (i, line) in left.iter().enumerate().rev() {
        for (j, other) in right.iter().enumerate().rev() {
            let length = if line == other {
                at(&common, i + 1, j + 1) + 1
            } else {
                at(&common, i + 1, j).max(at(&common, i, j + 1))
            };
            if let Some(slot) = common.get_mut(i).and_then(|row| row.get_mut(j)) {
                *slot = length;
            }
        }
    }
    let (mut i, mut j, mut marked) = (0, 0, Vec::new());
    loop {
        match (left.get(i), right.get(j)) {
            (Some(line), Some(other)) if line == other => {
                marked.push((' ', *line));
                (i, j) = (i + 1, j + 1);
            }
            (Some(line), other)
                if other.is_none() || at(&common, i + 1, j) >= at(&common, i, j + 1) =>
            {
                marked.push(('-', *line));
                i += 1;
            }
            (_, Some(other)) => {
                marked.push(('+', *other));
                j += 1;
            }
            _ => return marked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_differ_are_marked() {
        let marked = |expected, actual| {
            lines(expected, actual)
                .iter()
                .map(|(mark, line)| format!("{mark}{line}"))
                .collect::<Vec<_>>()
                .join(" ")
        };
        for (expected, actual, shown) in [
            ("a\nb\nc", "a\nx\nc", " a -b +x  c"),
            ("a", "a\nb", " a +b"),
            ("a\nb", "b", "-a  b"),
            ("", "a", "+a"),
        ] {
            assert_eq!(marked(expected, actual), shown);
        }
    }
}
