//! Paths that are not Reference Paths.

use crate::diagnostic::Diagnostic;
use crate::jsonpath::Root;
use crate::schema::ExpressionKind;
use crate::semantic::{Content, Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for fields that require a Reference Path and contain a path that is not one.
    ///
    /// A Reference Path identifies exactly one place. It contains only names and array indexes, and no `*`, `..`,
    /// filters, slices, or lists. A `ResultPath` must also lead into the input of the state, not into the context
    /// object or into a variable. To set a variable, use `Assign`.
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
    ///   "TimestampPath": "$.shipments[*].shipDate",
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "Type": "Wait",
    ///   "TimestampPath": "$.shipments[0].shipDate",
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Reference Paths](https://states-language.net/#ref-paths)
    "ASL3002" "invalid-reference-path" ["reference-path"] Error
    Any => check
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    for expression in model.expressions_of(node) {
        let (Content::Path(Ok(path)), reads) = (&expression.content, expression.field.reads) else {
            continue;
        };
        if !matches!(
            reads,
            ExpressionKind::ReferencePath | ExpressionKind::ResultPath
        ) {
            continue;
        }
        let name = &expression.field.name;
        let finding = if let Some(segment) = path.indefinite() {
            let message = format!(
                "`{name}` must lead to exactly one place, and this step can match several or none"
            );
            RULE.inside(expression, &segment.span, message)
                .help("write only names and numbers, such as `$.orders[0].id`")
        } else if reads == ExpressionKind::ResultPath && path.root == Root::Context {
            let message = format!("`{name}` cannot write into the context object");
            RULE.inside(expression, &(0..2), message)
                .help("write a path that starts with `$.`")
        } else if let (ExpressionKind::ResultPath, Root::Variable(variable)) = (reads, &path.root) {
            let message = format!("`{name}` cannot write into the variable `${variable}`");
            RULE.inside(expression, &(0..variable.len() + 1), message)
                .help("set variables with `Assign`")
        } else {
            continue;
        };
        findings.push(finding.schema(&expression.at));
    }
}
