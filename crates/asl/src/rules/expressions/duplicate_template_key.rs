//! Members that a payload template sets twice.

use crate::diagnostic::Diagnostic;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for payload templates that contain the same member with and without `.$` at the end of its name.
    ///
    /// ## Why is this bad?
    ///
    /// Step Functions removes `.$` from the name, so both members set the same value. AWS rejects the definition with
    /// `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Pass",
    ///   "Parameters": {
    ///     "currency": "EUR",
    ///     "currency.$": "$.order.currency"
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
    ///     "currency.$": "$.order.currency"
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Payload Template](https://states-language.net/#payload-template)
    "ASL3004" "duplicate-template-key" [] Error
    Any => check
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    for (container, value) in crate::rules::templates(model, node) {
        value.walk(&container, &mut |way, inner| {
            for key in inner
                .as_object()
                .into_iter()
                .flat_map(|members| members.keys())
            {
                if let Some(plain) = key
                    .strip_suffix(".$")
                    .filter(|plain| inner.get(plain).is_some())
                {
                    let message = format!("`{key}` conflicts with `{plain}`");
                    let help = "both set the same member: remove one of the two";
                    let at = way.pointer().join(key);
                    findings.push(
                        RULE.finding(at, message)
                            .schema(&container.pointer())
                            .help(help),
                    );
                }
            }
            true
        });
    }
}
