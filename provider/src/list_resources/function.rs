//! `list "sfn_lambda_function"`.

use async_trait::async_trait;
use sfn_aws::function;
use tfplugin::schema::{Attribute, Schema};
use tfplugin::{Context, Diagnostics, ListRequest, ListResource, Listing, Type, Value};

use super::{Object, push, schema, within};
use crate::configuration::Shared;
use crate::function::Function;
use crate::regional::Regional;
use crate::{messages, timeouts};

/// The search.
pub struct Functions {
    shared: Shared,
}

impl Functions {
    /// The search with the provider's configuration.
    pub fn new(shared: Shared) -> Self {
        Self { shared }
    }
}

#[async_trait]
impl ListResource for Functions {
    fn type_name(&self) -> &'static str {
        "sfn_lambda_function"
    }

    fn schema(&self) -> Schema {
        let prefix = Attribute::optional("name_prefix", Type::String, "What their names begin with.");
        schema(vec![prefix], "The Lambda functions of an account and region.")
    }

    async fn list(&self, request: ListRequest, found: &Listing, cx: &Context) -> Result<(), Diagnostics> {
        let shared = within(&self.shared, &request.config);
        let functions = function::list(&shared.get()?.aws, &timeouts::read(cx)).await;
        let mut functions = functions.map_err(|error| messages::of_aws("list the functions", &error))?;
        functions.sort();
        let resource = Regional::new(Function::new, &self.shared);
        for (name, arn) in functions {
            let identity = Value::object([("function_name", Value::from(name.as_str()))]);
            if name.starts_with(request.config.text("name_prefix"))
                && !push(&resource, Object { arn, identity, name }, &request, found, cx).await
            {
                break;
            }
        }
        Ok(())
    }
}
