//! Names that two states have.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::subject::Subject;

rule! {
    /// Two states have the same name. Names are unique in the whole state machine, also across branches.
    ///
    /// AWS refuses it with `DUPLICATE_STATE_NAME`.
    "ASL2006" "duplicate-state-name" Error Whole => check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    let mut seen = HashMap::new();
    for (state, item) in subject.state_items() {
        if let Some(first) = seen.insert(state.name, item.at.clone()) {
            let message = format!("another state is called `{}`", state.name);
            let help = "state names are unique in the whole state machine: rename one of the two";
            let finding = RULE.finding(item.at.clone(), message).aws("DUPLICATE_STATE_NAME", Some(item.at.clone()));
            findings.push(finding.help(help).related(first, "the other one"));
        }
    }
}
