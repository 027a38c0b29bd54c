//! Variables that have no value yet.

use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::subject::Subject;
use crate::variables::{Defined, Read};

rule! {
    /// A variable is read that has not been set: nowhere, only on other ways to this state, only in this state itself (what
    /// `Assign` sets can be read from the next state on), or outside a distributed Map state, whose runs see no variables
    /// of the workflow around them.
    ///
    /// AWS takes it, and the state fails when it runs.
    "ASL3203" "undefined-variable" Warning Whole => check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    let names: HashSet<&str> = subject.variables.assignments.iter().map(|set| set.name.as_str()).collect();
    for read in &subject.variables.reads {
        let Some(expression) = subject.expressions.get(read.expression) else { continue };
        let name = &read.name;
        let (message, help) = match subject.variables.defined(read.state, name) {
            None | Some(Defined::Always) => continue,
            Some(Defined::Sometimes) if read.guarded => continue,
            Some(Defined::Sometimes) => (
                format!("`${name}` is not set on every way to this state"),
                "set it with `Assign` on the other ways as well".to_owned(),
            ),
            Some(Defined::Never) if names.contains(name.as_str()) => elsewhere(subject, read),
            Some(Defined::Never) => (
                format!("the variable `${name}` is set nowhere"),
                did_you_mean(name, names.iter().copied()).map_or_else(
                    || "set it with `Assign` in an earlier state".to_owned(),
                    |known| format!("did you mean `${known}`?"),
                ),
            ),
        };
        findings.push(RULE.inside(expression, &read.span, message).help(help));
    }
}

fn elsewhere(subject: &Subject<'_>, read: &Read) -> (String, String) {
    let name = &read.name;
    let here = subject.variables.assignments.iter().any(|set| set.name == *name && set.state == read.state);
    if here {
        return (
            format!("`${name}` is set only in this state, and can be read from the next one on"),
            "set it in an earlier state, or write its value here".to_owned(),
        );
    }
    (
        format!("`${name}` is not set on any way to this state"),
        "set it with `Assign` in an earlier state; the runs of a distributed Map state see no variables from outside, so pass it with `ItemSelector`"
            .to_owned(),
    )
}
