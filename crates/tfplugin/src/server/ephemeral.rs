//! Calls for ephemeral resources.

use std::sync::Arc;

use crate::diagnostics::Diagnostics;
use crate::proto::{open_ephemeral_resource, validate_ephemeral_resource_config};
use crate::wire;

use super::{Server, guarded, read};

pub(crate) async fn validate(
    server: &Server,
    request: validate_ephemeral_resource_config::Request,
) -> Result<Diagnostics, Diagnostics> {
    let entry = server.ephemeral_resource(&request.type_name)?;
    let config = read(request.config.as_ref(), &entry.schema)?;
    guarded(async move { Ok(entry.ephemeral_resource.validate(&config).await) }).await
}

pub(crate) async fn open(
    server: &Server,
    request: open_ephemeral_resource::Request,
) -> Result<open_ephemeral_resource::Response, Diagnostics> {
    let entry = server.ephemeral_resource(&request.type_name)?;
    let config = read(request.config.as_ref(), &entry.schema)?;
    let (inner, cx) = (Arc::clone(&entry), server.context());
    let (value, warnings) =
        guarded(async move { inner.ephemeral_resource.open(config, &cx).await }).await?;
    Ok(open_ephemeral_resource::Response {
        result: Some(wire::message(&value, &entry.schema.block)),
        diagnostics: wire::diagnostics(warnings),
        ..Default::default()
    })
}
