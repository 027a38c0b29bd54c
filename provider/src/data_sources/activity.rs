//! `data "sfn_activity"`.

use async_trait::async_trait;
use sfn_aws::activity;
use tfplugin::Diagnostics;
use tfplugin::model::{Attr, Model};

use super::require_name_or_arn;
use crate::session::ProviderContext;
use crate::shared::arns;
use crate::shared::data_source::{Lookup, not_found};
use crate::shared::managed::{Operation, Refusal};

/// Provides details about a Step Functions activity.
#[derive(Debug, Clone, Model)]
pub struct Activity {
    /// Name of the activity. Required unless `arn` is set.
    #[tf(optional, computed, conflicts = ["arn"])]
    name: Attr<String>,
    /// ARN of the activity. Required unless `name` is set.
    #[tf(optional, computed)]
    arn: Attr<String>,
    /// ARN of the activity.
    #[tf(computed)]
    id: Attr<String>,
    /// Date and time of creation, in RFC 3339 format.
    #[tf(computed)]
    creation_date: Attr<String>,
}

#[async_trait]
impl Lookup for Activity {
    const TYPE: &'static str = "sfn_activity";

    fn title(&self) -> String {
        format!(
            "activity `{}`",
            self.name.text().or(self.arn.text()).unwrap_or("?")
        )
    }

    fn validate(&self, _provider: &ProviderContext) -> Diagnostics {
        let named = require_name_or_arn(&self.name, &self.arn);
        named
            .into_iter()
            .chain(arns::ACTIVITY.validate(&self.arn, "arn"))
            .collect()
    }

    async fn look_up(self, operation: &Operation) -> Result<(Self, Diagnostics), Refusal> {
        let (aws, call) = (operation.aws(), &operation.call);
        let (found, attribute) = if self.arn.is_null() {
            (activity::find(aws, call, self.name.get()?).await?, "name")
        } else {
            let arn = arns::ACTIVITY.get(&self.arn, "arn")?.to_string();
            (activity::describe(aws, call, &arn).await?, "arn")
        };
        let found = found.ok_or_else(|| not_found(&self.title(), attribute))?;
        let model = Self {
            name: found.name.into(),
            id: found.arn.clone().into(),
            arn: found.arn.into(),
            creation_date: found.creation_date.into(),
        };
        Ok((model, Diagnostics::default()))
    }
}
