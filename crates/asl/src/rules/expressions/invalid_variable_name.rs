//! Invalid and reserved variable names.

use crate::diagnostic::Diagnostic;
use crate::semantic::SemanticModel;

/// Maximum length of a name, in characters (developer guide, "Variable name syntax").
const MAX_CHARACTERS: usize = 80;

rule! {
    /// ## What it does
    ///
    /// Checks for variables whose names are not valid or are reserved.
    ///
    /// A variable name begins with a letter, continues with letters, digits and underscores, and has at most 80
    /// characters. The name `states` is reserved for Step Functions. A path such as `order.id` or `orders[0]` is not
    /// a variable name, because `Assign` always sets a whole variable.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition when it is created or updated: with `INVALID_VARIABLE_NAME`, or with
    /// `RESERVED_VARIABLE_NAME` for the name `states`.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Pass",
    ///   "QueryLanguage": "JSONata",
    ///   "Assign": {
    ///     "order.id": "{% $states.input.id %}"
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
    ///   "Assign": {
    ///     "orderId": "{% $states.input.id %}"
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Variables](https://states-language.net/#variables)
    /// - [AWS Step Functions: Passing data between states with variables](https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html)
    "ASL3201" "invalid-variable-name" ["variable-name"] Error
    Whole => check
}

fn check(model: &SemanticModel<'_>, findings: &mut Vec<Diagnostic>) {
    for set in &model.variables.assignments {
        let container = set.at.parent();
        let name = &set.name;
        if name == "states" {
            findings.push(
                RULE.finding(
                    set.at.clone(),
                    "`$states` is reserved for Step Functions and cannot be set",
                )
                .aws("RESERVED_VARIABLE_NAME", container)
                .help("choose another name"),
            );
            continue;
        }
        let mut letters = name.chars();
        let begins = letters
            .next()
            .is_some_and(|first| first.is_alphabetic() || first == '_');
        let characters = name.chars().count();
        let message = if characters > MAX_CHARACTERS {
            format!("the name of a variable has {characters} characters")
        } else if !begins || !letters.all(|c| c.is_alphanumeric() || c == '_') {
            format!("`{name}` is not a valid variable name")
        } else {
            continue;
        };
        let help = "use a letter and then letters, digits and `_`, at most 80 characters";
        findings.push(
            RULE.finding(set.at.clone(), message)
                .aws("INVALID_VARIABLE_NAME", container)
                .help(help),
        );
    }
}
