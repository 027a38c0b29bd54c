//! `list "sfn_activity"`.

use async_trait::async_trait;
use sfn_aws::activity;
use tfplugin::model::{Attr, Model};

use super::by_arn;
use crate::resources::activity::Activity;
use crate::shared::data_source::{FoundObject, Search};
use crate::shared::managed::{Operation, Refusal};

/// Lists Step Functions activities of an account and region.
#[derive(Debug, Clone, Model)]
pub struct Activities {
    /// Prefix of the names to list.
    #[tf(optional)]
    name_prefix: Attr<String>,
}

#[async_trait]
impl Search for Activities {
    type Resource = Activity;

    fn title(&self) -> String {
        "activities".into()
    }

    async fn search(&self, operation: &Operation) -> Result<Vec<FoundObject>, Refusal> {
        let mut found = activity::list(operation.aws(), &operation.call).await?;
        found.retain(|(_, name)| {
            self.name_prefix
                .text()
                .is_none_or(|prefix| name.starts_with(prefix))
        });
        found.sort_by(|(_, a), (_, b)| a.cmp(b));
        Ok(found
            .into_iter()
            .map(|(arn, name)| by_arn(arn, name))
            .collect())
    }
}
