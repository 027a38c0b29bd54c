//! Fields of the other query language.

use crate::diagnostic::Diagnostic;
use crate::model::QueryLanguage;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for fields that belong to the other query language.
    ///
    /// `Parameters`, `ResultSelector`, `InputPath`, `OutputPath`, `ResultPath` and the other fields for paths, and
    /// `Result` and `Variable`, belong to JSONPath. `Arguments`, `Output`, `Items` and `Condition` belong to JSONata.
    /// A state without `QueryLanguage` uses the query language of the state machine, not that of the enclosing Map or
    /// Parallel state.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Pass",
    ///   "QueryLanguage": "JSONata",
    ///   "OutputPath": "$.order",
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
    ///   "Output": "{% $states.input.order %}",
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Transforming data with JSONata in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html)
    "ASL1009" "field-of-other-query-language" ["wrong-language"] Error
    Any => check
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let (Some(language), Some(state)) = (model.language_of(node), model.state_of(node)) else {
        return;
    };
    for (field, _) in node.members() {
        let name = field.name.as_str();
        if field.language.is_none_or(|only| only == language) || !node.value.is_set(name) {
            continue;
        }
        let message = format!(
            "`{name}` is a field of {:?}, and state `{}` uses {language:?}",
            other(language),
            state.name
        );
        let help = match (name, language) {
            ("Output" | "Condition" | "Items" | "Arguments", QueryLanguage::JSONPath) => {
                "write `QueryLanguage: \"JSONata\"` in the state, or use the fields of JSONPath"
                    .to_owned()
            }
            ("Parameters", _) => {
                "write `Arguments` with JSONata expressions between `{%` and `%}`".to_owned()
            }
            ("ResultPath" | "ResultSelector" | "OutputPath", _) => {
                "write `Output`, which can read `$states.input` and `$states.result`".to_owned()
            }
            ("ItemsPath", _) => "write `Items` with a JSONata expression".to_owned(),
            ("Variable", _) => "write `Condition` with a JSONata expression".to_owned(),
            (name, _) => match name.strip_suffix("Path") {
                Some(plain) => {
                    format!("write `{plain}` with a JSONata expression between `{{%` and `%}}`")
                }
                None => "remove it, or change the query language of the state".to_owned(),
            },
        };
        findings.push(
            RULE.finding(node.at.join(name), message)
                .schema(&state.at)
                .help(help),
        );
    }
}

fn other(language: QueryLanguage) -> QueryLanguage {
    match language {
        QueryLanguage::JSONPath => QueryLanguage::JSONata,
        QueryLanguage::JSONata => QueryLanguage::JSONPath,
    }
}
