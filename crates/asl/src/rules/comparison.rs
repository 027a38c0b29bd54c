//! Rules of Choice states that compare nothing, or twice.

use crate::diagnostic::Diagnostic;
use crate::model::QueryLanguage;
use crate::shape::{Reads, Shape};
use crate::subject::{Item, Subject};

rule! {
    /// A rule of a Choice state names a `Variable` and no comparison, or several. There is exactly one, such as
    /// `StringEquals` or `IsPresent`; several are put together with `And`.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`.
    "ASL1016" "comparison" Error ChoiceRule | Comparison => check, ChoiceRule | Comparison => paths_of_operands
}

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    if item.value.get("Variable").is_none() {
        return;
    }
    // Every field that only JSONPath has is a comparison, but for the variable and what puts comparisons together.
    let is_comparison = |name: &&String| {
        let field = item.shape.field(name);
        !matches!(name.as_str(), "Variable" | "And" | "Or" | "Not")
            && field.is_some_and(|field| field.language == Some(QueryLanguage::JSONPath))
    };
    let members = item.value.as_object().into_iter().flat_map(|members| members.keys());
    let present: Vec<&str> = members.filter(is_comparison).map(String::as_str).collect();
    let unknown = item.fields.iter().any(Option::is_none);
    let finding = match present.as_slice() {
        [_] => return,
        // A misspelt comparison is reported as an unknown field.
        [] if unknown => return,
        [] => RULE
            .finding(item.at.clone(), "the rule names a variable and compares it with nothing")
            .help("write a comparison, such as `StringEquals`, `NumericGreaterThan` or `IsPresent`"),
        several => RULE
            .finding(
                item.at.clone(),
                format!("the rule has several comparisons: {}", super::list(several.iter().copied())),
            )
            .help("write one, or put several rules together with `And`"),
    };
    findings.push(finding.schema(&item.at));
}

/// `NumericEquals: "$.x"` compares with a text, not with what stands at the path.
fn paths_of_operands(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    for (field, value) in item.members() {
        let name = field.name.as_str();
        let Some(text) = value.as_str().filter(|text| text.starts_with("$.") || text.starts_with("$$.")) else {
            continue;
        };
        let twin = format!("{name}Path");
        let has_twin = item.shape.field(&twin).is_some_and(|other| other.reads == Reads::ReferencePath);
        if has_twin && field.shape == Shape::String {
            findings.push(
                RULE.finding(item.at.join(name), format!("`{text}` is compared as text, not as a path"))
                    .as_warning()
                    .help(format!("write `{twin}` to compare with what stands there")),
            );
        }
    }
}
