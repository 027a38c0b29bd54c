//! `list "sfn_alias"`.

use async_trait::async_trait;
use sfn_aws::alias;
use tfplugin::schema::{Attribute, Schema};
use tfplugin::{Context, Diagnostics, ListRequest, ListResource, Listing, Type, Value};

use super::{Object, push, schema, within};
use crate::alias::Alias;
use crate::configuration::Shared;
use crate::regional::Regional;
use crate::{messages, timeouts};

/// The search.
pub struct Aliases {
    shared: Shared,
}

impl Aliases {
    /// The search with the provider's configuration.
    pub fn new(shared: Shared) -> Self {
        Self { shared }
    }
}

#[async_trait]
impl ListResource for Aliases {
    fn type_name(&self) -> &'static str {
        "sfn_alias"
    }

    fn schema(&self) -> Schema {
        let machine = Attribute::required("state_machine_arn", Type::String, "ARN of the state machine.");
        schema(vec![machine], "The aliases of a state machine.")
    }

    async fn list(&self, request: ListRequest, found: &Listing, cx: &Context) -> Result<(), Diagnostics> {
        let shared = within(&self.shared, &request.config);
        let machine = request.config.text("state_machine_arn");
        let arns = alias::list(&shared.get()?.aws, &timeouts::read(cx), machine).await;
        let mut arns = arns.map_err(|error| messages::of_aws(&format!("list the aliases of `{machine}`"), &error))?;
        arns.sort();
        let resource = Regional::new(Alias::new, &self.shared);
        for arn in arns {
            let identity = Value::object([("arn", Value::from(arn.as_str()))]);
            let name = arn.rsplit(':').next().unwrap_or_default().to_owned();
            if !push(&resource, Object { arn, identity, name }, &request, found, cx).await {
                break;
            }
        }
        Ok(())
    }
}
