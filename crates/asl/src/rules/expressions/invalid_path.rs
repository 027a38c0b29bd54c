//! Invalid paths and intrinsic functions.

use crate::diagnostic::Diagnostic;
use crate::schema::ExpressionKind;
use crate::semantic::{Content, Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for fields that require a JSONPath and contain a value that is not a valid path.
    ///
    /// A path starts with `$` for the input, with `$$` for the context object, or with `$name` for a variable. Steps
    /// such as `.name`, `['name']`, `[0]`, and `[*]` follow. Step Functions uses the path syntax of the Jayway
    /// JsonPath library. Intrinsic functions are not allowed in these fields. Only `ErrorPath` and `CausePath` of a
    /// Fail state also accept an intrinsic function; the rule reports it there if its syntax is invalid.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Wait",
    ///   "SecondsPath": "order.delaySeconds",
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "Type": "Wait",
    ///   "SecondsPath": "$.order.delaySeconds",
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Paths](https://states-language.net/#path)
    "ASL3001" "invalid-path" [] Error
    Any => check
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    for expression in model
        .expressions_of(node)
        .filter(|expression| expression.field.reads != ExpressionKind::Template)
    {
        let (error, message) = match &expression.content {
            Content::Path(Err(error)) => (
                error,
                format!(
                    "`{}` is not a valid path: {}",
                    expression.field.name, error.message
                ),
            ),
            Content::Intrinsic(Err(error)) => (
                error,
                format!(
                    "`{}` is not a valid intrinsic function: {}",
                    expression.field.name, error.message
                ),
            ),
            _ => continue,
        };
        let intrinsic = expression.text.starts_with("States.")
            && expression.field.reads != ExpressionKind::PathOrIntrinsic;
        let help = match (intrinsic, error.help.is_empty()) {
            (true, _) => {
                "intrinsic functions are not allowed here: create the value in an earlier state"
            }
            (false, false) => error.help.as_str(),
            (false, true) => "write a path such as `$.order.id`",
        };
        findings.push(
            RULE.inside(expression, &error.span, message)
                .schema(&expression.at)
                .help(help),
        );
    }
}
