//! Text that is not valid JSON or YAML.

use crate::diagnostic::{Diagnostic, SCHEMA};
use crate::pointer::JsonPointer;
use crate::syntax::{TextError, TextErrorKind};

rule! {
    /// ## What it does
    ///
    /// Checks for definitions that are not valid JSON.
    ///
    /// Typical causes are a comma, a quote or a bracket that is missing, or one too many. An empty file is not valid
    /// JSON either.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `INVALID_JSON_DESCRIPTION` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "StartAt": "OrderShipped"
    ///   "States": {
    ///     "OrderShipped": {
    ///       "Type": "Succeed"
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "StartAt": "OrderShipped",
    ///   "States": {
    ///     "OrderShipped": {
    ///       "Type": "Succeed"
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [State machine structure in Amazon States Language for Step Functions workflows](https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html)
    "ASL0001" "syntax-error" ["invalid-json"] Error
    Syntax => check
}

fn check(error: &TextError, findings: &mut Vec<Diagnostic>) {
    // AWS reads JSON only.
    let aws = match error.kind {
        TextErrorKind::InvalidJson => Some(("INVALID_JSON_DESCRIPTION", None)),
        TextErrorKind::Blank => Some((SCHEMA, Some(JsonPointer::root()))),
        TextErrorKind::InvalidYaml | TextErrorKind::TooDeep => None,
        TextErrorKind::DuplicateMember | TextErrorKind::InvalidConfiguration => return,
    };
    let help = match error.kind {
        TextErrorKind::InvalidYaml => "write the definition as one YAML or JSON object",
        _ => "write the definition as one JSON object",
    };
    let finding = RULE
        .finding(error.at.clone(), error.message.clone())
        .help(help)
        .at_bytes(error.span.clone());
    findings.push(match aws {
        Some((code, at)) => finding.aws(code, at),
        None => finding,
    });
}
