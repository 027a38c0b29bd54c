//! Behaviors of AWS that the emulator lacks, one in each file.

mod activities;
mod alias_creation;
mod alias_policy;
mod code_signing;
mod executions;
mod function_versions;
mod kms_key;
mod logging_defaults;
mod machine_deletion;
mod runtime_management;
mod tracing;

use crate::proxy::behaviour::Behaviour;

/// All behaviors. A call passes through those of its operation in this order.
pub fn all() -> Vec<Box<dyn Behaviour>> {
    vec![
        Box::new(tracing::Tracing::default()),
        Box::new(logging_defaults::LoggingDefaults),
        Box::new(machine_deletion::MachineDeletion),
        Box::new(alias_creation::AliasCreation),
        Box::new(activities::Activities::default()),
        Box::new(kms_key::KmsKey),
        Box::new(function_versions::FunctionVersions),
        Box::new(alias_policy::AliasPolicy),
        Box::new(code_signing::CodeSigning),
        Box::new(executions::Executions::default()),
        Box::new(runtime_management::RuntimeManagement::default()),
    ]
}
