//! What a function is configured with, and how the SDK says it.

use std::collections::BTreeMap;

use aws_sdk_lambda::types::{
    ApplicationLogLevel, DeadLetterConfig, DurableConfig, Environment, EphemeralStorage, FileSystemConfig,
    FunctionConfiguration, ImageConfig, LogFormat, LoggingConfig, SnapStart, SnapStartApplyOn, SystemLogLevel,
    TracingConfig, TracingMode, VpcConfig,
};

use crate::error::AwsError;

/// How a function logs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Logging {
    /// `Text` or `JSON`.
    pub format: Option<String>,
    /// Level of the function's own lines.
    pub application_level: Option<String>,
    /// Level of Lambda's lines.
    pub system_level: Option<String>,
    /// Name of the log group.
    pub group: Option<String>,
}

/// The network of a function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vpc {
    /// Subnets, in the order of their ids.
    pub subnets: Vec<String>,
    /// Security groups, in the order of their ids.
    pub security_groups: Vec<String>,
    /// Whether it may call out by IPv6.
    pub ipv6: bool,
}

/// What is run of a container image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Image {
    /// Arguments.
    pub command: Vec<String>,
    /// Program.
    pub entry_point: Vec<String>,
    /// Folder to run in.
    pub working_directory: Option<String>,
}

/// A file system that a function sees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileSystem {
    /// ARN of the access point.
    pub arn: String,
    /// Folder, below `/mnt/`.
    pub local_mount_path: String,
}

/// How long a durable function may run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Durable {
    /// In seconds.
    pub execution_timeout: i32,
    /// For how many days its history is kept.
    pub retention_days: Option<i32>,
}

/// The configuration of a function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Configuration {
    /// ARN of the role it runs with.
    pub role: String,
    /// Entry point in the code.
    pub handler: Option<String>,
    /// Such as `python3.13`.
    pub runtime: Option<String>,
    /// A text for people.
    pub description: Option<String>,
    /// Memory in MiB.
    pub memory_size: Option<i32>,
    /// The longest time a call may take, in seconds.
    pub timeout: Option<i32>,
    /// Environment variables; they may hold secrets.
    pub environment: BTreeMap<String, String>,
    /// ARNs of layers.
    pub layers: Vec<String>,
    /// `Active` or `PassThrough`.
    pub tracing: Option<String>,
    /// Logs.
    pub logging: Option<Logging>,
    /// Network; the internet if absent.
    pub vpc: Option<Vpc>,
    /// ARN of the queue or topic for events that were not dealt with.
    pub dead_letter: Option<String>,
    /// What is run of an image.
    pub image: Option<Image>,
    /// Size of `/tmp` in MiB.
    pub ephemeral_storage: Option<i32>,
    /// Whether published versions start from a snapshot.
    pub snap_start: bool,
    /// Key that environment variables are encrypted with.
    pub kms_key_arn: Option<String>,
    /// File system.
    pub file_system: Option<FileSystem>,
    /// How long it may run when it is durable.
    pub durable: Option<Durable>,
}

impl Configuration {
    pub(super) fn environment(&self) -> Environment {
        let variables = self.environment.iter().map(|(key, value)| (key.clone(), value.clone()));
        Environment::builder().set_variables(Some(variables.collect())).build()
    }

    pub(super) fn tracing(&self) -> TracingConfig {
        let mode = self.tracing.as_deref().unwrap_or("PassThrough");
        TracingConfig::builder().mode(TracingMode::from(mode)).build()
    }

    pub(super) fn logging(&self) -> Option<LoggingConfig> {
        let logging = self.logging.as_ref()?;
        let config = LoggingConfig::builder()
            .set_log_format(logging.format.as_deref().map(LogFormat::from))
            .set_application_log_level(logging.application_level.as_deref().map(ApplicationLogLevel::from))
            .set_system_log_level(logging.system_level.as_deref().map(SystemLogLevel::from))
            .set_log_group(logging.group.clone());
        Some(config.build())
    }

    /// The network; none at all is said by empty lists.
    pub(super) fn vpc(&self) -> VpcConfig {
        let vpc = self.vpc.clone().unwrap_or_default();
        VpcConfig::builder()
            .set_subnet_ids(Some(vpc.subnets))
            .set_security_group_ids(Some(vpc.security_groups))
            .set_ipv6_allowed_for_dual_stack(vpc.ipv6.then_some(true))
            .build()
    }

    pub(super) fn dead_letter(&self) -> DeadLetterConfig {
        DeadLetterConfig::builder().target_arn(self.dead_letter.clone().unwrap_or_default()).build()
    }

    pub(super) fn image(&self) -> ImageConfig {
        let image = self.image.clone().unwrap_or_default();
        ImageConfig::builder()
            .set_command(Some(image.command))
            .set_entry_point(Some(image.entry_point))
            .set_working_directory(image.working_directory)
            .build()
    }

    pub(super) fn ephemeral_storage(&self, operation: &'static str) -> Result<EphemeralStorage, AwsError> {
        let size = self.ephemeral_storage.unwrap_or(512);
        EphemeralStorage::builder().size(size).build().map_err(|error| AwsError::local(operation, error.to_string()))
    }

    pub(super) fn snap_start(&self) -> SnapStart {
        let apply_on = if self.snap_start { SnapStartApplyOn::PublishedVersions } else { SnapStartApplyOn::None };
        SnapStart::builder().apply_on(apply_on).build()
    }

    pub(super) fn file_systems(&self, operation: &'static str) -> Result<Vec<FileSystemConfig>, AwsError> {
        let config = |system: &FileSystem| {
            let config = FileSystemConfig::builder().arn(&system.arn).local_mount_path(&system.local_mount_path);
            config.build().map_err(|error| AwsError::local(operation, error.to_string()))
        };
        self.file_system.iter().map(config).collect()
    }

    pub(super) fn durable(&self) -> Option<DurableConfig> {
        let durable = self.durable.as_ref()?;
        let config = DurableConfig::builder().execution_timeout(durable.execution_timeout);
        Some(config.set_retention_period_in_days(durable.retention_days).build())
    }
}

impl From<FunctionConfiguration> for Configuration {
    fn from(found: FunctionConfiguration) -> Self {
        let logging = found.logging_config.map(|logging| Logging {
            format: logging.log_format.map(|format| format.as_str().to_owned()),
            application_level: logging.application_log_level.map(|level| level.as_str().to_owned()),
            system_level: logging.system_log_level.map(|level| level.as_str().to_owned()),
            group: logging.log_group,
        });
        let vpc = found.vpc_config.map(|vpc| Vpc {
            subnets: sorted(vpc.subnet_ids.unwrap_or_default()),
            security_groups: sorted(vpc.security_group_ids.unwrap_or_default()),
            ipv6: vpc.ipv6_allowed_for_dual_stack.unwrap_or_default(),
        });
        let image = found.image_config_response.and_then(|response| response.image_config).map(|image| Image {
            command: image.command.unwrap_or_default(),
            entry_point: image.entry_point.unwrap_or_default(),
            working_directory: text(image.working_directory),
        });
        let system = found.file_system_configs.unwrap_or_default().into_iter().next();
        let snap_start = found.snap_start.and_then(|snap_start| snap_start.apply_on);
        let environment = found.environment.and_then(|environment| environment.variables);
        Self {
            role: found.role.unwrap_or_default(),
            handler: text(found.handler),
            runtime: found.runtime.map(|runtime| runtime.as_str().to_owned()),
            description: text(found.description),
            memory_size: found.memory_size,
            timeout: found.timeout,
            environment: environment.unwrap_or_default().into_iter().collect(),
            layers: found.layers.unwrap_or_default().into_iter().filter_map(|layer| layer.arn).collect(),
            tracing: found.tracing_config.and_then(|tracing| tracing.mode).map(|mode| mode.as_str().to_owned()),
            logging,
            vpc: vpc.filter(|vpc| !vpc.subnets.is_empty()),
            dead_letter: text(found.dead_letter_config.and_then(|config| config.target_arn)),
            image: image.filter(|image| *image != Image::default()),
            ephemeral_storage: found.ephemeral_storage.map(|storage| storage.size),
            snap_start: snap_start == Some(SnapStartApplyOn::PublishedVersions),
            kms_key_arn: text(found.kms_key_arn),
            file_system: system.map(|system| FileSystem { arn: system.arn, local_mount_path: system.local_mount_path }),
            durable: found.durable_config.and_then(|durable| {
                let execution_timeout = durable.execution_timeout?;
                Some(Durable { execution_timeout, retention_days: durable.retention_period_in_days })
            }),
        }
    }
}

/// A text that says something.
fn text(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn sorted(mut list: Vec<String>) -> Vec<String> {
    list.sort();
    list
}
