//! Settings of a function that are not part of its configuration: each has its own operations. They
//! are read only if the state has them, so that users who do not set them need no permission to
//! read them.

use sfn_aws::function::runtime_management::RuntimeManagement;
use sfn_aws::function::{self, code_signing, recursion, runtime_management};
use sfn_aws::{Aws, AwsError, Call};
use tfplugin::model::{Attr, Model};

use super::Function;

/// Default of `recursive_loop`.
const TERMINATE: &str = "Terminate";
/// Default of `update_runtime_on`.
const AUTO: &str = "Auto";

/// Configuration of runtime updates.
#[derive(Debug, Clone, Model)]
pub(super) struct RuntimeManagementConfig {
    /// Runtime update mode. `Auto` updates as soon as possible, `FunctionUpdate` with each update
    /// of the function, `Manual` never.
    #[tf(required, one_of = ["Auto", "FunctionUpdate", "Manual"])]
    pub(super) update_runtime_on: Attr<String>,
    /// ARN of the runtime version. Required with `Manual`.
    #[tf(optional)]
    pub(super) runtime_version_arn: Attr<String>,
}

impl RuntimeManagementConfig {
    pub(super) fn settings(block: &Attr<Self>) -> RuntimeManagement {
        let mode = block
            .known()
            .and_then(|config| config.update_runtime_on.text());
        let version = block
            .known()
            .and_then(|config| config.runtime_version_arn.text());
        RuntimeManagement {
            update_runtime_on: mode.unwrap_or(AUTO).to_owned(),
            runtime_version_arn: version.map(str::to_owned),
        }
    }

    pub(super) fn observed(before: &Attr<Self>, found: Option<RuntimeManagement>) -> Attr<Self> {
        match found {
            Some(found) if found.update_runtime_on == AUTO && before.is_null() => Attr::Null,
            Some(found) => Attr::Known(Self {
                update_runtime_on: found.update_runtime_on.into(),
                runtime_version_arn: found.runtime_version_arn.into(),
            }),
            None => Attr::Null,
        }
    }
}

/// Settings that are written after the configuration and the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Separate {
    reserved: Option<i32>,
    recursive_loop: String,
    runtime: RuntimeManagement,
}

impl Separate {
    /// The settings of a new function.
    pub(super) fn of_new(reserved: Option<i32>) -> Self {
        let runtime = RuntimeManagementConfig::settings(&Attr::Null);
        Self {
            reserved,
            recursive_loop: TERMINATE.into(),
            runtime,
        }
    }

    /// The planned settings of a function.
    pub(super) fn of(function: &Function) -> Self {
        Self {
            reserved: function.reserved(),
            recursive_loop: function
                .recursive_loop
                .text()
                .unwrap_or(TERMINATE)
                .to_owned(),
            runtime: RuntimeManagementConfig::settings(&function.runtime_management_config),
        }
    }

    /// Writes the settings that differ from `before`.
    ///
    /// # Errors
    /// Errors returned by AWS.
    pub(super) async fn write(
        &self,
        before: &Self,
        aws: &Aws,
        call: &Call,
        name: &str,
    ) -> Result<(), AwsError> {
        function::reserve(aws, call, name, before.reserved, self.reserved).await?;
        if self.recursive_loop != before.recursive_loop {
            recursion::write(aws, call, name, &self.recursive_loop).await?;
        }
        if self.runtime != before.runtime {
            runtime_management::write(aws, call, name, &self.runtime).await?;
        }
        Ok(())
    }
}

impl Function {
    /// Whether one of these settings changes or is unknown.
    pub(super) fn changes_separate(&self, prior: &Self) -> bool {
        let is_unknown = self.reserved_concurrent_executions.is_unknown()
            || self.recursive_loop.is_unknown()
            || self.runtime_management_config.is_unknown();
        is_unknown || self.changes_code_signing(prior) || Separate::of(self) != Separate::of(prior)
    }

    /// Whether the code signing configuration changes.
    pub(super) fn changes_code_signing(&self, prior: &Self) -> bool {
        self.code_signing_config_arn != prior.code_signing_config_arn
    }

    /// Reads the settings that the state has.
    ///
    /// # Errors
    /// Errors returned by AWS.
    pub(super) async fn read_separate(
        &mut self,
        aws: &Aws,
        call: &Call,
        name: &str,
    ) -> Result<(), AwsError> {
        if !self.code_signing_config_arn.is_null() {
            self.code_signing_config_arn = code_signing::read(aws, call, name).await?.into();
        }
        if !self.recursive_loop.is_null() {
            self.recursive_loop = recursion::read(aws, call, name).await?.into();
        }
        if !self.runtime_management_config.is_null() {
            let found = runtime_management::read(aws, call, name).await?;
            self.runtime_management_config =
                RuntimeManagementConfig::observed(&self.runtime_management_config, found);
        }
        Ok(())
    }

    /// Reads all settings that differ from the default. Without the permission to read them, the
    /// function is imported without them.
    pub(super) async fn import_separate(&mut self, aws: &Aws, call: &Call, name: &str) {
        if let Ok(found) = code_signing::read(aws, call, name).await {
            self.code_signing_config_arn = found.into();
        }
        if let Ok(found) = recursion::read(aws, call, name).await {
            self.recursive_loop = found.filter(|found| found != TERMINATE).into();
        }
        if let Ok(found) = runtime_management::read(aws, call, name).await {
            self.runtime_management_config = RuntimeManagementConfig::observed(&Attr::Null, found);
        }
    }
}
