//! State machines, and their versions and tags.

use aws_arn::Arn;
use aws_sdk_sfn::types::{
    CloudWatchLogsLogGroup, LogDestination, LogLevel, LoggingConfiguration, StateMachineStatus,
    StateMachineType, TracingConfiguration, ValidateStateMachineDefinitionDiagnostic,
    ValidateStateMachineDefinitionSeverity,
};

use crate::config::{Aws, Identity};
use crate::creation::{CreateError, Creation, is_conflict, send_once};
use crate::encryption::Encryption;
use crate::error::AwsError;
use crate::retry::Call;
use crate::time::{Began, rfc3339};
use crate::{Tags, tags};

/// Logging of a state machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logging {
    /// Level: `ALL`, `ERROR`, `FATAL` or `OFF`.
    pub level: String,
    /// Whether to log the input and output of states.
    pub include_execution_data: bool,
    /// ARN of the log group, which ends with `:*`. `None` with the level `OFF`.
    pub destination: Option<String>,
}

impl Logging {
    /// Disabled logging.
    pub fn off() -> Self {
        Self {
            level: "OFF".into(),
            include_execution_data: false,
            destination: None,
        }
    }
}

/// The mutable settings of a state machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Definition in ASL.
    pub definition: String,
    /// ARN of the execution role.
    pub role_arn: String,
    /// Logging.
    pub logging: Logging,
    /// Whether X-Ray tracing is enabled.
    pub tracing: bool,
    /// Encryption.
    pub encryption: Encryption,
}

/// Further settings of a creation. Only the tags can be changed later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct New {
    /// Name.
    pub name: String,
    /// Type: `STANDARD` or `EXPRESS`.
    pub kind: String,
    /// Tags.
    pub tags: Tags,
}

/// Whether a change publishes a version, and with which description.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Publish {
    /// Whether to publish a version.
    pub publish: bool,
    /// Description of the version.
    pub description: Option<String>,
}

/// Result of a creation or an update.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// ARN of the state machine.
    pub arn: String,
    /// ARN of the published version.
    pub version_arn: Option<String>,
    /// Revision, if AWS returns it.
    pub revision_id: Option<String>,
}

/// The current state of a state machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// ARN.
    pub arn: String,
    /// Name.
    pub name: String,
    /// Type: `STANDARD` or `EXPRESS`.
    pub kind: String,
    /// Status: `ACTIVE` or `DELETING`.
    pub status: String,
    /// ARN of the execution role.
    pub role_arn: String,
    /// Definition in ASL, as AWS stores it.
    pub definition: String,
    /// Date and time of creation, in RFC 3339 format.
    pub creation_date: String,
    /// Revision. `None` until the first change.
    pub revision_id: Option<String>,
    /// Logging.
    pub logging: Logging,
    /// Whether X-Ray tracing is enabled. `None` if the endpoint does not return it.
    pub tracing: Option<bool>,
    /// Encryption. `None` if the endpoint does not return it.
    pub encryption: Option<Encryption>,
}

fn logging(logging: &Logging) -> LoggingConfiguration {
    let group = logging.destination.as_ref().map(|arn| {
        let group = CloudWatchLogsLogGroup::builder().log_group_arn(arn).build();
        LogDestination::builder()
            .cloud_watch_logs_log_group(group)
            .build()
    });
    LoggingConfiguration::builder()
        .level(LogLevel::from(logging.level.as_str()))
        .include_execution_data(logging.include_execution_data)
        .set_destinations(group.map(|group| vec![group]))
        .build()
}

/// Creates a state machine.
///
/// # Errors
/// Errors of AWS that remain after retries, and `AwsErrorKind::AlreadyExists` if a state machine with this name exists.
pub async fn create(
    aws: &Aws,
    call: &Call,
    new: &New,
    wanted: &Wanted,
    publish: &Publish,
) -> Result<Changed, CreateError> {
    let (client, operation, began) = (aws.sfn().await?, "CreateStateMachine", Began::now());
    let encryption = wanted.encryption.to_creation(operation)?;
    let look = || async {
        let Some(found) = find(aws, call, &new.name).await? else {
            return Ok(None);
        };
        let found_tags = tags::read(aws, call, &found.arn).await?;
        let version = if publish.publish {
            newest_version(aws, call, &found.arn).await?
        } else {
            None
        };
        Ok(Some((found, found_tags, version)))
    };
    // AWS also succeeds for a state machine with the same name, type and definition. The date shows
    // whether it is new.
    let send = || async {
        let request = client
            .create_state_machine()
            .name(&new.name)
            .r#type(StateMachineType::from(new.kind.as_str()))
            .set_tags(tags::listed(&new.tags))
            .definition(&wanted.definition)
            .role_arn(&wanted.role_arn)
            .logging_configuration(logging(&wanted.logging))
            .tracing_configuration(
                TracingConfiguration::builder()
                    .enabled(wanted.tracing)
                    .build(),
            )
            .set_encryption_configuration(encryption.clone())
            .publish(publish.publish)
            .set_version_description(publish.description.clone().filter(|_| publish.publish));
        let answer = send_once!(request, aws_sdk_sfn)
            .await
            .map_err(|error| AwsError::new(operation, error))?;
        let is_new = !began.is_clearly_after(&answer.creation_date);
        let created = Changed {
            arn: answer.state_machine_arn,
            version_arn: answer.state_machine_version_arn,
            revision_id: None,
        };
        Ok(is_new.then_some(created))
    };
    let own = |(found, found_tags, version_arn): (Described, Tags, Option<String>)| {
        let is_same = is_as_sent(new, wanted, &found) && tags::are_same(&found_tags, &new.tags);
        is_same.then_some(Some(Changed {
            arn: found.arn,
            version_arn,
            revision_id: None,
        }))
    };
    let creation = Creation {
        aws,
        call,
        operation,
        object: format!("a state machine `{}`", new.name),
    };
    let created = creation.run(look, send, own).await?;
    created.ok_or_else(|| creation.already_exists(None).into())
}

/// Whether a state machine equals the one that was sent. Tags are not part of its description.
fn is_as_sent(new: &New, wanted: &Wanted, found: &Described) -> bool {
    found.name == new.name
        && found.kind == new.kind
        && found.definition == wanted.definition
        && found.role_arn == wanted.role_arn
        && found.logging == wanted.logging
        && found
            .tracing
            .is_none_or(|tracing| tracing == wanted.tracing)
        && wanted.encryption.is_met_by(found.encryption.as_ref())
}

/// The ARN of the state machine with this name in the account and region of the credentials. `None`
/// if the account is unknown.
pub fn arn_of(identity: &Identity, name: &str) -> Option<String> {
    states_arn(identity, format!("stateMachine:{name}"))
}

/// The ARN of an object of Step Functions. `None` if the account is unknown.
pub(crate) fn states_arn(identity: &Identity, resource: String) -> Option<String> {
    let account = identity.account.clone()?;
    let (partition, region) = (identity.partition.clone(), identity.region.clone());
    Some(
        Arn {
            partition,
            service: "states".into(),
            region,
            account,
            resource,
        }
        .to_string(),
    )
}

/// Finds a state machine by its name in the account and region of the credentials. `None` if it
/// does not exist or is being deleted.
///
/// # Errors
/// Errors returned by AWS.
pub async fn find(aws: &Aws, call: &Call, name: &str) -> Result<Option<Described>, AwsError> {
    if let Some(arn) = arn_of(aws.identity(call).await?, name) {
        return describe(aws, call, &arn).await;
    }
    match list(aws, call)
        .await?
        .into_iter()
        .find(|listed| listed.name == name)
    {
        Some(listed) => describe(aws, call, &listed.arn).await,
        None => Ok(None),
    }
}

/// An update of a state machine. Settings that are `None` are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// Definition in ASL.
    pub definition: Option<String>,
    /// ARN of the execution role.
    pub role_arn: Option<String>,
    /// Logging.
    pub logging: Option<Logging>,
    /// Whether X-Ray tracing is enabled.
    pub tracing: Option<bool>,
    /// Encryption.
    pub encryption: Option<Encryption>,
}

impl Change {
    /// The difference between two configurations.
    pub fn between(from: &Wanted, to: &Wanted) -> Self {
        // AWS only accepts a change of the encryption together with the definition, which it
        // encrypts again.
        let definition = from.definition != to.definition || from.encryption != to.encryption;
        Self {
            definition: definition.then(|| to.definition.clone()),
            role_arn: (from.role_arn != to.role_arn).then(|| to.role_arn.clone()),
            logging: (from.logging != to.logging).then(|| to.logging.clone()),
            tracing: (from.tracing != to.tracing).then_some(to.tracing),
            encryption: (from.encryption != to.encryption).then(|| to.encryption.clone()),
        }
    }

    /// Whether there is no difference.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Updates a state machine. Running executions continue with their definition.
///
/// # Errors
/// Errors of AWS that remain after retries.
pub async fn update(
    aws: &Aws,
    call: &Call,
    arn: &str,
    change: &Change,
    publish: &Publish,
) -> Result<Changed, AwsError> {
    let (client, operation) = (aws.sfn().await?, "UpdateStateMachine");
    let encrypted = change
        .encryption
        .as_ref()
        .map(|wanted| wanted.to_request(operation))
        .transpose()?;
    let answer = call
        .healing(operation, || async {
            client
                .update_state_machine()
                .state_machine_arn(arn)
                .set_definition(change.definition.clone())
                .set_role_arn(change.role_arn.clone())
                .set_logging_configuration(change.logging.as_ref().map(logging))
                .set_tracing_configuration(
                    change
                        .tracing
                        .map(|enabled| TracingConfiguration::builder().enabled(enabled).build()),
                )
                .set_encryption_configuration(encrypted.clone())
                .publish(publish.publish)
                .set_version_description(publish.description.clone().filter(|_| publish.publish))
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    Ok(Changed {
        arn: arn.to_owned(),
        version_arn: answer.state_machine_version_arn,
        revision_id: answer.revision_id,
    })
}

/// Publishes a version of the current state machine, and returns its ARN.
///
/// # Errors
/// Errors returned by AWS.
pub async fn publish(
    aws: &Aws,
    call: &Call,
    arn: &str,
    description: Option<&str>,
) -> Result<String, AwsError> {
    let (client, operation) = (aws.sfn().await?, "PublishStateMachineVersion");
    let answer = call
        .healing(operation, || async {
            let request = client
                .publish_state_machine_version()
                .state_machine_arn(arn);
            request
                .set_description(description.map(str::to_owned))
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    Ok(answer.state_machine_version_arn)
}

/// Reads a state machine. `None` if it does not exist or is being deleted.
///
/// # Errors
/// Errors returned by AWS.
pub async fn describe(aws: &Aws, call: &Call, arn: &str) -> Result<Option<Described>, AwsError> {
    let (client, operation) = (aws.sfn().await?, "DescribeStateMachine");
    let answer = call
        .once(operation, async {
            let request = client.describe_state_machine().state_machine_arn(arn);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    let Some(answer) = AwsError::absent_is_none(answer)? else {
        return Ok(None);
    };
    if answer.status == Some(StateMachineStatus::Deleting) {
        return Ok(None);
    }
    let logging = answer
        .logging_configuration
        .map_or_else(Logging::off, |logging| Logging {
            level: logging
                .level
                .map_or_else(|| "OFF".to_owned(), |level| level.as_str().to_owned()),
            include_execution_data: logging.include_execution_data,
            destination: logging
                .destinations
                .into_iter()
                .flatten()
                .find_map(|destination| destination.cloud_watch_logs_log_group?.log_group_arn),
        });
    let encryption = answer.encryption_configuration.map(Encryption::from);
    Ok(Some(Described {
        arn: answer.state_machine_arn,
        name: answer.name,
        kind: answer.r#type.as_str().to_owned(),
        status: answer
            .status
            .map_or_else(|| "ACTIVE".to_owned(), |status| status.as_str().to_owned()),
        role_arn: answer.role_arn,
        definition: answer.definition,
        creation_date: rfc3339(&answer.creation_date),
        revision_id: answer.revision_id,
        logging,
        tracing: answer.tracing_configuration.map(|tracing| tracing.enabled),
        encryption,
    }))
}

/// A state machine in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// ARN.
    pub arn: String,
    /// Name.
    pub name: String,
    /// Type: `STANDARD` or `EXPRESS`.
    pub kind: String,
    /// Date and time of creation, in RFC 3339 format.
    pub creation_date: String,
}

/// All state machines of the account and region.
///
/// # Errors
/// Errors returned by AWS.
pub async fn list(aws: &Aws, call: &Call) -> Result<Vec<Listed>, AwsError> {
    let (client, operation) = (aws.sfn().await?, "ListStateMachines");
    let (mut found, mut token) = (Vec::new(), None);
    loop {
        let answer = call
            .once(operation, async {
                let request = client.list_state_machines().set_next_token(token.clone());
                request
                    .send()
                    .await
                    .map_err(|error| AwsError::new(operation, error))
            })
            .await?;
        found.extend(answer.state_machines.into_iter().map(|machine| Listed {
            arn: machine.state_machine_arn,
            name: machine.name,
            kind: machine.r#type.as_str().to_owned(),
            creation_date: rfc3339(&machine.creation_date),
        }));
        token = answer.next_token;
        if token.is_none() {
            return Ok(found);
        }
    }
}

/// The newest version. `None` if there is none.
///
/// # Errors
/// Errors returned by AWS.
pub async fn newest_version(aws: &Aws, call: &Call, arn: &str) -> Result<Option<String>, AwsError> {
    let (client, operation) = (aws.sfn().await?, "ListStateMachineVersions");
    let answer = call
        .once(operation, async {
            let request = client
                .list_state_machine_versions()
                .state_machine_arn(arn)
                .max_results(1);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    Ok(answer
        .state_machine_versions
        .into_iter()
        .next()
        .map(|version| version.state_machine_version_arn))
}

/// Deletes all versions except for the newest `keep` ones, and those to which an alias routes.
///
/// # Errors
/// Errors returned by AWS.
pub async fn delete_old_versions(
    aws: &Aws,
    call: &Call,
    arn: &str,
    keep: usize,
) -> Result<(), AwsError> {
    for version in versions(aws, call, arn).await?.into_iter().skip(keep) {
        let (client, operation) = (aws.sfn().await?, "DeleteStateMachineVersion");
        let answer = call
            .once(operation, async {
                let request = client
                    .delete_state_machine_version()
                    .state_machine_version_arn(version);
                request
                    .send()
                    .await
                    .map_err(|error| AwsError::new(operation, error))
            })
            .await;
        match answer {
            // An alias routes to it, or it was already deleted.
            Err(error) if is_conflict(&error) || error.is_not_found() => {}
            Err(error) => return Err(error),
            Ok(_) => {}
        }
    }
    Ok(())
}

/// The ARNs of all versions, newest first.
///
/// # Errors
/// Errors returned by AWS.
pub async fn versions(aws: &Aws, call: &Call, arn: &str) -> Result<Vec<String>, AwsError> {
    let (client, operation) = (aws.sfn().await?, "ListStateMachineVersions");
    let (mut arns, mut token) = (Vec::new(), None);
    loop {
        let answer = call
            .once(operation, async {
                let request = client
                    .list_state_machine_versions()
                    .state_machine_arn(arn)
                    .set_next_token(token.clone());
                request
                    .send()
                    .await
                    .map_err(|error| AwsError::new(operation, error))
            })
            .await?;
        arns.extend(
            answer
                .state_machine_versions
                .into_iter()
                .map(|version| version.state_machine_version_arn),
        );
        token = answer.next_token;
        if token.is_none() {
            return Ok(arns);
        }
    }
}

/// Deletes a state machine with its versions and aliases, and waits until it is deleted.
///
/// # Errors
/// Errors returned by AWS, or if it is not deleted in time.
pub async fn delete(aws: &Aws, call: &Call, arn: &str) -> Result<(), AwsError> {
    let (client, operation) = (aws.sfn().await?, "DeleteStateMachine");
    let answer = call
        .healing(operation, || async {
            let request = client.delete_state_machine().state_machine_arn(arn);
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    match answer {
        Ok(_) => {}
        Err(error) if error.is_not_found() => return Ok(()),
        Err(error) => return Err(error),
    }
    call.until(operation, || async {
        let answer = client
            .describe_state_machine()
            .state_machine_arn(arn)
            .send()
            .await;
        match answer.map_err(|error| AwsError::new("DescribeStateMachine", error)) {
            Ok(_) => Ok(None),
            Err(error) if error.is_not_found() => Ok(Some(())),
            Err(error) => Err(error),
        }
    })
    .await
}

/// A diagnostic of AWS about a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether AWS rejects the definition because of it.
    pub is_error: bool,
    /// Code, such as `SCHEMA_VALIDATION_FAILED`.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// Location, such as `/States/A/Next`.
    pub location: Option<String>,
}

impl Aws {
    /// Validates a definition in AWS. Rejections are not retried.
    ///
    /// # Errors
    /// When AWS does not validate it.
    pub async fn validate_definition(
        &self,
        call: &Call,
        definition: &str,
        kind: &str,
    ) -> Result<Vec<Verdict>, AwsError> {
        let (client, operation) = (self.sfn().await?, "ValidateStateMachineDefinition");
        let request = client
            .validate_state_machine_definition()
            .definition(definition)
            .r#type(StateMachineType::from(kind))
            .severity(ValidateStateMachineDefinitionSeverity::Warning);
        let answer = call
            .once(operation, async {
                send_once!(request, aws_sdk_sfn)
                    .await
                    .map_err(|error| AwsError::new(operation, error))
            })
            .await?;
        let verdict = |said: &ValidateStateMachineDefinitionDiagnostic| Verdict {
            is_error: said.severity == ValidateStateMachineDefinitionSeverity::Error,
            code: said.code.clone(),
            message: said.message.clone(),
            location: said.location.clone(),
        };
        Ok(answer.diagnostics.iter().map(verdict).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent() -> (New, Wanted) {
        let new = New {
            name: "orders".into(),
            kind: "STANDARD".into(),
            tags: Tags::new(),
        };
        let wanted = Wanted {
            definition: r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#.into(),
            role_arn: "arn:aws:iam::123456789012:role/r".into(),
            logging: Logging::off(),
            tracing: false,
            encryption: Encryption::aws_owned(),
        };
        (new, wanted)
    }

    fn found() -> Described {
        let (new, wanted) = sent();
        Described {
            arn: "arn:aws:states:eu-west-1:123456789012:stateMachine:orders".into(),
            name: new.name,
            kind: new.kind,
            status: "ACTIVE".into(),
            role_arn: wanted.role_arn,
            definition: wanted.definition,
            creation_date: "2026-11-03T09:30:00Z".into(),
            revision_id: None,
            logging: wanted.logging,
            tracing: Some(false),
            encryption: Some(wanted.encryption),
        }
    }

    #[test]
    fn a_state_machine_is_compared_with_what_was_sent() {
        let (new, wanted) = sent();
        assert!(is_as_sent(&new, &wanted, &found()));
        assert!(is_as_sent(
            &new,
            &wanted,
            &Described {
                tracing: None,
                encryption: None,
                ..found()
            }
        ));
        let logging = Logging {
            level: "ALL".into(),
            ..Logging::off()
        };
        for other in [
            Described {
                kind: "EXPRESS".into(),
                ..found()
            },
            Described {
                definition: "{}".into(),
                ..found()
            },
            Described {
                role_arn: "arn:aws:iam::123456789012:role/other".into(),
                ..found()
            },
            Described { logging, ..found() },
            Described {
                tracing: Some(true),
                ..found()
            },
        ] {
            assert!(!is_as_sent(&new, &wanted, &other), "{other:?}");
        }
    }

    #[test]
    fn the_arn_is_known_before_the_state_machine_exists() {
        let identity = |account: Option<&str>| Identity {
            account: account.map(str::to_owned),
            partition: "aws-cn".into(),
            region: "cn-north-1".into(),
        };
        let arn = arn_of(&identity(Some("123456789012")), "orders");
        assert_eq!(
            arn.as_deref(),
            Some("arn:aws-cn:states:cn-north-1:123456789012:stateMachine:orders")
        );
        assert_eq!(arn_of(&identity(None), "orders"), None);
    }
}
