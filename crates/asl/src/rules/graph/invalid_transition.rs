//! States with neither `Next` nor `End`, or with both.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for states that have neither `Next` nor `"End": true`, or that have both.
    ///
    /// A state of type Task, Pass, Wait, Parallel, or Map needs exactly one of the two. `"End": false` has the same
    /// effect as no `End`. States of type Choice, Succeed, and Fail are not checked: a Choice state continues through
    /// its rules, and Succeed and Fail states always end the workflow.
    ///
    /// ## Why is this bad?
    ///
    /// The next state is not defined. AWS rejects the definition with `SCHEMA_VALIDATION_FAILED` when the
    /// state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "StartAt": "WaitForStock",
    ///   "States": {
    ///     "WaitForStock": {
    ///       "Type": "Wait",
    ///       "Seconds": 3600,
    ///       "Next": "RecordOrder",
    ///       "End": true
    ///     },
    ///     "RecordOrder": {
    ///       "Type": "Pass",
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
    ///   "StartAt": "WaitForStock",
    ///   "States": {
    ///     "WaitForStock": {
    ///       "Type": "Wait",
    ///       "Seconds": 3600,
    ///       "Next": "RecordOrder"
    ///     },
    ///     "RecordOrder": {
    ///       "Type": "Pass",
    ///       "End": true
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Transitions](https://states-language.net/#transition)
    "ASL2005" "invalid-transition" ["transition"] Error
    Any => check
}

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let (object, value, at) = (node.shape, node.value, &node.at);
    if object.field("Next").is_none() || object.field("End").is_none() {
        return;
    }
    let name = at.state_name().unwrap_or("");
    let next = value.is_set("Next");
    let finding = match (next, value.get("End")) {
        (_, Some(Json::Unknown)) => return,
        // A `Next` that is not known yet may be absent.
        (false, _) if value.get("Next").is_some() => return,
        (true, Some(Json::Bool(true))) => {
            let message = format!("`End` conflicts with `Next` in state `{name}`");
            RULE.finding(at.join("End"), message)
                .schema(at)
                .help("remove `Next` or `End`")
        }
        (false, None | Some(Json::Bool(false))) => RULE
            .finding(
                at.clone(),
                format!("state `{name}` has neither `Next` nor `End`"),
            )
            .schema(at)
            .help("write `Next` with the name of a state, or `End: true`"),
        _ => return,
    };
    findings.push(finding);
}
