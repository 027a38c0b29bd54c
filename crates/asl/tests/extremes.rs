//! Extreme inputs, which must not cause failures.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]

use std::fmt::Write as _;

use asl::MachineType;
use asl::Severity;
use asl::linter::{Linter, has_errors};

fn codes(text: &str) -> Vec<&'static str> {
    let (_, findings) = Linter::new(MachineType::Standard).check_text(text);
    findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.code)
        .collect()
}

/// A chain of states, the last of which ends.
fn chain(count: usize, state: impl Fn(usize) -> String) -> String {
    let mut states = String::new();
    for index in 0..count {
        let _ = write!(states, "\"S{index}\": {}, ", state(index));
    }
    format!(
        "{{\"StartAt\": \"S0\", \"States\": {{{states}\"S{count}\": {{\"Type\": \"Succeed\"}}}}}}"
    )
}

#[test]
fn ten_thousand_states_in_a_chain() {
    let pass = |index: usize| {
        format!(
            "{{\"Type\": \"Pass\", \"Result\": {{\"a{index}\": 1}}, \"ResultPath\": \"$.r{index}\", \"Next\": \"S{}\"}}",
            index + 1
        )
    };
    assert!(codes(&chain(10_000, pass)).is_empty());
    let assigning = |index: usize| {
        format!(
            "{{\"Type\": \"Pass\", \"Assign\": {{\"v{index}\": 1}}, \"Next\": \"S{}\"}}",
            index + 1
        )
    };
    assert!(codes(&chain(5_000, assigning)).is_empty());
    let nowhere = |index: usize| format!("{{\"Type\": \"Pass\", \"Next\": \"X{index}\"}}");
    assert_eq!(
        codes(&chain(5_000, nowhere))
            .iter()
            .filter(|code| **code == "ASL2001")
            .count(),
        5_000
    );
}

#[test]
fn everything_leads_everywhere() {
    let states = 120;
    let choice = |_: usize| {
        let rules: Vec<String> = (0..states)
            .map(|to| {
                format!("{{\"Variable\": \"$.a\", \"NumericEquals\": {to}, \"Next\": \"S{to}\"}}")
            })
            .collect();
        format!(
            "{{\"Type\": \"Choice\", \"Choices\": [{}], \"Default\": \"S{states}\"}}",
            rules.join(",")
        )
    };
    assert!(codes(&chain(states, choice)).is_empty());
}

#[test]
fn branches_in_branches() {
    let mut text = "{\"StartAt\": \"L\", \"States\": {\"L\": {\"Type\": \"Succeed\"}}}".to_owned();
    for depth in 0..24 {
        text = format!(
            "{{\"StartAt\": \"P{depth}\", \"States\": {{\"P{depth}\": {{\"Type\": \"Parallel\", \"Branches\": [{text}], \"End\": true}}}}}}"
        );
    }
    assert!(codes(&text).is_empty());
    let bomb = format!("{}{}", "{\"a\":[".repeat(100_000), "]}".repeat(100_000));
    assert_eq!(codes(&bomb), ["ASL0001"]);
}

#[test]
fn long_strings_and_strange_numbers() {
    let pass = |result: &str| {
        format!(
            "{{\"StartAt\": \"A\", \"States\": {{\"A\": {{\"Type\": \"Pass\", \"Result\": {result}, \"End\": true}}}}}}"
        )
    };
    let long = |letters: usize| codes(&pass(&format!("\"{}\"", "x".repeat(letters))));
    assert!(long((1 << 20) - 100).is_empty());
    assert_eq!(long(1 << 20), ["ASL0003"]);
    assert!(
        codes(&pass(
            "[1e400, -0, 1.0000000000000000000001, 99999999999999999999999999]"
        ))
        .is_empty()
    );
    for wrong in [
        "NaN",
        "Infinity",
        "01",
        "1.",
        ".5",
        "+1",
        "0x10",
        "\"\\ud800\"",
        "\"\\x\"",
        "'a'",
    ] {
        let said = codes(&pass(wrong));
        assert!(
            said == ["ASL0001"] || wrong.contains("ud800"),
            "{wrong}: {said:?}"
        );
    }
    assert!(codes(&format!("\u{feff}{}", pass("1"))).is_empty());
    let timeout = |seconds: &str| {
        format!(
            "{{\"StartAt\": \"A\", \"TimeoutSeconds\": {seconds}, \"States\": {{\"A\": {{\"Type\": \"Succeed\"}}}}}}"
        )
    };
    assert!(codes(&timeout("5.0")).is_empty());
    assert_eq!(codes(&timeout("1e400")), ["ASL1002"]);
    assert_eq!(codes(&timeout("5.5")), ["ASL1002"]);
}

#[test]
fn long_expressions() {
    let output = |expression: &str| {
        format!(
            "{{\"QueryLanguage\": \"JSONata\", \"StartAt\": \"A\", \"States\": {{\"A\": {{\"Type\": \"Pass\", \"Output\": \"{{% {expression} %}}\", \"End\": true}}}}}}"
        )
    };
    assert!(codes(&output(&format!("{}1{}", "(".repeat(150), ")".repeat(150)))).is_empty());
    for bomb in [
        "(",
        "[",
        "{",
        "-",
        "function($x){",
        "$a.",
        "1+",
        "$f(",
        "a ? b : ",
    ] {
        let (_, findings) =
            Linter::new(MachineType::Standard).check_text(&output(&bomb.repeat(100_000)));
        assert!(has_errors(&findings), "{bomb}");
    }
    let path = format!("$.a{}", "[0]".repeat(100_000));
    let text = format!(
        "{{\"StartAt\": \"A\", \"States\": {{\"A\": {{\"Type\": \"Pass\", \"InputPath\": \"{path}\", \"End\": true}}}}}}"
    );
    assert!(codes(&text).is_empty());
    let nested = format!("{}1{}", "States.Array(".repeat(50_000), ")".repeat(50_000));
    let text = format!(
        "{{\"StartAt\": \"A\", \"States\": {{\"A\": {{\"Type\": \"Pass\", \"Parameters\": {{\"a.$\": \"{nested}\"}}, \"End\": true}}}}}}"
    );
    assert_eq!(codes(&text), ["ASL3003"]);
}
