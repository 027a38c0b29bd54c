//! Definitions that exceed the quota of AWS.

use crate::diagnostic::Diagnostic;
use crate::pointer::JsonPointer;

/// Maximum size of a definition, in characters (Step Functions service quotas).
pub const MAX_CHARACTERS: usize = 1_048_576;

rule! {
    /// ## What it does
    ///
    /// Checks for definitions that are larger than 1 MiB (1,048,576 characters).
    ///
    /// The rule counts the characters of the complete definition as it is sent to AWS.
    ///
    /// ## Why is this bad?
    ///
    /// The size is a quota of AWS that cannot be raised. AWS rejects a larger definition when the state machine is
    /// created or updated.
    ///
    /// ## Example
    ///
    /// A single definition of 1,048,577 characters or more, for example with large static data in many Pass states.
    ///
    /// ## Use instead
    ///
    /// Move a part of the workflow into a state machine of its own. Start it from a Task state with the resource
    /// `arn:aws:states:::states:startExecution.sync:2`, which waits for the result.
    ///
    /// ## References
    ///
    /// - [Step Functions service quotas](https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html)
    /// - [Best practices for Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html)
    "ASL0003" "definition-too-large" ["too-large"] Error
    Text => check
}

fn check(text: &str, findings: &mut Vec<Diagnostic>) {
    let characters = text.chars().count();
    if characters > MAX_CHARACTERS {
        findings.push(
            RULE.finding(
                JsonPointer::root(),
                format!("the definition must have at most {MAX_CHARACTERS} characters, got {characters}"),
            )
            .help("move a part of the workflow into a state machine of its own and start it with `states:startExecution.sync:2`")
            .at_bytes(0..0),
        );
    }
}
