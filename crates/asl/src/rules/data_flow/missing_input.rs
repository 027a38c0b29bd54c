//! Paths to values that are missing from the input.

use std::rc::Rc;

use crate::diagnostic::Diagnostic;
use crate::jsonata::{Kind, Node};
use crate::jsonpath::{Root, Step};
use crate::model::QueryLanguage;
use crate::semantic::data_flow::{AbstractValue, Missing, inputs};
use crate::semantic::ids::{StateId, Table};
use crate::semantic::{Expression, SemanticModel, State};

rule! {
    /// ## What it does
    ///
    /// Checks for paths that read a value that is missing from the input of the state.
    ///
    /// A value is reported only if it is missing on every path of the workflow that leads to the state. This
    /// happens when an earlier state has replaced the input: its result has no `ResultPath`, its `Parameters`
    /// or `Output` omit the member, or a catcher without `ResultPath` has put the error in place of the
    /// input. The result of a task that calls an API has the members that the API returns. The output of a
    /// Parallel state is an array, so its members have no names.
    ///
    /// The comparison `IsPresent` is not reported. In JSONata, only an expression that consists of the path alone is
    /// reported, because a longer expression can supply a default.
    ///
    /// ## Why is this bad?
    ///
    /// AWS accepts the definition, but the state fails when it runs: with `States.Runtime` or
    /// `States.ParameterPathFailure`, and in JSONata with `States.QueryEvaluationError`. Keep the input with
    /// `ResultPath` (in JSONata `Output`) in the earlier states, or read a value that is present.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "StartAt": "ReserveStock",
    ///   "States": {
    ///     "ReserveStock": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "reserve-stock",
    ///         "Payload.$": "$"
    ///       },
    ///       "ResultSelector": {
    ///         "reservationId.$": "$.Payload.reservationId"
    ///       },
    ///       "Next": "ChargeCard"
    ///     },
    ///     "ChargeCard": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "charge-card",
    ///         "Payload.$": "$.order"
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
    ///   "StartAt": "ReserveStock",
    ///   "States": {
    ///     "ReserveStock": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "reserve-stock",
    ///         "Payload.$": "$"
    ///       },
    ///       "ResultSelector": {
    ///         "reservationId.$": "$.Payload.reservationId"
    ///       },
    ///       "ResultPath": "$.stock",
    ///       "Next": "ChargeCard"
    ///     },
    ///     "ChargeCard": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "charge-card",
    ///         "Payload.$": "$.order"
    ///       },
    ///       "End": true
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Paths](https://states-language.net/#paths)
    /// - [Handling errors in Step Functions workflows](https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html)
    "ASL6001" "missing-input" [] Warning
    Whole => check
}

fn check(model: &SemanticModel<'_>, findings: &mut Vec<Diagnostic>) {
    let inputs = inputs(model);
    let objects = model.objects.iter();
    let expressions = objects.flat_map(|node| {
        model
            .expressions_of(node)
            .map(move |expression| (node, expression))
    });
    for (node, expression) in expressions {
        let Some((index, state)) = node
            .state
            .and_then(|index| Some((index, model.states.get(index)?)))
        else {
            continue;
        };
        let Some(input) = inputs
            .get(index)
            .and_then(Option::as_ref)
            .filter(|_| reads_input(expression, &node.shape.name, state))
        else {
            continue;
        };
        if is_presence_test(node) {
            continue;
        }
        for (path, span) in expression
            .paths()
            .into_iter()
            .filter(|(path, _)| path.root == Root::Input)
        {
            let missing = input.missing(path.segments.iter().map(|segment| &segment.step));
            if let Some(missing) = missing {
                findings.push(say(model, expression, &span, &missing, index, &inputs));
            }
        }
        // A part of an expression may be missing, such as the condition of a default, but not the whole expression.
        if let Some(tree) = expression.jsonata()
            && let Some(steps) = input_path(tree)
            && !matches!(**input, AbstractValue::Array(_))
            && let Some(missing) = input.missing(&steps)
        {
            findings.push(say(model, expression, &tree.span, &missing, index, &inputs));
        }
    }
}

fn say(
    model: &SemanticModel<'_>,
    expression: &Expression<'_>,
    span: &std::ops::Range<usize>,
    missing: &Missing,
    state: StateId,
    inputs: &Table<StateId, Option<Rc<AbstractValue>>>,
) -> Diagnostic {
    let name = model.states.get(state).map_or("", |state| state.name);
    let written = expression.text.get(expression.range(span)).unwrap_or("");
    let finding = RULE.inside(
        expression,
        span,
        format!(
            "`{written}` is not in the input of state `{name}`: {}",
            missing.why
        ),
    );
    let finding = match &missing.suggestion {
        Some(known) => finding.help(format!("did you mean `{known}`?")),
        None => finding.help(
            "keep the input with `ResultPath` (in JSONata `Output`) in earlier states, or read a value that is present",
        ),
    };
    match replaced_by(model, state, inputs) {
        Some(before) => finding.related(before.at.clone(), "this state creates the input"),
        None => finding,
    }
}

/// The state that leads to this one, if it is the only one.
fn replaced_by<'s, 'a>(
    model: &'s SemanticModel<'a>,
    state: StateId,
    inputs: &Table<StateId, Option<Rc<AbstractValue>>>,
) -> Option<&'s State<'a>> {
    // With very many states, the time of the search would not be proportional to the size of the text.
    let target = model
        .states
        .get(state)
        .filter(|_| model.states.len() < 500)?;
    let mut before = model.states.enumerate().filter(|(index, other)| {
        inputs.get(*index).is_some_and(Option::is_some)
            && other.scope == target.scope
            && model.graph.targets(*index).any(|to| to == state)
    });
    let first = before.next();
    first
        .filter(|_| before.next().is_none())
        .map(|(_, state)| state)
}

/// Whether `$` or `$states.input` of an expression is the input of the state itself.
fn reads_input(expression: &Expression<'_>, owner: &str, state: &State<'_>) -> bool {
    if state.language == Some(QueryLanguage::JSONata) {
        return true;
    }
    let whole_input = state.value.get("InputPath").is_none();
    match expression.field.name.as_str() {
        "InputPath" => true,
        // These read the result.
        "OutputPath" | "ResultSelector" | "ResultPath" => false,
        "Assign" => matches!(state.ty, "Wait") && owner == "Wait" && whole_input,
        "ItemSelector" | "BatchInput" => owner == "Map" && whole_input,
        _ => {
            whole_input
                && matches!(
                    owner,
                    "Task"
                        | "Pass"
                        | "Wait"
                        | "Parallel"
                        | "Map"
                        | "ChoiceRule"
                        | "Comparison"
                        | "Fail"
                )
        }
    }
}

/// Whether an object tests with `IsPresent` whether a value is present.
fn is_presence_test(node: &crate::semantic::Node<'_>) -> bool {
    node.value.get("IsPresent").is_some()
}

/// The steps after `$states.input`, for a path that consists of names.
fn input_path(node: &Node) -> Option<Vec<Step>> {
    match &node.kind {
        Kind::Path(left, right) => match (&left.kind, &right.kind) {
            (Kind::Variable(states), Kind::Name(input))
                if states == "states" && input == "input" =>
            {
                Some(Vec::new())
            }
            (_, Kind::Name(name)) => {
                let mut steps = input_path(left)?;
                steps.push(Step::Member(name.clone()));
                Some(steps)
            }
            _ => None,
        },
        _ => None,
    }
}
