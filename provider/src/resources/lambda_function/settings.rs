//! Configuration of a function: conversion from the model to AWS, and back.

use sfn_aws::function::Configuration;
use tfplugin::model::{Attr, Model};

use super::blocks::{
    CapacityProviderConfig, DeadLetterConfig, DurableConfig, Environment, EphemeralStorage,
    FileSystemConfig, ImageConfig, LoggingConfig, SnapStart, TenancyConfig, TracingConfig,
    VpcConfig,
};

/// Configuration of a function.
#[derive(Debug, Clone, Model)]
pub(super) struct Settings {
    /// ARN of the execution role. Conflicts with `execution_role`, with which the provider creates
    /// the role.
    #[tf(optional, computed)]
    pub(super) role: Attr<String>,
    /// Entry point in the code, such as `main.handler`. Required with a zip file.
    #[tf(optional)]
    pub(super) handler: Attr<String>,
    /// Runtime, such as `python3.13`, `nodejs22.x` or `provided.al2023`. Required with a zip file.
    #[tf(optional)]
    pub(super) runtime: Attr<String>,
    /// Description of the function.
    #[tf(optional)]
    pub(super) description: Attr<String>,
    /// Memory of the function in MiB.
    #[tf(optional, computed, default = 128, at_least = 128)]
    pub(super) memory_size: Attr<i32>,
    /// Maximum time of an invocation in seconds.
    #[tf(optional, computed, default = 3, at_least = 1)]
    pub(super) timeout: Attr<i32>,
    /// ARNs of layer versions. Up to 5.
    #[tf(optional)]
    pub(super) layers: Attr<Vec<String>>,
    /// ARN of the KMS key that encrypts environment variables and snapshots. Defaults to an AWS
    /// owned key.
    #[tf(optional)]
    pub(super) kms_key_arn: Attr<String>,
    /// Environment variables.
    #[tf(block)]
    pub(super) environment: Attr<Environment>,
    /// Tracing with AWS X-Ray. Without the block, the function follows the tracing decision of the
    /// caller.
    #[tf(block)]
    pub(super) tracing_config: Attr<TracingConfig>,
    /// Logging configuration.
    #[tf(block)]
    pub(super) logging_config: Attr<LoggingConfig>,
    /// Connection to a VPC.
    #[tf(block)]
    pub(super) vpc_config: Attr<VpcConfig>,
    /// Destination for asynchronous invocations that the function could not process.
    #[tf(block)]
    pub(super) dead_letter_config: Attr<DeadLetterConfig>,
    /// Settings that override those of the container image.
    #[tf(block)]
    pub(super) image_config: Attr<ImageConfig>,
    /// Size of the `/tmp` directory. Without the block, it is 512 MiB.
    #[tf(block)]
    pub(super) ephemeral_storage: Attr<EphemeralStorage>,
    /// SnapStart, which starts published versions from a snapshot.
    #[tf(block)]
    pub(super) snap_start: Attr<SnapStart>,
    /// File system to mount.
    #[tf(block)]
    pub(super) file_system_config: Attr<FileSystemConfig>,
    /// Durable executions, which can outlast a single invocation. Adding or removing the block
    /// forces a new resource.
    #[tf(block)]
    pub(super) durable_config: Attr<DurableConfig>,
    /// Tenant isolation.
    #[tf(block, replace)]
    pub(super) tenancy_config: Attr<TenancyConfig>,
    /// Capacity provider that runs the function on your own instances. Adding or removing the block
    /// forces a new resource.
    #[tf(block)]
    pub(super) capacity_provider_config: Attr<CapacityProviderConfig>,
}

fn own(text: &Attr<String>) -> Option<String> {
    text.text().map(str::to_owned)
}

/// The value from AWS, or the prior value if AWS does not return it.
fn or_before<T: Clone>(found: Option<T>, before: &Attr<T>) -> Attr<T> {
    found.map_or_else(|| before.clone(), Attr::Known)
}

impl Settings {
    /// The configuration for AWS, without unknown values.
    pub(super) fn configuration(&self) -> Configuration {
        Configuration {
            role: self.role.text().unwrap_or("").to_owned(),
            handler: own(&self.handler),
            runtime: own(&self.runtime),
            description: own(&self.description),
            memory_size: self.memory_size.known().copied(),
            timeout: self.timeout.known().copied(),
            environment: Environment::settings(&self.environment),
            layers: self.layers.known().into_iter().flatten().cloned().collect(),
            tracing: TracingConfig::settings(&self.tracing_config),
            logging: LoggingConfig::settings(&self.logging_config),
            vpc: VpcConfig::settings(&self.vpc_config),
            dead_letter: DeadLetterConfig::settings(&self.dead_letter_config),
            image: ImageConfig::settings(&self.image_config),
            ephemeral_storage: EphemeralStorage::settings(&self.ephemeral_storage),
            snap_start: SnapStart::settings(&self.snap_start),
            kms_key_arn: own(&self.kms_key_arn),
            file_system: FileSystemConfig::settings(&self.file_system_config),
            durable: DurableConfig::settings(&self.durable_config),
            tenant_isolation_mode: TenancyConfig::settings(&self.tenancy_config),
            capacity_provider: CapacityProviderConfig::settings(&self.capacity_provider_config),
        }
    }

    /// Whether the configuration changes or is unknown.
    pub(super) fn changes(&self, prior: &Self) -> bool {
        !self.to_value().is_wholly_known() || self.configuration() != prior.configuration()
    }

    /// The settings in AWS. Prior values are kept if AWS does not return them.
    pub(super) fn observed(&self, found: &Configuration, function: &str) -> Self {
        let before = self.configuration();
        let layers = Some(&found.layers)
            .filter(|layers| !layers.is_empty())
            .cloned();
        // A VPC that is not set can be a block with empty lists.
        let vpc = found.vpc.as_ref().map(VpcConfig::of);
        Self {
            role: found.role.as_str().into(),
            handler: found.handler.clone().into(),
            runtime: found.runtime.clone().into(),
            description: found.description.clone().into(),
            memory_size: or_before(found.memory_size, &self.memory_size),
            timeout: or_before(found.timeout, &self.timeout),
            layers: layers.into(),
            kms_key_arn: self.observed_key(found),
            environment: Environment::of(&found.environment),
            tracing_config: TracingConfig::observed(&self.tracing_config, found.tracing.as_deref()),
            logging_config: LoggingConfig::observed(
                &self.logging_config,
                found.logging.as_ref(),
                function,
            ),
            vpc_config: if found.vpc == before.vpc {
                self.vpc_config.clone()
            } else {
                vpc.into()
            },
            dead_letter_config: found
                .dead_letter
                .as_deref()
                .map(DeadLetterConfig::of)
                .into(),
            image_config: found.image.as_ref().map(ImageConfig::of).into(),
            ephemeral_storage: EphemeralStorage::observed(
                &self.ephemeral_storage,
                found.ephemeral_storage,
            ),
            snap_start: SnapStart::observed(&self.snap_start, found.snap_start),
            file_system_config: found.file_system.as_ref().map(FileSystemConfig::of).into(),
            durable_config: DurableConfig::observed(&self.durable_config, found.durable.as_ref()),
            tenancy_config: found
                .tenant_isolation_mode
                .as_deref()
                .map(TenancyConfig::of)
                .into(),
            capacity_provider_config: CapacityProviderConfig::observed(
                &self.capacity_provider_config,
                found.capacity_provider.as_ref(),
            ),
        }
    }

    /// AWS does not store the key of a function without environment variables.
    fn observed_key(&self, found: &Configuration) -> Attr<String> {
        match &found.kms_key_arn {
            None if found.environment.is_empty() => self.kms_key_arn.clone(),
            key => key.clone().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use sfn_aws::function::{Logging, Vpc};
    use tfplugin::Value;

    use super::*;

    fn block(entries: &[(&str, Value)]) -> Value {
        Value::object(entries.iter().map(|(name, value)| (*name, value.clone())))
    }

    fn settings(name: &str, value: Value) -> Settings {
        Settings::from_value(&Value::object([("role", Value::from("r")), (name, value)]))
    }

    /// AWS's response for a function without any settings.
    fn usual() -> Configuration {
        Configuration {
            role: "r".into(),
            memory_size: Some(128),
            timeout: Some(3),
            tracing: Some("PassThrough".into()),
            logging: Some(Logging {
                format: Some("Text".into()),
                group: Some("/aws/lambda/f".into()),
                ..Logging::default()
            }),
            ephemeral_storage: Some(512),
            ..Configuration::default()
        }
    }

    #[test]
    fn what_is_empty_is_absent() {
        let none = || Value::List(Vec::new());
        for (name, value) in [
            (
                "vpc_config",
                block(&[("subnet_ids", none()), ("security_group_ids", none())]),
            ),
            ("dead_letter_config", block(&[("target_arn", "".into())])),
            (
                "image_config",
                block(&[
                    ("command", none()),
                    ("entry_point", none()),
                    ("working_directory", "".into()),
                ]),
            ),
            (
                "logging_config",
                block(&[("log_format", "".into()), ("log_group", "".into())]),
            ),
            (
                "environment",
                block(&[("variables", Value::object::<String>([]))]),
            ),
            (
                "file_system_config",
                block(&[("arn", "".into()), ("local_mount_path", "".into())]),
            ),
            ("snap_start", block(&[("apply_on", "None".into())])),
            ("layers", Value::List(vec!["".into()])),
            ("kms_key_arn", "".into()),
        ] {
            let (written, absent) = (settings(name, value), settings(name, Value::Null));
            assert_eq!(written.configuration(), absent.configuration(), "{name}");
            assert!(
                !written.changes(&absent) && !absent.changes(&written),
                "{name}"
            );
        }
    }

    /// Checks whether AWS's response for the configured value is read as equal to it.
    fn check(name: &str, written: Value, found: Configuration, is_same: bool) {
        let nested = Settings::block();
        let prior = Settings {
            memory_size: Attr::Known(128),
            timeout: Attr::Known(3),
            ..settings(name, written)
        }
        .to_value();
        let observed = Settings::from_value(&prior)
            .observed(&found, "f")
            .to_value();
        let kept = nested.keep_written(&prior, &observed);
        assert_eq!(kept == prior, is_same, "{name}: {prior:?} and {kept:?}");
    }

    #[test]
    fn what_aws_fills_in_is_no_change() {
        let json = || {
            Some(Logging {
                format: Some("JSON".into()),
                group: Some("/aws/lambda/f".into()),
                ..Logging::default()
            })
        };
        let levels = |level: &str| {
            json().map(|json| Logging {
                application_level: Some(level.into()),
                system_level: Some("INFO".into()),
                ..json
            })
        };
        let vpc = || Vpc {
            subnets: vec!["a".into(), "b".into()],
            security_groups: vec!["s".into()],
            ipv6: false,
        };
        let subnets = |ids: [&str; 2]| {
            block(&[
                ("subnet_ids", ids.to_vec().into()),
                ("security_group_ids", vec!["s"].into()),
            ])
        };
        let format = || block(&[("log_format", "JSON".into())]);
        check("layers", Value::Null, usual(), true);
        check("kms_key_arn", "k".into(), usual(), true);
        check(
            "kms_key_arn",
            "k".into(),
            Configuration {
                environment: [("A".into(), "b".into())].into(),
                ..usual()
            },
            false,
        );
        check(
            "logging_config",
            format(),
            Configuration {
                logging: levels("INFO"),
                ..usual()
            },
            true,
        );
        check(
            "logging_config",
            format(),
            Configuration {
                logging: levels("DEBUG"),
                ..usual()
            },
            false,
        );
        check(
            "logging_config",
            Value::Null,
            Configuration {
                logging: json(),
                ..usual()
            },
            false,
        );
        check(
            "logging_config",
            format(),
            Configuration {
                logging: None,
                ..usual()
            },
            true,
        );
        check(
            "vpc_config",
            subnets(["b", "a"]),
            Configuration {
                vpc: Some(vpc()),
                ..usual()
            },
            true,
        );
        check(
            "vpc_config",
            subnets(["b", "c"]),
            Configuration {
                vpc: Some(vpc()),
                ..usual()
            },
            false,
        );
        check("vpc_config", subnets(["b", "a"]), usual(), false);
        check(
            "ephemeral_storage",
            block(&[("size", 512.into())]),
            usual(),
            true,
        );
        check(
            "tracing_config",
            block(&[("mode", "PassThrough".into())]),
            usual(),
            true,
        );
        check(
            "tracing_config",
            block(&[("mode", "Active".into())]),
            usual(),
            false,
        );
    }
}
