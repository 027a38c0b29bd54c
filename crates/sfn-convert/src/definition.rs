//! Reads a single definition: ASL as JSON or YAML.

use std::collections::BTreeMap;

use asl::Format;
use asl::semantic::graph::Graph;
use asl::{Document, parse, parse_yaml};
use tfplugin::Value;

use crate::machine::{Definition, Machine};

/// Reads a definition as a state machine with this name.
///
/// # Errors
/// When the text is not a definition.
pub fn read(text: &str, format: Format, name: &str) -> Result<Machine, String> {
    let document = document(text, format)?;
    let mut machine = Machine::new(
        tfconfig::label(name),
        Definition::Asl(document.root.clone()),
    );
    machine.settings = Value::object([
        ("name", Value::from(name)),
        ("execution_role", Value::object::<String>([])),
    ]);
    if format == Format::Yaml {
        machine.comments = comments(text, &document);
    }
    Ok(machine)
}

/// Parses a text as a definition.
///
/// # Errors
/// When the text is not a definition.
pub fn document(text: &str, format: Format) -> Result<Document, String> {
    let parsed = match format {
        Format::Json => parse(text),
        Format::Yaml => parse_yaml(text),
    };
    let (document, errors) = parsed.map_err(|error| said(text, &error))?;
    // If a member occurs twice, one of the two would be lost.
    if let [error, ..] = errors.as_slice() {
        return Err(said(text, error));
    }
    if document.root.get("States").is_none() || document.root.get("StartAt").is_none() {
        return Err("not a state machine definition: `StartAt` or `States` is missing".into());
    }
    if !document.root.is_known() {
        return Err(
            "the definition has CloudFormation tags such as `!Ref`: convert the template instead"
                .into(),
        );
    }
    Ok(document)
}

/// The message of an error with its line.
pub(crate) fn said(text: &str, error: &asl::TextError) -> String {
    let (line, _) = asl::line_and_column(text, &error.span);
    format!("line {line}: {}", error.message)
}

/// The comments directly above states, by the names of the states.
fn comments(text: &str, document: &Document) -> BTreeMap<String, String> {
    let graph = Graph::of(&document.root);
    let comment = |at: &asl::JsonPointer| {
        let before = text.get(..document.key_span(at)?.start)?;
        let mut lines: Vec<&str> = before
            .lines()
            .rev()
            .skip(usize::from(!before.ends_with('\n')))
            .collect();
        let end = lines
            .iter()
            .position(|line| !line.trim_start().starts_with('#'))
            .unwrap_or(lines.len());
        lines.truncate(end);
        let stripped = lines
            .iter()
            .rev()
            .map(|line| line.trim_start().trim_start_matches('#').trim());
        Some(stripped.collect::<Vec<_>>().join("\n"))
    };
    graph
        .states
        .iter()
        .filter_map(|node| Some((node.name.to_owned(), comment(&node.at)?)))
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]
mod tests {
    use super::*;
    use tfconfig::{Body, References};

    #[track_caller]
    fn written(text: &str, format: Format) -> String {
        let mut file = Body::default();
        read(text, format, "orders")
            .unwrap()
            .write(&References::default(), &mut file);
        file.render()
    }

    #[test]
    fn definitions_are_written_as_blocks_in_reading_order() {
        let text = r#"
Comment: Takes orders.
StartAt: Check
States:
  Done:
    Type: Succeed
  # Only what is in stock.
  #   Twice.
  Check:
    Type: Choice
    Choices:
      - Variable: $.total
        NumericGreaterThan: 1.50
        Next: Both
      - And:
          - {Variable: $.a, IsPresent: true}
          - {Variable: $.b, BooleanEquals: false}
        Next: Done
    Default: Done
  Both:
    Type: Parallel
    Branches:
      - StartAt: Charge
        States:
          Charge:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            Parameters: {FunctionName: charge, Payload.$: $}
            OutputPath: $.Payload
            End: true
      - StartAt: Each
        States:
          Each:
            Type: Map
            ItemProcessor:
              StartAt: Tell
              States:
                Tell:
                  Type: Task
                  Resource: arn:aws:states:::sns:publish
                  Parameters:
                    TopicArn: arn:aws:sns:eu-west-1:123456789012:t
                    Message.$: States.Format('{} ${x}', $.z)
                    Attributes: {z: {DataType: String, StringValue: a}, a: [1, {b: null}], "in": []}
                  End: true
            End: true
    Retry:
      - ErrorEquals: [States.ALL]
    Next: Done
"#;
        insta::assert_snapshot!(written(text, Format::Yaml));
    }

    #[test]
    fn members_keep_their_order() {
        let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": [{"b": 1, "a": 2}, {"a": 3, "b": 4}],
            "End": true}}}"#;
        let written = written(text, Format::Json);
        assert!(
            written.contains("{ b = 1, a = 2 },") && written.contains("{ a = 3, b = 4 },"),
            "{written}"
        );
    }

    #[test]
    fn texts_of_several_lines_stay_readable() {
        let text = r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Succeed",
            "Comment": "one\ntwo", "Output": "{% (\n  $a := 1;\n  $a + 1\n) %}"}}}"#;
        insta::assert_snapshot!(written(text, Format::Json));
    }

    #[test]
    fn what_blocks_cannot_hold_stays_whole_with_the_reason() {
        let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"},
            "Lost": {"Type": "Succeed", "Comment": "nobody comes here"}}}"#;
        insta::assert_snapshot!(written(text, Format::Json));
    }

    #[test]
    fn what_is_no_definition_is_said_so() {
        for (text, said) in [
            ("{", "line 1: "),
            ("{\n \"StartAt\": }", "line 2: "),
            ("[]", "not a state machine definition"),
            ("{\"Resources\": {}}", "not a state machine definition"),
        ] {
            let error = read(text, Format::Json, "x").unwrap_err();
            assert!(error.contains(said), "{error}");
        }
        let tagged = "StartAt: A\nStates: {A: {Type: Task, Resource: !GetAtt F.Arn, End: true}}";
        assert!(
            read(tagged, Format::Yaml, "x")
                .unwrap_err()
                .contains("the definition has CloudFormation tags")
        );
    }
}
