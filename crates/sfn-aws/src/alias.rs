//! Aliases of state machines: a name for one or two versions.

use aws_sdk_sfn::types::RoutingConfigurationListItem;

use crate::config::Aws;
use crate::error::AwsError;
use crate::function::rfc3339;
use crate::retry::Call;

/// A version that an alias leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// ARN of the version.
    pub version_arn: String,
    /// The share of executions that it gets, in percent.
    pub weight: i32,
}

/// What is wanted of an alias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// A text for people.
    pub description: Option<String>,
    /// One or two versions, whose weights are 100 together.
    pub routes: Vec<Route>,
}

impl Wanted {
    /// Whether both ask for the same; the order of the routes does not count.
    pub fn is_same(&self, other: &Self) -> bool {
        let sorted = |routes: &[Route]| {
            let mut routes = routes.to_vec();
            routes.sort();
            routes
        };
        self.description == other.description && sorted(&self.routes) == sorted(&other.routes)
    }
}

/// An alias as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// ARN.
    pub arn: String,
    /// Name.
    pub name: String,
    /// RFC 3339.
    pub creation_date: String,
    /// What can be changed.
    pub wanted: Wanted,
}

fn routes(operation: &'static str, routes: &[Route]) -> Result<Vec<RoutingConfigurationListItem>, AwsError> {
    let item = |route: &Route| {
        let item = RoutingConfigurationListItem::builder().state_machine_version_arn(&route.version_arn);
        item.weight(route.weight).build().map_err(|error| AwsError::local(operation, error.to_string()))
    };
    routes.iter().map(item).collect()
}

/// Creates an alias; one of this name that says the same is no error. Gives its ARN and when it was created.
///
/// # Errors
/// What AWS refused, after what time heals was waited out; an alias of this name that differs is refused at once.
pub async fn create(aws: &Aws, call: &Call, name: &str, wanted: &Wanted) -> Result<(String, String), AwsError> {
    let (client, operation) = (aws.sfn().await?, "CreateStateMachineAlias");
    let routes = routes(operation, &wanted.routes)?;
    call.healing(operation, || async {
        let request = client.create_state_machine_alias().name(name).set_description(wanted.description.clone());
        let answer = request.set_routing_configuration(Some(routes.clone())).send().await;
        let error = match answer.map_err(|error| AwsError::new(operation, error)) {
            Ok(answer) => return Ok((answer.state_machine_alias_arn, rfc3339(&answer.creation_date))),
            Err(error) => error,
        };
        // A conflict is an alias that is there, perhaps by a call whose answer was lost, or another change under way.
        if error.code != "ConflictException" {
            return Err(error);
        }
        match existing(aws, call, name, wanted).await? {
            None => Err(error),
            Some(found) if found.wanted.is_same(wanted) => Ok((found.arn, found.creation_date)),
            Some(_) => Err(AwsError { code: "AliasAlreadyExists".into(), ..error }),
        }
    })
    .await
}

/// The alias of this name that is there already.
async fn existing(aws: &Aws, call: &Call, name: &str, wanted: &Wanted) -> Result<Option<Described>, AwsError> {
    let machine = wanted.routes.first().and_then(|route| route.version_arn.rsplit_once(':'));
    let Some((machine, _)) = machine else { return Ok(None) };
    describe(aws, call, &format!("{machine}:{name}")).await
}

/// Reads an alias; `None` when there is none.
///
/// # Errors
/// What AWS refused.
pub async fn describe(aws: &Aws, call: &Call, arn: &str) -> Result<Option<Described>, AwsError> {
    let (client, operation) = (aws.sfn().await?, "DescribeStateMachineAlias");
    let answer = call
        .once(operation, async {
            let request = client.describe_state_machine_alias().state_machine_alias_arn(arn);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await;
    let Some(answer) = AwsError::absent_is_none(answer)? else { return Ok(None) };
    let routes = answer.routing_configuration.unwrap_or_default().into_iter();
    let routes = routes.map(|item| Route { version_arn: item.state_machine_version_arn, weight: item.weight });
    let description = answer.description.filter(|text| !text.is_empty());
    Ok(Some(Described {
        arn: answer.state_machine_alias_arn.unwrap_or_else(|| arn.to_owned()),
        name: answer.name.unwrap_or_default(),
        creation_date: answer.creation_date.as_ref().map(rfc3339).unwrap_or_default(),
        wanted: Wanted { description, routes: routes.collect() },
    }))
}

/// The ARNs of all aliases of a state machine.
///
/// # Errors
/// What AWS refused.
pub async fn list(aws: &Aws, call: &Call, state_machine_arn: &str) -> Result<Vec<String>, AwsError> {
    let (client, operation) = (aws.sfn().await?, "ListStateMachineAliases");
    let (mut found, mut token) = (Vec::new(), None);
    loop {
        let answer = call
            .once(operation, async {
                let request = client.list_state_machine_aliases().state_machine_arn(state_machine_arn);
                let answer = request.set_next_token(token.clone()).send().await;
                answer.map_err(|error| AwsError::new(operation, error))
            })
            .await?;
        found.extend(answer.state_machine_aliases.into_iter().map(|alias| alias.state_machine_alias_arn));
        token = answer.next_token;
        if token.is_none() {
            return Ok(found);
        }
    }
}

/// Changes an alias.
///
/// # Errors
/// What AWS refused, after what time heals was waited out.
pub async fn update(aws: &Aws, call: &Call, arn: &str, wanted: &Wanted) -> Result<(), AwsError> {
    let (client, operation) = (aws.sfn().await?, "UpdateStateMachineAlias");
    let routes = routes(operation, &wanted.routes)?;
    call.healing(operation, || async {
        let request = client.update_state_machine_alias().state_machine_alias_arn(arn);
        // What is not sent stays, so that an absent description is sent as an empty one.
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

/// Deletes an alias; one that is gone already is no error.
///
/// # Errors
/// What AWS refused, after what time heals was waited out.
pub async fn delete(aws: &Aws, call: &Call, arn: &str) -> Result<(), AwsError> {
    let (client, operation) = (aws.sfn().await?, "DeleteStateMachineAlias");
    let answer = call
        .healing(operation, || async {
            let request = client.delete_state_machine_alias().state_machine_alias_arn(arn);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await;
    AwsError::absent_is_none(answer).map(drop)
}
