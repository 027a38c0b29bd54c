//! Values outside of an enumeration.

use crate::diagnostic::{Diagnostic, Fix};
use crate::schema::FieldType;
use crate::semantic::{Node, SemanticModel};
use crate::suggest::{did_you_mean, is_certain};

rule! {
    /// ## What it does
    ///
    /// Checks for fields that accept only certain values and contain another one.
    ///
    /// For example, `QueryLanguage` accepts `JSONPath` and `JSONata`, `JitterStrategy` accepts `FULL` and `NONE`, and
    /// `Version` accepts `1.0`. The values are case-sensitive.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "QueryLanguage": "JSONATA",
    ///   "StartAt": "WaitForPayment",
    ///   "States": {
    ///     "WaitForPayment": {
    ///       "Type": "Wait",
    ///       "Seconds": 60,
    ///       "End": true
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "QueryLanguage": "JSONata",
    ///   "StartAt": "WaitForPayment",
    ///   "States": {
    ///     "WaitForPayment": {
    ///       "Type": "Wait",
    ///       "Seconds": 60,
    ///       "End": true
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [State machine structure in Amazon States Language for Step Functions workflows](https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html)
    /// - [Transforming data with JSONata in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html)
    "ASL1005" "unsupported-value" ["unknown-word"] Error
    Any => check
}

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    for (field, value) in node.known_members() {
        let (FieldType::Enum(words), Some(text)) = (&field.shape, value.as_str()) else {
            continue;
        };
        if words.iter().any(|word| word == text) {
            continue;
        }
        let at = node.at.join(&field.name);
        let list = words
            .iter()
            .map(|word| format!("`{word}`"))
            .collect::<Vec<_>>()
            .join(", ");
        let finding = RULE
            .finding(
                at.clone(),
                format!("unsupported value `{text}` for `{}`", field.name),
            )
            .schema(&at);
        findings.push(match did_you_mean(text, words.iter().map(String::as_str)) {
            Some(word) => finding
                .help(format!("did you mean `{word}`? Valid values: {list}"))
                .fix_if(
                    is_certain(text, word, words.iter().map(String::as_str)),
                    Fix::value(at, word),
                ),
            None => finding.help(format!("valid values: {list}")),
        });
    }
}
