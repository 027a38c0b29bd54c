//! The gRPC service of the provider, and the process that runs it.

mod actions;
mod companions;
mod ephemeral;
mod functions;
mod handshake;
mod lists;
mod resources;
mod rpc;
mod tls;

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::proto;
use crate::provider::{
    Action, Context, DataSource, EphemeralResource, Function, ListResource, Provider, Resource,
    Signature,
};
use crate::schema::{IdentitySchema, Schema};
use crate::value::Value;
use crate::wire;

pub use handshake::{ServeError, serve};

/// A provider as a gRPC service. The schemas are built once.
#[derive(Clone)]
pub struct Server {
    provider: Arc<dyn Provider>,
    catalog: Arc<Catalog>,
    /// Renewed with each configuration, because a process that is being debugged outlives a run
    /// that was stopped.
    cancelled: Arc<Mutex<CancellationToken>>,
}

struct Catalog {
    provider: Schema,
    resources: HashMap<&'static str, Arc<ResourceEntry>>,
    data_sources: HashMap<&'static str, Arc<DataSourceEntry>>,
    list_resources: HashMap<&'static str, Arc<ListEntry>>,
    ephemeral_resources: HashMap<&'static str, Arc<EphemeralEntry>>,
    actions: HashMap<&'static str, Arc<ActionEntry>>,
    functions: HashMap<&'static str, Arc<FunctionEntry>>,
}

struct ResourceEntry {
    resource: Box<dyn Resource>,
    schema: Schema,
    identity: Option<IdentitySchema>,
}

struct DataSourceEntry {
    data_source: Box<dyn DataSource>,
    schema: Schema,
}

struct ListEntry {
    list_resource: Box<dyn ListResource>,
    schema: Schema,
}

struct EphemeralEntry {
    ephemeral_resource: Box<dyn EphemeralResource>,
    schema: Schema,
}

struct ActionEntry {
    action: Box<dyn Action>,
    schema: Schema,
}

struct FunctionEntry {
    function: Box<dyn Function>,
    signature: Signature,
}

impl Server {
    /// Creates a server for this provider.
    pub fn new(provider: impl Provider) -> Self {
        let resource = |resource: Box<dyn Resource>| {
            let (schema, identity) = (resource.schema(), resource.identity_schema());
            (
                resource.type_name(),
                Arc::new(ResourceEntry {
                    resource,
                    schema,
                    identity,
                }),
            )
        };
        let data_source = |data_source: Box<dyn DataSource>| {
            let schema = data_source.schema();
            (
                data_source.type_name(),
                Arc::new(DataSourceEntry {
                    data_source,
                    schema,
                }),
            )
        };
        let list_resource = |list_resource: Box<dyn ListResource>| {
            let schema = list_resource.schema();
            (
                list_resource.type_name(),
                Arc::new(ListEntry {
                    list_resource,
                    schema,
                }),
            )
        };
        let ephemeral_resource = |ephemeral_resource: Box<dyn EphemeralResource>| {
            let schema = ephemeral_resource.schema();
            (
                ephemeral_resource.type_name(),
                Arc::new(EphemeralEntry {
                    ephemeral_resource,
                    schema,
                }),
            )
        };
        let action = |action: Box<dyn Action>| {
            let schema = action.schema();
            (action.type_name(), Arc::new(ActionEntry { action, schema }))
        };
        let function = |function: Box<dyn Function>| {
            let signature = function.signature();
            (
                function.name(),
                Arc::new(FunctionEntry {
                    function,
                    signature,
                }),
            )
        };
        let catalog = Catalog {
            provider: provider.schema(),
            resources: provider.resources().into_iter().map(resource).collect(),
            data_sources: provider
                .data_sources()
                .into_iter()
                .map(data_source)
                .collect(),
            list_resources: provider
                .list_resources()
                .into_iter()
                .map(list_resource)
                .collect(),
            ephemeral_resources: provider
                .ephemeral_resources()
                .into_iter()
                .map(ephemeral_resource)
                .collect(),
            actions: provider.actions().into_iter().map(action).collect(),
            functions: provider.functions().into_iter().map(function).collect(),
        };
        Self {
            provider: Arc::new(provider),
            catalog: Arc::new(catalog),
            cancelled: Arc::default(),
        }
    }

    /// This server as a gRPC service.
    pub fn into_service(self) -> proto::provider_server::ProviderServer<Self> {
        // A state can be larger than the default limit of 4 MiB.
        proto::provider_server::ProviderServer::new(self)
            .max_decoding_message_size(usize::MAX)
            .max_encoding_message_size(usize::MAX)
    }

    #[cfg(feature = "testing")]
    pub(crate) fn resource_schema(&self, name: &str) -> Option<&Schema> {
        self.catalog.resources.get(name).map(|entry| &entry.schema)
    }

    #[cfg(feature = "testing")]
    pub(crate) fn list_schema(&self, name: &str) -> Option<&Schema> {
        self.catalog
            .list_resources
            .get(name)
            .map(|entry| &entry.schema)
    }

    #[cfg(feature = "testing")]
    pub(crate) fn ephemeral_schema(&self, name: &str) -> Option<&Schema> {
        self.catalog
            .ephemeral_resources
            .get(name)
            .map(|entry| &entry.schema)
    }

    #[cfg(feature = "testing")]
    pub(crate) fn action_schema(&self, name: &str) -> Option<&Schema> {
        self.catalog.actions.get(name).map(|entry| &entry.schema)
    }

    #[cfg(feature = "testing")]
    pub(crate) fn identity_schema(&self, name: &str) -> Option<&IdentitySchema> {
        self.catalog
            .resources
            .get(name)
            .and_then(|entry| entry.identity.as_ref())
    }

    fn context(&self) -> Context {
        Context {
            cancelled: self.cancelled().child_token(),
        }
    }

    fn cancelled(&self) -> CancellationToken {
        self.cancelled
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Renews the cancellation after an earlier run was stopped.
    fn renew(&self) {
        let mut cancelled = self
            .cancelled
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if cancelled.is_cancelled() {
            *cancelled = CancellationToken::new();
        }
    }

    fn resource(&self, name: &str) -> Result<Arc<ResourceEntry>, Diagnostics> {
        self.catalog
            .resources
            .get(name)
            .cloned()
            .ok_or_else(|| unknown_type("resource", name))
    }

    fn data_source(&self, name: &str) -> Result<Arc<DataSourceEntry>, Diagnostics> {
        self.catalog
            .data_sources
            .get(name)
            .cloned()
            .ok_or_else(|| unknown_type("data source", name))
    }

    fn list_resource(&self, name: &str) -> Result<Arc<ListEntry>, Diagnostics> {
        self.catalog
            .list_resources
            .get(name)
            .cloned()
            .ok_or_else(|| unknown_type("list resource", name))
    }

    fn ephemeral_resource(&self, name: &str) -> Result<Arc<EphemeralEntry>, Diagnostics> {
        self.catalog
            .ephemeral_resources
            .get(name)
            .cloned()
            .ok_or_else(|| unknown_type("ephemeral resource", name))
    }

    fn action(&self, name: &str) -> Result<Arc<ActionEntry>, Diagnostics> {
        self.catalog
            .actions
            .get(name)
            .cloned()
            .ok_or_else(|| unknown_type("action", name))
    }

    fn capabilities() -> proto::ServerCapabilities {
        proto::ServerCapabilities {
            plan_destroy: true,
            get_provider_schema_optional: true,
            move_resource_state: true,
            generate_resource_config: true,
        }
    }
}

fn unknown_type(kind: &str, name: &str) -> Diagnostics {
    Diagnostic::error(
        format!("no {kind} `{name}`"),
        "This version of the provider does not have it.",
    )
    .into()
}

/// Runs a call of the provider. A panic ends only that call.
async fn guarded<T: Send + 'static>(
    call: impl Future<Output = Result<T, Diagnostics>> + Send + 'static,
) -> Result<T, Diagnostics> {
    match tokio::spawn(call).await {
        Ok(outcome) => outcome,
        Err(error) => {
            let payload = error
                .try_into_panic()
                .unwrap_or_else(|_| Box::new("the call was aborted"));
            let text = payload
                .downcast_ref::<&str>()
                .map(|text| (*text).to_owned())
                .or_else(|| payload.downcast_ref::<String>().cloned())
                .unwrap_or_else(|| "no message".to_owned());
            Err(Diagnostic::error(
                "the provider has a bug",
                format!("A panic ended this call: {text}. Please report it with the configuration that led to it."),
            )
            .into())
        }
    }
}

/// Decodes a value of a message with a schema.
fn read(message: Option<&proto::DynamicValue>, schema: &Schema) -> Result<Value, Diagnostics> {
    let Some(message) = message else {
        return Ok(Value::Null);
    };
    wire::value(message, &schema.block).map_err(|error| undecodable(&error))
}

fn undecodable(error: &crate::codec::CodecError) -> Diagnostics {
    Diagnostic::error(
        "a value does not fit the schema",
        format!("Could not read a value from Terraform: {error}. Please report this as a bug of the provider."),
    )
    .into()
}
