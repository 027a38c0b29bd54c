//! `list "sfn_lambda_function"`.

use async_trait::async_trait;
use sfn_aws::function;
use tfplugin::Value;
use tfplugin::model::{Attr, Model};

use crate::resources::lambda_function::Function;
use crate::shared::data_source::{FoundObject, Search};
use crate::shared::managed::{Operation, Refusal};

/// Lists Lambda functions of an account and region.
#[derive(Debug, Clone, Model)]
pub struct Functions {
    /// Prefix of the names to list.
    #[tf(optional)]
    name_prefix: Attr<String>,
}

#[async_trait]
impl Search for Functions {
    type Resource = Function;

    fn title(&self) -> String {
        "functions".into()
    }

    async fn search(&self, operation: &Operation) -> Result<Vec<FoundObject>, Refusal> {
        let mut found = function::list(operation.aws(), &operation.call).await?;
        found.retain(|(name, _)| {
            self.name_prefix
                .text()
                .is_none_or(|prefix| name.starts_with(prefix))
        });
        found.sort();
        let object = |(name, arn): (String, String)| {
            let identity = Value::object([("function_name", Value::from(name.as_str()))]);
            // Importing with the ARN finds the function in the region of the search.
            FoundObject {
                id: arn,
                identity,
                name,
            }
        };
        Ok(found.into_iter().map(object).collect())
    }
}
