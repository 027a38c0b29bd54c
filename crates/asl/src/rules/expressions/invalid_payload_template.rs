//! Invalid members of payload templates.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::schema::ExpressionKind;
use crate::semantic::{Content, Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for members of payload templates that end in `.$` but have no path or intrinsic function as value.
    ///
    /// The value of such a member must be a string that contains a valid path or a valid call of an intrinsic
    /// function. For a fixed value, remove `.$` from the name of the member.
    ///
    /// ## Why is this bad?
    ///
    /// Step Functions cannot evaluate the value. AWS rejects the definition with `SCHEMA_VALIDATION_FAILED` when the
    /// state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Pass",
    ///   "Parameters": {
    ///     "orderId.$": "order.id"
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
    ///     "orderId.$": "$.order.id"
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Payload Template](https://states-language.net/#payload-template)
    "ASL3003" "invalid-payload-template" ["payload-template"] Error
    Any => check
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    for expression in model
        .expressions_of(node)
        .filter(|expression| expression.field.reads == ExpressionKind::Template)
    {
        let (error, kind) = match &expression.content {
            Content::Path(Err(error)) => (error, "path"),
            Content::Intrinsic(Err(error)) => (error, "intrinsic function"),
            _ => continue,
        };
        let container = node.at.join(&expression.field.name);
        let key = expression
            .at
            .tokens()
            .last()
            .map(ToString::to_string)
            .unwrap_or_default();
        let plain = key.strip_suffix(".$").unwrap_or(&key);
        let message = if kind == "path" && !expression.text.starts_with('$') {
            format!("the value of `{key}` is neither a path nor an intrinsic function")
        } else {
            format!(
                "the value of `{key}` is not a valid {kind}: {}",
                error.message
            )
        };
        let help = match (
            error.help.is_empty(),
            expression.text.starts_with('$') || kind != "path",
        ) {
            (false, _) => error.help.clone(),
            (true, true) => {
                "write a path such as `$.order.id`, or an intrinsic function".to_owned()
            }
            (true, false) => {
                format!(
                    "write a path that starts with `$`, or name the member `{plain}` for a fixed value"
                )
            }
        };
        findings.push(
            RULE.inside(expression, &error.span, message)
                .schema(&container)
                .help(help),
        );
    }
    for (container, value) in crate::rules::templates(model, node) {
        value.walk(&container, &mut |way, inner| {
            let Some(key) = way.name().filter(|key| key.ends_with(".$")) else {
                return true;
            };
            if !matches!(inner, Json::String(_) | Json::Unknown) {
                let message = format!(
                    "the value of `{key}` is {}, not a path or an intrinsic function",
                    inner.kind()
                );
                let plain = key.strip_suffix(".$").unwrap_or(key);
                let help = format!(
                    "write a path as a string, or name the member `{plain}` for a fixed value"
                );
                findings.push(
                    RULE.finding(way.pointer(), message)
                        .schema(&container.pointer())
                        .help(help),
                );
            }
            false
        });
    }
}
