//! `sfn history` on histories in files, and the arguments of the commands that operate executions on AWS.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[expect(dead_code, reason = "other files use the rest")]
#[path = "support/order.rs"]
mod order;
#[expect(dead_code, reason = "other files use the rest")]
mod support;

use std::path::Path;

use serde_json::Value;
use support::{folder, sfn};

/// The history of an execution that fails in an item, after a retry of a task. Its data contains markup and an escape
/// sequence.
const FAILED: &str = include_str!("executions/failed.json");
const MACHINE: &str = "arn:aws:states:eu-west-1:123456789012:stateMachine:order";
const EXECUTION: &str = "arn:aws:states:eu-west-1:123456789012:execution:order:4711";
const ELSEWHERE: &str = "arn:aws:states:us-east-1:123456789012:execution:order:4711";

fn contains(said: &str, parts: &[&str]) {
    for part in parts {
        assert!(said.contains(part), "{part}:\n{said}");
    }
}

/// Prints the history of the execution that failed.
fn history(folder: &Path, arguments: &[&str]) -> String {
    let all = [&["history", "--file", "failed.json"][..], arguments].concat();
    sfn(folder, &all, "")
}

#[test]
fn the_states_of_an_execution_are_shown() {
    let folder = folder(&[("failed.json", FAILED)]);
    let said = history(folder.path(), &[]);
    contains(
        &said,
        &[
            "Charge (Task): at 0 ms, 1 min 3 s, 1 retry\n",
            "  attempt 1  lambda:invoke  2.0 s  Busy: try again\n",
            "  attempt 2  lambda:invoke  1.0 s\n",
            "  input   {\"order\":\"o-1\"}\n",
            "  output  {\"approved\":true,\"parcels\":[\"<script>alert(1)</script>\",\"b\"]",
            "…\n",
            "Approved? (Choice): at 1 min 3 s, 0 ms\n",
            "Ship (Map): at 1 min 3 s, 1.0 s, failed\n",
            "  Send[0] (Task): at 1 min 3 s, 1.0 s, aborted\n",
            "  Send[1] (Task): at 1 min 3 s, 1.0 s, failed\n",
            "    attempt 1  arn:aws:lambda:eu-west-1:123456789012:function:send  1.0 s  Full: no \\u{1b}[31mspace\n",
            "\nFAILED after 1 min 4 s: Full: no \\u{1b}[31mspace\n",
            "[exit 0]\n",
        ],
    );
    assert!(!said.contains('\u{1b}'), "{said}");
    let full = history(folder.path(), &["--full"]);
    contains(&full, &["  output\n    {\n      \"approved\": true,\n"]);
    assert!(!full.contains('…'), "{full}");
    let piped = sfn(folder.path(), &["history", "--file", "-"], FAILED);
    contains(&piped, &["Charge (Task)", "[exit 0]\n"]);
}

#[test]
fn the_history_of_a_running_execution_has_no_end() {
    let mut running: Value = serde_json::from_str(FAILED).unwrap();
    let events = running["events"].as_array_mut().unwrap();
    events.truncate(6);
    // `aws stepfunctions get-execution-history --reverse-order`
    events.reverse();
    let running = running.to_string();
    let folder = folder(&[("failed.json", running.as_str())]);
    let said = history(folder.path(), &[]);
    contains(
        &said,
        &[
            "Charge (Task): at 0 ms, running, 1 retry\n",
            "  attempt 2  lambda:invoke  running\n",
            "RUNNING, last event after 1 min 2 s\n",
        ],
    );
    let said = history(folder.path(), &["--format", "html"]);
    contains(
        &said,
        &["<td>RUNNING</td>", "<td>running</td>", "[exit 0]\n"],
    );
    assert!(!said.contains("<div class=\"bad\">"), "{said}");
}

#[test]
fn the_path_is_drawn() {
    let folder = folder(&[("failed.json", FAILED), ("order.asl.json", order::ORDER)]);
    let graph = |format: &str| {
        history(
            folder.path(),
            &["--definition", "order.asl.json", "--format", format],
        )
    };
    contains(
        &graph("mermaid"),
        &[
            "flowchart TD\n",
            "class s0,s1 reached\n",
            "class s2,s5 failed\n",
            "class s3,s4 missed\n",
            "linkStyle 0,1,3,5 stroke:",
            "[exit 0]\n",
        ],
    );
    let reached = "<g class=\"reached\"><title>Charge</title>";
    let failed = "<g class=\"failed\"><title>Send</title>";
    let missed = "<g class=\"missed\"><title>Late</title>";
    contains(&graph("svg"), &[reached, failed, missed]);
    let page = graph("html");
    contains(
        &page,
        &[
            reached,
            failed,
            missed,
            "<strong>FAILED in Send[1]: Full</strong>",
            "default-src 'none'",
            "<li>lambda:invoke, 2.0 s, Busy: try again</li>",
            "&lt;script&gt;alert(1)&lt;/script&gt;",
            "<details><summary>",
            "<tr><td>Retries</td><td>1</td></tr>",
        ],
    );
    for part in ["<script", "<link", "src=", "\u{1b}"] {
        assert!(!page.contains(part), "{part}:\n{page}");
    }
    let without = history(folder.path(), &["--format", "html"]);
    contains(&without, &["<strong>FAILED in Send[1]", "[exit 0]\n"]);
    assert!(!without.contains("<svg"), "{without}");
    let said = history(folder.path(), &["--format", "mermaid"]);
    contains(&said, &["use `--definition FILE`", "[exit 2]\n"]);
}

#[test]
fn the_history_is_written_with_the_status() {
    let folder = folder(&[("failed.json", FAILED), ("other.json", "{}")]);
    let said = history(folder.path(), &["--format", "json"]);
    let (start, end) = (said.find('{').unwrap(), said.rfind('}').unwrap());
    let document: Value = serde_json::from_str(said.get(start..=end).unwrap()).unwrap();
    let text = |name: &str| document.get(name).and_then(Value::as_str);
    assert_eq!(text("status"), Some("FAILED"));
    assert_eq!(text("error"), Some("Full"));
    assert_eq!(text("startDate"), Some("2026-11-03T09:30:00.000Z"));
    assert_eq!(text("stopDate"), Some("2026-11-03T09:31:04.000Z"));
    let events = document.get("events").and_then(Value::as_array);
    assert_eq!(events.map(Vec::len), Some(27));
    // Another history in the same form can be read again.
    let again = sfn(
        folder.path(),
        &["history", "--file", "-"],
        &document.to_string(),
    );
    contains(&again, &["FAILED after 1 min 4 s", "[exit 0]\n"]);
    let said = sfn(folder.path(), &["history", "--file", "other.json"], "");
    contains(
        &said,
        &["error: other: a history is an object", "[exit 2]\n"],
    );
}

#[test]
fn wrong_arguments_are_reported_before_aws_is_called() {
    let folder = folder(&[("order.asl.json", order::ORDER)]);
    let express = "arn:aws:states:eu-west-1:123456789012:express:order:4711:id";
    let activity = "arn:aws:states:eu-west-1:123456789012:activity:order";
    for (arguments, expected) in [
        (&["run", "order.asl.json"][..], "use `--local`"),
        (&["run", "order", "--mock", "A=1"], "--local"),
        (
            &["run", "order", "--mock", "A=1", "--wait"],
            "cannot be used with",
        ),
        (
            &["run", "order.asl.json", "--local", "--wait"],
            "cannot be used with",
        ),
        (
            &["run", "order.asl.json", "--local", "--name", "n"],
            "cannot be used with",
        ),
        (&["run", "order", "--timeout", "5m"], "--wait"),
        (
            &["run", "order", "--wait", "--timeout", "soon"],
            "must be a duration",
        ),
        (&["run", "order", "--input", "{"], "--input: not valid JSON"),
        (&["run", activity], "is not the ARN of a state machine"),
        (&["history"], "required"),
        (
            &["history", "4711"],
            "`4711` is not the ARN of an execution",
        ),
        (&["history", MACHINE], "it is not the ARN of an execution"),
        (&["history", express], "type `EXPRESS`"),
        (
            &["history", EXECUTION, "--file", "a.json"],
            "cannot be used with",
        ),
        (
            &["history", EXECUTION, "--definition", "a.json"],
            "cannot be used with",
        ),
        (
            &["history", "--file", "missing.json"],
            "cannot read missing.json",
        ),
        (&["executions"], "required"),
        (&["executions", "order", "--status", "broken"], "TIMED_OUT"),
        (
            &["executions", "order", "--since", "2w"],
            "must be a duration",
        ),
        (
            &["executions", activity],
            "is not the ARN of a state machine",
        ),
        (&["redrive"], "required"),
        (&["redrive", MACHINE], "it is not the ARN of an execution"),
        (&["redrive", EXECUTION, ELSEWHERE], "several regions"),
        (
            &["redrive", EXECUTION, "--error", "E"],
            "cannot be used with",
        ),
        (
            &["redrive", EXECUTION, "--workflow", "order"],
            "cannot be used with",
        ),
        (&["callback", "token"], "required"),
        (&["callback", "--failure", "E"], "required"),
        (
            &["callback", "token", "--success", "{}", "--failure", "E"],
            "cannot be used with",
        ),
        (
            &["callback", "token", "--success", "{}", "--cause", "c"],
            "cannot be used with",
        ),
        (
            &["callback", "token", "--success", "{"],
            "--success: not valid JSON",
        ),
        (
            &["callback", "-", "--success", "-"],
            "only one of the token and the result",
        ),
        (
            &["callback", "-", "--failure", "E"],
            "the task token is empty",
        ),
        (
            &["callback", "--token-file", "missing", "--failure", "E"],
            "cannot read missing",
        ),
    ] {
        let said = sfn(folder.path(), arguments, "");
        contains(&said, &[expected, "[exit 2]\n"]);
    }
}
