//! `region` on every resource and data source: where an object is, unless that is the region of the provider block.
//!
//! What is wrapped sees a configuration that is in that region already.

use async_trait::async_trait;
use tfplugin::schema::{Attribute, IdentitySchema, Schema};
use tfplugin::{
    ApplyRequest, AttributePath, Context, DataSource, Diagnostic, Diagnostics, Failed, Found, ImportKey, MoveRequest,
    Plan, PlanRequest, Present, Private, Resource, Type, Value,
};

use crate::configuration::Shared;
use crate::messages;

/// The attribute.
const REGION: &str = "region";

/// A resource or data source in the region that its configuration or state says.
pub struct Regional<T> {
    make: fn(Shared) -> T,
    shared: Shared,
    anywhere: T,
}

impl<T> Regional<T> {
    /// What `make` makes, in any region.
    pub fn new(make: fn(Shared) -> T, shared: &Shared) -> Self {
        Self { make, shared: shared.clone(), anywhere: make(shared.clone()) }
    }

    /// What is in the region of this state.
    fn of(&self, state: &Value) -> T {
        self.within(state.get(REGION).as_str().map(str::to_owned).or_else(|| region_of_arn(state.get("arn").as_str()?)))
    }

    fn within(&self, region: Option<String>) -> T {
        (self.make)(self.shared.in_region(region))
    }

    /// The region of the provider block; unknown while it has none, which is told when AWS is called.
    async fn default_region(&self) -> Value {
        let Ok(configured) = self.shared.get() else { return Value::Unknown };
        configured.aws.region().await.map_or(Value::Unknown, Value::from)
    }

    /// The state with its region, which what is wrapped knows nothing of.
    async fn with_region(&self, mut present: Present, region: &Value) -> Present {
        let known = (!region.is_null() && !region.is_unknown()).then(|| region.clone());
        let own = known.or_else(|| region_of_arn(present.state.get("arn").as_str()?).map(Value::from));
        let region = match own {
            Some(region) => region,
            None => Some(self.default_region().await).filter(|region| !region.is_unknown()).unwrap_or_default(),
        };
        present.state.set(REGION, region);
        present
    }

    async fn failed_with_region(&self, failed: Failed, region: &Value) -> Failed {
        match failed.left {
            None => failed,
            Some(left) => Failed { left: Some(Box::new(self.with_region(*left, region).await)), ..failed },
        }
    }
}

/// The region that an ARN is of.
fn region_of_arn(arn: &str) -> Option<String> {
    let region = arn.strip_prefix("arn:")?.split(':').nth(2)?;
    (!region.is_empty()).then(|| region.to_owned())
}

fn with_attribute(mut schema: Schema, description: &str) -> Schema {
    schema.block.attributes.push(Attribute::optional_computed(REGION, Type::String, description));
    schema
}

/// Whether a word looks like a region: `eu-west-1`.
fn looks_right(region: &str) -> bool {
    let parts: Vec<&str> = region.split('-').collect();
    let Some((number, words)) = parts.split_last() else { return false };
    let is_word = |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase());
    words.len() >= 2 && words.iter().all(is_word) && !number.is_empty() && number.chars().all(|c| c.is_ascii_digit())
}

fn validate(config: &Value) -> Diagnostics {
    match config.get(REGION).as_str() {
        Some(region) if !looks_right(region) => {
            let detail =
                "Write the code of a region, such as `eu-west-1`, or remove it for that of the provider block.";
            Diagnostic::error(format!("`{region}` is no region"), detail).at(AttributePath::root(REGION)).into()
        }
        _ => Diagnostics::default(),
    }
}

#[async_trait]
impl<R: Resource> Resource for Regional<R> {
    fn type_name(&self) -> &'static str {
        self.anywhere.type_name()
    }

    fn schema(&self) -> Schema {
        let description =
            "Region that the object is in; that of the provider block if absent. A change replaces the object.";
        with_attribute(self.anywhere.schema(), description)
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        self.anywhere.identity_schema()
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = self.anywhere.validate(config).await;
        diagnostics.extend(validate(config));
        diagnostics
    }

    async fn plan(&self, request: PlanRequest, cx: &Context) -> Result<Plan, Diagnostics> {
        let written = request.config.get(REGION).clone();
        let region = if written.is_null() { self.default_region().await } else { written };
        let before = request.prior.as_ref().map(|prior| prior.get(REGION).clone()).unwrap_or_default();
        let mut request = request;
        request.proposed.set(REGION, region.clone());
        if let (Some(region), Ok(configured)) = (region.as_str(), self.shared.get()) {
            let own = configured.aws.region().await.map_err(|error| messages::of_aws("find the region", &error))?;
            if sfn_aws::partition(region) != sfn_aws::partition(&own) {
                let detail = format!("The credentials are for `{own}` and its partition: use another provider block.");
                let message = format!("`{region}` is in another partition of AWS");
                return Err(Diagnostic::error(message, detail).at(AttributePath::root(REGION)).into());
            }
        }
        let mut plan = self.of(&request.proposed).plan(request, cx).await?;
        plan.planned.set(REGION, region.clone());
        if !before.is_null() && before != region {
            plan.requires_replace.push(AttributePath::root(REGION));
        }
        Ok(plan)
    }

    async fn create(&self, request: ApplyRequest, cx: &Context) -> Result<Present, Failed> {
        let region = request.planned.get(REGION).clone();
        match self.of(&request.planned).create(request, cx).await {
            Ok(present) => Ok(self.with_region(present, &region).await),
            Err(failed) => Err(self.failed_with_region(failed, &region).await),
        }
    }

    async fn read(&self, state: Value, private: Private, cx: &Context) -> Result<Found, Diagnostics> {
        let region = state.get(REGION).clone();
        let unread = Present { state: state.clone(), private: private.clone(), ..Present::default() };
        let resource = self.of(&state);
        let found = tokio::select! {
            found = resource.read(state, private, cx) => found?,
            // The run fails anyway once one object has said so.
            reason = self.shared.until_unreachable(cx) => match reason {
                Some(reason) => return Err(reason),
                None => Found::Present(Box::new(unread)),
            },
        };
        Ok(match found {
            Found::Gone => Found::Gone,
            Found::Present(present) => Found::Present(Box::new(self.with_region(*present, &region).await)),
        })
    }

    async fn update(&self, request: ApplyRequest, cx: &Context) -> Result<Present, Failed> {
        let region = request.planned.get(REGION).clone();
        match self.of(&request.prior).update(request, cx).await {
            Ok(present) => Ok(self.with_region(present, &region).await),
            Err(failed) => Err(self.failed_with_region(failed, &region).await),
        }
    }

    async fn delete(&self, request: ApplyRequest, cx: &Context) -> Result<Diagnostics, Failed> {
        let region = request.prior.get(REGION).clone();
        match self.of(&request.prior).delete(request, cx).await {
            Ok(warnings) => Ok(warnings),
            Err(failed) => Err(self.failed_with_region(failed, &region).await),
        }
    }

    async fn plan_destroy(&self, prior: &Value) -> Diagnostics {
        self.anywhere.plan_destroy(prior).await
    }

    async fn import(&self, key: ImportKey, cx: &Context) -> Result<Present, Diagnostics> {
        let (key, region) = match key {
            ImportKey::Id(id) => match id.rsplit_once('@') {
                Some((id, region)) if looks_right(region) => (ImportKey::Id(id.to_owned()), Some(region.to_owned())),
                _ => {
                    let region = region_of_arn(&id);
                    (ImportKey::Id(id), region)
                }
            },
            ImportKey::Identity(identity) => {
                let region = identity.get("arn").as_str().and_then(region_of_arn);
                (ImportKey::Identity(identity), region)
            }
        };
        let present = self.within(region.clone()).import(key, cx).await?;
        Ok(self.with_region(present, &region.into()).await)
    }

    async fn upgrade(&self, version: i64, state: Value, raw: &[u8]) -> Result<Value, Diagnostics> {
        self.anywhere.upgrade(version, state, raw).await
    }

    async fn configuration(&self, state: &Value) -> Value {
        let mut config = self.anywhere.configuration(state).await;
        let region = state.get(REGION);
        let is_default = *region == self.default_region().await;
        config.set(REGION, if is_default { Value::Null } else { region.clone() });
        config
    }

    async fn take_over(&self, request: &MoveRequest) -> Result<Option<Present>, Diagnostics> {
        let Some(mut present) = self.anywhere.take_over(request).await? else { return Ok(None) };
        // Without an ARN the region is that of the provider block, which the read after the move fills in.
        let region = present.state.get("arn").as_str().and_then(region_of_arn);
        present.state.set(REGION, region);
        Ok(Some(present))
    }
}

#[async_trait]
impl<D: DataSource> DataSource for Regional<D> {
    fn type_name(&self) -> &'static str {
        self.anywhere.type_name()
    }

    fn schema(&self) -> Schema {
        let description = "Region to look in; that of the ARN or of the provider block if absent.";
        with_attribute(self.anywhere.schema(), description)
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = self.anywhere.validate(config).await;
        diagnostics.extend(validate(config));
        diagnostics
    }

    async fn read(&self, config: Value, cx: &Context) -> Result<(Value, Diagnostics), Diagnostics> {
        let region = config.get(REGION).clone();
        let source = self.of(&config);
        let (state, warnings) = tokio::select! {
            read = source.read(config, cx) => read?,
            reason = self.shared.until_unreachable(cx) => {
                let again = || Diagnostic::error("AWS cannot be reached", "Another message says why.").into();
                return Err(reason.unwrap_or_else(again));
            }
        };
        let present = self.with_region(Present { state, ..Present::default() }, &region).await;
        Ok((present.state, warnings))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_told_from_other_words() {
        for region in ["eu-west-1", "us-gov-east-1", "ap-southeast-12"] {
            assert!(looks_right(region), "{region}");
        }
        for other in ["", "eu", "eu-1", "eu-west", "EU-west-1", "eu west 1", "local-host:1"] {
            assert!(!looks_right(other), "{other}");
        }
        assert_eq!(region_of_arn("arn:aws:lambda:eu-west-1:1:function:f").as_deref(), Some("eu-west-1"));
        assert_eq!(region_of_arn("arn:aws:iam::1:role/r"), None);
        assert_eq!(region_of_arn("orders"), None);
    }
}
