//! Calls for actions. An invocation returns a stream of messages.

use std::pin::pin;

use printable::printable_lines;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt as _};
use tonic::Status;

use crate::diagnostics::Diagnostics;
use crate::proto::invoke_action::event;
use crate::proto::{invoke_action, plan_action, validate_action_config};
use crate::provider::Progress;
use crate::wire;

use super::{Server, guarded, read};

/// Number of messages to send before Terraform reads them.
const AHEAD: usize = 16;

pub(crate) async fn validate(
    server: &Server,
    request: validate_action_config::Request,
) -> Result<Diagnostics, Diagnostics> {
    let entry = server.action(&request.type_name)?;
    let config = read(request.config.as_ref(), &entry.schema)?;
    guarded(async move { Ok(entry.action.validate(&config).await) }).await
}

pub(crate) async fn plan(
    server: &Server,
    request: plan_action::Request,
) -> Result<Diagnostics, Diagnostics> {
    let (entry, cx) = (server.action(&request.action_type)?, server.context());
    let config = read(request.config.as_ref(), &entry.schema)?;
    guarded(async move { entry.action.plan(&config, &cx).await }).await
}

/// Runs the action in the background. It is cancelled when the stream is dropped, and continues
/// until it returns, so that it can undo or complete its changes.
pub(crate) fn invoke(
    server: &Server,
    request: invoke_action::Request,
) -> Result<impl Stream<Item = Result<invoke_action::Event, Status>> + Send + use<>, Diagnostics> {
    let (entry, cx) = (server.action(&request.action_type)?, server.context());
    let config = read(request.config.as_ref(), &entry.schema)?;
    let (progress, mut said) = Progress::channel(AHEAD);
    let (events, receiver) = mpsc::channel(AHEAD);
    let cancelled = cx.cancelled.clone();
    tokio::spawn(async move {
        let call = guarded(async move { entry.action.invoke(config, &progress, &cx).await });
        let mut call = pin!(call);
        let outcome = loop {
            tokio::select! {
                outcome = &mut call => break outcome,
                Some(message) = said.recv() => {
                    // The message can be dropped if the receiver is gone.
                    let _ = events.send(progressed(&message)).await;
                }
                () = events.closed(), if !cancelled.is_cancelled() => cancelled.cancel(),
            }
        };
        // The action can have passed the channel to a task that is still running.
        said.close();
        while let Some(message) = said.recv().await {
            let _ = events.send(progressed(&message)).await;
        }
        let (Ok(diagnostics) | Err(diagnostics)) = outcome;
        let _ = events.send(completed(diagnostics)).await;
    });
    Ok(ReceiverStream::new(receiver).map(Ok))
}

fn progressed(message: &str) -> invoke_action::Event {
    let message = printable_lines(message).into_owned();
    invoke_action::Event {
        r#type: Some(event::Type::Progress(event::Progress { message })),
    }
}

/// The last event.
pub(crate) fn completed(diagnostics: Diagnostics) -> invoke_action::Event {
    let diagnostics = wire::diagnostics(diagnostics);
    invoke_action::Event {
        r#type: Some(event::Type::Completed(event::Completed { diagnostics })),
    }
}
