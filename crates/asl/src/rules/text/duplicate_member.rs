//! Members that occur twice.

use crate::diagnostic::Diagnostic;
use crate::syntax::{TextError, TextErrorKind};

rule! {
    /// ## What it does
    ///
    /// Checks for objects that contain the same member more than once.
    ///
    /// ## Why is this bad?
    ///
    /// AWS accepts the definition without a message and keeps only the last of the members. Everything that the
    /// earlier ones contain is lost, and the state machine runs without it. Remove all but one of them.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Wait",
    ///   "Seconds": 60,
    ///   "Seconds": 300,
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "Type": "Wait",
    ///   "Seconds": 300,
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [State machine structure in Amazon States Language for Step Functions workflows](https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html)
    "ASL0002" "duplicate-member" ["duplicate-key"] Warning
    Syntax => check
}

fn check(error: &TextError, findings: &mut Vec<Diagnostic>) {
    if error.kind != TextErrorKind::DuplicateMember {
        return;
    }
    findings.push(
        RULE.finding(error.at.clone(), error.message.clone())
            .help("remove one of the two: AWS keeps the last and ignores the first")
            .at_bytes(error.span.clone()),
    );
}
