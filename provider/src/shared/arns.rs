//! ARNs in arguments and imports.

use aws_arn::{Arn, FunctionArn, StateMachineArn};
use tfplugin::model::{Attr, Problem};
use tfplugin::{AttributePath, Diagnostic};

/// A kind of ARN, and how it is parsed.
pub struct ArnKind<T> {
    /// Name of the kind with its article, such as "the ARN of an activity".
    what: &'static str,
    parse: fn(&str) -> Option<T>,
    detail: &'static str,
}

/// The ARN of an activity.
pub const ACTIVITY: ArnKind<Arn> = ArnKind {
    what: "the ARN of an activity",
    parse: |text| of_states(text, "activity:"),
    detail: "Use the ARN of an activity, such as `arn:aws:states:eu-west-1:123456789012:activity:pack`.",
};

/// The ARN of an execution of a state machine of type `STANDARD`.
pub const EXECUTION: ArnKind<Arn> = ArnKind {
    what: "the ARN of an execution",
    parse: |text| of_states(text, "execution:"),
    detail: "Use the ARN of an execution, such as `arn:aws:states:eu-west-1:123456789012:execution:orders:4711`. \
             Executions of type `EXPRESS` have no history other than their logs.",
};

/// The name or ARN of a Lambda function, with or without a version or alias.
pub const FUNCTION: ArnKind<FunctionArn> = ArnKind {
    what: "the name or ARN of a function",
    parse: FunctionArn::parse,
    detail: "Use a name such as `charge`, or an ARN such as `arn:aws:lambda:eu-west-1:123456789012:function:charge`.",
};

/// The ARN of a state machine, of a version or of an alias.
pub const QUALIFIED_STATE_MACHINE: ArnKind<StateMachineArn> = ArnKind {
    what: "the ARN of a state machine",
    parse: StateMachineArn::parse,
    detail: "Use the ARN of a state machine, such as `arn:aws:states:eu-west-1:123456789012:stateMachine:orders`.",
};

/// The ARN of a version of a state machine.
pub const VERSION: ArnKind<StateMachineArn> = ArnKind {
    what: "the ARN of a version",
    parse: |text| StateMachineArn::parse(text).filter(StateMachineArn::is_version),
    detail: "Use the `state_machine_version_arn` of a state machine with `publish = true`, which ends in the number of the \
             version.",
};

/// The ARN of an alias of a state machine.
pub const ALIAS: ArnKind<StateMachineArn> = ArnKind {
    what: "the ARN of an alias",
    parse: |text| StateMachineArn::parse(text).filter(|arn| arn.alias().is_some()),
    detail: "Use the ARN of an alias, such as `arn:aws:states:eu-west-1:123456789012:stateMachine:orders:live`.",
};

/// The ARN of a state machine, without a version or alias.
pub const STATE_MACHINE: ArnKind<StateMachineArn> = ArnKind {
    what: "the ARN of a state machine",
    parse: |text| StateMachineArn::parse(text).filter(|arn| arn.qualifier.is_none()),
    detail: "Use the ARN of a state machine without a version or alias, such as \
             `arn:aws:states:eu-west-1:123456789012:stateMachine:orders`.",
};

/// An ARN of Step Functions with this kind of resource.
fn of_states(text: &str, kind: &str) -> Option<Arn> {
    let is_kind = |arn: &Arn| {
        arn.service == "states"
            && arn
                .resource
                .strip_prefix(kind)
                .is_some_and(|id| !id.is_empty())
    };
    Arn::parse(text).filter(is_kind)
}

impl<T> ArnKind<T> {
    /// Checks an attribute early. Only values that begin with `arn:` are checked here, because
    /// tests with mocks use placeholder values. [`Self::get`] checks all other values.
    pub fn validate(&self, value: &Attr<String>, attribute: &str) -> Option<Diagnostic> {
        let text = value.text().filter(|text| text.starts_with("arn:"))?;
        (self.parse)(text)
            .is_none()
            .then(|| self.invalid(text, attribute))
    }

    /// Parses an attribute that is known or null.
    ///
    /// # Errors
    ///
    /// When it is not an ARN of this kind.
    pub fn get(&self, value: &Attr<String>, attribute: &str) -> Result<T, Diagnostic> {
        let text = value.text().unwrap_or("");
        (self.parse)(text).ok_or_else(|| self.invalid(text, attribute))
    }

    fn invalid(&self, text: &str, attribute: &str) -> Diagnostic {
        self.problem(text).at(AttributePath::root(attribute))
    }

    fn problem(&self, text: &str) -> Problem {
        Problem::new(format!("`{text}` is not {}", self.what), self.detail)
    }

    /// Parses a text.
    ///
    /// # Errors
    ///
    /// When it is not an ARN of this kind.
    pub fn parse(&self, text: &str) -> Result<T, Problem> {
        (self.parse)(text).ok_or_else(|| self.problem(text))
    }

    fn check(&self, text: &str) -> Result<(), Problem> {
        if text.starts_with("arn:") {
            self.parse(text).map(drop)
        } else {
            Ok(())
        }
    }
}

/// Checks the ARN of a state machine, version or alias in a configuration, as [`ArnKind::validate`] does.
///
/// # Errors
/// When it is an ARN of another kind.
pub fn qualified_state_machine(text: &str) -> Result<(), Problem> {
    QUALIFIED_STATE_MACHINE.check(text)
}

/// Checks the ARN of a version in a configuration, as [`ArnKind::validate`] does.
///
/// # Errors
/// When it is an ARN of another kind.
pub fn version(text: &str) -> Result<(), Problem> {
    VERSION.check(text)
}

/// Name of a state machine for messages: the name in the ARN, or the whole text.
pub fn machine_name(arn: &Attr<String>) -> String {
    let text = arn.text().unwrap_or("?");
    StateMachineArn::parse(text).map_or_else(|| text.to_owned(), |arn| arn.name().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREFIX: &str = "arn:aws:states:eu-west-1:123456789012:";

    /// Whether a text is accepted during validation, and when it is used.
    fn check<T>(kind: &ArnKind<T>, text: &str, in_validate: bool, in_use: bool) {
        let value: Attr<String> = text.into();
        assert_eq!(
            kind.validate(&value, "arn").is_none(),
            in_validate,
            "{text}"
        );
        assert_eq!(kind.get(&value, "arn").is_ok(), in_use, "{text}");
    }

    #[test]
    fn arns_are_told_from_those_of_other_objects() {
        let machine = format!("{PREFIX}stateMachine:orders");
        check(&ACTIVITY, &format!("{PREFIX}activity:pack"), true, true);
        check(
            &EXECUTION,
            &format!("{PREFIX}execution:orders:4711"),
            true,
            true,
        );
        check(
            &FUNCTION,
            "arn:aws:lambda:eu-west-1:123456789012:function:charge:live",
            true,
            true,
        );
        check(&FUNCTION, "charge", true, true);
        check(&STATE_MACHINE, &machine, true, true);
        for arn in [
            &machine,
            &format!("{machine}:3"),
            &format!("{machine}:live"),
        ] {
            check(&QUALIFIED_STATE_MACHINE, arn, true, true);
            check(&ACTIVITY, arn, false, false);
            check(&EXECUTION, arn, false, false);
            check(&FUNCTION, arn, false, false);
        }
        check(&STATE_MACHINE, &format!("{machine}:3"), false, false);
        check(&STATE_MACHINE, &format!("{machine}:live"), false, false);
        check(
            &EXECUTION,
            &format!("{PREFIX}express:orders:4711:5"),
            false,
            false,
        );
        check(&ACTIVITY, &format!("{PREFIX}activity:"), false, false);
    }

    #[test]
    fn made_up_values_are_refused_only_when_they_are_used() {
        check(&ACTIVITY, "a1b2c3d4", true, false);
        check(&EXECUTION, "a1b2c3d4", true, false);
        check(&STATE_MACHINE, "a1b2c3d4", true, false);
        check(&QUALIFIED_STATE_MACHINE, "a1b2c3d4", true, false);
        for absent in [Attr::Null, Attr::Unknown] {
            assert!(STATE_MACHINE.validate(&absent, "arn").is_none());
        }
        let summary = STATE_MACHINE
            .get(&Attr::from("orders"), "arn")
            .map_err(|error| error.summary);
        assert_eq!(
            summary.unwrap_err(),
            "`orders` is not the ARN of a state machine"
        );
    }
}
