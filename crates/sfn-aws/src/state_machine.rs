//! State machines, their versions and tags.

use std::collections::BTreeMap;

use aws_sdk_sfn::types::{
    CloudWatchLogsLogGroup, EncryptionConfiguration, EncryptionType, LogDestination, LogLevel, LoggingConfiguration,
    StateMachineStatus, StateMachineType, TracingConfiguration, ValidateStateMachineDefinitionDiagnostic,
    ValidateStateMachineDefinitionSeverity,
};

use crate::config::Aws;
use crate::error::AwsError;
use crate::retry::Call;
use crate::tags;

/// Where and how much a state machine logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logging {
    /// `ALL`, `ERROR`, `FATAL` or `OFF`.
    pub level: String,
    /// Whether input and output of states are logged.
    pub include_execution_data: bool,
    /// ARN of the log group, ending in `:*`; none with level `OFF`.
    pub destination: Option<String>,
}

impl Logging {
    /// No logs.
    pub fn off() -> Self {
        Self { level: "OFF".into(), include_execution_data: false, destination: None }
    }
}

/// How a state machine or an activity is encrypted at rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encryption {
    /// `AWS_OWNED_KEY` or `CUSTOMER_MANAGED_KMS_KEY`.
    pub kind: String,
    /// The customer-managed key.
    pub kms_key_id: Option<String>,
    /// For how many seconds a data key is used again.
    pub reuse_seconds: Option<i32>,
}

impl Encryption {
    /// The key that AWS owns.
    pub fn aws_owned() -> Self {
        Self { kind: "AWS_OWNED_KEY".into(), kms_key_id: None, reuse_seconds: None }
    }
}

impl From<EncryptionConfiguration> for Encryption {
    fn from(found: EncryptionConfiguration) -> Self {
        Self {
            kind: found.r#type.as_str().to_owned(),
            kms_key_id: found.kms_key_id,
            reuse_seconds: found.kms_data_key_reuse_period_seconds,
        }
    }
}

/// What is wanted of a state machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// ASL.
    pub definition: String,
    /// Role it runs with.
    pub role_arn: String,
    /// Logs.
    pub logging: Logging,
    /// Whether X-Ray traces it.
    pub tracing: bool,
    /// Encryption.
    pub encryption: Encryption,
}

/// What cannot be changed later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct New {
    /// Name.
    pub name: String,
    /// `STANDARD` or `EXPRESS`.
    pub kind: String,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// Whether and how a version is published with a change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Publish {
    /// Whether one is.
    pub publish: bool,
    /// Its description.
    pub description: Option<String>,
}

/// A change that AWS has taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// ARN of the state machine.
    pub arn: String,
    /// The version published with it.
    pub version_arn: Option<String>,
    /// The revision, where AWS names it.
    pub revision_id: Option<String>,
}

/// A state machine as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// ARN.
    pub arn: String,
    /// Name.
    pub name: String,
    /// `STANDARD` or `EXPRESS`.
    pub kind: String,
    /// `ACTIVE` or `DELETING`.
    pub status: String,
    /// ARN of the role it runs with.
    pub role_arn: String,
    /// ASL as AWS keeps it.
    pub definition: String,
    /// RFC 3339.
    pub creation_date: String,
    /// The revision; absent until the first change.
    pub revision_id: Option<String>,
    /// Logs.
    pub logging: Logging,
    /// Whether X-Ray traces it; absent where the endpoint does not say.
    pub tracing: Option<bool>,
    /// Encryption; absent where the endpoint does not say.
    pub encryption: Option<Encryption>,
}

fn logging(logging: &Logging) -> LoggingConfiguration {
    let group = logging.destination.as_ref().map(|arn| {
        let group = CloudWatchLogsLogGroup::builder().log_group_arn(arn).build();
        LogDestination::builder().cloud_watch_logs_log_group(group).build()
    });
    LoggingConfiguration::builder()
        .level(LogLevel::from(logging.level.as_str()))
        .include_execution_data(logging.include_execution_data)
        .set_destinations(group.map(|group| vec![group]))
        .build()
}

pub(crate) fn encryption(
    operation: &'static str,
    encryption: &Encryption,
) -> Result<EncryptionConfiguration, AwsError> {
    EncryptionConfiguration::builder()
        .r#type(EncryptionType::from(encryption.kind.as_str()))
        .set_kms_key_id(encryption.kms_key_id.clone())
        .set_kms_data_key_reuse_period_seconds(encryption.reuse_seconds)
        .build()
        .map_err(|error| AwsError::local(operation, error.to_string()))
}

/// Creates a state machine; the same again is no error and gives the one that is there.
///
/// # Errors
/// What AWS refused, after what time heals was waited out.
pub async fn create(
    aws: &Aws,
    call: &Call,
    new: &New,
    wanted: &Wanted,
    publish: &Publish,
) -> Result<Changed, AwsError> {
    let (client, operation) = (aws.sfn().await?, "CreateStateMachine");
    // The default needs no mention, and emulators that do not know encryption refuse it.
    let encrypted = (wanted.encryption != Encryption::aws_owned())
        .then(|| encryption(operation, &wanted.encryption))
        .transpose()?;
    let answer = call
        .healing(operation, || async {
            client
                .create_state_machine()
                .name(&new.name)
                .r#type(StateMachineType::from(new.kind.as_str()))
                .set_tags(tags::listed(&new.tags))
                .definition(&wanted.definition)
                .role_arn(&wanted.role_arn)
                .logging_configuration(logging(&wanted.logging))
                .tracing_configuration(TracingConfiguration::builder().enabled(wanted.tracing).build())
                .set_encryption_configuration(encrypted.clone())
                .publish(publish.publish)
                .set_version_description(publish.description.clone().filter(|_| publish.publish))
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    Ok(Changed { arn: answer.state_machine_arn, version_arn: answer.state_machine_version_arn, revision_id: None })
}

/// What of a state machine is to change; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// ASL.
    pub definition: Option<String>,
    /// Role it runs with.
    pub role_arn: Option<String>,
    /// Logs.
    pub logging: Option<Logging>,
    /// Whether X-Ray traces it.
    pub tracing: Option<bool>,
    /// Encryption.
    pub encryption: Option<Encryption>,
}

impl Change {
    /// What leads from one state machine to another.
    pub fn between(from: &Wanted, to: &Wanted) -> Self {
        // AWS takes a change of the encryption only together with the definition that it re-encrypts.
        let definition = from.definition != to.definition || from.encryption != to.encryption;
        Self {
            definition: definition.then(|| to.definition.clone()),
            role_arn: (from.role_arn != to.role_arn).then(|| to.role_arn.clone()),
            logging: (from.logging != to.logging).then(|| to.logging.clone()),
            tracing: (from.tracing != to.tracing).then_some(to.tracing),
            encryption: (from.encryption != to.encryption).then(|| to.encryption.clone()),
        }
    }

    /// Whether nothing is to change.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Changes a state machine; executions that run go on with what they started with.
///
/// # Errors
/// What AWS refused, after what time heals was waited out.
pub async fn update(
    aws: &Aws,
    call: &Call,
    arn: &str,
    change: &Change,
    publish: &Publish,
) -> Result<Changed, AwsError> {
    let (client, operation) = (aws.sfn().await?, "UpdateStateMachine");
    let encrypted = change.encryption.as_ref().map(|wanted| encryption(operation, wanted)).transpose()?;
    let answer = call
        .healing(operation, || async {
            client
                .update_state_machine()
                .state_machine_arn(arn)
                .set_definition(change.definition.clone())
                .set_role_arn(change.role_arn.clone())
                .set_logging_configuration(change.logging.as_ref().map(logging))
                .set_tracing_configuration(
                    change.tracing.map(|enabled| TracingConfiguration::builder().enabled(enabled).build()),
                )
                .set_encryption_configuration(encrypted.clone())
                .publish(publish.publish)
                .set_version_description(publish.description.clone().filter(|_| publish.publish))
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    Ok(Changed { arn: arn.to_owned(), version_arn: answer.state_machine_version_arn, revision_id: answer.revision_id })
}

/// Publishes the state machine as it is as a version.
///
/// # Errors
/// What AWS refused.
pub async fn publish(aws: &Aws, call: &Call, arn: &str, description: Option<&str>) -> Result<String, AwsError> {
    let (client, operation) = (aws.sfn().await?, "PublishStateMachineVersion");
    let answer = call
        .healing(operation, || async {
            let request = client.publish_state_machine_version().state_machine_arn(arn);
            request
                .set_description(description.map(str::to_owned))
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    Ok(answer.state_machine_version_arn)
}

/// Reads a state machine; `None` when there is none, or one that is going away.
///
/// # Errors
/// What AWS refused.
pub async fn describe(aws: &Aws, call: &Call, arn: &str) -> Result<Option<Described>, AwsError> {
    let (client, operation) = (aws.sfn().await?, "DescribeStateMachine");
    let answer = call
        .once(operation, async {
            let request = client.describe_state_machine().state_machine_arn(arn);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await;
    let Some(answer) = AwsError::absent_is_none(answer)? else { return Ok(None) };
    if answer.status == Some(StateMachineStatus::Deleting) {
        return Ok(None);
    }
    let logging = answer.logging_configuration.map_or_else(Logging::off, |logging| Logging {
        level: logging.level.map_or_else(|| "OFF".to_owned(), |level| level.as_str().to_owned()),
        include_execution_data: logging.include_execution_data,
        destination: logging
            .destinations
            .unwrap_or_default()
            .into_iter()
            .find_map(|destination| destination.cloud_watch_logs_log_group?.log_group_arn),
    });
    let encryption = answer.encryption_configuration.map(Encryption::from);
    Ok(Some(Described {
        arn: answer.state_machine_arn,
        name: answer.name,
        kind: answer.r#type.as_str().to_owned(),
        status: answer.status.map_or_else(|| "ACTIVE".to_owned(), |status| status.as_str().to_owned()),
        role_arn: answer.role_arn,
        definition: answer.definition,
        creation_date: crate::function::rfc3339(&answer.creation_date),
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
    /// `STANDARD` or `EXPRESS`.
    pub kind: String,
    /// RFC 3339.
    pub creation_date: String,
}

/// All state machines of the account and region.
///
/// # Errors
/// What AWS refused.
pub async fn list(aws: &Aws, call: &Call) -> Result<Vec<Listed>, AwsError> {
    let (client, operation) = (aws.sfn().await?, "ListStateMachines");
    let (mut found, mut token) = (Vec::new(), None);
    loop {
        let answer = call
            .once(operation, async {
                let request = client.list_state_machines().set_next_token(token.clone());
                request.send().await.map_err(|error| AwsError::new(operation, error))
            })
            .await?;
        found.extend(answer.state_machines.into_iter().map(|machine| Listed {
            arn: machine.state_machine_arn,
            name: machine.name,
            kind: machine.r#type.as_str().to_owned(),
            creation_date: crate::function::rfc3339(&machine.creation_date),
        }));
        token = answer.next_token;
        if token.is_none() {
            return Ok(found);
        }
    }
}

/// The newest version, or `None` where there is none.
///
/// # Errors
/// What AWS refused.
pub async fn newest_version(aws: &Aws, call: &Call, arn: &str) -> Result<Option<String>, AwsError> {
    let (client, operation) = (aws.sfn().await?, "ListStateMachineVersions");
    let answer = call
        .once(operation, async {
            let request = client.list_state_machine_versions().state_machine_arn(arn).max_results(1);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await?;
    Ok(answer.state_machine_versions.into_iter().next().map(|version| version.state_machine_version_arn))
}

/// Deletes all versions but the newest ones, and but those that an alias leads to.
///
/// # Errors
/// What AWS refused.
pub async fn delete_old_versions(aws: &Aws, call: &Call, arn: &str, keep: usize) -> Result<(), AwsError> {
    for version in versions(aws, call, arn).await?.into_iter().skip(keep) {
        let (client, operation) = (aws.sfn().await?, "DeleteStateMachineVersion");
        let answer = call
            .once(operation, async {
                let request = client.delete_state_machine_version().state_machine_version_arn(version);
                request.send().await.map_err(|error| AwsError::new(operation, error))
            })
            .await;
        match answer {
            // An alias leads to it.
            Err(error) if error.code == "ConflictException" || error.is_not_found() => {}
            Err(error) => return Err(error),
            Ok(_) => {}
        }
    }
    Ok(())
}

/// The ARNs of all versions, the newest first.
///
/// # Errors
/// What AWS refused.
pub async fn versions(aws: &Aws, call: &Call, arn: &str) -> Result<Vec<String>, AwsError> {
    let (client, operation) = (aws.sfn().await?, "ListStateMachineVersions");
    let (mut arns, mut token) = (Vec::new(), None);
    loop {
        let answer = call
            .once(operation, async {
                let request = client.list_state_machine_versions().state_machine_arn(arn).set_next_token(token.clone());
                request.send().await.map_err(|error| AwsError::new(operation, error))
            })
            .await?;
        arns.extend(answer.state_machine_versions.into_iter().map(|version| version.state_machine_version_arn));
        token = answer.next_token;
        if token.is_none() {
            return Ok(arns);
        }
    }
}

/// Deletes a state machine with its versions and aliases, and waits until it is gone.
///
/// # Errors
/// What AWS refused, or that it was not gone in time.
pub async fn delete(aws: &Aws, call: &Call, arn: &str) -> Result<(), AwsError> {
    let (client, operation) = (aws.sfn().await?, "DeleteStateMachine");
    let answer = call
        .healing(operation, || async {
            let request = client.delete_state_machine().state_machine_arn(arn);
            request.send().await.map_err(|error| AwsError::new(operation, error))
        })
        .await;
    match answer {
        Ok(_) => {}
        Err(error) if error.is_not_found() => return Ok(()),
        Err(error) => return Err(error),
    }
    call.until(operation, || async {
        let answer = client.describe_state_machine().state_machine_arn(arn).send().await;
        match answer.map_err(|error| AwsError::new("DescribeStateMachine", error)) {
            Ok(_) => Ok(None),
            Err(error) if error.is_not_found() => Ok(Some(())),
            Err(error) => Err(error),
        }
    })
    .await
}

/// What AWS says about a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether AWS refuses the definition for it.
    pub is_error: bool,
    /// The code, such as `SCHEMA_VALIDATION_FAILED`.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// Where, such as `/States/A/Next`.
    pub location: Option<String>,
}

impl Aws {
    /// Asks AWS about a definition, once: a refusal is no reason to wait.
    ///
    /// # Errors
    /// When AWS cannot be asked.
    pub async fn validate_definition(
        &self,
        call: &Call,
        definition: &str,
        kind: &str,
    ) -> Result<Vec<Verdict>, AwsError> {
        let (client, operation) = (self.sfn().await?, "ValidateStateMachineDefinition");
        let once = aws_sdk_sfn::config::Config::builder().retry_config(aws_config::retry::RetryConfig::disabled());
        let request = client
            .validate_state_machine_definition()
            .definition(definition)
            .r#type(StateMachineType::from(kind))
            .severity(ValidateStateMachineDefinitionSeverity::Warning)
            .customize()
            .config_override(once);
        let answer = call
            .once(operation, async { request.send().await.map_err(|error| AwsError::new(operation, error)) })
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
