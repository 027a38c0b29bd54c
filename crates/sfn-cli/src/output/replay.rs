//! Repeated executions as text, JSON and Markdown.

use printable::{printable, printable_lines};
use serde_json::{Value, json};
use sfn_deploy::ReplayedExecution;
use sfn_test::{Difference, Replayed};

/// Whether an execution differs.
pub fn has_differences(replayed: &[ReplayedExecution]) -> bool {
    replayed
        .iter()
        .any(|one| matches!(one.replayed, Replayed::Different(_)))
}

/// The sums in a sentence.
fn summary(replayed: &[ReplayedExecution]) -> String {
    let count = |matches: fn(&Replayed) -> bool| {
        let replayed = replayed.iter();
        replayed.filter(|one| matches(&one.replayed)).count()
    };
    let different = count(|one| matches!(one, Replayed::Different(_)));
    let skipped = count(|one| matches!(one, Replayed::Skipped(_)));
    let mut text = match (replayed.len(), different) {
        (0, _) => return "there are no executions to repeat".to_owned(),
        (all, 0) => format!("none of {all} executions differs"),
        (all, 1) => format!("1 of {all} executions differs"),
        (all, different) => format!("{different} of {all} executions differ"),
    };
    if skipped > 0 {
        text += &format!(", {skipped} could not be repeated");
    }
    text
}

/// The executions that differ or could not be repeated, as text.
pub fn text(replayed: &[ReplayedExecution]) -> String {
    let mut text = String::new();
    for one in replayed {
        let name = format!("{} ({})", one.execution.name, one.execution.status);
        match &one.replayed {
            Replayed::Same => {}
            Replayed::Skipped(reason) => {
                text += &format!(
                    "{} could not be repeated: {}\n\n",
                    printable(&name),
                    printable(reason)
                );
            }
            Replayed::Different(differences) => {
                text += &format!("{}\n", printable(&name));
                for difference in differences {
                    text += &lines(difference);
                }
                text.push('\n');
            }
        }
    }
    format!("{text}{}\n", summary(replayed))
}

/// A difference. Values of several lines are indented below their names.
fn lines(difference: &Difference) -> String {
    let Difference {
        what,
        expected,
        actual,
    } = difference;
    let what = printable(what);
    if !expected.contains('\n') && !actual.contains('\n') {
        let (expected, actual) = (printable(expected), printable(actual));
        return format!("  {what}: {expected}, now {actual}\n");
    }
    let indented = |value: &str| {
        let value = printable_lines(value).into_owned();
        let lines = value.lines().map(|line| format!("      {line}\n"));
        lines.collect::<String>()
    };
    format!(
        "  {what}:\n    before\n{}    now\n{}",
        indented(expected),
        indented(actual)
    )
}

/// All executions as JSON.
pub fn json(replayed: &[ReplayedExecution]) -> String {
    let difference = |difference: &Difference| json!({ "what": difference.what, "before": difference.expected, "after": difference.actual });
    let execution = |one: &ReplayedExecution| {
        let mut json = json!({
            "executionArn": one.execution.arn,
            "name": one.execution.name,
            "status": one.execution.status,
            "startDate": one.execution.start_date,
        });
        let (result, name, value) = match &one.replayed {
            Replayed::Same => ("SAME", None, Value::Null),
            Replayed::Skipped(reason) => ("SKIPPED", Some("reason"), reason.as_str().into()),
            Replayed::Different(differences) => (
                "DIFFERENT",
                Some("differences"),
                differences.iter().map(difference).collect(),
            ),
        };
        if let Some(members) = json.as_object_mut() {
            members.insert("result".to_owned(), result.into());
            members.extend(name.map(|name| (name.to_owned(), value)));
        }
        json
    };
    let executions: Vec<Value> = replayed.iter().map(execution).collect();
    let json = json!({ "executions": executions });
    serde_json::to_string_pretty(&json).unwrap_or_else(|_| json.to_string()) + "\n"
}

/// The executions that differ as a Markdown table.
pub fn markdown(replayed: &[ReplayedExecution]) -> String {
    let mut text = format!("**Replay**: {}\n", summary(replayed));
    if !has_differences(replayed) {
        return text;
    }
    text.push_str("\n| Execution | Difference | Before | After |\n| --- | --- | --- | --- |\n");
    for one in replayed {
        let Replayed::Different(differences) = &one.replayed else {
            continue;
        };
        for difference in differences {
            text += &format!(
                "| {} | {} | {} | {} |\n",
                cell(&one.execution.name),
                cell(&difference.what),
                cell(&difference.expected),
                cell(&difference.actual)
            );
        }
    }
    text
}

/// A value as code in a cell of a table, in one line. A long one is cut.
fn cell(value: &str) -> String {
    const LENGTH: usize = 200;
    let words: Vec<&str> = value.split_whitespace().collect();
    let mut line: String = printable(&words.join(" "))
        .chars()
        .take(LENGTH)
        .map(|c| if c == '`' { '\'' } else { c })
        .collect();
    if words.join(" ").chars().count() > LENGTH {
        line.push('…');
    }
    match line.is_empty() {
        true => line,
        false => format!("`{}`", line.replace('|', "\\|")),
    }
}

#[cfg(test)]
mod tests {
    use sfn_aws::execution::Listed;

    use super::*;

    fn one(name: &str, replayed: Replayed) -> ReplayedExecution {
        let execution = Listed {
            arn: format!("arn:{name}"),
            name: name.to_owned(),
            status: "SUCCEEDED".to_owned(),
            start_date: "2026-12-01T00:00:00Z".to_owned(),
            stop_date: None,
            state_machine_version_arn: None,
            redrive_count: 0,
        };
        ReplayedExecution {
            execution,
            replayed,
        }
    }

    fn all() -> Vec<ReplayedExecution> {
        let difference = |what: &str, expected: &str, actual: &str| Difference {
            what: what.to_owned(),
            expected: expected.to_owned(),
            actual: actual.to_owned(),
        };
        let differences = vec![
            difference("path", "A → B", "A"),
            difference("output", "{\n  \"a\": \"x|`y`\"\n}", "1"),
        ];
        vec![
            one("a", Replayed::Same),
            one("b", Replayed::Different(differences)),
            one("c", Replayed::Skipped("no history".to_owned())),
        ]
    }

    #[test]
    fn formats_have_the_differences() {
        assert_eq!(
            text(&all()),
            "b (SUCCEEDED)\n  path: A → B, now A\n  output:\n    before\n      {\n        \"a\": \"x|`y`\"\n      }\n    now\n      1\n\nc (SUCCEEDED) could not be repeated: no history\n\n1 of 3 executions differs, 1 could not be repeated\n"
        );
        assert_eq!(
            markdown(&all()),
            "**Replay**: 1 of 3 executions differs, 1 could not be repeated\n\n| Execution | Difference | Before | After |\n| --- | --- | --- | --- |\n| `b` | `path` | `A → B` | `A` |\n| `b` | `output` | `{ \"a\": \"x\\|'y'\" }` | `1` |\n"
        );
        let json: Value = serde_json::from_str(&json(&all())).unwrap();
        assert_eq!(json["executions"][0]["result"], "SAME");
        assert_eq!(json["executions"][1]["differences"][0]["what"], "path");
        assert_eq!(json["executions"][2]["reason"], "no history");
        assert!(has_differences(&all()));
    }

    #[test]
    fn sums_are_sentences() {
        assert_eq!(text(&[]), "there are no executions to repeat\n");
        let same = [one("a", Replayed::Same)];
        assert_eq!(text(&same), "none of 1 executions differs\n");
        assert_eq!(
            markdown(&same),
            "**Replay**: none of 1 executions differs\n"
        );
        assert!(!has_differences(&same));
    }
}
