//! Names that a variable cannot have.

use crate::diagnostic::Diagnostic;
use crate::subject::Subject;

/// The longest name, in characters (developer guide, "Variable name syntax").
const MAX_CHARACTERS: usize = 80;

rule! {
    /// A variable has a name that it cannot have: it begins with a letter, goes on with letters, digits and `_`, and has at
    /// most 80 characters. `states` belongs to Step Functions. A path such as `order.id` or `orders[0]` is no name: a
    /// variable is set as a whole.
    ///
    /// AWS refuses it with `INVALID_VARIABLE_NAME` or `RESERVED_VARIABLE_NAME`.
    "ASL3201" "variable-name" Error Whole => check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    for set in &subject.variables.assignments {
        let container = set.at.parent();
        let name = &set.name;
        if name == "states" {
            findings.push(
                RULE.finding(set.at.clone(), "`$states` belongs to Step Functions and cannot be set")
                    .aws("RESERVED_VARIABLE_NAME", container)
                    .help("choose another name"),
            );
            continue;
        }
        let mut letters = name.chars();
        let begins = letters.next().is_some_and(|first| first.is_alphabetic() || first == '_');
        let characters = name.chars().count();
        let message = if characters > MAX_CHARACTERS {
            format!("the name of a variable has {characters} characters")
        } else if !begins || !letters.all(|c| c.is_alphanumeric() || c == '_') {
            format!("`{name}` is no name of a variable")
        } else {
            continue;
        };
        let help = "use a letter and then letters, digits and `_`, at most 80 characters";
        findings.push(RULE.finding(set.at.clone(), message).aws("INVALID_VARIABLE_NAME", container).help(help));
    }
}
