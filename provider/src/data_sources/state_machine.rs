//! `data "sfn_state_machine"`.

use asl::Json;
use async_trait::async_trait;
use aws_arn::StateMachineArn;
use sfn_aws::state_machine::{self, Described};
use sfn_aws::{Tags, encryption, tags};
use tfplugin::model::{Attr, Model};
use tfplugin::{Diagnostics, Value};

use super::{Object, require_name_or_arn};
use crate::session::ProviderContext;
use crate::shared::arns;
use crate::shared::data_source::{Lookup, not_found};
use crate::shared::managed::{Operation, Refusal};

/// Provides details about a Step Functions state machine.
#[derive(Debug, Clone, Model)]
pub struct StateMachine {
    /// Name of the state machine. Required unless `arn` is set.
    #[tf(optional, computed, conflicts = ["arn"])]
    name: Attr<String>,
    /// ARN of the state machine. Required unless `name` is set.
    #[tf(optional, computed)]
    arn: Attr<String>,
    /// ARN of the state machine.
    #[tf(computed)]
    id: Attr<String>,
    /// Type of the state machine: `STANDARD` or `EXPRESS`.
    #[tf(computed, name = "type")]
    kind: Attr<String>,
    /// Status of the state machine: `ACTIVE` or `DELETING`.
    #[tf(computed)]
    status: Attr<String>,
    /// ARN of the execution role.
    #[tf(computed)]
    role_arn: Attr<String>,
    /// Definition as JSON.
    #[tf(computed)]
    definition: Attr<String>,
    /// Definition as an object, for references such as `asl.States.Charge.Resource`.
    #[tf(computed)]
    asl: Attr<Value>,
    /// Value of `Comment` in the definition.
    #[tf(computed)]
    description: Attr<String>,
    /// Revision of the definition, role and settings. Null until the first change.
    #[tf(computed)]
    revision_id: Attr<String>,
    /// Date and time of creation, in RFC 3339 format.
    #[tf(computed)]
    creation_date: Attr<String>,
    /// ARN of the latest published version. Null without versions.
    #[tf(computed)]
    state_machine_version_arn: Attr<String>,
    /// Logging of execution history: `level`, `include_execution_data` and `log_destination`.
    #[tf(computed)]
    logging_configuration: Attr<Object<Logging>>,
    /// Tracing with AWS X-Ray: `enabled`.
    #[tf(computed)]
    tracing_configuration: Attr<Object<Tracing>>,
    /// Encryption at rest: `type`, `kms_key_id` and `kms_data_key_reuse_period_seconds`.
    #[tf(computed)]
    encryption_configuration: Attr<Object<Encryption>>,
    /// Tags of the state machine.
    #[tf(computed)]
    tags: Attr<Tags>,
}

/// Logging of execution history.
#[derive(Debug, Clone, Model)]
struct Logging {
    /// Level of logged events: `ALL`, `ERROR`, `FATAL` or `OFF`.
    #[tf(computed)]
    level: Attr<String>,
    /// Whether the input and output of states are logged.
    #[tf(computed)]
    include_execution_data: Attr<bool>,
    /// ARN of the log group. Ends with `:*`.
    #[tf(computed)]
    log_destination: Attr<String>,
}

impl From<state_machine::Logging> for Object<Logging> {
    fn from(found: state_machine::Logging) -> Self {
        Self(Logging {
            level: found.level.into(),
            include_execution_data: found.include_execution_data.into(),
            log_destination: found.destination.into(),
        })
    }
}

/// Tracing with AWS X-Ray.
#[derive(Debug, Clone, Model)]
struct Tracing {
    /// Whether executions are traced.
    #[tf(computed)]
    enabled: Attr<bool>,
}

/// Encryption at rest.
#[derive(Debug, Clone, Model)]
struct Encryption {
    /// Type of the key: `AWS_OWNED_KEY` or `CUSTOMER_MANAGED_KMS_KEY`.
    #[tf(computed, name = "type")]
    kind: Attr<String>,
    /// ID, ARN or alias of the customer managed key.
    #[tf(computed)]
    kms_key_id: Attr<String>,
    /// Number of seconds for which a data key is reused.
    #[tf(computed)]
    kms_data_key_reuse_period_seconds: Attr<i32>,
}

impl From<encryption::Encryption> for Object<Encryption> {
    fn from(found: encryption::Encryption) -> Self {
        Self(Encryption {
            kind: found.kind.into(),
            kms_key_id: found.kms_key_id.into(),
            kms_data_key_reuse_period_seconds: found.reuse_seconds.into(),
        })
    }
}

impl StateMachine {
    fn of(found: Described, newest_version: Option<String>, tags: Tags) -> Self {
        // A definition that cannot be parsed, for example because of deep nesting, is only returned
        // as text.
        let definition = asl::parse(&found.definition)
            .ok()
            .map(|(document, _)| document.root);
        let comment = definition
            .as_ref()
            .and_then(|definition| definition.get("Comment"))
            .and_then(Json::as_str);
        Self {
            name: found.name.into(),
            id: found.arn.clone().into(),
            arn: found.arn.into(),
            kind: found.kind.into(),
            status: found.status.into(),
            role_arn: found.role_arn.into(),
            description: comment.map(str::to_owned).into(),
            asl: definition.as_ref().and_then(asl_hcl::any_from_json).into(),
            definition: found.definition.into(),
            revision_id: found.revision_id.into(),
            creation_date: found.creation_date.into(),
            state_machine_version_arn: newest_version.into(),
            logging_configuration: Object::<Logging>::from(found.logging).into(),
            tracing_configuration: Object(Tracing {
                enabled: found.tracing.unwrap_or(false).into(),
            })
            .into(),
            encryption_configuration: found.encryption.map(Object::<Encryption>::from).into(),
            tags: tags.into(),
        }
    }
}

#[async_trait]
impl Lookup for StateMachine {
    const TYPE: &'static str = "sfn_state_machine";

    fn title(&self) -> String {
        format!(
            "state machine `{}`",
            self.name.text().or(self.arn.text()).unwrap_or("?")
        )
    }

    fn validate(&self, _provider: &ProviderContext) -> Diagnostics {
        let named = require_name_or_arn(&self.name, &self.arn);
        named
            .into_iter()
            .chain(arns::QUALIFIED_STATE_MACHINE.validate(&self.arn, "arn"))
            .collect()
    }

    async fn look_up(self, operation: &Operation) -> Result<(Self, Diagnostics), Refusal> {
        let (aws, call) = (operation.aws(), &operation.call);
        let (found, attribute) = if self.arn.is_null() {
            (
                state_machine::find(aws, call, self.name.get()?).await?,
                "name",
            )
        } else {
            let arn = arns::QUALIFIED_STATE_MACHINE
                .get(&self.arn, "arn")?
                .to_string();
            (state_machine::describe(aws, call, &arn).await?, "arn")
        };
        let found = found.ok_or_else(|| not_found(&self.title(), attribute))?;
        // Versions and tags belong to the state machine, even if a version or alias was read.
        let machine =
            StateMachineArn::parse(&found.arn).map_or_else(|| found.arn.clone(), |arn| arn.machine);
        let newest_version = state_machine::newest_version(aws, call, &machine).await?;
        let tags = tags::read(aws, call, &machine).await?;
        Ok((
            Self::of(found, newest_version, tags),
            Diagnostics::default(),
        ))
    }
}
