//! Invalid arguments of intrinsic functions.

use crate::diagnostic::Diagnostic;
use crate::intrinsic::{Call, FUNCTIONS, Value, function_named};
use crate::semantic::{Content, Expression, Node, SemanticModel};
use crate::suggest::did_you_mean;

/// The largest depth of nested intrinsic functions in one field (developer guide, "Intrinsics").
const MAX_DEPTH: usize = 10;
/// The longest array that `States.ArrayRange` returns.
const MAX_RANGE: f64 = 1_000.0;
/// The hash algorithms of `States.Hash`.
const ALGORITHMS: &[&str] = &["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"];

rule! {
    /// ## What it does
    ///
    /// Checks for intrinsic functions that do not exist, or that have the wrong number of arguments or wrong values.
    ///
    /// The following limits apply:
    ///
    /// - `States.Format` takes one argument for each `{}` in its template.
    /// - `States.JsonMerge` accepts only `false` as its third argument.
    /// - `States.Hash` accepts the algorithms `MD5`, `SHA-1`, `SHA-256`, `SHA-384`, and `SHA-512`.
    /// - `States.ArrayRange` returns at most 1,000 items, and its step cannot be 0.
    /// - Intrinsic functions can be nested up to 10 levels deep in one field.
    ///
    /// ## Why is this bad?
    ///
    /// If a function does not exist or has the wrong number of arguments, AWS rejects the definition with
    /// `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated. If the value of an argument is wrong,
    /// or does not match the template of `States.Format`, the state fails with `States.IntrinsicFailure` when it runs.
    /// These cases are reported as warnings.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Pass",
    ///   "Parameters": {
    ///     "paymentId.$": "States.Uuid()"
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "Type": "Pass",
    ///   "Parameters": {
    ///     "paymentId.$": "States.UUID()"
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Intrinsic Functions](https://states-language.net/#intrinsic-functions)
    /// - [Intrinsic functions for JSONPath states in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html)
    "ASL3006" "invalid-intrinsic-arguments" ["intrinsic-arguments"] Error
    Any => check
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    for expression in model.expressions_of(node) {
        let Content::Intrinsic(Ok(call)) = &expression.content else {
            continue;
        };
        let container = node.at.join(&expression.field.name);
        if call.depth() > MAX_DEPTH {
            let message = format!(
                "intrinsic functions can be nested at most {MAX_DEPTH} deep, got {}",
                call.depth()
            );
            findings.push(
                RULE.inside(expression, &call.span, message)
                    .help("create a part of the value in an earlier state"),
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
    let say = |message: String, help: String| {
        Some(RULE.inside(expression, &call.span, message).help(help))
    };
    let Some(function) = function_named(&call.name) else {
        let names = FUNCTIONS.iter().map(|function| function.name);
        let help = match did_you_mean(&call.name, names.clone()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("the intrinsic functions are {}", crate::rules::list(names)),
        };
        return say(format!("unknown intrinsic function `{}`", call.name), help);
    };
    let given = call.arguments.len();
    if let Some((wrong, help)) = function.wrong_number(given) {
        return say(format!("`{}` {wrong}", call.name), help.to_owned());
    }
    let value = |index: usize| call.arguments.get(index).map(|argument| &argument.value);
    // AWS checks the number of arguments when the definition is created, and their values when the state runs.
    let say = |message: String, help: String| say(message, help).map(Diagnostic::as_warning);
    match (function.name, value(0), value(1), value(2)) {
        ("States.Format", Some(Value::Text(template)), ..) => {
            let holes = holes(template);
            (holes != given - 1).then(|| {
                let values = if given == 2 {
                    "1 value is".to_owned()
                } else {
                    format!("{} values are", given - 1)
                };
                let message = format!("the template has {holes} `{{}}`, and {values} given");
                RULE.inside(expression, &call.span, message)
                    .as_warning()
                    .help("give one value for each `{}`")
            })
        }
        ("States.JsonMerge", _, _, Some(Value::Bool(true))) => {
            let help = "write `false`: Step Functions merges only the top-level members".to_owned();
            say(
                "`States.JsonMerge` does not support deep merging".to_owned(),
                help,
            )
        }
        ("States.Hash", _, Some(Value::Text(algorithm)), _)
            if !ALGORITHMS.contains(&algorithm.as_str()) =>
        {
            say(
                format!("unsupported hash algorithm `{algorithm}`"),
                format!(
                    "valid values: {}",
                    crate::rules::list(ALGORITHMS.iter().copied())
                ),
            )
        }
        (
            "States.ArrayRange",
            Some(Value::Number(from)),
            Some(Value::Number(to)),
            Some(Value::Number(step)),
        ) => {
            let (from, to, step) = (
                from.parse::<f64>().ok()?,
                to.parse::<f64>().ok()?,
                step.parse::<f64>().ok()?,
            );
            if step == 0.0 {
                return say("the step of a range cannot be 0".to_owned(), String::new());
            }
            let items = ((to - from) / step).floor() + 1.0;
            if items > MAX_RANGE {
                return say(
                    format!("the range must have at most {MAX_RANGE} items, got {items}"),
                    String::new(),
                );
            }
            None
        }
        _ => None,
    }
    .or_else(|| wrong_kind(expression, call))
}

/// A kind of value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Any,
    Array,
    Bool,
    Number,
    Object,
    Text,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Any => "a value",
            Self::Array => "an array",
            Self::Bool => "a boolean",
            Self::Number => "a number",
            Self::Object => "an object",
            Self::Text => "a string",
        }
    }
}

/// Returns the kinds of the arguments, of which the last repeats, and the kind of the result (developer
/// guide, "Intrinsic functions").
fn kinds(name: &str) -> (&'static [Kind], Kind) {
    use Kind::{Any, Array, Bool, Number, Object, Text};
    match name {
        "States.Format" => (&[Text, Any], Text),
        "States.StringToJson" => (&[Text], Any),
        "States.JsonToString" => (&[Any], Text),
        "States.Array" => (&[Any], Array),
        "States.ArrayPartition" => (&[Array, Number], Array),
        "States.ArrayContains" => (&[Array, Any], Bool),
        "States.ArrayRange" => (&[Number], Array),
        "States.ArrayGetItem" => (&[Array, Number], Any),
        "States.ArrayLength" => (&[Array], Number),
        "States.ArrayUnique" => (&[Array], Array),
        "States.Base64Encode" | "States.Base64Decode" => (&[Text], Text),
        "States.Hash" => (&[Any, Text], Text),
        "States.JsonMerge" => (&[Object, Object, Bool], Object),
        "States.MathRandom" | "States.MathAdd" => (&[Number], Number),
        "States.StringSplit" => (&[Text], Array),
        "States.UUID" => (&[], Text),
        _ => (&[], Any),
    }
}

/// Reports a literal, or the result of another function, whose type the function does not accept.
fn wrong_kind(expression: &Expression<'_>, call: &Call) -> Option<Diagnostic> {
    let (takes, _) = kinds(&call.name);
    call.arguments
        .iter()
        .enumerate()
        .find_map(|(index, argument)| {
            let taken = *takes.get(index).or(takes.last())?;
            let given = match &argument.value {
                Value::Text(_) => Kind::Text,
                Value::Number(_) => Kind::Number,
                Value::Bool(_) => Kind::Bool,
                Value::Call(inner) => kinds(&inner.name).1,
                Value::Null | Value::Path(_) => return None,
            };
            if taken == Kind::Any || given == Kind::Any || taken == given {
                return None;
            }
            let message = format!(
                "argument {} of `{}` is {}, not {}",
                index + 1,
                call.name,
                given.word(),
                taken.word()
            );
            let help = match (taken, &argument.value) {
                (Kind::Number, Value::Text(text)) if text.parse::<f64>().is_ok() => {
                    format!("write `{text}` without quotes")
                }
                _ => format!("write {}", taken.word()),
            };
            Some(
                RULE.inside(expression, &argument.span, message)
                    .as_warning()
                    .help(help),
            )
        })
}

/// Number of values that a template requires. `\{` and `\}` are text.
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
