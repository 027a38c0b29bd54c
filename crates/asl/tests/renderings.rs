//! Renderings of a definition: diagrams, costs and the canonical text.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use asl::cost::estimate;
use asl::diagram::{Format, Mark, Marks, Transition, draw, svg};
use asl::{Json, parse};

const ORDER: &str = r#"{
  "StartAt": "Check \"it\"",
  "States": {
    "Check \"it\"": {
      "Type": "Choice",
      "Choices": [
        {"And": [{"Variable": "$.total", "NumericGreaterThan": 100}, {"Not": {"Variable": "$.known", "BooleanEquals": true}}], "Next": "Ask"},
        {"Variable": "$.comment", "StringMatches": "a very long pattern that nobody wants to read in a diagram*", "Next": "Both"}
      ],
      "Default": "Both"
    },
    "Ask": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "Catch": [{"ErrorEquals": ["States.Timeout", "No"], "Next": "Refused"}], "Next": "Both"},
    "Both": {
      "Type": "Parallel",
      "Branches": [
        {"StartAt": "Pay", "States": {"Pay": {"Type": "Task", "Resource": "r", "Next": "Paid"}, "Paid": {"Type": "Pass", "End": true}}},
        {"StartAt": "Each", "States": {"Each": {"Type": "Map", "ItemProcessor": {"StartAt": "Pack", "States": {"Pack": {"Type": "Pass", "End": true}}}, "End": true}}}
      ],
      "Next": "Pause"
    },
    "Pause": {"Type": "Wait", "Seconds": 5, "Next": "Again"},
    "Again": {"Type": "Choice", "QueryLanguage": "JSONata", "Choices": [{"Condition": "{% $states.input.n < 3 %}", "Next": "Pause"}], "Default": "Done"},
    "Done": {"Type": "Succeed"},
    "Refused": {"Type": "Fail"}
  }
}"#;

fn value(text: &str) -> Json {
    parse(text).unwrap().0.root
}

#[test]
fn a_definition_is_drawn() {
    insta::assert_snapshot!("mermaid", draw(&value(ORDER), Format::Mermaid));
    insta::assert_snapshot!("dot", draw(&value(ORDER), Format::Dot));
    assert_eq!(draw(&value("{}"), Format::Mermaid), "flowchart TD\n");
}

#[test]
fn a_picture_marks_what_was_reached() {
    let mut marks = Marks::default();
    for (state, mark) in [
        ("Check \"it\"", Mark::Reached),
        ("Ask", Mark::Failed),
        ("Both", Mark::Missed),
    ] {
        marks.states.insert(state.to_owned(), mark);
    }
    let taken = vec![Transition::Rule(0)];
    marks.transitions.insert("Check \"it\"".to_owned(), taken);
    let picture = svg(&value(ORDER), &marks);
    // Each part on a line of its own.
    let lines = picture.replace("><", ">\n<");
    insta::assert_snapshot!("svg", lines);
}

#[test]
fn any_definition_has_a_picture() {
    for (definition, texts) in [
        ("{}", &["<svg "][..]),
        ("{\"StartAt\": \"A\", \"States\": {}}", &["<svg "]),
        (
            "{\"StartAt\": \"<&>\", \"States\": {\"<&>\": {\"Type\": 5, \"Next\": \"<&>\"}}}",
            &["&lt;&amp;&gt;", "Start"],
        ),
    ] {
        let picture = svg(&value(definition), &Marks::default());
        for text in texts {
            assert!(picture.contains(text), "{text} is not in {picture}");
        }
    }
}

/// A long chain, in which each third state leads back to the first one.
#[test]
fn a_large_definition_has_a_picture() {
    let state = |index: usize| {
        let rule = match index % 3 {
            0 => "{\"Variable\": \"$.a\", \"IsPresent\": true, \"Next\": \"S0\"}",
            _ => "{\"Variable\": \"$.b\", \"IsPresent\": true, \"Next\": \"S1\"}",
        };
        let next = index + 1;
        format!(
            "\"S{index}\": {{\"Type\": \"Choice\", \"Choices\": [{rule}], \"Default\": \"S{next}\"}}"
        )
    };
    let states: Vec<String> = (0..300).map(state).collect();
    let states = states.join(",");
    let definition = format!(
        "{{\"StartAt\": \"S0\", \"States\": {{{states}, \"S300\": {{\"Type\": \"Succeed\"}}}}}}"
    );
    let picture = svg(&value(&definition), &Marks::default());
    assert_eq!(picture.matches("<title>").count(), 301);
}

/// A Choice state that leads to each state of a chain, and states that all lead to each other.
#[test]
fn a_dense_definition_has_a_picture() {
    let choice = |name: &str, targets: &[String], default: &str| {
        let rule = |to: &String| {
            format!("{{\"Variable\": \"$.a\", \"IsPresent\": true, \"Next\": \"{to}\"}}")
        };
        let rules: Vec<String> = targets.iter().map(rule).collect();
        let rules = rules.join(",");
        format!(
            "\"{name}\": {{\"Type\": \"Choice\", \"Choices\": [{rules}], \"Default\": \"{default}\"}}"
        )
    };
    let names: Vec<String> = (0..60).map(|index| format!("S{index}")).collect();
    let all: Vec<String> = names
        .iter()
        .map(|name| choice(name, &names, "S0"))
        .collect();
    let chain: Vec<String> = (0..60)
        .map(|index| {
            format!(
                "\"S{index}\": {{\"Type\": \"Pass\", \"Next\": \"S{}\"}}",
                (index + 1).min(59)
            )
        })
        .collect();
    let fan = format!("{},{}", choice("S", &names, "S0"), chain.join(","));
    for (states, count) in [(all.join(","), 60), (fan, 61)] {
        let definition = format!("{{\"StartAt\": \"S0\", \"States\": {{{states}}}}}");
        let picture = svg(&value(&definition), &Marks::default());
        assert_eq!(picture.matches("<title>").count(), count);
    }
}

#[test]
fn an_execution_is_estimated_by_route() {
    let estimate = estimate(&value(ORDER));
    let routes = estimate.routes.iter().map(|route| {
        let transitions = route.transitions;
        format!(
            "{}: {} to {:?}",
            route.states.join(" > "),
            transitions.least,
            transitions.most
        )
    });
    let routes: Vec<String> = routes.collect();
    insta::assert_snapshot!(format!(
        "{:?} complete {}\n{}",
        estimate.transitions,
        estimate.complete,
        routes.join("\n")
    ));
}

#[test]
fn very_many_routes_are_not_all_told() {
    let choice = |n: usize| {
        format!(
            r#""C{n}": {{"Type": "Choice", "Choices": [{{"Variable": "$.x", "IsNull": true, "Next": "P{n}"}}], "Default": "C{next}"}}, "P{n}": {{"Type": "Pass", "Next": "C{next}"}}"#,
            next = n + 1
        )
    };
    let states: Vec<String> = (0..40).map(choice).collect();
    let text = format!(
        r#"{{"StartAt": "C0", "States": {{{}, "C40": {{"Type": "Succeed"}}}}}}"#,
        states.join(", ")
    );
    let estimate = estimate(&value(&text));
    assert_eq!((estimate.routes.len(), estimate.complete), (100, false));
    assert_eq!(
        (estimate.transitions.least, estimate.transitions.most),
        (41, Some(81))
    );
}

#[test]
fn the_same_meaning_has_the_same_canonical_text() {
    let text = |text: &str| value(text).normalized().unwrap();
    assert_eq!(
        text(r#"{ "b": [1.0, 2e1, -0.50], "a": "é" }"#),
        r#"{"a":"é","b":[1,20,-0.5]}"#
    );
    assert_eq!(
        text(r#"{"a": "\u00e9", "b": [1, 20, -0.5]}"#),
        text(r#"{ "b": [1.0, 2e1, -0.50], "a": "é" }"#)
    );
    assert_eq!(text("1e400"), "1e+400");
    assert_eq!(Json::Array(vec![Json::Unknown]).normalized(), None);
}
