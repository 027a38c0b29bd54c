//! Configuration of a function, and its form in requests and responses.

use std::collections::BTreeMap;

use aws_sdk_lambda::types::{
    ApplicationLogLevel, CapacityProviderConfig, DeadLetterConfig, DurableConfig, Environment,
    EphemeralStorage, FileSystemConfig, FunctionConfiguration, ImageConfig,
    LambdaManagedInstancesCapacityProviderConfig, LogFormat, LoggingConfig, SnapStart,
    SnapStartApplyOn, SystemLogLevel, TenancyConfig, TenantIsolationMode, TracingConfig,
    TracingMode, VpcConfig,
};

use crate::error::AwsError;
use crate::fields::{non_empty, required};

/// Default tracing mode.
const DEFAULT_TRACING: &str = "PassThrough";
/// Default size of `/tmp` in MiB (API reference, EphemeralStorage).
const DEFAULT_STORAGE: i32 = 512;

/// Logging of a function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Logging {
    /// Format: `Text` or `JSON`.
    pub format: Option<String>,
    /// Level of application logs.
    pub application_level: Option<String>,
    /// Level of the logs of the Lambda service.
    pub system_level: Option<String>,
    /// Name of the log group.
    pub group: Option<String>,
}

/// VPC of a function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vpc {
    /// IDs of the subnets, sorted.
    pub subnets: Vec<String>,
    /// IDs of the security groups, sorted.
    pub security_groups: Vec<String>,
    /// Whether to allow outbound IPv6 traffic in dual-stack subnets.
    pub ipv6: bool,
}

/// Settings that override those of a container image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Image {
    /// Command.
    pub command: Vec<String>,
    /// Entry point.
    pub entry_point: Vec<String>,
    /// Working directory.
    pub working_directory: Option<String>,
}

/// A file system that a function mounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileSystem {
    /// ARN of the EFS access point.
    pub arn: String,
    /// Mount path. Begins with `/mnt/`.
    pub local_mount_path: String,
}

/// Settings of a durable function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Durable {
    /// Maximum time of an execution in seconds.
    pub execution_timeout: i32,
    /// Number of days to retain the history of an execution.
    pub retention_days: Option<i32>,
}

/// Capacity provider of a function.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CapacityProvider {
    /// ARN.
    pub arn: String,
    /// Maximum number of concurrent invocations per execution environment.
    pub per_execution_environment_max_concurrency: Option<i32>,
    /// Memory per vCPU of an execution environment in GiB.
    pub execution_environment_memory_gib_per_vcpu: Option<f64>,
}

/// The configuration of a function.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Configuration {
    /// ARN of the execution role.
    pub role: String,
    /// Entry point in the code.
    pub handler: Option<String>,
    /// Runtime, such as `python3.13`.
    pub runtime: Option<String>,
    /// Human-readable description.
    pub description: Option<String>,
    /// Memory in MiB.
    pub memory_size: Option<i32>,
    /// Maximum time of an invocation in seconds.
    pub timeout: Option<i32>,
    /// Environment variables, which can contain secrets.
    pub environment: BTreeMap<String, String>,
    /// ARNs of layers.
    pub layers: Vec<String>,
    /// Tracing mode: `Active` or `PassThrough`.
    pub tracing: Option<String>,
    /// Logging.
    pub logging: Option<Logging>,
    /// VPC. `None` without a VPC.
    pub vpc: Option<Vpc>,
    /// ARN of the queue or topic for failed events.
    pub dead_letter: Option<String>,
    /// Settings that override those of the image.
    pub image: Option<Image>,
    /// Size of `/tmp` in MiB.
    pub ephemeral_storage: Option<i32>,
    /// Whether published versions start from a snapshot.
    pub snap_start: bool,
    /// ARN of the KMS key that encrypts the environment variables.
    pub kms_key_arn: Option<String>,
    /// File system.
    pub file_system: Option<FileSystem>,
    /// Settings of a durable function.
    pub durable: Option<Durable>,
    /// `PER_TENANT` if each tenant has its own execution environments. Cannot be changed.
    pub tenant_isolation_mode: Option<String>,
    /// Capacity provider. `None` for on-demand capacity.
    pub capacity_provider: Option<CapacityProvider>,
}

impl Configuration {
    pub(super) fn environment(&self) -> Environment {
        let variables = self
            .environment
            .iter()
            .map(|(key, value)| (key.clone(), value.clone()));
        Environment::builder()
            .set_variables(Some(variables.collect()))
            .build()
    }

    pub(super) fn tracing(&self) -> TracingConfig {
        let mode = self.tracing.as_deref().unwrap_or(DEFAULT_TRACING);
        TracingConfig::builder()
            .mode(TracingMode::from(mode))
            .build()
    }

    pub(super) fn logging(&self) -> Option<LoggingConfig> {
        let logging = self.logging.as_ref()?;
        let config = LoggingConfig::builder()
            .set_log_format(logging.format.as_deref().map(LogFormat::from))
            .set_application_log_level(
                logging
                    .application_level
                    .as_deref()
                    .map(ApplicationLogLevel::from),
            )
            .set_system_log_level(logging.system_level.as_deref().map(SystemLogLevel::from))
            .set_log_group(logging.group.clone());
        Some(config.build())
    }

    /// The VPC for a request. Empty lists remove a function from its VPC.
    pub(super) fn vpc(&self) -> VpcConfig {
        let vpc = self.vpc.clone().unwrap_or_default();
        VpcConfig::builder()
            .set_subnet_ids(Some(vpc.subnets))
            .set_security_group_ids(Some(vpc.security_groups))
            .set_ipv6_allowed_for_dual_stack(vpc.ipv6.then_some(true))
            .build()
    }

    pub(super) fn dead_letter(&self) -> DeadLetterConfig {
        DeadLetterConfig::builder()
            .target_arn(self.dead_letter.clone().unwrap_or_default())
            .build()
    }

    pub(super) fn image(&self) -> ImageConfig {
        let image = self.image.clone().unwrap_or_default();
        ImageConfig::builder()
            .set_command(Some(image.command))
            .set_entry_point(Some(image.entry_point))
            .set_working_directory(image.working_directory)
            .build()
    }

    pub(super) fn ephemeral_storage(
        &self,
        operation: &'static str,
    ) -> Result<EphemeralStorage, AwsError> {
        let size = self.ephemeral_storage.unwrap_or(DEFAULT_STORAGE);
        EphemeralStorage::builder()
            .size(size)
            .build()
            .map_err(|error| AwsError::local(operation, error.to_string()))
    }

    pub(super) fn snap_start(&self) -> SnapStart {
        let apply_on = if self.snap_start {
            SnapStartApplyOn::PublishedVersions
        } else {
            SnapStartApplyOn::None
        };
        SnapStart::builder().apply_on(apply_on).build()
    }

    pub(super) fn file_systems(
        &self,
        operation: &'static str,
    ) -> Result<Vec<FileSystemConfig>, AwsError> {
        let config = |system: &FileSystem| {
            let config = FileSystemConfig::builder()
                .arn(&system.arn)
                .local_mount_path(&system.local_mount_path);
            config
                .build()
                .map_err(|error| AwsError::local(operation, error.to_string()))
        };
        self.file_system.iter().map(config).collect()
    }

    pub(super) fn durable(&self) -> Option<DurableConfig> {
        let durable = self.durable.as_ref()?;
        let config = DurableConfig::builder().execution_timeout(durable.execution_timeout);
        Some(
            config
                .set_retention_period_in_days(durable.retention_days)
                .build(),
        )
    }

    pub(super) fn tenancy(
        &self,
        operation: &'static str,
    ) -> Result<Option<TenancyConfig>, AwsError> {
        let config = |mode: &String| {
            let mode = TenantIsolationMode::from(mode.as_str());
            TenancyConfig::builder().tenant_isolation_mode(mode).build()
        };
        let config = self.tenant_isolation_mode.as_ref().map(config).transpose();
        config.map_err(|error| AwsError::local(operation, error.to_string()))
    }

    pub(super) fn capacity_provider(
        &self,
        operation: &'static str,
    ) -> Result<Option<CapacityProviderConfig>, AwsError> {
        let Some(provider) = &self.capacity_provider else {
            return Ok(None);
        };
        let instances = LambdaManagedInstancesCapacityProviderConfig::builder()
            .capacity_provider_arn(&provider.arn)
            .set_per_execution_environment_max_concurrency(
                provider.per_execution_environment_max_concurrency,
            )
            .set_execution_environment_memory_gib_per_v_cpu(
                provider.execution_environment_memory_gib_per_vcpu,
            )
            .build()
            .map_err(|error| AwsError::local(operation, error.to_string()))?;
        let config = CapacityProviderConfig::builder()
            .lambda_managed_instances_capacity_provider_config(instances);
        Ok(Some(config.build()))
    }

    /// The configuration in a response.
    ///
    /// # Errors
    /// When the response lacks a required field.
    pub(super) fn of_response(
        operation: &'static str,
        found: FunctionConfiguration,
    ) -> Result<Self, AwsError> {
        let vpc = found.vpc_config.map(|vpc| Vpc {
            subnets: sorted(vpc.subnet_ids.into_iter().flatten().collect()),
            security_groups: sorted(vpc.security_group_ids.into_iter().flatten().collect()),
            ipv6: vpc.ipv6_allowed_for_dual_stack == Some(true),
        });
        let image = found
            .image_config_response
            .and_then(|response| response.image_config)
            .map(Image::from);
        let system = found.file_system_configs.into_iter().flatten().next();
        let snap_start = found.snap_start.and_then(|snap_start| snap_start.apply_on);
        let environment = found
            .environment
            .and_then(|environment| environment.variables);
        let durable = found.durable_config.and_then(|durable| {
            let execution_timeout = durable.execution_timeout?;
            Some(Durable {
                execution_timeout,
                retention_days: durable.retention_period_in_days,
            })
        });
        let instances = found
            .capacity_provider_config
            .and_then(|config| config.lambda_managed_instances_capacity_provider_config);
        Ok(Self {
            role: required(operation, "role", found.role)?,
            handler: non_empty(found.handler),
            runtime: found.runtime.map(|runtime| runtime.as_str().to_owned()),
            description: non_empty(found.description),
            memory_size: found.memory_size,
            timeout: found.timeout,
            environment: environment.into_iter().flatten().collect(),
            layers: found
                .layers
                .into_iter()
                .flatten()
                .filter_map(|layer| layer.arn)
                .collect(),
            tracing: found
                .tracing_config
                .and_then(|tracing| tracing.mode)
                .map(|mode| mode.as_str().to_owned()),
            logging: found.logging_config.map(Logging::from),
            vpc: vpc.filter(|vpc| !vpc.subnets.is_empty()),
            dead_letter: non_empty(
                found
                    .dead_letter_config
                    .and_then(|config| config.target_arn),
            ),
            image: image.filter(|image| *image != Image::default()),
            ephemeral_storage: found.ephemeral_storage.map(|storage| storage.size),
            snap_start: snap_start == Some(SnapStartApplyOn::PublishedVersions),
            kms_key_arn: non_empty(found.kms_key_arn),
            file_system: system.map(|system| FileSystem {
                arn: system.arn,
                local_mount_path: system.local_mount_path,
            }),
            durable,
            tenant_isolation_mode: found
                .tenancy_config
                .map(|config| config.tenant_isolation_mode.as_str().to_owned()),
            capacity_provider: instances.map(CapacityProvider::from),
        })
    }

    /// Whether a function that was created with this configuration now has `found`. AWS fills in
    /// settings that were not sent.
    pub(super) fn is_met_by(&self, found: &Self) -> bool {
        let tracing = self
            .tracing
            .clone()
            .unwrap_or_else(|| DEFAULT_TRACING.to_owned());
        // Without environment variables, AWS does not store the key.
        let keeps_key = !self.environment.is_empty() || found.kms_key_arn.is_some();
        let expected = Self {
            handler: or(self.handler.as_ref(), found.handler.as_ref()),
            runtime: or(self.runtime.as_ref(), found.runtime.as_ref()),
            description: or(self.description.as_ref(), found.description.as_ref()),
            memory_size: self.memory_size.or(found.memory_size),
            timeout: self.timeout.or(found.timeout),
            ephemeral_storage: self.ephemeral_storage.or(found.ephemeral_storage),
            // Some emulators do not return tracing and logging.
            tracing: found.tracing.as_ref().map(|_| tracing),
            logging: found.logging.as_ref().map(|found| match &self.logging {
                Some(logging) => logging.filled_from(found),
                None => found.clone(),
            }),
            vpc: self
                .vpc
                .clone()
                .map(Vpc::sorted)
                .filter(|vpc| !vpc.subnets.is_empty()),
            image: self
                .image
                .clone()
                .filter(|image| *image != Image::default()),
            kms_key_arn: self.kms_key_arn.clone().filter(|_| keeps_key),
            durable: self
                .durable
                .as_ref()
                .map(|durable| durable.filled_from(found.durable.as_ref())),
            capacity_provider: self
                .capacity_provider
                .as_ref()
                .map(|provider| provider.filled_from(found.capacity_provider.as_ref())),
            ..self.clone()
        };
        expected == *found
    }
}

impl Logging {
    /// The request, with the fields that AWS fills in.
    fn filled_from(&self, found: &Self) -> Self {
        Self {
            format: or(self.format.as_ref(), found.format.as_ref()),
            application_level: or(
                self.application_level.as_ref(),
                found.application_level.as_ref(),
            ),
            system_level: or(self.system_level.as_ref(), found.system_level.as_ref()),
            group: or(self.group.as_ref(), found.group.as_ref()),
        }
    }
}

impl From<LoggingConfig> for Logging {
    fn from(found: LoggingConfig) -> Self {
        Self {
            format: found.log_format.map(|format| format.as_str().to_owned()),
            application_level: found
                .application_log_level
                .map(|level| level.as_str().to_owned()),
            system_level: found
                .system_log_level
                .map(|level| level.as_str().to_owned()),
            group: found.log_group,
        }
    }
}

impl Vpc {
    fn sorted(self) -> Self {
        Self {
            subnets: sorted(self.subnets),
            security_groups: sorted(self.security_groups),
            ipv6: self.ipv6,
        }
    }
}

impl From<ImageConfig> for Image {
    fn from(found: ImageConfig) -> Self {
        Self {
            command: found.command.into_iter().flatten().collect(),
            entry_point: found.entry_point.into_iter().flatten().collect(),
            working_directory: non_empty(found.working_directory),
        }
    }
}

impl Durable {
    /// The request, with the retention period that AWS fills in.
    fn filled_from(&self, found: Option<&Self>) -> Self {
        let retention_days = self
            .retention_days
            .or(found.and_then(|found| found.retention_days));
        Self {
            retention_days,
            ..self.clone()
        }
    }
}

impl CapacityProvider {
    /// The request, with the limits that AWS fills in.
    fn filled_from(&self, found: Option<&Self>) -> Self {
        let Some(found) = found else {
            return self.clone();
        };
        let concurrency = self.per_execution_environment_max_concurrency;
        let memory = self.execution_environment_memory_gib_per_vcpu;
        Self {
            arn: self.arn.clone(),
            per_execution_environment_max_concurrency: concurrency
                .or(found.per_execution_environment_max_concurrency),
            execution_environment_memory_gib_per_vcpu: memory
                .or(found.execution_environment_memory_gib_per_vcpu),
        }
    }
}

impl From<LambdaManagedInstancesCapacityProviderConfig> for CapacityProvider {
    fn from(found: LambdaManagedInstancesCapacityProviderConfig) -> Self {
        Self {
            arn: found.capacity_provider_arn,
            per_execution_environment_max_concurrency: found
                .per_execution_environment_max_concurrency,
            execution_environment_memory_gib_per_vcpu: found
                .execution_environment_memory_gib_per_v_cpu,
        }
    }
}

fn or(sent: Option<&String>, found: Option<&String>) -> Option<String> {
    sent.or(found).cloned()
}

fn sorted(mut list: Vec<String>) -> Vec<String> {
    list.sort();
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent() -> Configuration {
        Configuration {
            role: "arn:aws:iam::123456789012:role/r".into(),
            handler: Some("main.handler".into()),
            runtime: Some("python3.13".into()),
            kms_key_arn: Some("arn:aws:kms:eu-west-1:123456789012:key/k".into()),
            vpc: Some(Vpc {
                subnets: vec!["b".into(), "a".into()],
                ..Vpc::default()
            }),
            logging: Some(Logging {
                format: Some("JSON".into()),
                ..Logging::default()
            }),
            ..Configuration::default()
        }
    }

    /// The response for it.
    fn found() -> Configuration {
        Configuration {
            memory_size: Some(128),
            timeout: Some(3),
            ephemeral_storage: Some(DEFAULT_STORAGE),
            tracing: Some(DEFAULT_TRACING.into()),
            logging: Some(Logging {
                format: Some("JSON".into()),
                application_level: Some("INFO".into()),
                system_level: Some("INFO".into()),
                group: Some("/aws/lambda/f".into()),
            }),
            vpc: sent().vpc.map(Vpc::sorted),
            kms_key_arn: None,
            ..sent()
        }
    }

    #[test]
    fn defaults_of_aws_are_no_difference() {
        assert!(sent().is_met_by(&found()));
        let emulated = Configuration {
            tracing: None,
            logging: None,
            ..found()
        };
        assert!(sent().is_met_by(&emulated));
        let empty = Configuration {
            image: Some(Image::default()),
            vpc: Some(Vpc::default()),
            ..sent()
        };
        assert!(empty.is_met_by(&Configuration {
            vpc: None,
            ..found()
        }));
    }

    #[test]
    fn what_was_sent_has_to_be_there() {
        let text = |text: &str| Some(text.to_owned());
        for other in [
            Configuration {
                role: "arn:aws:iam::123456789012:role/other".into(),
                ..found()
            },
            Configuration {
                handler: text("other.handler"),
                ..found()
            },
            Configuration {
                runtime: text("python3.14"),
                ..found()
            },
            Configuration {
                environment: BTreeMap::from([("STAGE".into(), "prod".into())]),
                ..found()
            },
            Configuration {
                layers: vec!["arn".into()],
                ..found()
            },
            Configuration {
                tracing: text("Active"),
                ..found()
            },
            Configuration {
                logging: Some(Logging {
                    format: text("Text"),
                    ..Logging::default()
                }),
                ..found()
            },
            Configuration {
                vpc: None,
                ..found()
            },
            Configuration {
                dead_letter: text("arn"),
                ..found()
            },
            Configuration {
                snap_start: true,
                ..found()
            },
            Configuration {
                kms_key_arn: text("other"),
                ..found()
            },
            Configuration {
                tenant_isolation_mode: text("PER_TENANT"),
                ..found()
            },
            Configuration {
                capacity_provider: Some(CapacityProvider::default()),
                ..found()
            },
        ] {
            assert!(!sent().is_met_by(&other), "{other:?}");
        }
        let sized = Configuration {
            memory_size: Some(256),
            ..sent()
        };
        assert!(!sized.is_met_by(&found()));
        let variables = BTreeMap::from([("STAGE".to_owned(), "prod".to_owned())]);
        let encrypted = Configuration {
            environment: variables.clone(),
            ..sent()
        };
        assert!(!encrypted.is_met_by(&Configuration {
            environment: variables,
            ..found()
        }));
    }

    #[test]
    fn limits_of_a_capacity_provider_are_filled_in() {
        let provider = |concurrency, memory| {
            Some(CapacityProvider {
                arn: "arn:aws:lambda:eu-west-1:123456789012:capacity-provider:p".into(),
                per_execution_environment_max_concurrency: concurrency,
                execution_environment_memory_gib_per_vcpu: memory,
            })
        };
        let sent = |concurrency| Configuration {
            capacity_provider: provider(concurrency, None),
            ..sent()
        };
        let found = Configuration {
            capacity_provider: provider(Some(10), Some(2.0)),
            ..found()
        };
        assert!(sent(None).is_met_by(&found) && sent(Some(10)).is_met_by(&found));
        assert!(!sent(Some(20)).is_met_by(&found));
    }

    #[test]
    fn a_capacity_provider_survives_the_way_to_a_request_and_back() {
        let provider = CapacityProvider {
            arn: "arn:aws:lambda:eu-west-1:123456789012:capacity-provider:p".into(),
            per_execution_environment_max_concurrency: Some(10),
            execution_environment_memory_gib_per_vcpu: Some(2.0),
        };
        let configuration = Configuration {
            capacity_provider: Some(provider.clone()),
            ..Configuration::default()
        };
        let request = configuration
            .capacity_provider("CreateFunction")
            .unwrap()
            .unwrap();
        let instances = request
            .lambda_managed_instances_capacity_provider_config
            .unwrap();
        assert_eq!(CapacityProvider::from(instances), provider);
        assert_eq!(
            Configuration::default()
                .capacity_provider("CreateFunction")
                .ok(),
            Some(None)
        );
    }
}
