//! Paths and intrinsic functions that are not evaluated.

use crate::diagnostic::{Diagnostic, Fix};
use crate::intrinsic::Call;
use crate::jsonpath::Path;
use crate::pointer::PathBuilder;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for paths and intrinsic functions that Step Functions passes on as text instead of evaluating them.
    ///
    /// In a payload template, Step Functions evaluates a value only if the name of its member ends in `.$`. Text in
    /// an array is never evaluated: build the array with `States.Array` in a member whose name ends in `.$`. The
    /// `Result` of a Pass state is never evaluated either: use `Parameters` instead.
    ///
    /// The rule reports valid calls of intrinsic functions, and valid paths that start with `$.`, `$[`, or `$$.`.
    /// Other text that starts with `$`, such as `$5`, is not reported.
    ///
    /// ## Why is this bad?
    ///
    /// The next state or the called service receives the text of the path, such as `$.order.id`, and not the value.
    /// AWS accepts the definition and returns the warning `NO_DOLLAR`, or `PASS_RESULT_IS_STATIC` for a `Result`.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Pass",
    ///   "Parameters": {
    ///     "orderId": "$.order.id"
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
    /// - [Amazon States Language: Pass State](https://states-language.net/#pass-state)
    "ASL3005" "path-passed-as-text" ["path-as-text"] Warning
    Any => check, Pass => in_result
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    for (container, value) in crate::rules::templates(model, node) {
        value.walk(&container, &mut |way, inner| {
            if way.name().is_some_and(|key| key.ends_with(".$")) {
                return false;
            }
            let Some(text) = inner.as_str().filter(|text| looks_like_path(text)) else {
                return true;
            };
            let at = way.pointer();
            let message =
                format!("`{text}` is passed on as text, because the name does not end in `.$`");
            let finding = RULE
                .finding(at.clone(), message)
                .aws("NO_DOLLAR", Some(at.clone()));
            match way {
                PathBuilder::Member(_, name) => findings.push(
                    finding
                        .help(format!("name the member `{name}.$` to evaluate it"))
                        .fix(Fix::key(at, format!("{name}.$")).safe_if(false)),
                ),
                PathBuilder::Element(..) => findings.push(finding.help(
                    "create the array with `States.Array`, in a member whose name ends in `.$`",
                )),
                // Another rule reports a template that is a string.
                PathBuilder::Start(_) | PathBuilder::Field(..) => {}
            }
            true
        });
    }
}

/// Reports paths in the fixed result of a Pass state.
fn in_result(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let Some(result) = node.value.get("Result") else {
        return;
    };
    let container = node.at.join("Result");
    let mut first = None;
    result.walk(&PathBuilder::Start(&container), &mut |way, inner| {
        if first.is_none() {
            let text = inner.as_str().filter(|text| looks_like_path(text));
            first = text.map(|text| (way.pointer(), text));
        }
        first.is_none()
    });
    if let Some((at, text)) = first {
        findings.push(
            RULE.finding(
                at,
                format!("`{text}` is not evaluated: the `Result` of a Pass state is fixed"),
            )
            .aws("PASS_RESULT_IS_STATIC", Some(container))
            .help("write `Parameters` in place of `Result`"),
        );
    }
}

/// Whether a text is likely meant as a path or an intrinsic function.
fn looks_like_path(text: &str) -> bool {
    if Call::looks_like_one(text) {
        return Call::parse(text).is_ok();
    }
    let written_as_path =
        text.starts_with("$.") || text.starts_with("$[") || text.starts_with("$$.");
    written_as_path && Path::parse(text).is_ok()
}
