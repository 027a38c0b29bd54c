//! Comparisons of definitions: cases as data, and properties of all definitions.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read files, and measure time"
)]
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use asl::Json;
use asl::diff::{Change, Difference, Field, diff};

fn parse(text: &str) -> Json {
    asl::parse(text).unwrap().0.root
}

/// A difference as lines of text.
fn lines(difference: &Difference) -> Vec<String> {
    let value = |value: &Option<Json>| {
        value
            .as_ref()
            .map_or_else(|| "-".to_owned(), |value| value.normalized().unwrap())
    };
    let field = |field: &Field| {
        format!(
            "{}: {} > {}",
            field.at,
            value(&field.before),
            value(&field.after)
        )
    };
    let mut lines: Vec<String> = difference.fields.iter().map(field).collect();
    for state in &difference.states {
        let place = if state.scope.is_empty() {
            String::new()
        } else {
            format!(" in {}", state.scope)
        };
        let name = format!("{} {}{place}", state.kind, state.name);
        match &state.change {
            Change::Added => lines.push(format!("+ {name}")),
            Change::Removed => lines.push(format!("- {name}")),
            Change::Renamed(from) => lines.push(format!("{from} > {name}")),
            Change::Changed { fields, moved_from } => {
                lines.push(format!(
                    "~ {name}{}",
                    moved_from
                        .as_ref()
                        .map_or(String::new(), |from| format!(" from `{from}`"))
                ));
                lines.extend(fields.iter().map(|it| format!("    {}", field(it))));
            }
        }
    }
    lines
}

#[track_caller]
fn check(before: &str, after: &str, expected: &[&str]) {
    let difference = diff(&parse(before), &parse(after));
    assert_eq!(lines(&difference), expected);
    assert_eq!(difference.is_empty(), expected.is_empty());
}

#[test]
fn other_words_are_no_difference() {
    check(
        r#"{"StartAt":"A","TimeoutSeconds":8,"States":{"A":{"Type":"Pass","Result":{"a":1,"b":[2.0]},"Next":"B"},"B":{"Type":"Succeed"}}}"#,
        "{\"States\": {\"B\": {\"Type\": \"Succeed\"}, \"A\": {\"Next\": \"B\", \"Result\": {\"b\": [2], \"a\": 1.0}, \"Type\": \"\\u0050ass\"}}, \"TimeoutSeconds\": 8.0, \"StartAt\": \"A\"}",
        &[],
    );
}

#[test]
fn fields_and_states_are_told_apart() {
    check(
        r#"{"Comment":"old","StartAt":"A","States":{"A":{"Type":"Task","Resource":"r","Retry":[{"ErrorEquals":["X"],"MaxAttempts":1},{"ErrorEquals":["Y"]}],"Next":"B"},"B":{"Type":"Pass","End":true}}}"#,
        r#"{"StartAt":"A","TimeoutSeconds":5,"States":{"A":{"Type":"Task","Resource":"r","Retry":[{"ErrorEquals":["N"]},{"ErrorEquals":["X"],"MaxAttempts":2},{"ErrorEquals":["Y"]}],"Next":"C"},"C":{"Type":"Wait","Seconds":1,"End":true}}}"#,
        &[
            "/TimeoutSeconds: - > 5",
            "/Comment: \"old\" > -",
            "~ Task A",
            "    /Retry/0/ErrorEquals/0: \"X\" > \"N\"",
            "    /Retry/0/MaxAttempts: 1 > -",
            "    /Retry/1: - > {\"ErrorEquals\":[\"X\"],\"MaxAttempts\":2}",
            "    /Next: \"B\" > \"C\"",
            "+ Wait C",
            "- Pass B",
        ],
    );
}

#[test]
fn elements_that_stay_are_no_difference_wherever_they_are() {
    let machine = |list: &str| {
        format!(
            r#"{{"StartAt":"A","States":{{"A":{{"Type":"Pass","Result":{list},"End":true}}}}}}"#
        )
    };
    for (before, after, expected) in [
        (
            "[1,2,3]",
            "[0,1,2,3]",
            &["~ Pass A", "    /Result/0: - > 0"][..],
        ),
        ("[1,2,3]", "[1,3]", &["~ Pass A", "    /Result/1: 2 > -"]),
        (
            "[1,2,3]",
            "[1,5,3,4]",
            &["~ Pass A", "    /Result/1: 2 > 5", "    /Result/3: - > 4"],
        ),
        ("[]", "[1]", &["~ Pass A", "    /Result/0: - > 1"]),
        (
            "[1,2]",
            "[2,1]",
            &["~ Pass A", "    /Result/0: 1 > -", "    /Result/1: - > 1"],
        ),
        ("{}", "[]", &["~ Pass A", "    /Result: {} > []"]),
    ] {
        check(&machine(before), &machine(after), expected);
    }
}

#[test]
fn scopes_and_names_are_followed() {
    let parallel = |a: &str, b: &str| {
        format!(
            r#"{{"StartAt":"P","States":{{"P":{{"Type":"Parallel","Branches":[{{"StartAt":"X","States":{{{a}}}}},{{"StartAt":"Y","States":{{{b}}}}}],"End":true}}}}}}"#
        )
    };
    let (x, y) = (
        r#""X":{"Type":"Pass","End":true}"#,
        r#""Y":{"Type":"Succeed"}"#,
    );
    let z = r#""Y":{"Type":"Succeed"},"Z":{"Type":"Fail"}"#;
    check(
        &parallel(x, y),
        &parallel(x, z),
        &["+ Fail Z in branch 2 of `P`"],
    );
    check(
        &parallel(&format!("{x},\"Z\":{{\"Type\":\"Fail\"}}"), y),
        &parallel(x, z),
        &["~ Fail Z in branch 2 of `P` from `branch 1 of `P``"],
    );
    check(
        &parallel(x, y),
        &parallel(r#""X2":{"Type":"Pass","End":true}"#, y)
            .replace("\"StartAt\":\"X\"", "\"StartAt\":\"X2\""),
        &[
            "~ Parallel P",
            "    /Branches/0/StartAt: \"X\" > \"X2\"",
            "X > Pass X2 in branch 1 of `P`",
        ],
    );
}

/// A branch without its own states, which leads to the state that contains it.
const CIRCLE: &str = r#"{"StartAt": "P", "States": {"P": {"Type": "Parallel", "Branches": [{"StartAt": "P"}], "End": true}}}"#;

#[test]
fn anything_can_be_compared() {
    for text in [
        "null",
        "[]",
        "3",
        r#"{"States": 3}"#,
        r#"{"States": {"A": null}}"#,
        r#"{"StartAt": "A"}"#,
        CIRCLE,
    ] {
        assert!(diff(&parse(text), &parse(text)).is_empty(), "{text}");
        assert!(
            !diff(
                &parse(text),
                &parse(r#"{"StartAt":"B","States":{"B":{"Type":"Succeed"}}}"#)
            )
            .is_empty(),
            "{text}"
        );
    }
}

#[test]
fn real_definitions_are_the_same_as_themselves_and_as_nothing_else() {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let Ok(index) = std::fs::read_to_string(corpus.join("index.jsonl")) else {
        println!("skipped: the collection of definitions does not exist");
        return;
    };
    let mut definitions = Vec::new();
    for line in index.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        let file = corpus.join(
            entry
                .get("file")
                .and_then(serde_json::Value::as_str)
                .unwrap_or_default(),
        );
        if let Some((document, _)) = std::fs::read_to_string(file)
            .ok()
            .and_then(|text| asl::parse(&text).ok())
        {
            definitions.push(document.root);
        }
    }
    for pair in definitions.windows(2) {
        let [a, b] = pair else { continue };
        assert!(diff(a, a).is_empty());
        assert_eq!(diff(a, b).is_empty(), a.same_meaning(b), "{a:?}\n{b:?}");
        assert_eq!(diff(b, a).is_empty(), a.same_meaning(b));
    }
    assert!(definitions.len() > 1000, "only {}", definitions.len());
}
