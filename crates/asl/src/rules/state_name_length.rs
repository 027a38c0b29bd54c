//! State names over the limit.

use crate::diagnostic::Diagnostic;
use crate::subject::Subject;

/// The longest name of a state, in characters (Amazon States Language specification, "States").
const MAX_CHARACTERS: usize = 80;

rule! {
    /// The name of a state has more than 80 characters, or none.
    ///
    /// AWS refuses it with `INVALID_STATE_NAME`.
    "ASL1008" "state-name-length" Error Whole => check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    for namespace in &subject.graph.namespaces {
        for name in namespace.states.keys() {
            let characters = name.chars().count();
            if characters == 0 || characters > MAX_CHARACTERS {
                let message = format!("the name of a state has {characters} characters");
                let help = format!("use from 1 to {MAX_CHARACTERS} characters");
                findings.push(
                    RULE.finding(namespace.at.join(name), message)
                        .aws("INVALID_STATE_NAME", Some(namespace.at.join(name)))
                        .help(help),
                );
            }
        }
    }
}
