//! Calls for resources and data sources.

use std::sync::Arc;

use crate::codec;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::proto;
use crate::provider::{
    ApplyError, ApplyRequest, ImportKey, MoveRequest, PlanRequest, ReadOutcome, ResourceState,
};
use crate::schema::IdentitySchema;
use crate::value::Value;
use crate::wire;

use super::{ResourceEntry, Server, guarded, read, undecodable};

impl ResourceEntry {
    fn message(&self, value: &Value) -> Option<proto::DynamicValue> {
        Some(wire::message(value, &self.schema.block))
    }

    fn identity(&self, present: &ResourceState) -> Option<proto::ResourceIdentityData> {
        let schema = self.identity.as_ref()?;
        present
            .identity
            .as_ref()
            .map(|identity| wire::identity(identity, schema))
    }
}

pub(crate) async fn validate(
    server: &Server,
    request: proto::validate_resource_config::Request,
) -> Result<Diagnostics, Diagnostics> {
    let entry = server.resource(&request.type_name)?;
    let config = read(request.config.as_ref(), &entry.schema)?;
    guarded(async move { Ok(entry.resource.validate(&config).await) }).await
}

pub(crate) async fn validate_data(
    server: &Server,
    request: proto::validate_data_resource_config::Request,
) -> Result<Diagnostics, Diagnostics> {
    let entry = server.data_source(&request.type_name)?;
    let config = read(request.config.as_ref(), &entry.schema)?;
    guarded(async move { Ok(entry.data_source.validate(&config).await) }).await
}

pub(crate) async fn read_data(
    server: &Server,
    request: proto::read_data_source::Request,
) -> Result<proto::read_data_source::Response, Diagnostics> {
    let (entry, cx) = (server.data_source(&request.type_name)?, server.context());
    let config = read(request.config.as_ref(), &entry.schema)?;
    let inner = Arc::clone(&entry);
    let (state, warnings) =
        guarded(async move { inner.data_source.read(config, &cx).await }).await?;
    Ok(proto::read_data_source::Response {
        state: Some(wire::message(&state, &entry.schema.block)),
        diagnostics: wire::diagnostics(warnings),
        deferred: None,
    })
}

pub(crate) async fn upgrade(
    server: &Server,
    request: proto::upgrade_resource_state::Request,
) -> Result<proto::DynamicValue, Diagnostics> {
    let entry = server.resource(&request.type_name)?;
    let raw = request.raw_state.map(|raw| raw.json).unwrap_or_default();
    let state =
        codec::decode_json(&raw, &entry.schema.block).map_err(|error| undecodable(&error))?;
    let (inner, version) = (Arc::clone(&entry), request.version);
    let state = guarded(async move { inner.resource.upgrade(version, state, &raw).await }).await?;
    Ok(wire::message(&state, &entry.schema.block))
}

pub(crate) fn upgrade_identity(
    server: &Server,
    request: &proto::upgrade_resource_identity::Request,
) -> Result<proto::ResourceIdentityData, Diagnostics> {
    let entry = server.resource(&request.type_name)?;
    let Some(schema) = &entry.identity else {
        return Err(
            Diagnostic::error(format!("`{}` has no identity", request.type_name), "").into(),
        );
    };
    let raw = request
        .raw_identity
        .as_ref()
        .map(|raw| raw.json.as_slice())
        .unwrap_or(&[]);
    let identity =
        codec::decode_json(raw, &schema.as_block()).map_err(|error| undecodable(&error))?;
    Ok(wire::identity(&identity, schema))
}

pub(crate) async fn refresh(
    server: &Server,
    request: proto::read_resource::Request,
) -> Result<proto::read_resource::Response, Diagnostics> {
    let (entry, cx) = (server.resource(&request.type_name)?, server.context());
    let state = read(request.current_state.as_ref(), &entry.schema)?;
    let (inner, private) = (Arc::clone(&entry), request.private);
    let found = guarded(async move { inner.resource.read(state, private, &cx).await }).await?;
    Ok(match found {
        ReadOutcome::NotFound => proto::read_resource::Response {
            new_state: entry.message(&Value::Null),
            ..Default::default()
        },
        ReadOutcome::Found(present) => proto::read_resource::Response {
            new_state: entry.message(&present.state),
            new_identity: entry.identity(&present),
            private: present.private,
            diagnostics: wire::diagnostics(present.warnings),
            deferred: None,
        },
    })
}

pub(crate) async fn plan(
    server: &Server,
    request: proto::plan_resource_change::Request,
) -> Result<proto::plan_resource_change::Response, Diagnostics> {
    use proto::plan_resource_change::Response;
    let (entry, cx) = (server.resource(&request.type_name)?, server.context());
    let prior = read(request.prior_state.as_ref(), &entry.schema)?;
    let proposed = read(request.proposed_new_state.as_ref(), &entry.schema)?;
    let config = read(request.config.as_ref(), &entry.schema)?;
    let inner = Arc::clone(&entry);
    if proposed.is_null() {
        let warnings =
            guarded(async move { Ok(inner.resource.plan_destroy(&prior).await) }).await?;
        return Ok(Response {
            planned_state: entry.message(&Value::Null),
            planned_private: request.prior_private,
            diagnostics: wire::diagnostics(warnings),
            ..Default::default()
        });
    }
    let prior = if prior.is_null() { None } else { Some(prior) };
    let change = PlanRequest {
        prior,
        proposed,
        config,
        private: request.prior_private,
    };
    let plan = guarded(async move { inner.resource.plan(change, &cx).await }).await?;
    Ok(Response {
        planned_state: entry.message(&plan.planned),
        requires_replace: plan.requires_replace.iter().map(wire::path).collect(),
        planned_private: plan.private,
        planned_identity: request.prior_identity,
        diagnostics: wire::diagnostics(plan.warnings),
        ..Default::default()
    })
}

pub(crate) async fn apply(
    server: &Server,
    request: proto::apply_resource_change::Request,
) -> Result<proto::apply_resource_change::Response, Diagnostics> {
    use proto::apply_resource_change::Response;
    let (entry, cx) = (server.resource(&request.type_name)?, server.context());
    let change = ApplyRequest {
        prior: read(request.prior_state.as_ref(), &entry.schema)?,
        planned: read(request.planned_state.as_ref(), &entry.schema)?,
        config: read(request.config.as_ref(), &entry.schema)?,
        private: request.planned_private,
    };
    let (inner, prior) = (Arc::clone(&entry), change.prior.clone());
    let outcome = guarded(async move {
        let resource = &inner.resource;
        Ok(if change.planned.is_null() {
            let gone = |warnings| ResourceState {
                warnings,
                ..ResourceState::default()
            };
            resource.delete(change, &cx).await.map(gone)
        } else if change.prior.is_null() {
            resource.create(change, &cx).await
        } else {
            resource.update(change, &cx).await
        })
    });
    let (present, diagnostics) = match outcome.await {
        Ok(Ok(mut present)) => {
            let warnings = std::mem::take(&mut present.warnings);
            (present, warnings)
        }
        Ok(Err(ApplyError {
            diagnostics,
            partial_state,
        })) => (
            partial_state.map_or_else(|| kept(prior), |left| *left),
            diagnostics,
        ),
        Err(bug) => (kept(prior), bug),
    };
    Ok(Response {
        new_state: entry.message(&present.state),
        new_identity: entry.identity(&present),
        private: present.private,
        diagnostics: wire::diagnostics(diagnostics),
        legacy_type_system: false,
    })
}

/// The state to return if a change fails without leaving another one.
fn kept(state: Value) -> ResourceState {
    ResourceState {
        state,
        ..ResourceState::default()
    }
}

pub(crate) async fn import(
    server: &Server,
    request: proto::import_resource_state::Request,
) -> Result<proto::import_resource_state::ImportedResource, Diagnostics> {
    let (entry, cx) = (server.resource(&request.type_name)?, server.context());
    let key = import_key(&request, entry.identity.as_ref())?;
    let inner = Arc::clone(&entry);
    let present = guarded(async move { inner.resource.import(key, &cx).await }).await?;
    Ok(proto::import_resource_state::ImportedResource {
        type_name: request.type_name,
        state: entry.message(&present.state),
        identity: entry.identity(&present),
        private: present.private,
    })
}

fn import_key(
    request: &proto::import_resource_state::Request,
    schema: Option<&IdentitySchema>,
) -> Result<ImportKey, Diagnostics> {
    let identity = request
        .identity
        .as_ref()
        .and_then(|identity| identity.identity_data.as_ref());
    match (identity, schema) {
        (Some(identity), Some(schema)) if request.id.is_empty() => {
            wire::value(identity, &schema.as_block())
                .map(ImportKey::Identity)
                .map_err(|error| undecodable(&error))
        }
        _ => Ok(ImportKey::Id(request.id.clone())),
    }
}

/// The configuration for an object with this state.
pub(crate) async fn configuration(
    server: &Server,
    request: proto::generate_resource_config::Request,
) -> Result<proto::DynamicValue, Diagnostics> {
    let entry = server.resource(&request.type_name)?;
    let state = read(request.state.as_ref(), &entry.schema)?;
    let inner = Arc::clone(&entry);
    let config = guarded(async move { Ok(inner.resource.configuration(&state).await) }).await?;
    Ok(wire::message(&config, &entry.schema.block))
}

pub(crate) async fn move_state(
    server: &Server,
    request: proto::move_resource_state::Request,
) -> Result<proto::move_resource_state::Response, Diagnostics> {
    let entry = server.resource(&request.target_type_name)?;
    let source = MoveRequest {
        source_provider: request.source_provider_address,
        source_type: request.source_type_name.clone(),
        source_version: request.source_schema_version,
        source_state: request
            .source_state
            .map(|state| state.json)
            .unwrap_or_default(),
    };
    let inner = Arc::clone(&entry);
    let Some(present) = guarded(async move { inner.resource.move_state(&source).await }).await?
    else {
        return Err(Diagnostic::error(
            format!("cannot move `{}` to `{}`", request.source_type_name, request.target_type_name),
            "The provider does not support moving objects of that type. Remove the `moved` block and \
             import the object instead.",
        )
        .into());
    };
    Ok(proto::move_resource_state::Response {
        target_state: entry.message(&present.state),
        target_identity: entry.identity(&present),
        target_private: present.private,
        diagnostics: wire::diagnostics(present.warnings),
    })
}
