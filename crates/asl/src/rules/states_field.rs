//! Fields of `$states` that are not there.

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::jsonata::Kind;
use crate::subject::{Expression, Item, Subject};

rule! {
    /// `$states` has `input` and `context` everywhere, `result` in `Assign` and `Output` of Task, Map and Parallel states,
    /// and `errorOutput` in `Assign` and `Output` of a catcher.
    ///
    /// AWS refuses it with `UNSUPPORTED_JSONATA_EXPRESSION`.
    "ASL3104" "states-field" Error Any => check
}

fn check(subject: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    for expression in subject.expressions_of(item) {
        let Some(tree) = expression.jsonata() else { continue };
        tree.walk(&mut |node| {
            let Kind::Path(left, right) = &node.kind else { return };
            let (Kind::Variable(variable), Kind::Name(name)) = (&left.kind, &right.kind) else { return };
            if variable != "states" {
                return;
            }
            let Some((message, help)) = wrong(item, expression, name) else { return };
            findings.push(
                RULE.inside(expression, &node.span, message)
                    .aws("UNSUPPORTED_JSONATA_EXPRESSION", Some(expression.at.clone()))
                    .help(help),
            );
        });
    }
}

fn wrong(item: &Item<'_>, expression: &Expression<'_>, name: &str) -> Option<(String, String)> {
    let owner = item.shape.name.as_str();
    let after = matches!(expression.field.name.as_str(), "Assign" | "Output");
    match name {
        "input" | "context" => None,
        "result" if after && matches!(owner, "Task" | "Map" | "Parallel") => None,
        "result" => Some((
            "there is no `$states.result` here".to_owned(),
            "it is there in `Assign` and `Output` of Task, Map and Parallel states".to_owned(),
        )),
        "errorOutput" if after && owner == "Catcher" => None,
        "errorOutput" => Some((
            "there is no `$states.errorOutput` here".to_owned(),
            "it is there in `Assign` and `Output` of a catcher".to_owned(),
        )),
        name => {
            let known = ["input", "context", "result", "errorOutput"];
            let help = did_you_mean(name, known).map_or_else(
                || "it has `input`, `context`, `result` and `errorOutput`".to_owned(),
                |known| format!("did you mean `$states.{known}`?"),
            );
            Some((format!("`$states` has no field `{name}`"), help))
        }
    }
}
