//! An in-memory client that uses a server as Terraform does, for tests.

#![allow(clippy::expect_used, reason = "a failure of the client fails the test")]

use std::sync::{Arc, Mutex};

use hyper_util::rt::TokioIo;
use tonic::transport::{Channel, Endpoint, Uri};
use tower::service_fn;

use crate::codec;
use crate::proto::provider_client::ProviderClient;
use crate::proto::{self, diagnostic::Severity};
use crate::schema::{Block, Schema};
use crate::server::Server;
use crate::value::Value;
use crate::wire;

/// A client of one server.
#[derive(Clone)]
pub struct Client {
    /// The gRPC client.
    pub raw: ProviderClient<Channel>,
    server: Server,
}

/// The result of a call: a value, and messages as `severity: summary`.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The value, or null.
    pub value: Value,
    /// Private data of the resource.
    pub private: Vec<u8>,
    /// Messages.
    pub messages: Vec<String>,
    /// Names of attributes that require replacement.
    pub replaces: Vec<String>,
}

impl Answer {
    /// The value of a call without messages.
    #[track_caller]
    pub fn clean(self) -> Value {
        assert!(
            self.messages.is_empty(),
            "unexpected messages: {:#?}",
            self.messages
        );
        self.value
    }
}

fn messages(diagnostics: &[proto::Diagnostic]) -> Vec<String> {
    let text = |diagnostic: &proto::Diagnostic| {
        let severity = if diagnostic.severity() == Severity::Error {
            "error"
        } else {
            "warning"
        };
        format!("{severity}: {}\n{}", diagnostic.summary, diagnostic.detail)
    };
    diagnostics.iter().map(text).collect()
}

impl Client {
    /// Serves in memory, and connects a client.
    pub async fn connect(server: Server) -> Self {
        let (client, service) = tokio::io::duplex(1 << 20);
        let serving = server.clone();
        tokio::spawn(async move {
            let incoming = tokio_stream::once(Ok::<_, std::io::Error>(service));
            tonic::transport::Server::builder()
                .add_service(serving.into_service())
                .serve_with_incoming(incoming)
                .await
        });
        let client = Arc::new(Mutex::new(Some(client)));
        let connector = service_fn(move |_: Uri| {
            let client = client
                .lock()
                .ok()
                .and_then(|mut client| client.take())
                .map(TokioIo::new);
            async move { client.ok_or_else(|| std::io::Error::other("connected twice")) }
        });
        let endpoint = Endpoint::from_static("http://in.memory");
        let channel = endpoint
            .connect_with_connector(connector)
            .await
            .expect("the server listens");
        let raw = ProviderClient::new(channel)
            .max_decoding_message_size(usize::MAX)
            .max_encoding_message_size(usize::MAX);
        Self { raw, server }
    }

    /// The schema of a resource.
    pub fn schema(&self, name: &str) -> &Schema {
        self.server
            .resource_schema(name)
            .expect("the resource exists")
    }

    fn message(&self, name: &str, value: &Value) -> Option<proto::DynamicValue> {
        let msgpack = codec::encode(value, &self.schema(name).block);
        Some(proto::DynamicValue {
            msgpack,
            json: Vec::new(),
        })
    }

    fn value(&self, name: &str, message: Option<&proto::DynamicValue>) -> Value {
        let Some(message) = message else {
            return Value::Null;
        };
        codec::decode(&message.msgpack, &self.schema(name).block)
            .expect("the answer fits the schema")
    }

    /// ConfigureProvider.
    pub async fn configure(&mut self, config: &Value, schema: &Schema) -> Vec<String> {
        let config = Some(proto::DynamicValue {
            msgpack: codec::encode(config, &schema.block),
            json: Vec::new(),
        });
        let request = proto::configure_provider::Request {
            config,
            ..Default::default()
        };
        messages(
            &self
                .raw
                .configure_provider(request)
                .await
                .expect("an answer")
                .into_inner()
                .diagnostics,
        )
    }

    /// ValidateResourceConfig.
    pub async fn validate(&mut self, name: &str, config: &Value) -> Vec<String> {
        let config = self.message(name, config);
        let request = proto::validate_resource_config::Request {
            type_name: name.into(),
            config,
            ..Default::default()
        };
        messages(
            &self
                .raw
                .validate_resource_config(request)
                .await
                .expect("an answer")
                .into_inner()
                .diagnostics,
        )
    }

    /// PlanResourceChange. A null configuration plans the deletion.
    pub async fn plan(&mut self, name: &str, prior: &Value, config: &Value) -> Answer {
        let proposed = proposed(&self.schema(name).block, prior, config);
        let request = proto::plan_resource_change::Request {
            type_name: name.into(),
            prior_state: self.message(name, prior),
            proposed_new_state: self.message(name, &proposed),
            config: self.message(name, config),
            ..Default::default()
        };
        let answer = self
            .raw
            .plan_resource_change(request)
            .await
            .expect("an answer")
            .into_inner();
        let replaced = |path: &proto::AttributePath| {
            use proto::attribute_path::step::Selector;
            match path.steps.first().and_then(|step| step.selector.clone()) {
                Some(Selector::AttributeName(name)) => name,
                other => format!("{other:?}"),
            }
        };
        Answer {
            value: self.value(name, answer.planned_state.as_ref()),
            private: answer.planned_private,
            messages: messages(&answer.diagnostics),
            replaces: answer.requires_replace.iter().map(replaced).collect(),
        }
    }

    /// ApplyResourceChange.
    pub async fn apply(
        &mut self,
        name: &str,
        prior: &Value,
        planned: &Value,
        config: &Value,
    ) -> Answer {
        let request = proto::apply_resource_change::Request {
            type_name: name.into(),
            prior_state: self.message(name, prior),
            planned_state: self.message(name, planned),
            config: self.message(name, config),
            ..Default::default()
        };
        let answer = self
            .raw
            .apply_resource_change(request)
            .await
            .expect("an answer")
            .into_inner();
        Answer {
            value: self.value(name, answer.new_state.as_ref()),
            private: answer.private,
            messages: messages(&answer.diagnostics),
            replaces: Vec::new(),
        }
    }

    /// ReadResource. The value is null if the object does not exist.
    pub async fn read(&mut self, name: &str, state: &Value) -> Answer {
        let request = proto::read_resource::Request {
            type_name: name.into(),
            current_state: self.message(name, state),
            ..Default::default()
        };
        let answer = self
            .raw
            .read_resource(request)
            .await
            .expect("an answer")
            .into_inner();
        Answer {
            value: self.value(name, answer.new_state.as_ref()),
            private: answer.private,
            messages: messages(&answer.diagnostics),
            replaces: Vec::new(),
        }
    }

    /// ImportResourceState by id.
    pub async fn import(&mut self, name: &str, id: &str) -> Answer {
        let request = proto::import_resource_state::Request {
            type_name: name.into(),
            id: id.into(),
            ..Default::default()
        };
        let answer = self
            .raw
            .import_resource_state(request)
            .await
            .expect("an answer")
            .into_inner();
        let imported = answer.imported_resources.first();
        Answer {
            value: self.value(name, imported.and_then(|imported| imported.state.as_ref())),
            private: Vec::new(),
            messages: messages(&answer.diagnostics),
            replaces: Vec::new(),
        }
    }

    /// ImportResourceState by identity.
    pub async fn import_by_identity(&mut self, name: &str, identity: &Value) -> Answer {
        let schema = self
            .server
            .identity_schema(name)
            .expect("the resource has an identity");
        let request = proto::import_resource_state::Request {
            type_name: name.into(),
            identity: Some(wire::identity(identity, schema)),
            ..Default::default()
        };
        let answer = self
            .raw
            .import_resource_state(request)
            .await
            .expect("an answer")
            .into_inner();
        let imported = answer.imported_resources.first();
        Answer {
            value: self.value(name, imported.and_then(|imported| imported.state.as_ref())),
            private: Vec::new(),
            messages: messages(&answer.diagnostics),
            replaces: Vec::new(),
        }
    }

    /// GenerateResourceConfig.
    pub async fn generate(&mut self, name: &str, state: &Value) -> Answer {
        let request = proto::generate_resource_config::Request {
            type_name: name.into(),
            state: self.message(name, state),
        };
        let answer = self
            .raw
            .generate_resource_config(request)
            .await
            .expect("an answer")
            .into_inner();
        Answer {
            value: self.value(name, answer.config.as_ref()),
            private: Vec::new(),
            messages: messages(&answer.diagnostics),
            replaces: Vec::new(),
        }
    }

    /// ListResource: the identity, name and, if requested, state of each object, and the messages.
    pub async fn list(
        &mut self,
        name: &str,
        config: &Value,
        include_resource_object: bool,
        limit: i64,
    ) -> (Vec<(Value, String, Value)>, Vec<String>) {
        let schema = self
            .server
            .list_schema(name)
            .expect("the list resource exists");
        let config = Some(proto::DynamicValue {
            msgpack: codec::encode(config, &schema.block),
            json: Vec::new(),
        });
        let request = proto::list_resource::Request {
            type_name: name.into(),
            config,
            include_resource_object,
            limit,
        };
        let mut events = self
            .raw
            .list_resource(request)
            .await
            .expect("an answer")
            .into_inner();
        let identity_schema = self
            .server
            .identity_schema(name)
            .expect("the resource has an identity")
            .as_block();
        let (mut found, mut said) = (Vec::new(), Vec::new());
        while let Some(event) = events.message().await.expect("an event") {
            said.extend(messages(&event.diagnostic));
            let Some(identity) = event.identity.and_then(|identity| identity.identity_data) else {
                continue;
            };
            let identity = codec::decode(&identity.msgpack, &identity_schema)
                .expect("the identity fits its schema");
            found.push((
                identity,
                event.display_name,
                self.value(name, event.resource_object.as_ref()),
            ));
        }
        (found, said)
    }

    /// ValidateEphemeralResourceConfig.
    pub async fn validate_ephemeral(&mut self, name: &str, config: &Value) -> Vec<String> {
        let schema = self.ephemeral_schema(name);
        let request = proto::validate_ephemeral_resource_config::Request {
            type_name: name.into(),
            config: Some(wire::message(config, &schema.block)),
        };
        messages(
            &self
                .raw
                .validate_ephemeral_resource_config(request)
                .await
                .expect("an answer")
                .into_inner()
                .diagnostics,
        )
    }

    /// OpenEphemeralResource.
    pub async fn open_ephemeral(&mut self, name: &str, config: &Value) -> Answer {
        let schema = self.ephemeral_schema(name);
        let request = proto::open_ephemeral_resource::Request {
            type_name: name.into(),
            config: Some(wire::message(config, &schema.block)),
            ..Default::default()
        };
        let answer = self
            .raw
            .open_ephemeral_resource(request)
            .await
            .expect("an answer")
            .into_inner();
        let value = answer.result.map(|result| {
            codec::decode(&result.msgpack, &self.ephemeral_schema(name).block)
                .expect("the answer fits the schema")
        });
        Answer {
            value: value.unwrap_or_default(),
            private: Vec::new(),
            messages: messages(&answer.diagnostics),
            replaces: Vec::new(),
        }
    }

    fn ephemeral_schema(&self, name: &str) -> &Schema {
        self.server
            .ephemeral_schema(name)
            .expect("the ephemeral resource exists")
    }

    fn action_config(&self, name: &str, config: &Value) -> Option<proto::DynamicValue> {
        let schema = self.server.action_schema(name).expect("the action exists");
        Some(wire::message(config, &schema.block))
    }

    /// ValidateActionConfig.
    pub async fn validate_action(&mut self, name: &str, config: &Value) -> Vec<String> {
        let request = proto::validate_action_config::Request {
            type_name: name.into(),
            config: self.action_config(name, config),
        };
        messages(
            &self
                .raw
                .validate_action_config(request)
                .await
                .expect("an answer")
                .into_inner()
                .diagnostics,
        )
    }

    /// PlanAction.
    pub async fn plan_action(&mut self, name: &str, config: &Value) -> Vec<String> {
        let request = proto::plan_action::Request {
            action_type: name.into(),
            config: self.action_config(name, config),
            ..Default::default()
        };
        messages(
            &self
                .raw
                .plan_action(request)
                .await
                .expect("an answer")
                .into_inner()
                .diagnostics,
        )
    }

    /// InvokeAction: the messages while it runs, and those at its end.
    pub async fn invoke_action(
        &mut self,
        name: &str,
        config: &Value,
    ) -> (Vec<String>, Vec<String>) {
        use proto::invoke_action::event::Type;
        let request = proto::invoke_action::Request {
            action_type: name.into(),
            config: self.action_config(name, config),
            ..Default::default()
        };
        let mut events = self
            .raw
            .invoke_action(request)
            .await
            .expect("an answer")
            .into_inner();
        let mut progress = Vec::new();
        let completed = loop {
            let event = events.message().await.expect("an event");
            match event.and_then(|event| event.r#type).expect("a last event") {
                Type::Progress(event) => progress.push(event.message),
                Type::Completed(event) => break event,
            }
        };
        (progress, messages(&completed.diagnostics))
    }

    /// MoveResourceState from the stored JSON of another type.
    pub async fn moved(
        &mut self,
        name: &str,
        source_type: &str,
        source_provider: &str,
        json: &[u8],
    ) -> Answer {
        let request = proto::move_resource_state::Request {
            source_provider_address: source_provider.into(),
            source_type_name: source_type.into(),
            source_state: Some(proto::RawState {
                json: json.to_vec(),
                flatmap: Default::default(),
            }),
            target_type_name: name.into(),
            ..Default::default()
        };
        let answer = self
            .raw
            .move_resource_state(request)
            .await
            .expect("an answer")
            .into_inner();
        Answer {
            value: self.value(name, answer.target_state.as_ref()),
            private: answer.target_private,
            messages: messages(&answer.diagnostics),
            replaces: Vec::new(),
        }
    }

    /// UpgradeResourceState from stored JSON.
    pub async fn upgrade(&mut self, name: &str, version: i64, json: &[u8]) -> Answer {
        let raw_state = Some(proto::RawState {
            json: json.to_vec(),
            flatmap: Default::default(),
        });
        let request = proto::upgrade_resource_state::Request {
            type_name: name.into(),
            version,
            raw_state,
        };
        let answer = self
            .raw
            .upgrade_resource_state(request)
            .await
            .expect("an answer")
            .into_inner();
        Answer {
            value: self.value(name, answer.upgraded_state.as_ref()),
            private: Vec::new(),
            messages: messages(&answer.diagnostics),
            replaces: Vec::new(),
        }
    }
}

/// The state that Terraform proposes: the configuration, with prior computed values for attributes
/// that are not configured.
fn proposed(block: &Block, prior: &Value, config: &Value) -> Value {
    let mut proposed = config.clone();
    if config.is_null() || prior.is_null() {
        return proposed;
    }
    for attribute in block
        .attributes
        .iter()
        .filter(|attribute| attribute.computed)
    {
        if config.get(&attribute.name).is_null() {
            proposed.set(&attribute.name, prior.get(&attribute.name).clone());
        }
    }
    proposed
}
