//! What intrinsic functions are given.

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::intrinsic::{Call, FUNCTIONS, Value, function_named};
use crate::subject::{Content, Expression, Item, Subject};

/// How deep intrinsic functions may be nested in one field (developer guide, "Intrinsics").
const MAX_DEPTH: usize = 10;
/// The longest array that `States.ArrayRange` makes.
const MAX_RANGE: f64 = 1_000.0;
/// The hash algorithms of `States.Hash`.
const ALGORITHMS: &[&str] = &["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"];

rule! {
    /// An intrinsic function does not exist, or is given too few, too many or the wrong values: `States.Format` takes as
    /// many values as its template has `{}`, `States.JsonMerge` only `false` as its third.
    ///
    /// AWS refuses unknown functions with `SCHEMA_VALIDATION_FAILED`; wrong values fail with `States.IntrinsicFailure` when
    /// the state runs, and are warnings.
    "ASL3006" "intrinsic-arguments" Error Any => check
}

fn check(subject: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    for expression in subject.expressions_of(item) {
        let Content::Intrinsic(Ok(call)) = &expression.content else { continue };
        let container = item.at.join(&expression.field.name);
        if call.depth() > MAX_DEPTH {
            let message =
                format!("intrinsic functions are nested {} deep, and AWS takes at most {MAX_DEPTH}", call.depth());
            findings.push(
                RULE.inside(expression, &call.span, message).help("make a part of the value in an earlier state"),
            );
        }
        for call in call.calls() {
            if let Some(finding) = check_call(expression, call) {
                findings.push(finding.aws(crate::diagnostic::SCHEMA, Some(container.clone())));
            }
        }
    }
}

fn check_call(expression: &Expression<'_>, call: &Call) -> Option<Diagnostic> {
    let say = |message: String, help: String| Some(RULE.inside(expression, &call.span, message).help(help));
    let Some(function) = function_named(&call.name) else {
        let names = FUNCTIONS.iter().map(|function| function.name);
        let help = match did_you_mean(&call.name, names.clone()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("the intrinsic functions are {}", super::list(names)),
        };
        return say(format!("there is no intrinsic function `{}`", call.name), help);
    };
    let given = call.arguments.len();
    if let Some((wrong, help)) = function.wrong_number(given) {
        return say(format!("`{}` {wrong}", call.name), help.to_owned());
    }
    let value = |index: usize| call.arguments.get(index).map(|argument| &argument.value);
    // The number of values is checked when the definition is read, and the values when the state runs.
    let say = |message: String, help: String| say(message, help).map(Diagnostic::as_warning);
    match (function.name, value(0), value(1), value(2)) {
        ("States.Format", Some(Value::Text(template)), ..) => {
            let holes = holes(template);
            (holes != given - 1).then(|| {
                let message = format!("the template has {holes} `{{}}`, and {} values are given", given - 1);
                RULE.inside(expression, &call.span, message).as_warning().help("give one value for each `{}`")
            })
        }
        ("States.JsonMerge", _, _, Some(Value::Bool(true))) => {
            let help = "write `false`: Step Functions merges only the topmost members".to_owned();
            say("`States.JsonMerge` cannot merge deeply".to_owned(), help)
        }
        ("States.Hash", _, Some(Value::Text(algorithm)), _) if !ALGORITHMS.contains(&algorithm.as_str()) => say(
            format!("there is no hash algorithm `{algorithm}`"),
            format!("it takes one of {}", super::list(ALGORITHMS.iter().copied())),
        ),
        ("States.ArrayRange", Some(Value::Number(from)), Some(Value::Number(to)), Some(Value::Number(step))) => {
            let (from, to, step) = (from.parse::<f64>().ok()?, to.parse::<f64>().ok()?, step.parse::<f64>().ok()?);
            if step == 0.0 {
                return say("the step of a range cannot be 0".to_owned(), String::new());
            }
            let items = ((to - from) / step).floor() + 1.0;
            if items > MAX_RANGE {
                return say(format!("the range has {items} items, and AWS takes at most {MAX_RANGE}"), String::new());
            }
            None
        }
        _ => None,
    }
}

/// How many values a template takes; `\{` and `\}` are text.
fn holes(template: &str) -> usize {
    let (mut holes, mut open, mut escaped) = (0, false, false);
    for c in template.chars() {
        let was_open = std::mem::take(&mut open);
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' => open = true,
            '}' if was_open => holes += 1,
            _ => {}
        }
    }
    holes
}
