//! Statements from a row of the table and the parameters of a call.

use super::Call;
use super::document::Statement;
use super::grant::{Grant, WildcardReason, fixed, managed_rule};
use super::resource::{Account, ParameterValue, given};
use super::rows::{Permissions, Row};

/// The grants of a call.
pub(super) fn grants(row: &Row, call: &Call<'_>) -> Vec<Grant> {
    let waits = call.pattern.starts_with("sync");
    let mut grants = permissions(row.call, call);
    if let Some((key, parameter)) = row.binds
        && let ParameterValue::Text(value) = given(call.payload, parameter)
    {
        let bound = |grant: Grant| Grant {
            statement: grant.statement.when("StringEquals", key, value),
            ..grant
        };
        grants = grants.into_iter().map(bound).collect();
    }
    if waits {
        grants.extend(permissions(row.wait, call));
        if !row.rule.is_empty() {
            grants.push(fixed(managed_rule(call.settings, row.rule)));
        }
    }
    grants.extend(
        row.passes
            .iter()
            .filter_map(|(parameter, service)| pass_role(call, parameter, service)),
    );
    if let Some((service, _)) = row.linked_role.split_once('/') {
        let role = iam(
            &call.settings.account,
            &format!("role/aws-service-role/{}", row.linked_role),
        );
        let statement = Statement::allow(["iam:CreateServiceLinkedRole"], [role]);
        grants.push(fixed(statement.when(
            "StringLike",
            "iam:AWSServiceName",
            service,
        )));
    }
    grants
}

fn permissions(permissions: Permissions, call: &Call<'_>) -> Vec<Grant> {
    let grant = |(actions, resources): &(&'static [&'static str], &'static [&'static str])| {
        if resources.is_empty() {
            return fixed(Statement::allow(actions.iter().copied(), ["*"]));
        }
        let (mut arns, mut wide) = (Vec::new(), None);
        for resource in *resources {
            let (arn, unknown) = arn(resource, call);
            wide = wide.or(unknown.map(WildcardReason::Parameter));
            arns.push(arn);
        }
        Grant {
            statement: Statement::allow(actions.iter().copied(), arns),
            wide,
        }
    };
    permissions.iter().map(grant).collect()
}

/// Allows passing the role in a parameter to a service. `None` if the parameter is absent.
pub(super) fn pass_role(call: &Call<'_>, parameter: &'static str, service: &str) -> Option<Grant> {
    let allow = |role: &str| {
        Statement::allow(["iam:PassRole"], [role]).when(
            "StringEquals",
            "iam:PassedToService",
            service,
        )
    };
    match given(call.payload, parameter) {
        ParameterValue::Absent => None,
        ParameterValue::Text(role) if role.starts_with("arn:") => Some(fixed(allow(role))),
        // Some services accept the name of a role.
        ParameterValue::Text(role) => Some(fixed(allow(&iam(
            &call.settings.account,
            &format!("role/{role}"),
        )))),
        ParameterValue::AtRunTime => Some(Grant {
            statement: allow("*"),
            wide: Some(WildcardReason::Parameter(parameter)),
        }),
    }
}

/// An ARN of IAM, which has no region.
fn iam(account: &Account, resource: &str) -> String {
    Account {
        region: Some(String::new()),
        ..account.clone()
    }
    .arn("iam", resource)
}

/// The ARN of a resource with the values of its parameters, and a parameter that is known only at run time.
fn arn(resource: &'static str, call: &Call<'_>) -> (String, Option<&'static str>) {
    let (service, mut rest) = resource.split_once(':').unwrap_or((resource, ""));
    let (mut filled, mut unknown) = (String::new(), None);
    while let Some((before, (place, after))) = rest
        .split_once('{')
        .and_then(|(b, a)| Some((b, a.split_once('}')?)))
    {
        filled.push_str(before);
        rest = after;
        let (parameter, default) = place
            .split_once('=')
            .map_or((place, None), |(name, text)| (name, Some(text)));
        let (parameter, tells) = parameter
            .strip_prefix('*')
            .map_or((parameter, true), |name| (name, false));
        match (given(call.payload, parameter), default) {
            (ParameterValue::Text(arn), _) if tells && arn.starts_with("arn:") => {
                return (with_revision(arn, rest), None);
            }
            (ParameterValue::Text(text), _) if tells => filled.push_str(text),
            (ParameterValue::Absent, Some(default)) => filled.push_str(default),
            _ => {
                filled.push('*');
                unknown = Some(parameter);
            }
        }
    }
    let filled = if unknown.is_some() && rest == ":*" {
        filled
    } else {
        with_revision(&filled, rest)
    };
    let account = &call.settings.account;
    let arn = if service == "iam" {
        iam(account, &filled)
    } else {
        account.arn(service, &filled)
    };
    (arn, unknown)
}

/// Adds the rest of the ARN to a name, with all revisions if the name has no revision.
fn with_revision(named: &str, rest: &str) -> String {
    let has_revision = named
        .rsplit_once(':')
        .is_some_and(|(_, revision)| revision.parse::<u64>().is_ok());
    match rest {
        ":*" if has_revision => named.to_owned(),
        rest if named.starts_with("arn:") && rest != ":*" => named.to_owned(),
        rest => format!("{named}{rest}"),
    }
}
