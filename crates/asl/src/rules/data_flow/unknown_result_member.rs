//! Members that the result of a task does not have.

use crate::diagnostic::Diagnostic;
use crate::jsonata::{self, Kind};
use crate::jsonpath::{Root, Step};
use crate::model::QueryLanguage;
use crate::semantic::response::{Reached, Response};
use crate::semantic::{Expression, Node, SemanticModel};
use crate::suggest::did_you_mean;

rule! {
    /// ## What it does
    ///
    /// Checks for members of the result of a task that the called API does not return.
    ///
    /// In JSONata, the rule checks the names after `$states.result`. In JSONPath, it checks the paths of
    /// `ResultSelector`. The members come from the API models that AWS publishes. The name of a member begins
    /// with a capital letter, whatever the API of the service uses. Tasks with `.sync` and
    /// `.waitForTaskToken` are not checked, because they return other results.
    ///
    /// ## Why is this bad?
    ///
    /// AWS accepts the definition. When the state runs, a path fails with `States.ParameterPathFailure`, and
    /// a JSONata expression returns nothing or fails with `States.QueryEvaluationError`.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "QueryLanguage": "JSONata",
    ///   "Resource": "arn:aws:states:::dynamodb:getItem",
    ///   "Arguments": {
    ///     "TableName": "Orders",
    ///     "Key": { "id": { "S": "{% $states.input.orderId %}" } }
    ///   },
    ///   "Output": "{% $states.result.item.total.N %}",
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "Type": "Task",
    ///   "QueryLanguage": "JSONata",
    ///   "Resource": "arn:aws:states:::dynamodb:getItem",
    ///   "Arguments": {
    ///     "TableName": "Orders",
    ///     "Key": { "id": { "S": "{% $states.input.orderId %}" } }
    ///   },
    ///   "Output": "{% $states.result.Item.total.N %}",
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Learning to use AWS service SDK integrations in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html)
    /// - [Transforming data with JSONata in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html)
    "ASL6004" "unknown-result-member" [] Warning
    Task => check
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let Some(result) = node
        .resource
        .and_then(|(_, resource)| Response::of(resource))
    else {
        return;
    };
    let language = model.language_of(node);
    for expression in model.expressions_of(node) {
        match (language, expression.field.name.as_str()) {
            (Some(QueryLanguage::JSONata), "Output" | "Assign") => {
                let Some(tree) = expression.jsonata() else {
                    continue;
                };
                Follow {
                    result,
                    expression,
                    findings,
                }
                .expression(tree);
            }
            (Some(QueryLanguage::JSONPath), "ResultSelector") => {
                check_paths(result, expression, findings);
            }
            _ => {}
        }
    }
}

fn check_paths(result: Response, expression: &Expression<'_>, findings: &mut Vec<Diagnostic>) {
    for (path, span) in expression
        .paths()
        .into_iter()
        .filter(|(path, _)| path.root == Root::Input)
    {
        let mut current = result;
        for segment in &path.segments {
            match (current.step(&segment.step), &segment.step) {
                (Reached::Response(next), _) => current = next,
                (Reached::Nothing, Step::Member(name)) => {
                    findings.push(finding(expression, &span, name, current));
                    break;
                }
                _ => break,
            }
        }
    }
}

fn finding(
    expression: &Expression<'_>,
    span: &std::ops::Range<usize>,
    name: &str,
    parent: Response,
) -> Diagnostic {
    let finding = RULE.inside(
        expression,
        span,
        format!("the API does not return `{name}` here"),
    );
    match did_you_mean(name, parent.names()) {
        Some(known) => finding.help(format!("did you mean `{known}`?")),
        None => finding.help(format!("it returns {}", some(parent))),
    }
}

/// The first names that the API returns.
fn some(parent: Response) -> String {
    const SHOWN: usize = 8;
    let more = if parent.names().count() > SHOWN {
        " …"
    } else {
        ""
    };
    format!("{}{more}", crate::rules::list(parent.names().take(SHOWN)))
}

/// Follows the paths of an expression that begin with `$states.result`.
struct Follow<'f, 'e> {
    result: Response,
    expression: &'e Expression<'e>,
    findings: &'f mut Vec<Diagnostic>,
}

impl Follow<'_, '_> {
    /// Checks an expression and its parts. Returns its value if it is a part of the result.
    fn expression(&mut self, node: &jsonata::Node) -> Option<Response> {
        match &node.kind {
            Kind::Path(left, right) => {
                if let (Kind::Variable(states), Kind::Name(result)) = (&left.kind, &right.kind)
                    && states == "states"
                    && result == "result"
                {
                    return Some(self.result);
                }
                let before = self.expression(left);
                self.step(before, right)
            }
            Kind::Predicate(left, _) | Kind::Sort(left, _) | Kind::Bind(left, _) => {
                let before = self.expression(left);
                for part in node.parts().into_iter().skip(1) {
                    self.expression(part);
                }
                before
            }
            _ => {
                for part in node.parts() {
                    self.expression(part);
                }
                None
            }
        }
    }

    /// Checks a step of a path. Returns its value if it is a part of the result.
    fn step(&mut self, before: Option<Response>, node: &jsonata::Node) -> Option<Response> {
        match &node.kind {
            Kind::Name(name) | Kind::Text(name) => {
                match before?.step(&Step::Member(name.clone())) {
                    Reached::Response(response) => Some(response),
                    Reached::Anything => None,
                    Reached::Nothing => {
                        self.findings
                            .push(finding(self.expression, &node.span, name, before?));
                        None
                    }
                }
            }
            Kind::Predicate(left, _) | Kind::Sort(left, _) | Kind::Bind(left, _) => {
                let reached = self.step(before, left);
                for part in node.parts().into_iter().skip(1) {
                    self.expression(part);
                }
                reached
            }
            _ => self.expression(node),
        }
    }
}
