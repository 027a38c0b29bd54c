//! Grants: statements, and why they allow more than the call.

use super::Settings;
use super::document::Statement;
use super::resource::ResourceScope;

/// Why a statement has a wildcard in place of the resources of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WildcardReason {
    /// This parameter is known only at run time.
    Parameter(&'static str),
    /// The resources are specified in this place and not in the call.
    Elsewhere(&'static str),
    /// The parameters that name the resource are not known.
    Unknown,
    /// IAM does not list the action.
    Unlisted,
}

/// A statement, and why it has a wildcard, if it has one.
pub(super) struct Grant {
    pub(super) statement: Statement,
    pub(super) wide: Option<WildcardReason>,
}

pub(super) fn fixed(statement: Statement) -> Grant {
    Grant {
        statement,
        wide: None,
    }
}

pub(super) fn scoped(actions: &[&str], scope: ResourceScope) -> Grant {
    let allow = |resource: String| Statement::allow(actions.iter().copied(), [resource]);
    match scope {
        ResourceScope::Static(arn) => fixed(allow(arn)),
        ResourceScope::Dynamic(field) => Grant {
            statement: allow("*".into()),
            wide: Some(WildcardReason::Parameter(field)),
        },
    }
}

/// The EventBridge rule that notifies Step Functions of the end of a job.
pub(super) fn managed_rule(settings: &Settings, rule: &str) -> Statement {
    let rule = settings.account.arn("events", &format!("rule/{rule}"));
    Statement::allow(
        ["events:DescribeRule", "events:PutRule", "events:PutTargets"],
        [rule],
    )
}

/// The IAM action of an operation: `getItem` becomes `dynamodb:GetItem`.
pub(super) fn action(service: &str, operation: &str) -> String {
    let mut letters = operation.chars();
    let operation: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect();
    format!("{service}:{operation}")
}
