//! Checks of the versions of an alias.

use aws_arn::StateMachineArn;
use tfplugin::{AttributePath, Diagnostic, Diagnostics};

use super::{Alias, ROUTES, VERSION_OF_ROUTE};

/// Checks the version or the routes of an alias.
pub fn validate(alias: &Alias) -> Diagnostics {
    let path = |index: usize, name: &str| AttributePath::root(ROUTES).index(index).attribute(name);
    let mut diagnostics = Diagnostics::default();
    if alias.state_machine_version.is_null() && alias.routing_configuration.is_null() {
        diagnostics.push(no_version());
    }
    if let [first, second] = alias.routes() {
        let (first, second) = (
            first.state_machine_version_arn.text(),
            second.state_machine_version_arn.text(),
        );
        let machine =
            |arn: Option<&str>| arn.and_then(StateMachineArn::parse).map(|arn| arn.machine);
        if first.is_some() && first == second {
            let detail = "Use two different versions, or one with the weight 100.";
            diagnostics.push(
                Diagnostic::error("both routes have the same version", detail)
                    .at(path(1, VERSION_OF_ROUTE)),
            );
        } else if let (Some(one), Some(other)) = (machine(first), machine(second))
            && one != other
        {
            let detail = "Use two versions of the same state machine.";
            let message = "the versions belong to different state machines";
            diagnostics.push(Diagnostic::error(message, detail).at(path(1, VERSION_OF_ROUTE)));
        }
    }
    let weights = alias.routes().iter().map(|route| {
        route
            .weight
            .known()
            .copied()
            .filter(|weight| (0..=100).contains(weight))
    });
    let (total, last) = (
        weights.sum::<Option<i32>>(),
        alias.routes().len().checked_sub(1),
    );
    if let (Some(total), Some(last)) = (total.filter(|total| *total != 100), last) {
        let detail = "Change the weights so that they add up to 100.";
        diagnostics.push(
            Diagnostic::error(format!("weights must add up to 100, got {total}"), detail)
                .at(path(last, "weight")),
        );
    }
    diagnostics
}

/// Error for an alias without a version.
pub fn no_version() -> Diagnostic {
    let detail = "Set `state_machine_version` to the version that receives all executions, such as \
                  `sfn_state_machine.order.state_machine_version_arn`, or add `routing_configuration` blocks.";
    Diagnostic::error("the alias has no version", detail)
}
