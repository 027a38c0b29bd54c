//! Names, and the rules that AWS has for them.

use tfplugin::model::Problem;

/// Checks a name of an activity or a state machine of up to `longest` characters (API reference, CreateActivity and
/// CreateStateMachine, `name`).
///
/// # Errors
/// When AWS refuses the name.
fn states_name(kind: &str, name: &str, longest: usize) -> Result<(), Problem> {
    let is_refused = |c: char| c.is_whitespace() || c.is_control() || "<>{}[]?*\"#%\\^|~`$&,;:/".contains(c);
    let length = name.chars().count();
    if length == 0 || length > longest || name.chars().any(is_refused) {
        let detail = format!(
            "Use 1 to {longest} characters: no white space, brackets, wildcards, control characters, or any of \
             `\" # % \\ ^ | ~ $ & , ; : /`."
        );
        return Err(Problem::new(format!("invalid {kind} `{name}`"), detail));
    }
    Ok(())
}

/// The longest name of a state machine or activity.
const MAX_NAME: usize = 80;
/// The longest prefix, which leaves room for what is generated.
const MAX_PREFIX: usize = 52;

/// Checks the name of a state machine.
///
/// # Errors
/// When AWS refuses the name.
pub fn state_machine(name: &str) -> Result<(), Problem> {
    states_name("state machine name", name, MAX_NAME)
}

/// Checks the prefix of the name of a state machine.
///
/// # Errors
/// When AWS refuses names with it.
pub fn state_machine_prefix(prefix: &str) -> Result<(), Problem> {
    states_name("state machine name prefix", prefix, MAX_PREFIX)
}

/// Checks the name of an activity.
///
/// # Errors
/// When AWS refuses the name.
pub fn activity(name: &str) -> Result<(), Problem> {
    states_name("activity name", name, MAX_NAME)
}

/// Checks the name of an alias of a state machine (API reference, CreateStateMachineAlias, `name`).
///
/// # Errors
/// When AWS refuses the name.
pub fn alias(name: &str) -> Result<(), Problem> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let invalid = |detail: &str| Err(Problem::new(format!("invalid alias name `{name}`"), detail));
    if name.is_empty() || name.len() > MAX_NAME || !name.chars().all(is_allowed) {
        return invalid("Use 1 to 80 letters, digits, `-`, `_` and `.`.");
    }
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        return invalid("A name of digits only would be the number of a version: add a letter.");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rules_of_aws() {
        for name in ["orders", "a-b_c.d", "größe", "订单", &"x".repeat(80)] {
            assert!(activity(name).is_ok() && state_machine(name).is_ok(), "{name}");
        }
        for name in ["", "a b", "a/b", "a*", "a<b>", "a\u{7f}", &"x".repeat(81)] {
            assert!(activity(name).is_err() && state_machine(name).is_err(), "{name}");
        }
        assert!(state_machine_prefix(&"x".repeat(52)).is_ok() && state_machine_prefix(&"x".repeat(53)).is_err());
        for (name, valid) in [("live", true), ("v1.2", true), ("12", false), ("a b", false), ("", false)] {
            assert_eq!(alias(name).is_ok(), valid, "{name}");
        }
    }
}
