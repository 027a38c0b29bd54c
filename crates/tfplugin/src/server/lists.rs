//! Calls for list resources, which return a stream of messages.

use std::sync::Arc;

use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt as _};
use tonic::Status;

use crate::diagnostics::Diagnostics;
use crate::proto::{list_resource, validate_list_resource_config};
use crate::provider::{ListRequest, Listed, Listing};
use crate::wire;

use super::{ResourceEntry, Server, guarded, read};

/// Number of objects to find before Terraform reads them.
const AHEAD: usize = 16;

pub(crate) async fn validate(
    server: &Server,
    request: validate_list_resource_config::Request,
) -> Result<Diagnostics, Diagnostics> {
    let entry = server.list_resource(&request.type_name)?;
    let config = read(request.config.as_ref(), &entry.schema)?;
    guarded(async move { Ok(entry.list_resource.validate(&config).await) }).await
}

/// Searches in the background. The search ends when the stream is dropped, or has the requested
/// number of events.
pub(crate) fn list(
    server: &Server,
    request: list_resource::Request,
) -> Result<impl Stream<Item = Result<list_resource::Event, Status>> + Send + use<>, Diagnostics> {
    let (entry, resource) = (
        server.list_resource(&request.type_name)?,
        server.resource(&request.type_name)?,
    );
    let config = read(request.config.as_ref(), &entry.schema)?;
    let wanted = ListRequest {
        config,
        include_resource: request.include_resource_object,
    };
    let (found, receiver) = Listing::channel(AHEAD);
    let cx = server.context();
    tokio::spawn(async move {
        let sender = found.0.clone();
        let outcome =
            guarded(async move { entry.list_resource.list(wanted, &found, &cx).await }).await;
        if let Err(diagnostics) = outcome {
            // The error can be dropped if the receiver is gone.
            let _ = sender.send(Err(diagnostics)).await;
        }
    });
    let limit = usize::try_from(request.limit)
        .ok()
        .filter(|limit| *limit > 0)
        .unwrap_or(usize::MAX);
    let events = ReceiverStream::new(receiver).take(limit);
    Ok(events.map(move |found| Ok(found.map_or_else(failed, |listed| event(&resource, listed)))))
}

/// An event with diagnostics.
pub(crate) fn failed(diagnostics: Diagnostics) -> list_resource::Event {
    list_resource::Event {
        diagnostic: wire::diagnostics(diagnostics),
        ..Default::default()
    }
}

fn event(resource: &Arc<ResourceEntry>, listed: Listed) -> list_resource::Event {
    list_resource::Event {
        identity: resource
            .identity
            .as_ref()
            .map(|schema| wire::identity(&listed.identity, schema)),
        display_name: listed.display_name,
        resource_object: listed
            .state
            .map(|state| wire::message(&state, &resource.schema.block)),
        diagnostic: wire::diagnostics(listed.warnings),
    }
}
