//! Reading what is not there.

use std::rc::Rc;

use crate::diagnostic::Diagnostic;
use crate::flow::{Shape, inputs};
use crate::jsonata::{Kind, Node};
use crate::jsonpath::{Root, Step};
use crate::model::QueryLanguage;
use crate::subject::{Expression, State, Subject};

rule! {
    /// A state reads something from its input that is not there on any way to it: an earlier state has replaced the input,
    /// because its result has no `ResultPath`, its `Parameters` or `Output` leave the member out, or a catcher without
    /// `ResultPath` has put the error in its place; the result of a Parallel state is an array.
    ///
    /// AWS takes it, and the state fails with `States.Runtime` or `States.ParameterPathFailure`.
    "ASL6001" "missing-input" Warning Whole => check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    let inputs = inputs(subject);
    let objects = subject.objects.iter();
    let expressions = objects.flat_map(|item| subject.expressions_of(item).map(move |expression| (item, expression)));
    for (item, expression) in expressions {
        let Some((index, state)) = item.state.and_then(|index| Some((index, subject.states.get(index)?))) else {
            continue;
        };
        let Some(input) =
            inputs.get(index).and_then(Option::as_ref).filter(|_| reads_input(expression, &item.shape.name, state))
        else {
            continue;
        };
        if is_presence_test(item) {
            continue;
        }
        for (path, span) in expression.paths().into_iter().filter(|(path, _)| path.root == Root::Input) {
            let missing = input.missing(path.segments.iter().map(|segment| &segment.step));
            if let Some((_, why)) = missing {
                findings.push(say(subject, expression, &span, &why, index, &inputs));
            }
        }
        // A part of an expression may be missing, such as the condition of a default; the whole of it may not.
        if let Some(tree) = expression.jsonata()
            && let Some(steps) = input_path(tree)
            && !matches!(**input, Shape::Array(_))
            && let Some((_, why)) = input.missing(&steps)
        {
            findings.push(say(subject, expression, &tree.span, &why, index, &inputs));
        }
    }
}

fn say(
    subject: &Subject<'_>,
    expression: &Expression<'_>,
    span: &std::ops::Range<usize>,
    why: &str,
    state: usize,
    inputs: &[Option<Rc<Shape>>],
) -> Diagnostic {
    let name = subject.states.get(state).map(|state| state.name).unwrap_or("");
    let written = expression.text.get(expression.range(span)).unwrap_or("");
    let finding = RULE
        .inside(expression, span, format!("`{written}` is not in the input of state `{name}`: {why}"))
        .help("keep the input with `ResultPath` (in JSONata `Output`) in the states before, or read what is there");
    match replaced_by(subject, state, inputs) {
        Some(before) => finding.related(before.at.clone(), "this state makes the input"),
        None => finding,
    }
}

/// The state that leads to this one, where there is only one.
fn replaced_by<'s, 'a>(subject: &'s Subject<'a>, state: usize, inputs: &[Option<Rc<Shape>>]) -> Option<&'s State<'a>> {
    // Among very many states the search would not be in proportion to the text.
    let target = subject.states.get(state).filter(|_| subject.states.len() < 500)?;
    let mut before = subject.states.iter().enumerate().filter(|(index, other)| {
        inputs.get(*index).is_some_and(Option::is_some)
            && other.scope == target.scope
            && subject.graph.targets(*index).any(|to| to == state)
    });
    let first = before.next();
    first.filter(|_| before.next().is_none()).map(|(_, state)| state)
}

/// Whether `$` or `$states.input` of an expression is the input of the state itself.
fn reads_input(expression: &Expression<'_>, owner: &str, state: &State<'_>) -> bool {
    if state.language == Some(QueryLanguage::JSONata) {
        return true;
    }
    let whole_input = state.value.get("InputPath").is_none();
    match expression.field.name.as_str() {
        "InputPath" => true,
        // These read the result, or what has been made of it.
        "OutputPath" | "ResultSelector" | "ResultPath" => false,
        "Assign" => matches!(state.ty, "Wait") && owner == "Wait" && whole_input,
        "ItemSelector" | "BatchInput" => owner == "Map" && whole_input,
        _ => {
            whole_input
                && matches!(owner, "Task" | "Pass" | "Wait" | "Parallel" | "Map" | "ChoiceRule" | "Comparison" | "Fail")
        }
    }
}

/// `IsPresent` asks whether something is there.
fn is_presence_test(item: &crate::subject::Item<'_>) -> bool {
    item.value.get("IsPresent").is_some()
}

/// The steps after `$states.input`, for a path through names alone.
fn input_path(node: &Node) -> Option<Vec<Step>> {
    match &node.kind {
        Kind::Path(left, right) => match (&left.kind, &right.kind) {
            (Kind::Variable(states), Kind::Name(input)) if states == "states" && input == "input" => Some(Vec::new()),
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
