//! States that go back to JSONPath.

use crate::diagnostic::{Diagnostic, Fix};
use crate::subject::Subject;

rule! {
    /// A state has `QueryLanguage: "JSONPath"` in a state machine whose query language is JSONata. A state can leave
    /// JSONPath for JSONata, not the other way round.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`.
    "ASL1010" "language-downgrade" Error Whole => check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    for state in subject.states.iter().filter(|state| state.downgraded) {
        let at = state.at.join("QueryLanguage");
        let message = format!("state `{}` is JSONPath in a state machine of JSONata", state.name);
        findings.push(
            RULE.finding(at.clone(), message)
                .schema(&state.at)
                .help("remove `QueryLanguage` from the state, or from the state machine and write it in each state of JSONata")
                .fix(Fix::value(at, "JSONata".to_owned()).safe_if(false)),
        );
    }
}
