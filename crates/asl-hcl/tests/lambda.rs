//! The `lambda` block: the ASL that it renders, and the conversion back to the same block.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

use asl_hcl::{from_asl, to_asl};
use tfplugin::Value;

const ARN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:f";

type Entries = Vec<(&'static str, Value)>;

fn object(entries: &[(&str, Value)]) -> Value {
    Value::object(entries.iter().map(|(name, value)| (*name, value.clone())))
}

/// A workflow of one task with this `lambda` block and these other attributes.
fn workflow(language: &str, lambda: &[(&str, Value)], others: &[(&str, Value)]) -> Value {
    let mut task = object(others);
    task.set("lambda", object(lambda));
    task.set("end", true);
    object(&[
        ("query_language", language.into()),
        ("start_at", "Call".into()),
        ("task", object(&[("Call", task)])),
    ])
}

/// The attributes of a block that are not null.
fn written(value: &Value) -> Value {
    match value {
        Value::Map(entries) => Value::object(
            entries
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key.clone(), written(value))),
        ),
        Value::List(items) => Value::List(items.iter().map(written).collect()),
        other => other.clone(),
    }
}

/// The findings for which AWS rejects a definition.
fn errors(definition: &asl::Json) -> Vec<asl::Diagnostic> {
    let findings =
        asl::linter::Linter::new(asl::MachineType::Standard).check(definition, asl::Form::Nested);
    findings
        .into_iter()
        .filter(|finding| finding.severity == asl::Severity::Error)
        .collect()
}

#[test]
fn it_renders_plain_asl_and_reads_back() {
    let arn = ("function_arn", Value::from(ARN));
    let payload = (
        "payload",
        object(&[("id.$", "$.id".into()), ("n", 1.into())]),
    );
    let answer = ("result_path", Value::from("$.answer"));
    let retry = (
        "retry",
        Value::List(vec![object(&[("error_equals", vec!["Busy"].into())])]),
    );
    let no_retry = ("retry_service_exceptions", Value::from(false));
    let wait = ("wait_for_task_token", Value::from(true));
    let raw = ("unwrap", Value::from(false));
    let cases: Vec<(&str, &str, Entries, Entries)> = vec![
        ("plain", "JSONPath", vec![arn.clone()], vec![]),
        (
            "by name",
            "JSONPath",
            vec![("function_arn", "f".into())],
            vec![],
        ),
        (
            "payload and retry",
            "JSONPath",
            vec![arn.clone(), payload.clone()],
            vec![retry.clone()],
        ),
        (
            "payload from a path",
            "JSONPath",
            vec![arn.clone(), ("payload", "$.order".into())],
            vec![],
        ),
        (
            "beside the input",
            "JSONPath",
            vec![arn.clone()],
            vec![answer.clone()],
        ),
        (
            "beside the input, with payload",
            "JSONPath",
            vec![arn.clone(), payload.clone()],
            vec![answer.clone(), retry],
        ),
        (
            "with the envelope",
            "JSONPath",
            vec![arn.clone(), raw.clone()],
            vec![answer],
        ),
        (
            "without retrier",
            "JSONPath",
            vec![arn.clone(), no_retry.clone()],
            vec![],
        ),
        (
            "waiting for a token",
            "JSONPath",
            vec![arn.clone(), wait.clone()],
            vec![],
        ),
        ("JSONata", "JSONata", vec![arn.clone()], vec![]),
        (
            "JSONata with output",
            "JSONata",
            vec![arn.clone(), raw],
            vec![("output", "{% $states.result.Payload.x %}".into())],
        ),
        (
            "JSONata waiting for a token",
            "JSONata",
            vec![arn, wait, no_retry],
            vec![],
        ),
    ];
    let mut rendered = String::new();
    for (name, language, lambda, others) in cases {
        let config = workflow(language, &lambda, &others);
        let flat = to_asl(&config);
        assert!(
            flat.diagnostics.is_empty(),
            "{name}: {:?}",
            flat.diagnostics
        );
        let definition = asl::flat::nest(&flat.json).unwrap();
        assert_eq!(errors(&definition), [], "{name}");
        let imported =
            from_asl(&definition, &Value::Null).unwrap_or_else(|reason| panic!("{name}: {reason}"));
        assert_eq!(
            written(&imported.get("task").clone()),
            written(config.get("task")),
            "{name}"
        );
        let state = definition
            .get("States")
            .and_then(|states| states.get("Call"))
            .unwrap()
            .to_value()
            .unwrap();
        rendered.push_str(&format!(
            "== {name}\n{}\n",
            serde_json::to_string_pretty(&state).unwrap()
        ));
    }
    insta::assert_snapshot!(rendered);
}

#[test]
fn what_was_written_in_another_way_stays() {
    // A separate qualifier, an explicit default and no `lambda` block have the same ASL, and each is kept.
    let qualified = workflow(
        "JSONPath",
        &[("function_arn", ARN.into()), ("qualifier", "live".into())],
        &[],
    );
    let explicit = workflow(
        "JSONPath",
        &[("function_arn", ARN.into()), ("unwrap", true.into())],
        &[],
    );
    let direct = workflow(
        "JSONPath",
        &[
            ("function_arn", ARN.into()),
            ("retry_service_exceptions", false.into()),
        ],
        &[("result_path", "$.x".into())],
    );
    for config in [qualified, explicit, direct] {
        let definition = asl::flat::nest(&to_asl(&config).json).unwrap();
        let again = from_asl(&definition, &config).unwrap();
        assert_eq!(
            written(&again.get("task").clone()),
            written(config.get("task"))
        );
    }
}

#[test]
fn what_cannot_be_is_said() {
    let said = |lambda: &[(&str, Value)], others: &[(&str, Value)]| {
        let diagnostics = to_asl(&workflow("JSONPath", lambda, others)).diagnostics;
        diagnostics
            .iter()
            .map(|d| format!("{} at {}", d.summary, d.path.clone().unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        said(&[], &[]),
        ["`lambda` has no `function_arn` at task[\"Call\"].lambda"]
    );
    assert_eq!(
        said(
            &[("function_arn", "f".into())],
            &[("result_path", "$.x".into())]
        ),
        ["`function_arn` must be an ARN, got a name at task[\"Call\"].lambda.function_arn"]
    );
    assert_eq!(
        said(&[("function_arn", ARN.into())], &[("resource", ARN.into())]),
        ["`lambda` conflicts with `resource` at task[\"Call\"].resource"]
    );
    assert_eq!(
        said(
            &[("function_arn", ARN.into()), ("payload", "$.a".into())],
            &[("result_path", "$.x".into()), ("input_path", "$.b".into())]
        ),
        ["`input_path` conflicts with a path in `payload` at task[\"Call\"].input_path"]
    );
    assert_eq!(
        said(
            &[("function_arn", Value::Unknown)],
            &[("result_path", "$.x".into())]
        ),
        Vec::<String>::new()
    );
}

/// An unknown value may become null: no conflict is reported, and a state that depends on it is unknown.
#[test]
fn what_is_not_known_yet_leaves_open_what_depends_on_it() {
    let state = |config: &Value| {
        let flat = to_asl(config);
        assert!(flat.diagnostics.is_empty(), "{:?}", flat.diagnostics);
        flat.json
            .get("States")
            .and_then(|states| states.get("Call"))
            .unwrap()
            .clone()
    };
    let arn = ("function_arn", Value::from(ARN));
    for flag in ["unwrap", "wait_for_task_token", "retry_service_exceptions"] {
        let config = workflow("JSONPath", &[arn.clone(), (flag, Value::Unknown)], &[]);
        assert_eq!(state(&config), asl::Json::Unknown, "{flag}");
    }
    for field in [
        "result_path",
        "result_selector",
        "output_path",
        "query_language",
    ] {
        let config = workflow(
            "JSONPath",
            std::slice::from_ref(&arn),
            &[(field, Value::Unknown)],
        );
        assert_eq!(state(&config), asl::Json::Unknown, "{field}");
    }
    let mut config = workflow("JSONPath", std::slice::from_ref(&arn), &[]);
    config.set("query_language", Value::Unknown);
    assert_eq!(state(&config), asl::Json::Unknown);
    // A name is accepted if the field that requires an ARN may be absent.
    let config = workflow(
        "JSONPath",
        &[("function_arn", "f".into())],
        &[("result_path", Value::Unknown)],
    );
    assert_eq!(state(&config), asl::Json::Unknown);
    // These fields do not change how the block is rendered.
    for field in ["resource", "parameters", "arguments", "input_path", "retry"] {
        let config = workflow(
            "JSONPath",
            std::slice::from_ref(&arn),
            &[(field, Value::Unknown)],
        );
        assert!(matches!(state(&config), asl::Json::Object(_)), "{field}");
    }
    // A known field decides.
    let others = [
        ("result_path", "$.x".into()),
        ("output_path", Value::Unknown),
    ];
    let known = state(&workflow("JSONPath", &[arn], &others));
    assert_eq!(known.get("Resource").and_then(asl::Json::as_str), Some(ARN));
}

#[test]
fn a_path_selects_the_payload_of_a_function_that_is_the_resource() {
    let lambda = [
        ("function_arn", Value::from(ARN)),
        ("payload", "$.order".into()),
    ];
    let config = workflow("JSONPath", &lambda, &[("result_path", "$.x".into())]);
    let definition = asl::flat::nest(&to_asl(&config).json).unwrap();
    assert_eq!(errors(&definition), []);
    let call = definition
        .get("States")
        .and_then(|states| states.get("Call"))
        .unwrap();
    assert_eq!(
        call.get("InputPath").and_then(asl::Json::as_str),
        Some("$.order")
    );
    // The configuration is kept.
    let again = from_asl(&definition, &config).unwrap();
    assert_eq!(
        written(&again.get("task").clone()),
        written(config.get("task"))
    );
}

/// A task that the `lambda` block cannot describe exactly keeps `resource` and `parameters`.
#[test]
fn a_task_that_no_block_describes_is_written_out() {
    for parameters in [
        r#"{"FunctionName": null, "Payload.$": "$"}"#,
        r#"{"FunctionName": "f", "Payload": null}"#,
        r#"{"FunctionName": 5, "Payload": {}}"#,
        r#"{"FunctionName": "f", "Payload.$": "$", "ClientContext": "x"}"#,
    ] {
        let text = format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {parameters}, "OutputPath": "$.Payload", "End": true}}}}}}"#
        );
        let definition = asl::parse(&text).unwrap().0.root;
        let blocks = from_asl(&definition, &Value::Null).unwrap();
        assert!(
            blocks.get("task").get("A").get("lambda").is_null(),
            "{parameters}"
        );
        assert!(
            to_asl(&blocks).json.same_meaning(&definition),
            "{parameters}"
        );
    }
}
