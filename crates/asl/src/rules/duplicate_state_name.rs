//! Names that two states have.

use std::collections::HashMap;

use crate::check::Subject;
use crate::diagnostic::Diagnostic;

rule! {
    /// Two states have the same name. Names are unique in the whole state machine, also across branches.
    ///
    /// AWS refuses it with `DUPLICATE_STATE_NAME`.
    "ASL2006" "duplicate-state-name" check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    let mut seen = HashMap::new();
    for namespace in &subject.graph.namespaces {
        for name in namespace.states.keys() {
            let at = namespace.at.join(name);
            if let Some(first) = seen.insert(name, at.clone()) {
                let message = format!("another state is called `{name}`");
                let help = "state names are unique in the whole state machine: rename one of the two";
                findings.push(Diagnostic::error(RULE.code, at, message).help(help).related(first, "the other one"));
            }
        }
    }
}
