//! Text that is not JSON or YAML.

use crate::diagnostic::{Diagnostic, SCHEMA};
use crate::pointer::JsonPointer;
use crate::syntax::{Format, TextError, TextErrorKind};

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
    let help = match error.format {
        Format::Json => "write the definition as one JSON object",
        Format::Yaml => "write the definition as one YAML or JSON object",
    };
    // AWS reads JSON only.
    let aws = match (error.kind, error.format) {
        (TextErrorKind::DuplicateMember, _) => return,
        (TextErrorKind::Malformed, Format::Json) => Some(("INVALID_JSON_DESCRIPTION", None)),
        (TextErrorKind::Blank, Format::Json) => Some((SCHEMA, Some(JsonPointer::root()))),
        _ => None,
    };
    let finding = RULE.finding(error.at.clone(), error.message.clone()).help(help);
    let finding = aws.map_or_else(|| finding.clone(), |(code, at)| finding.clone().aws(code, at));
    findings.push(finding.at_bytes(error.span.clone()));
}
