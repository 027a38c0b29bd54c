//! A grant: a statement, and why it is wider than the call it is for.

use super::Settings;
use super::document::Statement;
use super::resource::ResourceScope;

/// Why a statement is wider than what the call will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WildcardReason {
    /// This parameter is known only at run time.
    Parameter(&'static str),
    /// The resources are named in this place and not in the call.
    Elsewhere(&'static str),
    /// Which parameters name the resource is not known.
    Unknown,
    /// IAM lists no such action.
    Unlisted,
}

/// A statement, and why it is wide if it is.
pub(super) struct Grant {
    pub(super) statement: Statement,
    pub(super) wide: Option<WildcardReason>,
}

pub(super) fn fixed(statement: Statement) -> Grant {
    Grant { statement, wide: None }
}

pub(super) fn scoped(actions: &[&str], scope: ResourceScope) -> Grant {
    let allow = |resource: String| Statement::allow(actions.iter().copied(), [resource]);
    match scope {
        ResourceScope::Static(arn) => fixed(allow(arn)),
        ResourceScope::Dynamic(field) => {
            Grant { statement: allow("*".into()), wide: Some(WildcardReason::Parameter(field)) }
        }
    }
}

/// The EventBridge rule by which Step Functions hears that a job it started has ended.
pub(super) fn managed_rule(settings: &Settings, rule: &str) -> Statement {
    let rule = settings.account.arn("events", &format!("rule/{rule}"));
    Statement::allow(["events:DescribeRule", "events:PutRule", "events:PutTargets"], [rule])
}

/// An operation as IAM names it: `getItem` → `dynamodb:GetItem`.
pub(super) fn action(service: &str, operation: &str) -> String {
    let mut letters = operation.chars();
    let operation: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    format!("{service}:{operation}")
}
