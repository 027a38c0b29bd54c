//! Numbers outside of the range of the API.

use super::parameters::Call;
use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::rules::bounds;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for numbers in the parameters of a task that are outside the range of the API.
    ///
    /// The ranges come from the API models that AWS publishes. Only numbers that are written in the definition are
    /// checked, not those that a path or an expression supplies.
    ///
    /// ## Why is this bad?
    ///
    /// AWS accepts the definition, but the service rejects the call when the state runs.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::athena:getQueryResults",
    ///   "Parameters": {
    ///     "QueryExecutionId.$": "$.QueryExecutionId",
    ///     "MaxResults": 5000
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "Resource": "arn:aws:states:::athena:getQueryResults",
    ///   "Parameters": {
    ///     "QueryExecutionId.$": "$.QueryExecutionId",
    ///     "MaxResults": 1000
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon Athena: GetQueryResults](https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html)
    /// - [Passing parameters to a service API in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/connect-parameters.html)
    "ASL5017" "parameter-out-of-range" [] Warning
    Task => check
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let Some(call) = Call::of(model, node) else {
        return;
    };
    let Some(request) = call.request(node) else {
        return;
    };
    request.walk(&mut |given| {
        for (key, value) in given.members {
            let (Some(limits), Json::Number(number)) = (given.structure.limits(key), value) else {
                continue;
            };
            let Some(actual) = number.as_f64() else {
                continue;
            };
            if limits.least.is_some_and(|least| actual < least)
                || limits.most.is_some_and(|most| actual > most)
            {
                let bounds = bounds(limits.least, limits.most);
                let message = format!("`{key}` of `{}` {bounds}, got {number}", call.name);
                findings.push(RULE.finding(given.at.join(key), message));
            }
        }
    });
}
