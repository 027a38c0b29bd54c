//! Invalid JSONata expressions.

use crate::diagnostic::Diagnostic;
use crate::semantic::{Content, Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for syntax errors in JSONata expressions, which are the text between `{%` and `%}`.
    ///
    /// Step Functions supports JSONata version 2.0.6. The newer operators `?:` and `??` are not available.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `INVALID_JSONATA_EXPRESSION` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Pass",
    ///   "QueryLanguage": "JSONata",
    ///   "Output": {
    ///     "currency": "{% $states.input.currency ?? 'EUR' %}"
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
    ///   "QueryLanguage": "JSONata",
    ///   "Output": {
    ///     "currency": "{% $exists($states.input.currency) ? $states.input.currency : 'EUR' %}"
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Transforming data with JSONata in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html)
    /// - [JSONata Documentation: Other Operators](https://docs.jsonata.org/other-operators)
    "ASL3102" "invalid-jsonata" ["jsonata-syntax"] Error
    Any => check
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    for expression in model.expressions_of(node) {
        let Content::Jsonata(Err(error)) = &expression.content else {
            continue;
        };
        findings.push(
            RULE.inside(
                expression,
                &error.span,
                format!("invalid JSONata: {}", error.message),
            )
            .aws("INVALID_JSONATA_EXPRESSION", Some(expression.at.clone()))
            .help(error.help.clone()),
        );
    }
}
