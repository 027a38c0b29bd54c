//! The argument `states`: states as values have the meaning of the same blocks, are kept as configured, and
//! mistakes are reported at their places.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

#[path = "../../asl/tests/support/generator.rs"]
mod generator;

use std::collections::BTreeSet;

use asl::linter::{Linter, has_errors};
use asl::{Form, MachineType};
use asl::{Json, JsonPointer};
use asl_hcl::{
    Flat, STATE_BLOCKS, STATES, any_from_json, definition_attributes, from_asl, has_states,
    keep_equal, to_asl,
};
use generator::{Generator, all_fields};
use proptest::prelude::*;
use serde_json::{Value as Plain, json};
use tfplugin::{Type, Typed, Value};

fn value(json: Plain) -> Value {
    any_from_json(&Json::from(json)).unwrap()
}

/// A value as Terraform sends it for an argument of any type.
fn typed(json: Plain) -> Value {
    let value = value(json);
    Value::Typed(Box::new(Typed {
        ty: Type::of(&value),
        value,
    }))
}

/// The value without types.
fn bare(value: &Value) -> Value {
    match value.plain() {
        Value::List(items) => Value::List(items.iter().map(bare).collect()),
        Value::Map(entries) => Value::object(
            entries
                .iter()
                .map(|(name, value)| (name.clone(), bare(value))),
        ),
        other => other.clone(),
    }
}

/// Returns each error with its attribute path.
fn said(flat: &Flat) -> Vec<String> {
    flat.diagnostics
        .iter()
        .map(|found| format!("{} at {}", found.summary, found.path.clone().unwrap()))
        .collect()
}

#[track_caller]
fn check(states: Plain, expected: Plain) {
    let flat = to_asl(&Value::object([(STATES, typed(states))]));
    assert_eq!(said(&flat), Vec::<String>::new());
    assert_eq!(
        flat.json.get("States").unwrap().to_value().unwrap(),
        expected
    );
}

#[test]
fn states_mean_what_their_blocks_mean() {
    check(
        json!({
            "Charge": {
                "type": "task", "lambda": { "function_arn": "f", "unwrap": "false", "retry_service_exceptions": false },
                "retry": [{ "error_equals": ["Busy", 404], "max_attempts": "3", "backoff_rate": 1.5 }],
                "next": "Done", "comment": null
            },
            "Done": { "type": "Succeed" },
            "Off": null
        }),
        json!({
            "Charge": {
                "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": { "FunctionName": "f", "Payload.$": "$" },
                "Retry": [{ "ErrorEquals": ["Busy", "404"], "MaxAttempts": 3, "BackoffRate": 1.5 }], "Next": "Done"
            },
            "Done": { "Type": "Succeed" }
        }),
    );
    check(
        json!({ "Which": {
            "type": "choice", "default": "B",
            "rule": [
                { "variable": "$.a", "numeric_greater_than": "1", "next": "B" },
                { "and": [{ "variable": "$.a", "is_present": true }], "next": "B" }
            ]
        } }),
        json!({ "Which": {
            "Type": "Choice", "Default": "B",
            "Choices": [
                { "Variable": "$.a", "NumericGreaterThan": 1, "Next": "B" },
                { "And": [{ "Variable": "$.a", "IsPresent": true }], "Next": "B" }
            ]
        } }),
    );
    check(
        json!({ "Both": { "type": "parallel", "branch": [{ "start_at": "A" }, { "start_at": "B" }], "retry": [], "end": true } }),
        json!({ "Both": { "Type": "Parallel", "Branches": [{ "StartAt": "A" }, { "StartAt": "B" }], "End": true } }),
    );
    check(
        json!({ "Each": {
            "type": "map", "max_concurrency": "5", "end": "true",
            "item_processor": { "start_at": "A", "processor_config": { "mode": "INLINE" } }
        } }),
        json!({ "Each": {
            "Type": "Map", "MaxConcurrency": 5, "End": true,
            "ItemProcessor": { "StartAt": "A", "ProcessorConfig": { "Mode": "INLINE" } }
        } }),
    );
    check(
        json!({ "Each": {
            "type": "Map", "end": true,
            "item_processor": { "definition": "{\"StartAt\":\"X\",\"States\":{\"X\":{\"Type\":\"Succeed\"}}}" }
        } }),
        json!({ "Each": {
            "Type": "Map", "End": true,
            "ItemProcessor": { "StartAt": "X", "States": { "X": { "Type": "Succeed" } } }
        } }),
    );
    check(
        json!({ "Keep": { "type": "pass", "result": { "a": null }, "result_path": "null", "next": "A" } }),
        json!({ "Keep": { "Type": "Pass", "Result": { "a": null }, "ResultPath": null, "Next": "A" } }),
    );
}

#[test]
fn they_are_beside_the_blocks() {
    let attributes = definition_attributes();
    let argument = attributes
        .iter()
        .find(|attribute| attribute.name == STATES)
        .unwrap();
    assert!(argument.optional && !argument.computed && argument.value_type() == Type::Dynamic);
    let blocks = value(
        json!({ "start_at": "A", "pass": { "A": { "next": "B" } }, "states": { "B": { "type": "succeed" } } }),
    );
    let flat = to_asl(&blocks);
    let expected = json!({ "StartAt": "A", "States": { "A": { "Type": "Pass", "Next": "B" }, "B": { "Type": "Succeed" } } });
    assert_eq!(flat.json.to_value().unwrap(), expected);
    assert!(!has_errors(
        &Linter::new(MachineType::Standard).check(&flat.json, Form::Flat)
    ));
    for (config, expected) in [
        (json!({}), false),
        (
            json!({ "start_at": "A", "pass": {}, "states": null }),
            false,
        ),
        (json!({ "states": {} }), true),
        (json!({ "pass": { "A": {} } }), true),
    ] {
        assert_eq!(has_states(&value(config.clone())), expected, "{config}");
    }
}

/// Checks the only message about the states of a configuration, its place, and a part of its detail.
/// Terraform receives the path of the state, or of the argument.
#[track_caller]
fn check_mistake(config: Plain, message: &str, place: &str, detail: &str) {
    let flat = to_asl(&value(config));
    let path = if place == STATES {
        STATES
    } else {
        r#"states["A"]"#
    };
    assert_eq!(said(&flat), [format!("{message} at {path}")]);
    let found = flat.diagnostics.iter().next().unwrap();
    assert!(found.detail.contains(detail), "{}", found.detail);
    assert!(
        place == STATES || found.detail.ends_with(&format!("\n\nat `{place}`")),
        "{}",
        found.detail
    );
}

#[test]
fn mistakes_are_told_where_they_are() {
    let types = "`task`, `pass`, `choice`, `wait`, `parallel`, `map`, `succeed`, `fail`";
    let of_task = format!("Did you mean `task`? Write one of {types}.");
    for (states, message, place, detail) in [
        (
            json!({ "A": { "type": "task", "timout_seconds": 5 } }),
            "unsupported argument `timout_seconds`",
            r#"states["A"]["timout_seconds"]"#,
            "Did you mean `timeout_seconds`?",
        ),
        (
            json!({ "A": { "type": "choice", "Choices": [] } }),
            "unsupported argument `Choices`",
            r#"states["A"]["Choices"]"#,
            "Did you mean `rule`?",
        ),
        (
            json!({ "A": { "type": "task", "retry": [{ "max_attempts": 1 }, { "max_attempt": 1 }] } }),
            "unsupported argument `max_attempt`",
            r#"states["A"]["retry"][1]["max_attempt"]"#,
            "Did you mean `max_attempts`?",
        ),
        (
            json!({ "A": { "type": "task", "lambda": { "function_arn": "f", "unwarp": true } } }),
            "unsupported argument `unwarp`",
            r#"states["A"]["lambda"]["unwarp"]"#,
            "Did you mean `unwrap`?",
        ),
        (
            json!({ "A": { "type": "pass", "lambda": { "function_arn": "f" } } }),
            "unsupported argument `lambda`",
            r#"states["A"]["lambda"]"#,
            "An argument named `lambda` is not expected here.",
        ),
        (
            json!({ "A": { "type": "tsk" } }),
            "unsupported state type `tsk`",
            r#"states["A"]["type"]"#,
            of_task.as_str(),
        ),
        (
            json!({ "A": { "type": 5 } }),
            "`type` is a number, not a string",
            r#"states["A"]["type"]"#,
            types,
        ),
        (
            json!({ "A": { "next": "B" } }),
            "state `A` has no `type`",
            r#"states["A"]"#,
            types,
        ),
        (
            json!({ "A": "task" }),
            "state `A` is a string, not an object",
            r#"states["A"]"#,
            "Write an object",
        ),
        (
            json!([]),
            "`states` is a list, not a map of states",
            STATES,
            "Write a map of state name",
        ),
        (
            json!({ "A": { "type": "task", "lambda": "f" } }),
            "`lambda` is a string, not an object",
            r#"states["A"]["lambda"]"#,
            "`function_arn`",
        ),
        (
            json!({ "A": { "type": "task", "lambda": { "function_arn": "f", "unwrap": "no" } } }),
            "`unwrap` is a string, not a boolean",
            r#"states["A"]["lambda"]["unwrap"]"#,
            "Write a boolean.",
        ),
        (
            json!({ "A": { "type": "task", "lambda": {} } }),
            "`lambda` has no `function_arn`",
            r#"states["A"]["lambda"]"#,
            "Write the ARN",
        ),
        (
            json!({ "A": { "type": "map", "item_processor": { "definition": {} } } }),
            "`definition` is an object, not a string",
            r#"states["A"]["item_processor"]["definition"]"#,
            "Write a string.",
        ),
    ] {
        check_mistake(json!({ "states": states }), message, place, detail);
    }
    check_mistake(
        json!({ "task": { "A": { "end": true } }, "states": { "A": { "type": "succeed" } } }),
        "another state is called `A`",
        r#"states["A"]"#,
        "A `task` block has the same name",
    );
}

#[test]
fn findings_lead_into_the_value() {
    let states = json!({
        "A": {
            "type": "task", "lambda": { "function_arn": "f", "payload": { "id": 1 } },
            "retry": [{ "error_equals": ["X"], "max_attempts": 1 }], "next": "M"
        },
        "M": { "type": "map", "item_processor": { "start_at": "B" } },
        "C": { "type": "choice", "rule": [{ "and": [{ "variable": "$.a" }] }] }
    });
    let flat = to_asl(&value(
        json!({ "start_at": "A", "states": states, "pass": { "B": { "comment": "c", "end": true } } }),
    ));
    assert_eq!(said(&flat), Vec::<String>::new());
    for (pointer, expected) in [
        ("States/A", r#"states["A"]"#),
        ("States/A/Type", r#"states["A"]["type"]"#),
        ("States/A/Next", r#"states["A"]["next"]"#),
        (
            "States/A/Resource",
            r#"states["A"]["lambda"]["function_arn"]"#,
        ),
        (
            "States/A/Parameters/FunctionName",
            r#"states["A"]["lambda"]["function_arn"]"#,
        ),
        (
            "States/A/Parameters/Payload/id",
            r#"states["A"]["lambda"]["payload"]["id"]"#,
        ),
        (
            "States/A/Retry/0/MaxAttempts",
            r#"states["A"]["lambda"]["retry_service_exceptions"]"#,
        ),
        ("States/A/Retry/1", r#"states["A"]["retry"][0]"#),
        (
            "States/A/Retry/1/MaxAttempts",
            r#"states["A"]["retry"][0]["max_attempts"]"#,
        ),
        (
            "States/A/Retry/1/ErrorEquals/0",
            r#"states["A"]["retry"][0]["error_equals"][0]"#,
        ),
        (
            "States/M/ItemProcessor/StartAt",
            r#"states["M"]["item_processor"]["start_at"]"#,
        ),
        (
            "States/M/ItemProcessor/States/X/Next",
            r#"states["M"]["item_processor"]["definition"]"#,
        ),
        (
            "States/C/Choices/0/And/0/Variable",
            r#"states["C"]["rule"][0]["and"][0]["variable"]"#,
        ),
    ] {
        let pointer: JsonPointer = pointer.split('/').map(str::to_owned).collect();
        assert_eq!(flat.path(&pointer).unwrap().to_string(), expected);
        assert_eq!(flat.place_in_states(&pointer).as_deref(), Some(expected));
        let state = expected.split(']').next().unwrap();
        assert_eq!(
            flat.line_path(&pointer).unwrap().to_string(),
            format!("{state}]")
        );
    }
    for (pointer, expected) in [
        ("StartAt", "start_at"),
        ("States/B/Next", r#"pass["B"].next"#),
        ("States", "states"),
    ] {
        let pointer: JsonPointer = pointer.split('/').map(str::to_owned).collect();
        assert_eq!(flat.path(&pointer).unwrap().to_string(), expected);
        assert_eq!(flat.line_path(&pointer), flat.path(&pointer));
        assert_eq!(flat.place_in_states(&pointer), None);
    }
}

#[test]
fn what_is_not_known_yet_is_no_mistake() {
    let mut end = value(json!({ "type": "pass", "result": 1 }));
    end.set("next", Value::Unknown);
    let mut some_type = value(json!({ "whatever": true }));
    some_type.set("type", Value::Unknown);
    let message = json!({ "TopicArn": "arn:aws:sns:eu-west-1:123456789012:t", "Message": "m" });
    let task = json!({ "type": "task", "resource": "arn:aws:states:::sns:publish", "parameters": message, "end": true });
    let mut retry = value(task);
    retry.set("retry", Value::Unknown);
    let mut lambda = value(json!({ "type": "task", "end": true }));
    lambda.set("lambda", Value::Unknown);
    for (states, knows_states) in [
        (Value::Unknown, false),
        (Value::object([("A", Value::Unknown)]), true),
        (Value::object([("A", end)]), true),
        (Value::object([("A", some_type)]), true),
        (Value::object([("A", retry)]), true),
        (Value::object([("A", lambda)]), true),
    ] {
        let mut config = value(json!({ "start_at": "A" }));
        config.set(STATES, states.clone());
        let flat = to_asl(&config);
        assert_eq!(said(&flat), Vec::<String>::new(), "{states:?}");
        assert_eq!(
            flat.json.get("States").unwrap().as_object().is_some(),
            knows_states,
            "{states:?}"
        );
        assert!(!flat.json.is_known(), "{states:?}");
        let found = Linter::new(MachineType::Standard).check(&flat.json, Form::Flat);
        assert!(!has_errors(&found), "{states:?}: {found:?}");
        assert!(has_states(&config), "{states:?}");
    }
}

/// The states of the tests about kept values.
fn written() -> Plain {
    json!({
        "Charge": {
            "next": "Done", "type": "Task", "comment": null, "resource": "arn:aws:states:::sns:publish",
            "parameters": { "TopicArn": "t", "Message": "m" },
            "retry": [{ "max_attempts": "3", "error_equals": ["Busy"] }, { "error_equals": ["States.ALL"] }]
        },
        "Done": { "type": "succeed" },
        "Off": null
    })
}

fn prior() -> Value {
    Value::object([
        ("start_at", Value::from("Charge")),
        (STATES, typed(written())),
    ])
}

/// Changes the definition in AWS, and returns the blocks that are read then.
fn drifted(change: impl Fn(&mut Plain)) -> Value {
    let mut definition = asl::flat::nest(&to_asl(&prior()).json)
        .unwrap()
        .to_value()
        .unwrap();
    change(&mut definition);
    from_asl(&Json::from(definition), &prior()).unwrap()
}

#[test]
fn drift_is_found_state_by_state() {
    assert_eq!(
        drifted(|_| {}).get(STATES),
        prior().get(STATES),
        "as it was, with its type"
    );

    let found =
        drifted(|definition| definition["States"]["Charge"]["Retry"][0]["MaxAttempts"] = json!(9));
    let mut expected = written();
    expected["Charge"]["retry"][0]["max_attempts"] = json!(9);
    assert_eq!(bare(found.get(STATES)), value(expected));

    let found = drifted(|definition| {
        let charge = definition["States"]["Charge"].as_object_mut().unwrap();
        charge.remove("Next");
        charge.insert("End".into(), json!(true));
        charge.insert("Comment".into(), json!("c"));
        definition["States"].as_object_mut().unwrap().remove("Done");
    });
    let mut expected = written();
    expected.as_object_mut().unwrap().remove("Done");
    let charge = expected["Charge"].as_object_mut().unwrap();
    charge.remove("next");
    charge.insert("end".into(), json!(true));
    charge.insert("comment".into(), json!("c"));
    assert_eq!(bare(found.get(STATES)), value(expected));

    let found = drifted(|definition| {
        definition["States"]["Charge"]["Next"] = json!("Extra");
        definition["States"]["Extra"] = json!({ "Type": "Wait", "Seconds": 1, "Next": "Done" });
    });
    let mut expected = written();
    expected["Charge"]["next"] = json!("Extra");
    assert_eq!(bare(found.get(STATES)), value(expected));
    assert_eq!(
        found.get("wait").get("Extra").get("seconds").as_i64(),
        Some(1)
    );

    let found = drifted(|definition| {
        definition["States"]["Done"] = json!({ "Type": "Fail", "Error": "E" });
        definition["States"]["Charge"]["Next"] = json!("Off");
        definition["States"]["Off"] = json!({ "Type": "Pass", "Next": "Done" });
    });
    let mut expected = written();
    expected["Done"] = json!({ "type": "fail", "error": "E" });
    expected["Charge"]["next"] = json!("Off");
    assert_eq!(bare(found.get(STATES)), value(expected));
    assert_eq!(
        found.get("pass").get("Off").get("next").as_str(),
        Some("Done")
    );
}

#[test]
fn what_did_not_drift_keeps_its_type() {
    let list = Value::Typed(Box::new(Typed {
        ty: Type::map(Type::Object(
            [("type", Type::String)]
                .map(|(name, ty)| (name.to_owned(), ty))
                .into(),
        )),
        value: value(json!({ "A": { "type": "succeed" }, "B": { "type": "succeed" } })),
    }));
    let config = Value::object([
        ("start_at", Value::from("S")),
        (STATES, list),
        (
            "choice",
            value(
                json!({ "S": { "default": "A", "rule": [{ "variable": "$.a", "is_present": true, "next": "B" }] } }),
            ),
        ),
    ]);
    let mut definition = asl::flat::nest(&to_asl(&config).json)
        .unwrap()
        .to_value()
        .unwrap();
    definition["States"]["B"]["Comment"] = json!("c");
    let found = from_asl(&Json::from(definition), &config).unwrap();
    let object = Type::Object(
        [("type", Type::String)]
            .map(|(name, ty)| (name.to_owned(), ty))
            .into(),
    );
    assert_eq!(Type::of(found.get(STATES).get("A")), object);
    assert_eq!(
        bare(found.get(STATES).get("B")),
        value(json!({ "type": "succeed", "comment": "c" }))
    );
}

#[test]
fn other_words_for_the_same_are_no_change() {
    let planned = |states: Plain| {
        let mut planned = prior();
        planned.set(STATES, typed(states));
        keep_equal(&prior(), &mut planned);
        planned.get(STATES).clone()
    };
    let mut same = written();
    same["Charge"]["type"] = json!("task");
    same["Charge"]["retry"][0]["max_attempts"] = json!(3);
    same.as_object_mut().unwrap().remove("Off");
    assert_eq!(planned(same), *prior().get(STATES));

    let mut other = written();
    other["Charge"]["retry"][0]["max_attempts"] = json!(4);
    assert_eq!(planned(other.clone()), typed(other));
    let wrong = json!({ "Charge": { "type": "task", "unknown": 1 } });
    assert_eq!(planned(wrong.clone()), typed(wrong));
    assert_eq!(planned(json!({})), typed(json!({})));
}

/// The configuration with the states of the mask in `states`, every other one of them without null values.
fn in_states(blocks: &Value, mask: u64) -> Value {
    let mut config = blocks.clone();
    let (mut entries, mut number) = (Vec::new(), 0_u32);
    for (block, _) in STATE_BLOCKS.iter() {
        let mut stay = Vec::new();
        for (name, state) in blocks.get(block).as_map().into_iter().flatten() {
            number += 1;
            if (mask >> (number % 64)) & 1 == 0 {
                stay.push((name.clone(), state.clone()));
                continue;
            }
            let members = state
                .as_map()
                .unwrap()
                .iter()
                .filter(|(_, member)| number % 2 == 0 || !member.is_null());
            let members = members.map(|(name, member)| (name.clone(), member.clone()));
            let ty = ("type".to_owned(), Value::from(block.as_str()));
            entries.push((name.clone(), Value::object([ty].into_iter().chain(members))));
        }
        config.set(block, Value::object(stay));
    }
    config.set(STATES, Value::object(entries));
    config
}

/// Checks that a definition is the same after a conversion to `states` and back.
fn check_round_trip(definition: &Json, config: &Value) {
    let context = || format!("{}\n{config:?}", definition.to_value().unwrap());
    let flat = to_asl(config);
    assert_eq!(said(&flat), Vec::<String>::new(), "{}", context());
    let again = asl::flat::nest(&flat.json).unwrap();
    assert!(
        again.same_meaning(definition),
        "{}\nrendered {}",
        context(),
        again.to_value().unwrap()
    );
    let found = from_asl(&again, config).unwrap();
    for name in STATE_BLOCKS
        .iter()
        .map(|(block, _)| block.as_str())
        .chain([STATES])
    {
        assert_eq!(found.get(name), config.get(name), "{name}: {}", context());
    }
}

/// The definition with another comment in each of its states.
fn commented(definition: &Json) -> Json {
    let mut flat = asl::flat::flatten(definition).unwrap();
    let Some(Json::Object(states)) = flat.at_mut(&["States"].into_iter().collect()) else {
        panic!("no states")
    };
    for state in states.values_mut() {
        let Json::Object(members) = state else {
            panic!("the state must be an object")
        };
        members.insert("Comment".into(), "changed".into());
    }
    asl::flat::nest(&flat).unwrap()
}

#[test]
fn every_field_of_the_language_survives() {
    let mut covered = BTreeSet::new();
    for seed in 0..300 {
        let mut generator = Generator::new(seed);
        let definition = generator.definition();
        covered.append(&mut generator.covered);
        let blocks = from_asl(&definition, &Value::Null).unwrap();
        check_round_trip(&definition, &in_states(&blocks, u64::MAX));
    }
    let missing: Vec<_> = all_fields().difference(&covered).cloned().collect();
    assert_eq!(missing, Vec::<String>::new(), "fields that no case had");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_of_the_states_may_be_values(seed in any::<u32>(), mask in any::<u64>()) {
        let definition = Generator::new(seed.into()).definition();
        let blocks = from_asl(&definition, &Value::Null).unwrap();
        let config = in_states(&blocks, mask);
        check_round_trip(&definition, &config);

        // A changed state stays in its block or in `states`.
        let changed = commented(&definition);
        let found = from_asl(&changed, &config).unwrap();
        prop_assert!(asl::flat::nest(&to_asl(&found).json).unwrap().same_meaning(&changed));
        let names = |value: &Value| value.get(STATES).as_map().unwrap().keys().cloned().collect::<Vec<_>>();
        prop_assert_eq!(names(&found), names(&config));
    }
}

/// The place of a value in an argument is known, but Terraform receives only one step into it.
#[test]
fn terraform_follows_one_step_into_an_argument() {
    let flat = to_asl(&value(json!({
        "start_at": "A",
        "task": { "A": { "resource": "r", "parameters": { "A": { "b": [{ "0": 1 }] } }, "end": true } },
        "choice": { "C": { "rule": [{ "and": [{ "not": { "variable": "$.a" } }], "next": "A" }] } }
    })));
    for (pointer, whole, line) in [
        (
            "States/A/Parameters/A",
            r#"task["A"].parameters["A"]"#,
            r#"task["A"].parameters["A"]"#,
        ),
        (
            "States/A/Parameters/A/b/0/0",
            r#"task["A"].parameters["A"]["b"][0][0]"#,
            r#"task["A"].parameters["A"]"#,
        ),
        (
            "States/C/Choices/0/And/0/Not/Variable",
            r#"choice["C"].rule[0].and[0]["not"]["variable"]"#,
            r#"choice["C"].rule[0].and[0]"#,
        ),
        ("States/A/Next", r#"task["A"].next"#, r#"task["A"].next"#),
    ] {
        let pointer: JsonPointer = pointer.split('/').map(str::to_owned).collect();
        assert_eq!(flat.path(&pointer).unwrap().to_string(), whole);
        assert_eq!(flat.line_path(&pointer).unwrap().to_string(), line);
    }
}
