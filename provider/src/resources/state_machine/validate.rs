//! What can be said about a configuration before anything is planned.

use tfplugin::{AttributePath, Diagnostic, Diagnostics, Severity, Value};

use crate::checks::{self, Checks};
use crate::messages::one_of;
use crate::{definition, encryption, execution_role, log_group, timeouts};

/// The longest name of a state machine, and of a prefix that leaves room for what is made up.
const MAX_NAME: usize = 80;
const MAX_PREFIX: usize = 54;

/// Checks a configuration. Warnings wait for the plan, where more is known.
pub(super) fn validate(config: &Value, checks: &Checks) -> Diagnostics {
    let mut diagnostics: Diagnostics = definition::evaluate(config, &checks.selection(config))
        .diagnostics
        .into_iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .collect();
    diagnostics.extend(checks::validate_ignored(config));
    diagnostics.extend(names(config));
    diagnostics.extend(execution_role::validate(config, "role_arn"));
    let root = AttributePath::root;
    let logging = |name: &str| root("logging_configuration").attribute(name);
    let block = config.get("logging_configuration");
    diagnostics.extend(one_of(config.get("type"), root("type"), &["STANDARD", "EXPRESS"]));
    diagnostics.extend(one_of(block.get("level"), logging("level"), &["ALL", "ERROR", "FATAL", "OFF"]));
    if let Some(days) = block.get("retention_in_days").as_i64() {
        let path = logging("retention_in_days");
        if let Some(wrong) = log_group::wrong_retention(days, path.clone()) {
            diagnostics.push(wrong);
        } else if !block.get("log_destination").is_null() {
            let detail =
                "The log group of `log_destination` is not this resource's: set its retention where it is made.";
            diagnostics.push(error(
                path,
                "`retention_in_days` is for the provider's own log group".into(),
                detail.into(),
            ));
        }
    }
    diagnostics.extend(encryption::validate(config));
    let publishes = config.get("publish").as_bool() == Some(true) || config.get("publish").is_unknown();
    for name in ["version_description", "keep_versions"] {
        if !config.get(name).is_null() && !publishes {
            let detail = format!("`{name}` is about versions: write `publish = true` as well, or remove it.");
            diagnostics.push(error(root(name), "no version is published".into(), detail));
        }
    }
    if let Some(number) = config.get("keep_versions").as_i64().filter(|number| *number < 1) {
        let detail = "The newest version is always kept: write 1 or more, or remove it to keep all.";
        diagnostics.push(error(root("keep_versions"), format!("{number} versions cannot be kept"), detail.into()));
    }
    diagnostics.extend(timeouts::validate(config));
    diagnostics
}

fn error(path: AttributePath, message: String, detail: String) -> Diagnostic {
    Diagnostic::error(message, detail).at(path)
}

/// Whether AWS refuses a character in a name (API reference, CreateStateMachine, `name`).
fn is_refused(c: char) -> bool {
    c.is_whitespace() || c.is_control() || "<>{}[]?*\"#%\\^|~`$&,;:/".contains(c)
}

fn names(config: &Value) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    if !config.get("name").is_null() && !config.get("name_prefix").is_null() {
        let path = AttributePath::root("name_prefix");
        diagnostics.push(error(
            path,
            "both `name` and `name_prefix` are there".into(),
            "Remove one of the two.".into(),
        ));
    }
    for (attribute, longest) in [("name", MAX_NAME), ("name_prefix", MAX_PREFIX)] {
        let Some(name) = config.get(attribute).as_str() else {
            continue;
        };
        let characters = name.chars().count();
        if characters == 0 || characters > longest || name.chars().any(is_refused) {
            let detail = format!("Use from 1 to {longest} letters, digits, `-` and `_`.");
            let message = format!("`{name}` is no {} of a state machine", attribute.replace('_', " "));
            diagnostics.push(error(AttributePath::root(attribute), message, detail));
        }
    }
    diagnostics
}
