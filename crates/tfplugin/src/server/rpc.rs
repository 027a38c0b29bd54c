//! The 36 calls of the protocol, with their handlers.

use std::pin::Pin;

use tokio_stream::{Stream, once};
use tonic::{Request, Response, Status, Streaming};

use super::{Server, actions, ephemeral, functions, guarded, lists, read, resources, unknown_type};
use crate::proto::provider_server::Provider as Service;
use crate::proto::{
    self, apply_resource_change, call_function, close_ephemeral_resource, configure_provider,
    configure_state_store, delete_state, generate_resource_config, get_functions, get_metadata,
    get_provider_schema, get_resource_identity_schemas, get_states, import_resource_state,
    invoke_action, list_resource, lock_state, move_resource_state, open_ephemeral_resource,
    plan_action, plan_resource_change, read_data_source, read_resource, read_state_bytes,
    renew_ephemeral_resource, stop_provider, unlock_state, upgrade_resource_identity,
    upgrade_resource_state, validate_action_config, validate_data_resource_config,
    validate_ephemeral_resource_config, validate_list_resource_config, validate_provider_config,
    validate_resource_config, validate_state_store, write_state_bytes,
};
use crate::wire;

type Reply<T> = Result<Response<T>, Status>;
type Events<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// A response that contains only diagnostics.
macro_rules! only {
    ($response:ty, $diagnostics:expr) => {{
        let mut response = <$response>::default();
        response.diagnostics = wire::diagnostics($diagnostics);
        response
    }};
}

/// The response of a call that may fail. `set` stores the result in an empty response.
macro_rules! reply {
    ($outcome:expr, $response:ty, $set:expr) => {{
        let set: fn(&mut $response, _) = $set;
        Ok(Response::new(match $outcome {
            Ok(value) => {
                let mut response = <$response>::default();
                set(&mut response, value);
                response
            }
            Err(diagnostics) => only!($response, diagnostics),
        }))
    }};
    ($outcome:expr, $response:ty) => {
        Ok(Response::new($outcome.unwrap_or_else(|diagnostics| {
            only!($response, diagnostics)
        })))
    };
}

/// A response for a type that this provider does not have. Terraform does not make these calls.
macro_rules! none {
    ($kind:literal, $name:expr, $response:ty) => {
        Ok(Response::new(only!($response, unknown_type($kind, &$name))))
    };
}

#[tonic::async_trait]
impl Service for Server {
    async fn get_metadata(
        &self,
        _: Request<get_metadata::Request>,
    ) -> Reply<get_metadata::Response> {
        let catalog = &self.catalog;
        let name = |type_name: &&str| (*type_name).to_owned();
        Ok(Response::new(get_metadata::Response {
            server_capabilities: Some(Self::capabilities()),
            resources: catalog
                .resources
                .keys()
                .map(name)
                .map(|type_name| get_metadata::ResourceMetadata { type_name })
                .collect(),
            data_sources: catalog
                .data_sources
                .keys()
                .map(name)
                .map(|type_name| get_metadata::DataSourceMetadata { type_name })
                .collect(),
            list_resources: catalog
                .list_resources
                .keys()
                .map(name)
                .map(|type_name| get_metadata::ListResourceMetadata { type_name })
                .collect(),
            ephemeral_resources: catalog
                .ephemeral_resources
                .keys()
                .map(name)
                .map(|type_name| get_metadata::EphemeralMetadata { type_name })
                .collect(),
            actions: catalog
                .actions
                .keys()
                .map(name)
                .map(|type_name| get_metadata::ActionMetadata { type_name })
                .collect(),
            functions: catalog
                .functions
                .keys()
                .map(name)
                .map(|name| get_metadata::FunctionMetadata { name })
                .collect(),
            ..Default::default()
        }))
    }

    async fn get_provider_schema(
        &self,
        _: Request<get_provider_schema::Request>,
    ) -> Reply<get_provider_schema::Response> {
        let catalog = &self.catalog;
        let resources = catalog
            .resources
            .iter()
            .map(|(name, entry)| ((*name).to_owned(), wire::schema(&entry.schema)));
        let data_sources = catalog
            .data_sources
            .iter()
            .map(|(name, entry)| ((*name).to_owned(), wire::schema(&entry.schema)));
        let list_resources = catalog
            .list_resources
            .iter()
            .map(|(name, entry)| ((*name).to_owned(), wire::schema(&entry.schema)));
        let ephemeral_resources = catalog
            .ephemeral_resources
            .iter()
            .map(|(name, entry)| ((*name).to_owned(), wire::schema(&entry.schema)));
        let actions = catalog
            .actions
            .iter()
            .map(|(name, entry)| ((*name).to_owned(), wire::action_schema(&entry.schema)));
        Ok(Response::new(get_provider_schema::Response {
            provider: Some(wire::schema(&catalog.provider)),
            resource_schemas: resources.collect(),
            data_source_schemas: data_sources.collect(),
            list_resource_schemas: list_resources.collect(),
            ephemeral_resource_schemas: ephemeral_resources.collect(),
            action_schemas: actions.collect(),
            functions: function_messages(self),
            server_capabilities: Some(Self::capabilities()),
            ..Default::default()
        }))
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<get_resource_identity_schemas::Request>,
    ) -> Reply<get_resource_identity_schemas::Response> {
        let schemas = self.catalog.resources.iter().filter_map(|(name, entry)| {
            Some((
                (*name).to_owned(),
                wire::identity_schema(entry.identity.as_ref()?),
            ))
        });
        Ok(Response::new(get_resource_identity_schemas::Response {
            identity_schemas: schemas.collect(),
            ..Default::default()
        }))
    }

    async fn validate_provider_config(
        &self,
        request: Request<validate_provider_config::Request>,
    ) -> Reply<validate_provider_config::Response> {
        let outcome = async {
            let config = read(request.get_ref().config.as_ref(), &self.catalog.provider)?;
            let provider = self.provider.clone();
            guarded(async move { Ok(provider.validate(&config).await) }).await
        };
        reply!(outcome.await, validate_provider_config::Response, |r, d| {
            r.diagnostics = wire::diagnostics(d);
        })
    }

    async fn configure_provider(
        &self,
        request: Request<configure_provider::Request>,
    ) -> Reply<configure_provider::Response> {
        let request = request.into_inner();
        self.renew();
        let outcome = async {
            let config = read(request.config.as_ref(), &self.catalog.provider)?;
            let (provider, cx) = (self.provider.clone(), self.context());
            guarded(async move {
                provider
                    .configure(config, &request.terraform_version, &cx)
                    .await
            })
            .await
        };
        reply!(outcome.await, configure_provider::Response, |r, d| r
            .diagnostics =
            wire::diagnostics(d))
    }

    async fn stop_provider(
        &self,
        _: Request<stop_provider::Request>,
    ) -> Reply<stop_provider::Response> {
        self.cancelled().cancel();
        Ok(Response::new(stop_provider::Response::default()))
    }

    async fn validate_resource_config(
        &self,
        request: Request<validate_resource_config::Request>,
    ) -> Reply<validate_resource_config::Response> {
        let outcome = resources::validate(self, request.into_inner()).await;
        reply!(outcome, validate_resource_config::Response, |r, d| r
            .diagnostics =
            wire::diagnostics(d))
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<validate_data_resource_config::Request>,
    ) -> Reply<validate_data_resource_config::Response> {
        let outcome = resources::validate_data(self, request.into_inner()).await;
        reply!(outcome, validate_data_resource_config::Response, |r, d| r
            .diagnostics =
            wire::diagnostics(d))
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<upgrade_resource_state::Request>,
    ) -> Reply<upgrade_resource_state::Response> {
        let outcome = resources::upgrade(self, request.into_inner()).await;
        reply!(outcome, upgrade_resource_state::Response, |r, state| r
            .upgraded_state =
            Some(state))
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<upgrade_resource_identity::Request>,
    ) -> Reply<upgrade_resource_identity::Response> {
        let outcome = resources::upgrade_identity(self, request.get_ref());
        reply!(
            outcome,
            upgrade_resource_identity::Response,
            |r, identity| r.upgraded_identity = Some(identity)
        )
    }

    async fn read_resource(
        &self,
        request: Request<read_resource::Request>,
    ) -> Reply<read_resource::Response> {
        reply!(
            resources::refresh(self, request.into_inner()).await,
            read_resource::Response
        )
    }

    async fn plan_resource_change(
        &self,
        request: Request<plan_resource_change::Request>,
    ) -> Reply<plan_resource_change::Response> {
        reply!(
            resources::plan(self, request.into_inner()).await,
            plan_resource_change::Response
        )
    }

    async fn apply_resource_change(
        &self,
        request: Request<apply_resource_change::Request>,
    ) -> Reply<apply_resource_change::Response> {
        reply!(
            resources::apply(self, request.into_inner()).await,
            apply_resource_change::Response
        )
    }

    async fn import_resource_state(
        &self,
        request: Request<import_resource_state::Request>,
    ) -> Reply<import_resource_state::Response> {
        let outcome = resources::import(self, request.into_inner()).await;
        reply!(outcome, import_resource_state::Response, |r, imported| r
            .imported_resources =
            vec![imported])
    }

    async fn move_resource_state(
        &self,
        request: Request<move_resource_state::Request>,
    ) -> Reply<move_resource_state::Response> {
        reply!(
            resources::move_state(self, request.into_inner()).await,
            move_resource_state::Response
        )
    }

    async fn read_data_source(
        &self,
        request: Request<read_data_source::Request>,
    ) -> Reply<read_data_source::Response> {
        reply!(
            resources::read_data(self, request.into_inner()).await,
            read_data_source::Response
        )
    }

    async fn get_functions(
        &self,
        _: Request<get_functions::Request>,
    ) -> Reply<get_functions::Response> {
        Ok(Response::new(get_functions::Response {
            functions: function_messages(self),
            ..Default::default()
        }))
    }

    async fn call_function(
        &self,
        request: Request<call_function::Request>,
    ) -> Reply<call_function::Response> {
        Ok(Response::new(
            functions::call(self, request.into_inner()).await,
        ))
    }

    async fn generate_resource_config(
        &self,
        request: Request<generate_resource_config::Request>,
    ) -> Reply<generate_resource_config::Response> {
        let outcome = resources::configuration(self, request.into_inner()).await;
        reply!(outcome, generate_resource_config::Response, |r, config| r
            .config =
            Some(config))
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<validate_ephemeral_resource_config::Request>,
    ) -> Reply<validate_ephemeral_resource_config::Response> {
        let outcome = ephemeral::validate(self, request.into_inner()).await;
        reply!(
            outcome,
            validate_ephemeral_resource_config::Response,
            |r, d| r.diagnostics = wire::diagnostics(d)
        )
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<open_ephemeral_resource::Request>,
    ) -> Reply<open_ephemeral_resource::Response> {
        reply!(
            ephemeral::open(self, request.into_inner()).await,
            open_ephemeral_resource::Response
        )
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<renew_ephemeral_resource::Request>,
    ) -> Reply<renew_ephemeral_resource::Response> {
        let outcome = self.ephemeral_resource(&request.get_ref().type_name);
        reply!(outcome, renew_ephemeral_resource::Response, |_, _| {})
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<close_ephemeral_resource::Request>,
    ) -> Reply<close_ephemeral_resource::Response> {
        let outcome = self.ephemeral_resource(&request.get_ref().type_name);
        reply!(outcome, close_ephemeral_resource::Response, |_, _| {})
    }

    type ListResourceStream = Events<list_resource::Event>;

    async fn list_resource(
        &self,
        request: Request<list_resource::Request>,
    ) -> Reply<Self::ListResourceStream> {
        Ok(Response::new(
            match lists::list(self, request.into_inner()) {
                Ok(events) => Box::pin(events),
                Err(diagnostics) => Box::pin(once(Ok(lists::failed(diagnostics)))),
            },
        ))
    }

    async fn validate_list_resource_config(
        &self,
        request: Request<validate_list_resource_config::Request>,
    ) -> Reply<validate_list_resource_config::Response> {
        let outcome = lists::validate(self, request.into_inner()).await;
        reply!(outcome, validate_list_resource_config::Response, |r, d| r
            .diagnostics =
            wire::diagnostics(d))
    }

    async fn validate_state_store_config(
        &self,
        request: Request<validate_state_store::Request>,
    ) -> Reply<validate_state_store::Response> {
        none!(
            "state store",
            request.get_ref().type_name,
            validate_state_store::Response
        )
    }

    async fn configure_state_store(
        &self,
        request: Request<configure_state_store::Request>,
    ) -> Reply<configure_state_store::Response> {
        none!(
            "state store",
            request.get_ref().type_name,
            configure_state_store::Response
        )
    }

    type ReadStateBytesStream = Events<read_state_bytes::Response>;

    async fn read_state_bytes(
        &self,
        request: Request<read_state_bytes::Request>,
    ) -> Reply<Self::ReadStateBytesStream> {
        let diagnostics =
            wire::diagnostics(unknown_type("state store", &request.get_ref().type_name));
        let response = read_state_bytes::Response {
            diagnostics,
            ..Default::default()
        };
        Ok(Response::new(Box::pin(once(Ok(response)))))
    }

    async fn write_state_bytes(
        &self,
        _: Request<Streaming<write_state_bytes::RequestChunk>>,
    ) -> Reply<write_state_bytes::Response> {
        none!("state store", "", write_state_bytes::Response)
    }

    async fn lock_state(
        &self,
        request: Request<lock_state::Request>,
    ) -> Reply<lock_state::Response> {
        none!(
            "state store",
            request.get_ref().type_name,
            lock_state::Response
        )
    }

    async fn unlock_state(
        &self,
        request: Request<unlock_state::Request>,
    ) -> Reply<unlock_state::Response> {
        none!(
            "state store",
            request.get_ref().type_name,
            unlock_state::Response
        )
    }

    async fn get_states(
        &self,
        request: Request<get_states::Request>,
    ) -> Reply<get_states::Response> {
        none!(
            "state store",
            request.get_ref().type_name,
            get_states::Response
        )
    }

    async fn delete_state(
        &self,
        request: Request<delete_state::Request>,
    ) -> Reply<delete_state::Response> {
        none!(
            "state store",
            request.get_ref().type_name,
            delete_state::Response
        )
    }

    async fn plan_action(
        &self,
        request: Request<plan_action::Request>,
    ) -> Reply<plan_action::Response> {
        let outcome = actions::plan(self, request.into_inner()).await;
        reply!(outcome, plan_action::Response, |r, d| r.diagnostics =
            wire::diagnostics(d))
    }

    type InvokeActionStream = Events<invoke_action::Event>;

    async fn invoke_action(
        &self,
        request: Request<invoke_action::Request>,
    ) -> Reply<Self::InvokeActionStream> {
        Ok(Response::new(
            match actions::invoke(self, request.into_inner()) {
                Ok(events) => Box::pin(events),
                Err(diagnostics) => Box::pin(once(Ok(actions::completed(diagnostics)))),
            },
        ))
    }

    async fn validate_action_config(
        &self,
        request: Request<validate_action_config::Request>,
    ) -> Reply<validate_action_config::Response> {
        let outcome = actions::validate(self, request.into_inner()).await;
        reply!(outcome, validate_action_config::Response, |r, d| r
            .diagnostics =
            wire::diagnostics(d))
    }
}

fn function_messages(server: &Server) -> std::collections::HashMap<String, proto::Function> {
    let functions = server.catalog.functions.iter();
    functions
        .map(|(name, entry)| ((*name).to_owned(), wire::function(&entry.signature)))
        .collect()
}
