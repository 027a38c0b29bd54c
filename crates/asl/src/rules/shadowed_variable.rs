//! Variables that hide others.

use crate::diagnostic::Diagnostic;
use crate::graph::distributed;
use crate::subject::Subject;
use crate::variables::Defined;

rule! {
    /// A branch or item processor sets a variable of a name that the workflow around it sets as well. Inside, variables from
    /// outside can be read and not set; what is set inside is gone when the branch ends.
    ///
    /// AWS refuses it. Source: developer guide, "Variable scope".
    "ASL3202" "shadowed-variable" Error Whole => check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    for set in &subject.variables.assignments {
        let Some(holder) = holder(subject, set.state) else { continue };
        let defined = subject.variables.defined(holder, &set.name);
        if !matches!(defined, Some(Defined::Always | Defined::Sometimes)) {
            continue;
        }
        let outer =
            subject.variables.assignments.iter().find(|outer| outer.name == set.name && outer.state != set.state);
        let finding = RULE
            .finding(set.at.clone(), format!("the variable `${}` is set outside as well", set.name))
            .aws("DUPLICATE_VARIABLE_NAME", set.at.parent())
            .help("choose another name: what is set outside can be read here, and not set");
        let finding = outer.into_iter().fold(finding, |finding, outer| finding.related(outer.at.clone(), "set here"));
        // Where it is set on some ways only, AWS may take it.
        findings.push(if defined == Some(Defined::Always) { finding } else { finding.as_warning() });
    }
}

/// The Map or Parallel state around a state, whose variables it sees; a distributed Map shows none.
fn holder(subject: &Subject<'_>, state: usize) -> Option<usize> {
    let scope = subject.graph.scopes.get(subject.states.get(state)?.scope)?;
    let holder = scope.holder?;
    distributed(subject.states.get(holder)?.value).is_none().then_some(holder)
}
