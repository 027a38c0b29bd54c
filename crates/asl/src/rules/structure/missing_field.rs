//! Missing required fields.

use crate::diagnostic::Diagnostic;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for objects without a required field.
    ///
    /// Examples are the `Resource` of a Task state, the `Choices` of a Choice state, the `Next` of a catcher, and
    /// `StartAt` and `States` of the state machine. In the flat form of HCL, where all states are written side by
    /// side, the branches of a Parallel state and the item processor of a Map state do not need `States`.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated. The
    /// object has no meaning without the field.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Parameters": {
    ///     "FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:ChargeCard:live"
    ///   },
    ///   "TimeoutSeconds": 30,
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::lambda:invoke",
    ///   "Parameters": {
    ///     "FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:ChargeCard:live"
    ///   },
    ///   "TimeoutSeconds": 30,
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [State machine structure in Amazon States Language for Step Functions workflows](https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html)
    /// - [Amazon States Language: Task State](https://states-language.net/#task-state)
    "ASL1003" "missing-field" [] Error
    Any => check
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let (object, value, at) = (node.shape, node.value, &node.at);
    for field in object
        .fields
        .iter()
        .filter(|field| field.required && value.get(&field.name).is_none())
    {
        if crate::rules::states_are_elsewhere(model, field, at) {
            continue;
        }
        let owner = at
            .state_name()
            .filter(|_| crate::schema::Language::get().state(&object.name).is_some())
            .map_or_else(|| object.name.clone(), |name| format!("state `{name}`"));
        let message = match object.name.as_str() {
            "Definition" => format!("the state machine has no `{}`", field.name),
            _ => format!("{owner} has no `{}`", field.name),
        };
        findings.push(
            RULE.finding(at.clone(), message)
                .schema(at)
                .help(wanted(field)),
        );
    }
}

/// Returns the help for a missing field, with its description.
fn wanted(field: &crate::schema::FieldSchema) -> String {
    let description = field.description.trim_end_matches('.');
    let mut letters = description.chars();
    let first = letters
        .next()
        .map(|first| first.to_lowercase().to_string())
        .unwrap_or_default();
    format!("write `{}`: {first}{}", field.name, letters.as_str())
}
