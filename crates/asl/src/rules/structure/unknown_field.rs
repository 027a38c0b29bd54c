//! Unknown fields.

use crate::diagnostic::{Diagnostic, Fix};
use crate::schema::Language;
use crate::semantic::{Node, SemanticModel};
use crate::suggest::{did_you_mean, is_certain};

rule! {
    /// ## What it does
    ///
    /// Checks for fields that the Amazon States Language does not define for their object.
    ///
    /// The field is misspelled, or it belongs to another object, for example to another type of state: `Retry` exists
    /// in Task, Parallel and Map states, but not in Pass states. Field names are case-sensitive. The content of
    /// `Parameters` and `Arguments` is not checked by this rule.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::lambda:invoke",
    ///   "Parameters": {
    ///     "FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:ChargeCard:live"
    ///   },
    ///   "TimeoutSecond": 30,
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
    "ASL1001" "unknown-field" [] Error
    Any => check
}

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let (object, at) = (node.shape, &node.at);
    let is_state = Language::get().state(&object.name).is_some();
    let members = node
        .value
        .as_object()
        .into_iter()
        .flat_map(|members| members.keys());
    for (key, field) in members.zip(&node.fields) {
        if (is_state && key == "Type") || field.is_some() {
            continue;
        }
        let message = format!("{} has no field `{key}`", describe(&object.name, is_state));
        let elsewhere = || holders(key);
        let place = at.join(key);
        let finding = RULE.finding(place.clone(), message).schema(at).about_name();
        findings.push(
            match did_you_mean(key, object.fields.iter().map(|field| field.name.as_str())) {
                Some(name) => finding.help(format!("did you mean `{name}`?")).fix_if(
                    is_certain(
                        key,
                        name,
                        object.fields.iter().map(|field| field.name.as_str()),
                    ),
                    Fix::key(place, name),
                ),
                None => match elsewhere() {
                    Some(holders) => finding.help(format!("remove it: it is a field of {holders}")),
                    None => finding.help("remove it"),
                },
            },
        );
    }
}

fn describe(name: &str, is_state: bool) -> String {
    match name {
        "Definition" => "a state machine".to_owned(),
        name if is_state => format!("a {name} state"),
        name => format!("`{name}`"),
    }
}

/// The types of state that have a field of this name.
fn holders(key: &str) -> Option<String> {
    let states = Language::get().states.iter();
    let names: Vec<String> = states
        .filter(|state| state.field(key).is_some())
        .map(|state| format!("{} states", state.name))
        .collect();
    let (last, rest) = names.split_last()?;
    Some(if rest.is_empty() {
        last.clone()
    } else {
        format!("{} and {last}", rest.join(", "))
    })
}
