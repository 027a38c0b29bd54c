//! Names, and AWS's rules for them.

use tfplugin::model::Problem;

/// Checks the name of an activity or a state machine with up to `longest` characters (API
/// reference, CreateActivity and CreateStateMachine, `name`).
///
/// # Errors
/// When AWS rejects the name.
fn states_name(kind: &str, name: &str, longest: usize) -> Result<(), Problem> {
    let is_refused =
        |c: char| c.is_whitespace() || c.is_control() || "<>{}[]?*\"#%\\^|~`$&,;:/".contains(c);
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

/// Maximum length of the name of a state machine or activity.
const MAX_NAME: usize = 80;
/// Number of digits that a generated name adds to its prefix.
const GENERATED: usize = 26;
/// Maximum length of a prefix, which leaves room for the generated digits.
const MAX_PREFIX: usize = 52;

/// Checks the name of a state machine.
///
/// # Errors
/// When AWS rejects the name.
pub fn state_machine(name: &str) -> Result<(), Problem> {
    states_name("state machine name", name, MAX_NAME)
}

/// Checks the prefix of the name of a state machine.
///
/// # Errors
/// When AWS rejects names with this prefix.
pub fn state_machine_prefix(prefix: &str) -> Result<(), Problem> {
    states_name("state machine name prefix", prefix, MAX_PREFIX)
}

/// Checks the name of an activity.
///
/// # Errors
/// When AWS rejects the name.
pub fn activity(name: &str) -> Result<(), Problem> {
    states_name("activity name", name, MAX_NAME)
}

/// Checks the name of an execution.
///
/// # Errors
/// When AWS rejects the name.
pub fn execution(name: &str) -> Result<(), Problem> {
    states_name("execution name", name, MAX_NAME)
}

/// Checks the name of an alias of a state machine (API reference, CreateStateMachineAlias, `name`).
///
/// # Errors
/// When AWS rejects the name.
pub fn alias(name: &str) -> Result<(), Problem> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let invalid = |detail: &str| Err(Problem::new(format!("invalid alias name `{name}`"), detail));
    if name.is_empty() || name.len() > MAX_NAME || !name.chars().all(is_allowed) {
        return invalid("Use 1 to 80 letters, digits, `-`, `_` and `.`.");
    }
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        return invalid("Names of only digits are reserved for versions. Add a letter.");
    }
    Ok(())
}

/// Checks the description of an alias of a state machine (API reference, CreateStateMachineAlias, `description`).
///
/// # Errors
/// When it is longer than 256 characters.
pub fn alias_description(text: &str) -> Result<(), Problem> {
    let length = text.chars().count();
    valid(length <= 256, || {
        (
            format!("`description` must have at most 256 characters, got {length}"),
            "Shorten it.",
        )
    })
}

/// Checks the name of a log group (API reference, CreateLogGroup, `logGroupName`).
///
/// # Errors
/// When AWS rejects the name.
pub fn log_group(name: &str) -> Result<(), Problem> {
    bounded("log group name", name, 512, "_-/.#")
}

/// Checks the prefix of the name of a log group, to which a generated name adds digits.
///
/// # Errors
/// When AWS rejects names with this prefix.
pub fn log_group_prefix(prefix: &str) -> Result<(), Problem> {
    bounded("log group name prefix", prefix, 512 - GENERATED, "_-/.#")
}

/// Checks the name of an alarm (API reference, PutMetricAlarm, `AlarmName`).
///
/// # Errors
/// When AWS rejects the name.
pub fn alarm(name: &str) -> Result<(), Problem> {
    let is_valid = !name.is_empty() && name.chars().count() <= 255;
    valid(is_valid, || {
        (
            format!("invalid alarm name `{name}`"),
            "Use 1 to 255 characters.",
        )
    })
}

/// Checks the ID of a statement (API reference, AddPermission, `StatementId`).
///
/// # Errors
/// When AWS rejects the ID.
pub fn statement_id(id: &str) -> Result<(), Problem> {
    bounded("statement ID", id, 100, "-_")
}

/// Checks the prefix of the ID of a statement, to which a generated ID adds digits.
///
/// # Errors
/// When AWS rejects IDs with this prefix.
pub fn statement_id_prefix(prefix: &str) -> Result<(), Problem> {
    bounded("statement ID prefix", prefix, 100 - GENERATED, "-_")
}

/// Checks that a text has 1 to `longest` letters, digits and characters of `others`.
fn bounded(what: &str, text: &str, longest: usize, others: &str) -> Result<(), Problem> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || others.contains(c);
    let is_valid = !text.is_empty() && text.len() <= longest && text.chars().all(is_allowed);
    if is_valid {
        return Ok(());
    }
    let others: Vec<String> = others.chars().map(|c| format!("`{c}`")).collect();
    let listed = others
        .split_last()
        .map_or_else(String::new, |(last, rest)| {
            format!("{} and {last}", rest.join(", "))
        });
    let detail = format!("Use 1 to {longest} letters, digits, {listed}.");
    Err(Problem::new(format!("invalid {what} `{text}`"), detail))
}

/// Checks a Lambda action, such as `lambda:InvokeFunction`.
///
/// # Errors
/// When it is not a Lambda action.
pub fn lambda_action(action: &str) -> Result<(), Problem> {
    let operation = action.strip_prefix("lambda:").unwrap_or("");
    let is_word = !operation.is_empty() && operation.chars().all(|c| c.is_ascii_alphabetic());
    let is_valid = action == "*" || operation == "*" || is_word;
    valid(is_valid, || {
        (
            format!("`{action}` is not an action of Lambda"),
            "Use `lambda:InvokeFunction`, for example.",
        )
    })
}

/// Checks an account ID.
///
/// # Errors
/// When it does not have twelve digits.
pub fn account(id: &str) -> Result<(), Problem> {
    let is_valid = id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit());
    valid(is_valid, || {
        (
            format!("`{id}` is not an AWS account ID"),
            "An account ID has twelve digits.",
        )
    })
}

fn valid(is_valid: bool, problem: impl FnOnce() -> (String, &'static str)) -> Result<(), Problem> {
    if is_valid {
        return Ok(());
    }
    let (summary, detail) = problem();
    Err(Problem::new(summary, detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rules_of_aws() {
        for name in ["orders", "a-b_c.d", "größe", "订单", &"x".repeat(80)] {
            assert!(
                activity(name).is_ok() && state_machine(name).is_ok(),
                "{name}"
            );
        }
        for name in ["", "a b", "a/b", "a*", "a<b>", "a\u{7f}", &"x".repeat(81)] {
            assert!(
                activity(name).is_err() && state_machine(name).is_err(),
                "{name}"
            );
        }
        assert!(
            state_machine_prefix(&"x".repeat(52)).is_ok()
                && state_machine_prefix(&"x".repeat(53)).is_err()
        );
        for (name, valid) in [
            ("/aws/x.y#z", true),
            ("", false),
            ("a b", false),
            (&"x".repeat(513), false),
        ] {
            assert_eq!(log_group(name).is_ok(), valid, "{name}");
        }
        for (id, valid) in [
            ("from-events_1", true),
            ("", false),
            ("a.b", false),
            (&"x".repeat(101), false),
        ] {
            assert_eq!(statement_id(id).is_ok(), valid, "{id}");
        }
        assert!(
            statement_id_prefix(&"x".repeat(74)).is_ok()
                && statement_id_prefix(&"x".repeat(75)).is_err()
        );
        assert!(
            log_group_prefix(&"x".repeat(486)).is_ok()
                && log_group_prefix(&"x".repeat(487)).is_err()
        );
        assert_eq!(
            log_group("a b").unwrap_err().detail,
            "Use 1 to 512 letters, digits, `_`, `-`, `/`, `.` and `#`."
        );
        for (action, valid) in [
            ("lambda:InvokeFunction", true),
            ("lambda:*", true),
            ("*", true),
            ("InvokeFunction", false),
            ("lambda:", false),
        ] {
            assert_eq!(lambda_action(action).is_ok(), valid, "{action}");
        }
        for (id, valid) in [
            ("123456789012", true),
            ("12345678901", false),
            ("12345678901x", false),
        ] {
            assert_eq!(account(id).is_ok(), valid, "{id}");
        }
        assert!(
            alarm(&"x".repeat(255)).is_ok()
                && alarm("").is_err()
                && alarm(&"x".repeat(256)).is_err()
        );
        assert!(
            alias_description(&"x".repeat(256)).is_ok()
                && alias_description(&"x".repeat(257)).is_err()
        );
        for (name, valid) in [
            ("live", true),
            ("v1.2", true),
            ("12", false),
            ("a b", false),
            ("", false),
        ] {
            assert_eq!(alias(name).is_ok(), valid, "{name}");
        }
    }
}
