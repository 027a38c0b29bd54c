//! Nested blocks of a function, and their form in the API of AWS.

use std::collections::{BTreeMap, BTreeSet};

use sfn_aws::function::{CapacityProvider, Durable, FileSystem, Image, Logging, Vpc};
use tfplugin::model::{Attr, Model};

/// Default prefix of the log group. The name of the function follows.
pub(super) const LOG_GROUPS: &str = "/aws/lambda/";
/// Default log format.
pub(super) const TEXT: &str = "Text";
/// Default log level with JSON.
pub(super) const LEVEL: &str = "INFO";
/// Default tracing mode.
const PASS_THROUGH: &str = "PassThrough";
/// Default size of `/tmp` in MiB (API reference, EphemeralStorage).
pub(super) const STORAGE: i32 = 512;
/// Value of `apply_on` that enables SnapStart.
const PUBLISHED_VERSIONS: &str = "PublishedVersions";

fn own(text: &Attr<String>) -> Option<String> {
    text.text().map(str::to_owned)
}

fn list(values: &Attr<Vec<String>>) -> Vec<String> {
    values.known().into_iter().flatten().cloned().collect()
}

/// A list from AWS, which never returns null.
fn written(values: &[String]) -> Attr<Vec<String>> {
    if values.is_empty() {
        Attr::Null
    } else {
        values.to_vec().into()
    }
}

/// Environment variables.
#[derive(Debug, Clone, Model)]
pub(super) struct Environment {
    /// Environment variables by name.
    #[tf(optional)]
    variables: Attr<BTreeMap<String, String>>,
}

impl Environment {
    pub(super) fn settings(block: &Attr<Self>) -> BTreeMap<String, String> {
        let variables = block
            .known()
            .and_then(|environment| environment.variables.known());
        variables
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    pub(super) fn of(found: &BTreeMap<String, String>) -> Attr<Self> {
        if found.is_empty() {
            Attr::Null
        } else {
            Attr::Known(Self {
                variables: found.clone().into(),
            })
        }
    }
}

/// Tracing with AWS X-Ray.
#[derive(Debug, Clone, Model)]
pub(super) struct TracingConfig {
    /// Tracing mode. `PassThrough` follows the tracing decision of the caller.
    #[tf(required, one_of = ["Active", "PassThrough"])]
    mode: Attr<String>,
}

impl TracingConfig {
    pub(super) fn settings(block: &Attr<Self>) -> Option<String> {
        own(&block.known()?.mode)
    }

    pub(super) fn observed(before: &Attr<Self>, found: Option<&str>) -> Attr<Self> {
        match found {
            None => before.clone(),
            Some(PASS_THROUGH) if before.is_null() => Attr::Null,
            Some(mode) => Attr::Known(Self { mode: mode.into() }),
        }
    }
}

/// Logging configuration.
#[derive(Debug, Clone, Model)]
pub(super) struct LoggingConfig {
    /// Log format.
    #[tf(required, one_of = ["Text", "JSON"])]
    log_format: Attr<String>,
    /// Lowest level of application logs. Used with `JSON`.
    #[tf(optional)]
    application_log_level: Attr<String>,
    /// Lowest level of the logs of the Lambda service. Used with `JSON`.
    #[tf(optional)]
    system_log_level: Attr<String>,
    /// Name of the log group. Defaults to `/aws/lambda/` followed by the name of the function.
    #[tf(optional)]
    pub(super) log_group: Attr<String>,
}

impl LoggingConfig {
    pub(super) fn settings(block: &Attr<Self>) -> Option<Logging> {
        let logging = block.known()?;
        let settings = Logging {
            format: own(&logging.log_format),
            application_level: own(&logging.application_log_level),
            system_level: own(&logging.system_log_level),
            group: own(&logging.log_group),
        };
        Some(settings).filter(|settings| *settings != Logging::default())
    }

    /// The block for the values in AWS, which fills in defaults for arguments that are not set.
    pub(super) fn observed(
        before: &Attr<Self>,
        found: Option<&Logging>,
        function: &str,
    ) -> Attr<Self> {
        let Some(found) = found else {
            return before.clone();
        };
        let format = found.format.as_deref().unwrap_or(TEXT);
        let default_group = format!("{LOG_GROUPS}{function}");
        let other_group = found
            .group
            .as_deref()
            .filter(|group| *group != default_group);
        if Self::settings(before).is_none() && format == TEXT && other_group.is_none() {
            return before.clone();
        }
        let level = |written: fn(&Self) -> &Attr<String>, found: &Option<String>| {
            let is_written = before
                .known()
                .is_some_and(|before| !written(before).is_null());
            found.clone().filter(|level| is_written || level != LEVEL)
        };
        let names_group = before
            .known()
            .is_some_and(|before| !before.log_group.is_null());
        let group = if names_group {
            found.group.as_deref()
        } else {
            other_group
        };
        Attr::Known(Self {
            log_format: format.into(),
            application_log_level: level(
                |before| &before.application_log_level,
                &found.application_level,
            )
            .into(),
            system_log_level: level(|before| &before.system_log_level, &found.system_level).into(),
            log_group: group.map(str::to_owned).into(),
        })
    }
}

/// Connection to a VPC.
#[derive(Debug, Clone, Model)]
pub(super) struct VpcConfig {
    /// IDs of the subnets.
    #[tf(required)]
    subnet_ids: Attr<BTreeSet<String>>,
    /// IDs of the security groups.
    #[tf(required)]
    security_group_ids: Attr<BTreeSet<String>>,
    /// Whether to allow outbound IPv6 traffic in dual-stack subnets.
    #[tf(optional)]
    ipv6_allowed_for_dual_stack: Attr<bool>,
}

impl VpcConfig {
    pub(super) fn settings(block: &Attr<Self>) -> Option<Vpc> {
        let vpc = block.known()?;
        let ids = |ids: &Attr<BTreeSet<String>>| {
            ids.known()
                .into_iter()
                .flatten()
                .cloned()
                .collect::<Vec<_>>()
        };
        let ipv6 = vpc.ipv6_allowed_for_dual_stack == Attr::Known(true);
        let (subnets, security_groups) = (ids(&vpc.subnet_ids), ids(&vpc.security_group_ids));
        let is_empty = subnets.is_empty() && security_groups.is_empty();
        (!is_empty).then_some(Vpc {
            subnets,
            security_groups,
            ipv6,
        })
    }

    pub(super) fn of(found: &Vpc) -> Self {
        let ids = |ids: &[String]| ids.iter().cloned().collect::<BTreeSet<_>>();
        Self {
            subnet_ids: ids(&found.subnets).into(),
            security_group_ids: ids(&found.security_groups).into(),
            ipv6_allowed_for_dual_stack: found.ipv6.then_some(true).into(),
        }
    }
}

/// Destination for events that the function could not process.
#[derive(Debug, Clone, Model)]
pub(super) struct DeadLetterConfig {
    /// ARN of an SQS queue or SNS topic.
    #[tf(required)]
    target_arn: Attr<String>,
}

impl DeadLetterConfig {
    pub(super) fn settings(block: &Attr<Self>) -> Option<String> {
        own(&block.known()?.target_arn)
    }

    pub(super) fn of(arn: &str) -> Self {
        Self {
            target_arn: arn.into(),
        }
    }
}

/// Settings that override those of the container image.
#[derive(Debug, Clone, Model)]
pub(super) struct ImageConfig {
    /// Command of the container.
    #[tf(optional)]
    command: Attr<Vec<String>>,
    /// Entry point of the container.
    #[tf(optional)]
    entry_point: Attr<Vec<String>>,
    /// Working directory of the container.
    #[tf(optional)]
    working_directory: Attr<String>,
}

impl ImageConfig {
    pub(super) fn settings(block: &Attr<Self>) -> Option<Image> {
        let image = block.known()?;
        let (command, entry_point) = (list(&image.command), list(&image.entry_point));
        let settings = Image {
            command,
            entry_point,
            working_directory: own(&image.working_directory),
        };
        Some(settings).filter(|settings| *settings != Image::default())
    }

    pub(super) fn of(found: &Image) -> Self {
        Self {
            command: written(&found.command),
            entry_point: written(&found.entry_point),
            working_directory: found.working_directory.clone().into(),
        }
    }
}

/// Size of the `/tmp` directory.
#[derive(Debug, Clone, Model)]
pub(super) struct EphemeralStorage {
    /// Size of the `/tmp` directory in MiB.
    #[tf(required, at_least = 512)]
    size: Attr<i32>,
}

impl EphemeralStorage {
    pub(super) fn settings(block: &Attr<Self>) -> Option<i32> {
        block.known()?.size.known().copied()
    }

    pub(super) fn observed(before: &Attr<Self>, found: Option<i32>) -> Attr<Self> {
        match found {
            None => before.clone(),
            Some(STORAGE) if before.is_null() => Attr::Null,
            Some(size) => Attr::Known(Self { size: size.into() }),
        }
    }
}

/// SnapStart.
#[derive(Debug, Clone, Model)]
pub(super) struct SnapStart {
    /// Versions that start from a snapshot.
    #[tf(required, one_of = ["PublishedVersions", "None"])]
    apply_on: Attr<String>,
}

impl SnapStart {
    pub(super) fn settings(block: &Attr<Self>) -> bool {
        block
            .known()
            .is_some_and(|snap_start| snap_start.apply_on.text() == Some(PUBLISHED_VERSIONS))
    }

    pub(super) fn observed(before: &Attr<Self>, found: bool) -> Attr<Self> {
        if Self::settings(before) == found {
            return before.clone();
        }
        found
            .then(|| Self {
                apply_on: PUBLISHED_VERSIONS.into(),
            })
            .into()
    }
}

/// File system to mount.
#[derive(Debug, Clone, Model)]
pub(super) struct FileSystemConfig {
    /// ARN of the EFS access point.
    #[tf(required)]
    arn: Attr<String>,
    /// Mount path in the function. Must begin with `/mnt/`.
    #[tf(required)]
    local_mount_path: Attr<String>,
}

impl FileSystemConfig {
    pub(super) fn settings(block: &Attr<Self>) -> Option<FileSystem> {
        let system = block.known()?;
        let local_mount_path = system.local_mount_path.text().unwrap_or("").to_owned();
        Some(FileSystem {
            arn: own(&system.arn)?,
            local_mount_path,
        })
    }

    pub(super) fn of(found: &FileSystem) -> Self {
        Self {
            arn: found.arn.as_str().into(),
            local_mount_path: found.local_mount_path.as_str().into(),
        }
    }
}

/// Durable executions.
#[derive(Debug, Clone, Model)]
pub(super) struct DurableConfig {
    /// Maximum time of a durable execution in seconds.
    #[tf(required, at_least = 1)]
    execution_timeout: Attr<i32>,
    /// Number of days to retain the history of a durable execution.
    #[tf(optional, at_least = 1)]
    retention_period: Attr<i32>,
}

impl DurableConfig {
    /// Whether the block is set, with known or unknown values.
    pub(super) fn is_present(block: &Attr<Self>) -> bool {
        block
            .known()
            .is_some_and(|durable| !durable.execution_timeout.is_null())
    }

    pub(super) fn settings(block: &Attr<Self>) -> Option<Durable> {
        let durable = block.known()?;
        let execution_timeout = durable.execution_timeout.known().copied()?;
        Some(Durable {
            execution_timeout,
            retention_days: durable.retention_period.known().copied(),
        })
    }

    /// The block for the values in AWS, which fills in the retention period.
    pub(super) fn observed(before: &Attr<Self>, found: Option<&Durable>) -> Attr<Self> {
        let is_filled_in = before
            .known()
            .is_some_and(|before| before.retention_period.is_null());
        let of = |found: &Durable| Self {
            execution_timeout: found.execution_timeout.into(),
            retention_period: found.retention_days.filter(|_| !is_filled_in).into(),
        };
        found.map(of).into()
    }
}

/// Tenant isolation.
#[derive(Debug, Clone, Model)]
pub(super) struct TenancyConfig {
    /// Tenant isolation mode. With `PER_TENANT`, each tenant has its own execution environments.
    #[tf(required, one_of = ["PER_TENANT"])]
    tenant_isolation_mode: Attr<String>,
}

impl TenancyConfig {
    pub(super) fn settings(block: &Attr<Self>) -> Option<String> {
        own(&block.known()?.tenant_isolation_mode)
    }

    pub(super) fn of(mode: &str) -> Self {
        Self {
            tenant_isolation_mode: mode.into(),
        }
    }
}

/// Capacity provider of the function.
#[derive(Debug, Clone, Model)]
pub(super) struct CapacityProviderConfig {
    /// Lambda Managed Instances.
    #[tf(block)]
    lambda_managed_instances_capacity_provider_config: Attr<ManagedInstances>,
}

/// Lambda Managed Instances.
#[derive(Debug, Clone, Model)]
struct ManagedInstances {
    /// ARN of the capacity provider.
    #[tf(required)]
    capacity_provider_arn: Attr<String>,
    /// Maximum number of concurrent invocations per execution environment.
    #[tf(optional, at_least = 1)]
    per_execution_environment_max_concurrency: Attr<i32>,
    /// Memory per vCPU of an execution environment in GiB.
    #[tf(optional)]
    execution_environment_memory_gib_per_vcpu: Attr<f64>,
}

impl CapacityProviderConfig {
    fn instances(block: &Attr<Self>) -> Option<&ManagedInstances> {
        block
            .known()?
            .lambda_managed_instances_capacity_provider_config
            .known()
    }

    /// Whether the block is set, with known or unknown values.
    pub(super) fn is_present(block: &Attr<Self>) -> bool {
        Self::instances(block).is_some_and(|instances| !instances.capacity_provider_arn.is_null())
    }

    pub(super) fn settings(block: &Attr<Self>) -> Option<CapacityProvider> {
        let instances = Self::instances(block)?;
        Some(CapacityProvider {
            arn: own(&instances.capacity_provider_arn)?,
            per_execution_environment_max_concurrency: instances
                .per_execution_environment_max_concurrency
                .known()
                .copied(),
            execution_environment_memory_gib_per_vcpu: instances
                .execution_environment_memory_gib_per_vcpu
                .known()
                .copied(),
        })
    }

    /// The block for the values in AWS, which fills in the limits.
    pub(super) fn observed(before: &Attr<Self>, found: Option<&CapacityProvider>) -> Attr<Self> {
        let before = Self::instances(before);
        let concurrency =
            before.is_some_and(|before| before.per_execution_environment_max_concurrency.is_null());
        let memory =
            before.is_some_and(|before| before.execution_environment_memory_gib_per_vcpu.is_null());
        let of = |found: &CapacityProvider| {
            let instances = ManagedInstances {
                capacity_provider_arn: found.arn.as_str().into(),
                per_execution_environment_max_concurrency: found
                    .per_execution_environment_max_concurrency
                    .filter(|_| !concurrency)
                    .into(),
                execution_environment_memory_gib_per_vcpu: found
                    .execution_environment_memory_gib_per_vcpu
                    .filter(|_| !memory)
                    .into(),
            };
            Self {
                lambda_managed_instances_capacity_provider_config: Attr::Known(instances),
            }
        };
        found.map(of).into()
    }
}
