//! Aliases of state machines. An alias points to one or two versions.

use aws_arn::{Qualifier, StateMachineArn};
use aws_sdk_sfn::types::RoutingConfigurationListItem;

use crate::config::Aws;
use crate::creation::{CreateError, Creation, send_once};
use crate::error::AwsError;
use crate::fields::{non_empty, required};
use crate::retry::Call;
use crate::time::{Began, rfc3339};

/// A version to which an alias routes executions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// ARN of the version.
    pub version_arn: String,
    /// Percentage of the executions.
    pub weight: i32,
}

/// The mutable settings of an alias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Human-readable description.
    pub description: Option<String>,
    /// One or two versions, whose weights add up to 100.
    pub routes: Vec<Route>,
}

impl Wanted {
    /// Whether both are equal. The order of the routes is ignored.
    pub fn is_same(&self, other: &Self) -> bool {
        let sorted = |routes: &[Route]| {
            let mut routes = routes.to_vec();
            routes.sort();
            routes
        };
        self.description == other.description && sorted(&self.routes) == sorted(&other.routes)
    }
}

/// The current state of an alias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// ARN.
    pub arn: String,
    /// Name.
    pub name: String,
    /// Date and time of creation, in RFC 3339 format.
    pub creation_date: String,
    /// Mutable settings.
    pub wanted: Wanted,
}

fn routes(
    operation: &'static str,
    routes: &[Route],
) -> Result<Vec<RoutingConfigurationListItem>, AwsError> {
    let item = |route: &Route| {
        let item =
            RoutingConfigurationListItem::builder().state_machine_version_arn(&route.version_arn);
        item.weight(route.weight)
            .build()
            .map_err(|error| AwsError::local(operation, error.to_string()))
    };
    routes.iter().map(item).collect()
}

/// Creates an alias. Returns its ARN and its creation date in RFC 3339 format.
///
/// # Errors
/// Errors returned by AWS, and `AwsErrorKind::AlreadyExists` if the state machine has an alias with this name.
pub async fn create(
    aws: &Aws,
    call: &Call,
    name: &str,
    wanted: &Wanted,
) -> Result<(String, String), CreateError> {
    let (client, operation, began) = (aws.sfn().await?, "CreateStateMachineAlias", Began::now());
    let routes = routes(operation, &wanted.routes)?;
    let version = wanted
        .routes
        .first()
        .and_then(|route| StateMachineArn::parse(&route.version_arn));
    let Some(version) = version else {
        return Err(AwsError::local(
            operation,
            "the alias does not route to a version of a state machine",
        )
        .into());
    };
    let object = format!("an alias `{name}` of `{}`", version.name());
    let arn = with_alias(version, name);
    // AWS also succeeds for an alias with the same name, description and routes. The date shows
    // whether it is new.
    let send = || async {
        let request = client
            .create_state_machine_alias()
            .name(name)
            .set_description(wanted.description.clone());
        let request = request.set_routing_configuration(Some(routes.clone()));
        let answer = send_once!(request, aws_sdk_sfn)
            .await
            .map_err(|error| AwsError::new(operation, error))?;
        let is_new = !began.is_clearly_after(&answer.creation_date);
        Ok(is_new.then(|| {
            (
                answer.state_machine_alias_arn,
                rfc3339(&answer.creation_date),
            )
        }))
    };
    let own = |found: Described| {
        found
            .wanted
            .is_same(wanted)
            .then_some(Some((found.arn, found.creation_date)))
    };
    let creation = Creation {
        aws,
        call,
        operation,
        object,
    };
    let created = creation
        .run(|| describe(aws, call, &arn), send, own)
        .await?;
    created.ok_or_else(|| creation.already_exists(None).into())
}

/// The ARN of an alias of the state machine with this version. `None` for any other text.
pub fn arn_of(version_arn: &str, name: &str) -> Option<String> {
    Some(with_alias(StateMachineArn::parse(version_arn)?, name))
}

fn with_alias(arn: StateMachineArn, name: &str) -> String {
    StateMachineArn {
        qualifier: Some(Qualifier::Alias(name.to_owned())),
        ..arn
    }
    .to_string()
}

/// Reads an alias. `None` if it does not exist.
///
/// # Errors
/// Errors returned by AWS.
pub async fn describe(aws: &Aws, call: &Call, arn: &str) -> Result<Option<Described>, AwsError> {
    let (client, operation) = (aws.sfn().await?, "DescribeStateMachineAlias");
    let answer = call
        .once(operation, async {
            let request = client
                .describe_state_machine_alias()
                .state_machine_alias_arn(arn);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    let Some(answer) = AwsError::absent_is_none(answer)? else {
        return Ok(None);
    };
    let routes = answer.routing_configuration.into_iter().flatten();
    let routes = routes.map(|item| Route {
        version_arn: item.state_machine_version_arn,
        weight: item.weight,
    });
    Ok(Some(Described {
        arn: required(operation, "ARN", answer.state_machine_alias_arn)?,
        name: required(operation, "name", answer.name)?,
        creation_date: rfc3339(&required(operation, "creation date", answer.creation_date)?),
        wanted: Wanted {
            description: non_empty(answer.description),
            routes: routes.collect(),
        },
    }))
}

/// The ARNs of all aliases of a state machine.
///
/// # Errors
/// Errors returned by AWS.
pub async fn list(
    aws: &Aws,
    call: &Call,
    state_machine_arn: &str,
) -> Result<Vec<String>, AwsError> {
    let (client, operation) = (aws.sfn().await?, "ListStateMachineAliases");
    let (mut found, mut token) = (Vec::new(), None);
    loop {
        let answer = call
            .once(operation, async {
                let request = client
                    .list_state_machine_aliases()
                    .state_machine_arn(state_machine_arn);
                let answer = request.set_next_token(token.clone()).send().await;
                answer.map_err(|error| AwsError::new(operation, error))
            })
            .await?;
        found.extend(
            answer
                .state_machine_aliases
                .into_iter()
                .map(|alias| alias.state_machine_alias_arn),
        );
        token = answer.next_token;
        if token.is_none() {
            return Ok(found);
        }
    }
}

/// Updates an alias.
///
/// # Errors
/// Errors of AWS that remain after retries.
pub async fn update(aws: &Aws, call: &Call, arn: &str, wanted: &Wanted) -> Result<(), AwsError> {
    let (client, operation) = (aws.sfn().await?, "UpdateStateMachineAlias");
    let routes = routes(operation, &wanted.routes)?;
    call.healing(operation, || async {
        let request = client
            .update_state_machine_alias()
            .state_machine_alias_arn(arn);
        // AWS keeps settings that are not sent, so a missing description is sent as an empty one.
        request
            .description(wanted.description.clone().unwrap_or_default())
            .set_routing_configuration(Some(routes.clone()))
            .send()
            .await
            .map_err(|error| AwsError::new(operation, error))
    })
    .await?;
    Ok(())
}

/// Deletes an alias. Succeeds if it does not exist.
///
/// # Errors
/// Errors of AWS that remain after retries.
pub async fn delete(aws: &Aws, call: &Call, arn: &str) -> Result<(), AwsError> {
    let (client, operation) = (aws.sfn().await?, "DeleteStateMachineAlias");
    let answer = call
        .healing(operation, || async {
            let request = client
                .delete_state_machine_alias()
                .state_machine_alias_arn(arn);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    AwsError::absent_is_none(answer).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arn_of_an_alias_follows_from_a_version() {
        let machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders";
        for arn in [format!("{machine}:3"), machine.to_owned()] {
            assert_eq!(arn_of(&arn, "live"), Some(format!("{machine}:live")));
        }
        assert_eq!(arn_of("orders:3", "live"), None);
    }

    #[test]
    fn the_order_of_routes_does_not_count() {
        let wanted = |routes: &[(&str, i32)], description: Option<&str>| Wanted {
            description: description.map(str::to_owned),
            routes: routes
                .iter()
                .map(|(arn, weight)| Route {
                    version_arn: (*arn).into(),
                    weight: *weight,
                })
                .collect(),
        };
        let canary = wanted(&[("m:1", 90), ("m:2", 10)], None);
        assert!(canary.is_same(&wanted(&[("m:2", 10), ("m:1", 90)], None)));
        for other in [
            wanted(&[("m:1", 90), ("m:3", 10)], None),
            wanted(&[("m:1", 80), ("m:2", 20)], None),
            wanted(&[("m:1", 100)], None),
            wanted(&[("m:1", 90), ("m:2", 10)], Some("d")),
        ] {
            assert!(!canary.is_same(&other), "{other:?}");
        }
    }
}
