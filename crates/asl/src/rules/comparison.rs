//! Rules of Choice states that compare nothing, or twice.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::model::QueryLanguage;
use crate::shape::Reads;
use crate::subject::Subject;

rule! {
    /// A rule of a Choice state names a `Variable` and no comparison, or several. There is exactly one, such as
    /// `StringEquals` or `IsPresent`; several are put together with `And`.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`.
    "ASL1016" "comparison" Error check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    let rules = subject.objects.iter().filter(|item| matches!(item.shape.name.as_str(), "ChoiceRule" | "Comparison"));
    for item in rules.filter(|item| item.value.get("Variable").is_some()) {
        // Every field that only JSONPath has is a comparison, but for the variable and what puts comparisons together.
        let is_comparison = |name: &&String| {
            let field = item.shape.fields.iter().find(|field| field.name == **name);
            !matches!(name.as_str(), "Variable" | "And" | "Or" | "Not")
                && field.is_some_and(|field| field.language == Some(QueryLanguage::JSONPath))
        };
        let members = item.value.as_object().into_iter().flat_map(|members| members.keys());
        let present: Vec<&str> = members.filter(is_comparison).map(String::as_str).collect();
        let unknown = item.value.as_object().is_some_and(|members| {
            members.keys().any(|key| !item.shape.fields.iter().any(|field| field.name == *key))
        });
        let finding = match present.as_slice() {
            [_] => continue,
            // A misspelt comparison is reported as an unknown field.
            [] if unknown => continue,
            [] => RULE
                .finding(item.at.clone(), "the rule names a variable and compares it with nothing")
                .help("write a comparison, such as `StringEquals`, `NumericGreaterThan` or `IsPresent`"),
            several => RULE
                .finding(item.at.clone(), format!("the rule has several comparisons: {}", super::list(several.iter().copied())))
                .help("write one, or put several rules together with `And`"),
        };
        findings.push(finding.schema(&item.at));
    }
    check_paths_of_operands(subject, findings);
}

/// `NumericEquals: "$.x"` compares with a text, not with what stands at the path.
fn check_paths_of_operands(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    for item in subject.objects.iter().filter(|item| matches!(item.shape.name.as_str(), "ChoiceRule" | "Comparison")) {
        for field in ["StringEquals", "StringLessThan", "StringGreaterThan"] {
            let text = item.value.get(field).and_then(Json::as_str).unwrap_or_default();
            let path = item.shape.fields.iter().any(|f| f.name == format!("{field}Path") && f.reads == Reads::ReferencePath);
            if path && (text.starts_with("$.") || text.starts_with("$$.")) {
                findings.push(
                    RULE.finding(item.at.join(field), format!("`{text}` is compared as text, not as a path"))
                        .as_warning()
                        .help(format!("write `{field}Path` to compare with what stands there")),
                );
            }
        }
    }
}
