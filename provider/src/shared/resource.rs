//! The adapter from a [`Managed`] model to a Terraform resource: schema, region, timeouts, tags,
//! planning, import, moves, missing objects and error messages.

use std::marker::PhantomData;
use std::time::Duration;

use async_trait::async_trait;
use sfn_aws::{AwsError, AwsErrorKind};
use tfplugin::schema::{Attribute, IdentitySchema, Schema};
use tfplugin::{
    ApplyError, ApplyRequest, AttributePath, Context, Diagnostic, Diagnostics, ImportKey,
    MoveRequest, Plan, PlanRequest, Private, ReadOutcome, Resource, ResourceState, Type, Value,
};

use super::managed::{Change, Failed, Managed, Observed, Operation, Refusal};
use super::move_state::SourceState;
use super::region::{self, REGION};
use super::{identity, tags, timeouts};
use crate::diagnostics;
use crate::session::ProviderContext;

/// A Terraform resource for a model.
pub struct ManagedResource<T> {
    provider: ProviderContext,
    schema: Schema,
    model: PhantomData<fn() -> T>,
}

/// Attributes and blocks of the adapter that are not part of a model.
const TAGS: &str = "tags";
const TAGS_ALL: &str = "tags_all";
const TIMEOUTS: &str = "timeouts";

impl<T: Managed> ManagedResource<T> {
    /// Creates the resource with the configuration of the provider.
    pub fn new(provider: &ProviderContext) -> Self {
        let mut block = T::block();
        if T::TAGGED {
            block.attributes.extend(tags::attributes());
        }
        let description = "Region of the object. Defaults to the region of the provider. Changing this forces a new resource.";
        block.attributes.push(Attribute::optional_computed(
            REGION,
            Type::String,
            description,
        ));
        block.blocks.push(timeouts::block());
        Self {
            provider: provider.clone(),
            schema: Schema { version: 0, block },
            model: PhantomData,
        }
    }

    /// The provider in the region of this state or configuration.
    fn within(&self, state: &Value) -> ProviderContext {
        let own = region::written(state).map(str::to_owned);
        self.provider
            .in_region(own.or_else(|| aws_arn::region_of(state.get("arn").as_str()?)))
    }

    /// An operation on the object of this state.
    fn operation(&self, state: &Value, name: &str, cx: &Context) -> Result<Operation, Diagnostics> {
        let provider = self.within(state);
        let session = provider.session()?;
        session.require_aws(
            "`offline = true` in the provider block allows plans only. Set `command = plan` in a test, or remove the argument to change or import objects.",
        )?;
        let needed = match name {
            "create" | "update" => T::from_value(state).time_needed(),
            _ => Duration::ZERO,
        };
        let call = timeouts::call(state, name, needed, cx);
        Ok(Operation {
            provider,
            session,
            call,
            tags: tags_of(state),
            prior_tags: sfn_aws::Tags::new(),
        })
    }

    /// The state of an object that was read. Equivalent values keep the form of the prior state.
    fn state_of(
        &self,
        observed: Observed<T>,
        prior: &Value,
        region: &Value,
        operation: &Operation,
    ) -> ResourceState {
        let mut found = observed.model.to_value();
        found.set(REGION, region.clone());
        found.set(TIMEOUTS, prior.get(TIMEOUTS).clone());
        if T::TAGGED {
            let (own, all) = tags::of_object(
                observed.tags.unwrap_or_default(),
                prior,
                &operation.session.tags,
            );
            found.set(TAGS, own);
            found.set(TAGS_ALL, all);
        }
        let block = &self.schema.block;
        let state = if prior.is_null() {
            block.imported(&found)
        } else {
            block.keep_written(prior, &found)
        };
        ResourceState {
            warnings: observed.warnings,
            ..Self::resource_state(state)
        }
    }

    fn resource_state(state: Value) -> ResourceState {
        let names: Vec<&str> = T::IDENTITY.iter().map(|part| part.name).collect();
        let identity = identity::of_all(&state, &names);
        ResourceState {
            state,
            private: Private::new(),
            identity,
            warnings: Diagnostics::default(),
        }
    }

    /// The state after an operation, with the attributes of the adapter.
    fn applied(&self, planned: &Value, model: &T) -> Value {
        let mut found = model.to_value();
        for name in [REGION, TAGS, TAGS_ALL, TIMEOUTS] {
            found.set(name, planned.get(name).clone());
        }
        self.schema.block.fill_unknown(planned, &found)
    }

    /// The planned state, with values that became known after the plan.
    async fn resolved(&self, request: &ApplyRequest) -> Result<Value, Diagnostics> {
        let mut planned = request.planned.clone();
        if planned.get(REGION).is_unknown() {
            let session = self.provider.session()?;
            let region = session
                .aws
                .region()
                .await
                .map_err(|error| diagnostics::of_aws("find the region", &error))?;
            planned.set(REGION, region);
        }
        if T::TAGGED && planned.get(TAGS_ALL).is_unknown() {
            planned.set(TAGS_ALL, tags::all(&request.config, &self.provider.tags()));
        }
        Ok(planned)
    }

    /// Diagnostics for a failed operation.
    async fn refused(
        &self,
        verb: &str,
        model: &T,
        refusal: Refusal,
        operation: &Operation,
    ) -> Diagnostics {
        match refusal {
            Refusal::Told(diagnostics) => diagnostics,
            Refusal::Aws(error)
                if verb == "create" && error.kind == AwsErrorKind::AlreadyExists =>
            {
                self.already_exists(model, &error, operation).await
            }
            Refusal::Aws(error) => {
                diagnostics::of_aws(&format!("{verb} the {}", model.title()), &error).into()
            }
        }
    }

    /// Error for an object that exists and is not managed by this resource, with the import block
    /// for it.
    async fn already_exists(
        &self,
        model: &T,
        error: &AwsError,
        operation: &Operation,
    ) -> Diagnostics {
        let import = match operation.aws().identity(&operation.call).await {
            Ok(identity) => {
                let mut id = model.import_id(identity);
                let default = self.provider.default_region().await;
                if !id.starts_with("arn:")
                    && default
                        .as_str()
                        .is_some_and(|default| default != identity.region)
                {
                    id = format!("{id}@{}", identity.region);
                }
                format!(
                    "\n\nimport {{\n  to = {}.NAME\n  id = {:?}\n}}",
                    T::TYPE,
                    id
                )
            }
            Err(_) => String::new(),
        };
        let named = match T::PREFIX {
            Some(prefix) => format!("`{}` must change as well, or use `{prefix}`", T::NAMED_BY),
            None => format!("`{}` must change as well", T::NAMED_BY),
        };
        let detail = format!(
            "It is not managed by this resource, and nothing was changed. To manage it here, import it. Replace \
             NAME with the name of this resource:{import}\n\nIf the resource is being replaced with \
             `create_before_destroy`, the object to be replaced still exists: {named}.\n\n({error})"
        );
        let summary = format!("the {} already exists", model.title());
        Diagnostic::error(summary, detail)
            .at(AttributePath::root(T::NAMED_BY))
            .into()
    }

    /// The model for an import id without its region, and the region.
    fn import_key(key: ImportKey) -> Result<(T, Option<String>), Diagnostics> {
        match key {
            ImportKey::Id(id) => {
                let (id, region) = region::split_import_id(&id);
                let model = T::parse_import_id(&id)
                    .map_err(|wrong| Diagnostic::error(wrong.summary, wrong.detail))?;
                Ok((model, region.or_else(|| aws_arn::region_of(&id))))
            }
            ImportKey::Identity(identity) => {
                let region = identity.get("arn").as_str().and_then(aws_arn::region_of);
                Ok((T::from_value(&identity), region))
            }
        }
    }

    /// The planned region, and whether it refers to another object.
    async fn plan_region(&self, request: &PlanRequest) -> Result<(Value, bool), Diagnostics> {
        let before = request
            .prior
            .as_ref()
            .map(|prior| prior.get(REGION).clone());
        let region = match request.config.get(REGION) {
            Value::Null => self.provider.default_region().await,
            // An empty text counts as null. Terraform accepts only the empty text or the prior
            // value.
            Value::String(text) if text.is_empty() => {
                before.clone().unwrap_or_else(|| text.as_str().into())
            }
            written => written.clone(),
        };
        region::check_partition(&self.provider, &region).await?;
        let default = self.provider.default_region().await;
        let meant = |region: Value| {
            if region.as_str() == Some("") {
                default.clone()
            } else {
                region
            }
        };
        // An unknown region forces a new resource, as any other argument that forces one.
        let moves = before
            .is_some_and(|before| !before.is_null() && meant(before) != meant(region.clone()));
        Ok((region, moves))
    }
}

fn tags_of(state: &Value) -> sfn_aws::Tags {
    state.get(TAGS_ALL).string_map()
}

/// Copies changes of a resource to its plan. Other values are kept as configured. For configured
/// values, Terraform only accepts the prior value.
fn carry_over(before: &Value, after: &Value, request: &PlanRequest, planned: &mut Value) {
    for (name, value) in after
        .as_map()
        .into_iter()
        .flatten()
        .filter(|(name, value)| before.get(name) != *value)
    {
        let is_text = request.config.get(name).as_str().is_some();
        let is_before = request
            .prior
            .as_ref()
            .is_some_and(|prior| prior.get(name) == value);
        if !is_text || is_before {
            planned.set(name, value.clone());
        }
    }
}

#[async_trait]
impl<T: Managed> Resource for ManagedResource<T> {
    fn type_name(&self) -> &'static str {
        T::TYPE
    }

    fn schema(&self) -> Schema {
        self.schema.clone()
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(identity::schema(T::IDENTITY))
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = self.schema.block.check(config);
        diagnostics.extend(T::from_value(config).validate(&self.provider));
        diagnostics.extend(region::validate(&self.provider, config));
        let needed = T::from_value(config).time_needed();
        diagnostics.extend(timeouts::validate(config, needed));
        self.provider
            .findings
            .fold(diagnostics, &T::from_value(config).title())
            .await
    }

    async fn plan(&self, request: PlanRequest, cx: &Context) -> Result<Plan, Diagnostics> {
        let prior = request.prior.as_ref();
        let mut planned = self.schema.block.plan(prior, &request.config);
        let (region, moves) = self.plan_region(&request).await?;
        planned.value.set(REGION, region);
        if moves {
            planned.requires_replace.push(AttributePath::root(REGION));
        }
        if T::TAGGED {
            planned
                .value
                .set(TAGS_ALL, tags::all(&request.config, &self.provider.tags()));
        }
        let provider = self.within(&planned.value);
        if prior.is_none() {
            self.provider.check_access(cx).await?;
        }
        let (before, config) = (
            T::from_value(&planned.value),
            T::from_value(&request.config),
        );
        let (mut model, prior) = (before.clone(), prior.map(T::from_value));
        if let Some(kind) = T::CALLED_AS {
            let is_generated = request.config.get(T::NAMED_BY).is_null();
            let configuration = is_generated.then(|| format!("{:?}", request.config));
            provider.planned().record(
                kind,
                prior.as_ref().and_then(T::called),
                model.called(),
                configuration,
            );
        }
        let change = Change {
            prior: prior.as_ref(),
            config: &config,
            provider: &provider,
            cx,
        };
        let outcome = model.plan(&change).await?;
        if let (None, Some(identity)) = (&prior, provider.assumed_identity()) {
            model.assume(&identity);
        }
        carry_over(
            &before.to_value(),
            &model.to_value(),
            &request,
            &mut planned.value,
        );
        planned.requires_replace.extend(outcome.requires_replace);
        if let (Some(kind), Some(called), false) = (
            T::CALLED_AS,
            prior.as_ref().and_then(T::called),
            planned.requires_replace.is_empty(),
        ) {
            // The object to be replaced is in the region of the state, which may differ from the
            // planned region.
            let before = request
                .prior
                .as_ref()
                .map_or_else(|| provider.clone(), |prior| self.within(prior));
            before.planned().record_replaced(kind, called);
        }
        Ok(Plan {
            planned: planned.value,
            requires_replace: planned.requires_replace,
            private: Private::new(),
            warnings: self
                .provider
                .findings
                .fold(outcome.warnings, &model.title())
                .await,
        })
    }

    async fn create(
        &self,
        request: ApplyRequest,
        cx: &Context,
    ) -> Result<ResourceState, ApplyError> {
        let planned = self.resolved(&request).await?;
        let operation = self.operation(&planned, "create", cx)?;
        let model = T::from_value(&planned);
        match model.create(&operation).await {
            Ok(created) => Ok(Self::resource_state(self.applied(&planned, &created))),
            Err(Failed { refusal, partial }) => {
                let diagnostics = self.refused("create", &model, refusal, &operation).await;
                let left = partial
                    .map(|left| Box::new(Self::resource_state(self.applied(&planned, &left))));
                Err(ApplyError {
                    diagnostics,
                    partial_state: left,
                })
            }
        }
    }

    async fn read(
        &self,
        state: Value,
        private: Private,
        cx: &Context,
    ) -> Result<ReadOutcome, Diagnostics> {
        let unread = || {
            ReadOutcome::Found(Box::new(ResourceState {
                private: private.clone(),
                ..Self::resource_state(state.clone())
            }))
        };
        // With other credentials, the object could appear to be missing.
        if !self.provider.session()?.can_read() {
            return Ok(unread());
        }
        let operation = self.operation(&state, "read", cx)?;
        let model = T::from_value(&state);
        let observed = tokio::select! {
            observed = model.read(&operation) => observed,
            // The run fails in any case after the first object has reported it.
            reason = self.provider.until_unreachable(cx) => match reason {
                Some(reason) => return Err(reason),
                None => return Ok(unread()),
            },
        };
        let observed = match observed {
            Ok(observed) => observed,
            // The run fails in any case after the first object has reported it.
            Err(Refusal::Aws(error))
                if error.kind == AwsErrorKind::Unreachable
                    && !self.provider.report_unreachable() =>
            {
                return Ok(unread());
            }
            Err(refusal) => return Err(self.refused("read", &model, refusal, &operation).await),
        };
        let Some(observed) = observed else {
            return Ok(ReadOutcome::NotFound);
        };
        let region = self.region_of(&state).await;
        Ok(ReadOutcome::Found(Box::new(
            self.state_of(observed, &state, &region, &operation),
        )))
    }

    async fn update(
        &self,
        request: ApplyRequest,
        cx: &Context,
    ) -> Result<ResourceState, ApplyError> {
        let (planned, prior) = (self.resolved(&request).await?, &request.prior);
        let operation = Operation {
            prior_tags: tags_of(prior),
            ..self.operation(&planned, "update", cx)?
        };
        let (model, before) = (T::from_value(&planned), T::from_value(prior));
        let block = &self.schema.block;
        // After a partial update, values equal to the plan or the prior state keep that form.
        let reached = |partial: &T| {
            let mut found = self.schema.block.fill_unknown(&partial.to_value(), prior);
            for name in [REGION, TAGS, TAGS_ALL, TIMEOUTS] {
                found.set(name, prior.get(name).clone());
            }
            block.keep_written(prior, &block.keep_written(&planned, &found))
        };
        let updated = match model.update(&before, &operation).await {
            Ok(updated) => updated,
            Err(Failed { refusal, partial }) => {
                let diagnostics = self.refused("update", &before, refusal, &operation).await;
                let left = partial.map_or_else(|| prior.clone(), |partial| reached(&partial));
                return Err(ApplyError {
                    diagnostics,
                    partial_state: Some(Box::new(Self::resource_state(left))),
                });
            }
        };
        let state = self.applied(&planned, &updated);
        if T::TAGGED
            && operation.tags != operation.prior_tags
            && let Err(refusal) = updated.write_tags(&operation).await
        {
            let diagnostics = self.refused("tag", &before, refusal, &operation).await;
            let mut left = state;
            for name in [TAGS, TAGS_ALL] {
                left.set(name, prior.get(name).clone());
            }
            return Err(ApplyError {
                diagnostics,
                partial_state: Some(Box::new(Self::resource_state(left))),
            });
        }
        let warnings = updated.clear_up(&before, &operation).await;
        Ok(ResourceState {
            warnings,
            ..Self::resource_state(state)
        })
    }

    async fn delete(&self, request: ApplyRequest, cx: &Context) -> Result<Diagnostics, ApplyError> {
        let operation = self.operation(&request.prior, "delete", cx)?;
        let model = T::from_value(&request.prior);
        match model.delete(&operation).await {
            Ok(warnings) => Ok(warnings),
            Err(refusal) => Err(self
                .refused("delete", &model, refusal, &operation)
                .await
                .into()),
        }
    }

    async fn import(&self, key: ImportKey, cx: &Context) -> Result<ResourceState, Diagnostics> {
        let (model, region) = Self::import_key(key)?;
        let mut state = Value::object::<String>([]);
        state.set(REGION, region);
        let operation = self.operation(&state, "read", cx)?;
        let observed = match model.read(&operation).await {
            Ok(observed) => observed,
            Err(refusal) => return Err(self.refused("import", &model, refusal, &operation).await),
        };
        let Some(observed) = observed else {
            let detail = "Check the account, the region and the names.";
            return Err(Diagnostic::error(format!("there is no {}", model.title()), detail).into());
        };
        let completed = match observed.model.complete_import(&operation).await {
            Ok(completed) => completed,
            Err(refusal) => return Err(self.refused("import", &model, refusal, &operation).await),
        };
        let found = completed.to_value();
        let region = self.region_of(&with(state, &found)).await;
        Ok(self.state_of(
            Observed {
                model: completed,
                ..observed
            },
            &Value::Null,
            &region,
            &operation,
        ))
    }

    async fn configuration(&self, state: &Value) -> Value {
        let written = with(
            state.clone(),
            &T::from_value(state).configuration().to_value(),
        );
        let mut config = self.schema.block.configuration(&written);
        if *state.get(REGION) == self.provider.default_region().await {
            config.set(REGION, Value::Null);
        }
        config
    }

    async fn move_state(
        &self,
        request: &MoveRequest,
    ) -> Result<Option<ResourceState>, Diagnostics> {
        let Some(source_type) = T::MOVED_FROM else {
            return Ok(None);
        };
        let Some(source) = SourceState::of(request, source_type)? else {
            return Ok(None);
        };
        let model = T::from_value(&source.to_value(&self.schema.block)).moved(&source);
        let mut state = model.to_value();
        // Without an ARN, the object is in the region of the provider block, which the read after
        // the move sets.
        state.set(
            REGION,
            state.get("arn").as_str().and_then(aws_arn::region_of),
        );
        if T::TAGGED {
            state.set(TAGS, source.tags());
        }
        Ok(Some(Self::resource_state(state)))
    }
}

impl<T: Managed> ManagedResource<T> {
    /// The region of an object: its own, the one of its ARN, or the one of the provider.
    async fn region_of(&self, state: &Value) -> Value {
        if !state.get(REGION).is_null() && !state.get(REGION).is_unknown() {
            return state.get(REGION).clone();
        }
        match state.get("arn").as_str().and_then(aws_arn::region_of) {
            Some(region) => region.into(),
            None => match self.provider.default_region().await {
                Value::Unknown => Value::Null,
                region => region,
            },
        }
    }
}

/// The object, with the entries of another.
fn with(mut value: Value, other: &Value) -> Value {
    value.extend(other.clone());
    value
}
