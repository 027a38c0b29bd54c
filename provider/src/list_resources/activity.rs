//! `list "sfn_activity"`.

use async_trait::async_trait;
use sfn_aws::activity;
use tfplugin::schema::{Attribute, Schema};
use tfplugin::{Context, Diagnostics, ListRequest, ListResource, Listing, Type, Value};

use super::{Object, push, schema, within};
use crate::activity::Activity;
use crate::configuration::Shared;
use crate::regional::Regional;
use crate::{messages, timeouts};

/// The search.
pub struct Activities {
    shared: Shared,
}

impl Activities {
    /// The search with the provider's configuration.
    pub fn new(shared: Shared) -> Self {
        Self { shared }
    }
}

#[async_trait]
impl ListResource for Activities {
    fn type_name(&self) -> &'static str {
        "sfn_activity"
    }

    fn schema(&self) -> Schema {
        let prefix = Attribute::optional("name_prefix", Type::String, "What their names begin with.");
        schema(vec![prefix], "The activities of an account and region.")
    }

    async fn list(&self, request: ListRequest, found: &Listing, cx: &Context) -> Result<(), Diagnostics> {
        let shared = within(&self.shared, &request.config);
        let activities = activity::list(&shared.get()?.aws, &timeouts::read(cx)).await;
        let mut activities = activities.map_err(|error| messages::of_aws("list the activities", &error))?;
        activities.sort_by(|(_, a), (_, b)| a.cmp(b));
        let resource = Regional::new(Activity::new, &self.shared);
        for (arn, name) in activities {
            let identity = Value::object([("arn", Value::from(arn.as_str()))]);
            if name.starts_with(request.config.text("name_prefix"))
                && !push(&resource, Object { arn, identity, name }, &request, found, cx).await
            {
                break;
            }
        }
        Ok(())
    }
}
