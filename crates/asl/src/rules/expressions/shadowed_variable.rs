//! Variables that shadow variables of the enclosing workflow.

use crate::diagnostic::Diagnostic;
use crate::semantic::SemanticModel;
use crate::semantic::graph::distributed;
use crate::semantic::ids::StateId;
use crate::semantic::variables::Defined;

rule! {
    /// ## What it does
    ///
    /// Checks for branches and item processors that set a variable of the enclosing workflow.
    ///
    /// The states of a branch or item processor can read the variables of the enclosing workflow, but cannot
    /// set them. A variable that is set inside exists only until the branch or iteration ends. If the outer
    /// variable is set on only some of the paths to the state, AWS may accept the definition, and the finding
    /// is a warning. The item processor of a distributed Map state is not compared with the outer variables,
    /// because it has no access to them.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition when it is created or updated. The developer guide describes this under "Variable
    /// scope". To return a value to the enclosing workflow, use the output of the branch.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "StartAt": "ReadOrder",
    ///   "States": {
    ///     "ReadOrder": {
    ///       "Type": "Pass",
    ///       "Assign": {
    ///         "status": "open"
    ///       },
    ///       "Next": "ReserveItems"
    ///     },
    ///     "ReserveItems": {
    ///       "Type": "Map",
    ///       "ItemProcessor": {
    ///         "StartAt": "ReserveStock",
    ///         "States": {
    ///           "ReserveStock": {
    ///             "Type": "Pass",
    ///             "Assign": {
    ///               "status": "reserved"
    ///             },
    ///             "End": true
    ///           }
    ///         }
    ///       },
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
    ///   "StartAt": "ReadOrder",
    ///   "States": {
    ///     "ReadOrder": {
    ///       "Type": "Pass",
    ///       "Assign": {
    ///         "status": "open"
    ///       },
    ///       "Next": "ReserveItems"
    ///     },
    ///     "ReserveItems": {
    ///       "Type": "Map",
    ///       "ItemProcessor": {
    ///         "StartAt": "ReserveStock",
    ///         "States": {
    ///           "ReserveStock": {
    ///             "Type": "Pass",
    ///             "Assign": {
    ///               "itemStatus": "reserved"
    ///             },
    ///             "End": true
    ///           }
    ///         }
    ///       },
    ///       "End": true
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [AWS Step Functions: Passing data between states with variables](https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html)
    /// - [Amazon States Language: Variables](https://states-language.net/#variables)
    "ASL3202" "shadowed-variable" [] Error
    Whole => check
}

fn check(model: &SemanticModel<'_>, findings: &mut Vec<Diagnostic>) {
    for set in &model.variables.assignments {
        let Some(holder) = holder(model, set.state) else {
            continue;
        };
        let defined = model.variables.defined(holder, &set.name);
        if !matches!(defined, Some(Defined::Always | Defined::Sometimes)) {
            continue;
        }
        let outer = model
            .variables
            .assignments
            .iter()
            .find(|outer| outer.name == set.name && outer.state != set.state);
        let finding = RULE
            .finding(set.at.clone(), format!("the variable `${}` is also set in the enclosing workflow", set.name))
            .aws("DUPLICATE_VARIABLE_NAME", set.at.parent())
            .help("choose another name: variables of the enclosing workflow can be read here, but not set");
        let finding = outer.into_iter().fold(finding, |finding, outer| {
            finding.related(outer.at.clone(), "set here")
        });
        // AWS may accept it if the outer variable is set on only some of the paths.
        findings.push(if defined == Some(Defined::Always) {
            finding
        } else {
            finding.as_warning()
        });
    }
}

/// The enclosing Map or Parallel state, whose variables a state can read. `None` for a distributed Map state.
fn holder(model: &SemanticModel<'_>, state: StateId) -> Option<StateId> {
    let scope = model.graph.scopes.get(model.states.get(state)?.scope)?;
    let holder = scope.holder?;
    distributed(model.states.get(holder)?.value)
        .is_none()
        .then_some(holder)
}
