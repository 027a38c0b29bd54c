//! Definitions over the quota.

use crate::diagnostic::Diagnostic;
use crate::pointer::Pointer;

/// The largest definition that AWS takes, in characters (Step Functions service quotas).
pub const MAX_CHARACTERS: usize = 1_048_576;

rule! {
    /// The definition is larger than 1 MiB, the quota of AWS, which cannot be raised.
    ///
    /// Move a part of the workflow into a state machine of its own and start it with `states:startExecution.sync:2`.
    "ASL0003" "too-large" Error
}

/// Checks the size of a rendered definition.
pub fn check_text(text: &str) -> Option<Diagnostic> {
    let characters = text.chars().count();
    (characters > MAX_CHARACTERS).then(|| {
        RULE.finding(Pointer::root(),
            format!("the definition has {characters} characters, and AWS takes at most {MAX_CHARACTERS}"),
        )
        .help("move a part of the workflow into a state machine of its own and start it with `states:startExecution.sync:2`")
    })
}
