//! `data "sfn_definition"`: a workflow, or a part of one, without a state machine.

use asl::MachineType;
use asl::policy::Settings;
use async_trait::async_trait;
use tfplugin::model::{Attr, Model};
use tfplugin::schema::Schema;
use tfplugin::{Context, DataSource, Diagnostics, Value};

use crate::session::ProviderContext;
use crate::shared::checks;
use crate::workflow::{Workflow, WorkflowBlocks};

/// Renders workflow blocks to a definition in the Amazon States Language. Use it for the
/// `definition` of a branch or item processor, or for other resources that accept a definition. The
/// data source makes no calls to AWS.
#[derive(Debug, Clone, Model)]
struct Definition {
    #[tf(flatten)]
    workflow: WorkflowBlocks,
    /// Rules to ignore for this workflow: codes such as `ASL7001`, prefixes of codes such as
    /// `ASL7`, or names such as `missing-timeout`.
    #[tf(optional)]
    ignore_diagnostics: Attr<Vec<String>>,
    /// Definition as JSON. Sensitive, because it contains all values of the workflow. Use
    /// `nonsensitive()` to display it.
    #[tf(computed, sensitive)]
    json: Attr<String>,
    /// Permissions that the workflow requires, as a policy document in JSON. Accounts and regions
    /// that no ARN contains are `*`.
    #[tf(computed, sensitive)]
    policy_json: Attr<String>,
}

/// The data source. It makes no calls to AWS, and so has no region.
pub struct DefinitionDataSource(ProviderContext);

impl DefinitionDataSource {
    /// Creates the data source with the configuration of the provider.
    pub fn new(provider: &ProviderContext) -> Self {
        Self(provider.clone())
    }
}

#[async_trait]
impl DataSource for DefinitionDataSource {
    fn type_name(&self) -> &'static str {
        "sfn_definition"
    }

    fn schema(&self) -> Schema {
        Schema {
            version: 0,
            block: Definition::block(),
        }
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        let definition = Definition::from_value(config);
        let filter = self.0.checks().filter(&definition.ignore_diagnostics);
        let workflow = Workflow::new(&definition.workflow, MachineType::Standard);
        let mut diagnostics = workflow.check(&filter);
        diagnostics.extend(checks::validate_ignored(&definition.ignore_diagnostics));
        diagnostics
    }

    async fn read(&self, config: Value, _: &Context) -> Result<(Value, Diagnostics), Diagnostics> {
        let definition = Definition::from_value(&config);
        let filter = self.0.checks().filter(&definition.ignore_diagnostics);
        let workflow = Workflow::new(&definition.workflow, MachineType::Standard);
        let settings = Settings {
            name: "*".into(),
            ..Settings::default()
        };
        let policy = workflow
            .policy(&settings, &filter)
            .map(|(document, _)| document.to_json());
        let found = Definition {
            json: workflow.text().into(),
            policy_json: policy.into(),
            ..definition
        };
        let mut state = config;
        state.extend(Value::object(
            ["json", "policy_json"].map(|name| (name, found.to_value().get(name).clone())),
        ));
        Ok((state, Diagnostics::default()))
    }
}
