//! Labels of distributed Map states.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::subject::{Item, Subject};

/// The longest label, in characters.
const MAX_CHARACTERS: usize = 40;

rule! {
    /// The `Label` of a Map state is empty, has more than 40 characters, or a character that cannot stand in it: blanks,
    /// control characters, and any of ``? * < > { } [ ] : ; , \ | ^ ~ $ # % & ` "``.
    ///
    /// AWS refuses it with `INVALID_LABEL_NAME`.
    "ASL1012" "invalid-label" Error Map => check
}

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let Some(label) = item.value.get("Label").and_then(Json::as_str) else { return };
    let characters = label.chars().count();
    let forbidden =
        label.chars().find(|c| c.is_whitespace() || c.is_control() || r#"?*<>{}[]:;,\|^~$#%&`""#.contains(*c));
    let message = match forbidden {
        _ if characters == 0 => "the label is empty".to_owned(),
        _ if characters > MAX_CHARACTERS => format!("the label has {characters} characters"),
        Some(c) => format!("a label cannot have the character {c:?}"),
        None => return,
    };
    let at = item.at.join("Label");
    let help = format!("use from 1 to {MAX_CHARACTERS} letters, digits, `-`, `_` and `.`");
    findings.push(RULE.finding(at.clone(), message).aws("INVALID_LABEL_NAME", Some(at)).help(help));
}
