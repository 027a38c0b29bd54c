//! Actions and ephemeral resources, called over gRPC as Terraform does.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tfplugin::proto::attribute_path::step::Selector;
use tfplugin::proto::invoke_action::event::Type as Event;
use tfplugin::schema::{Attribute, Block, Schema};
use tfplugin::testing::Client;
use tfplugin::{
    Action, AttributePath, Context, Diagnostic, Diagnostics, EphemeralResource, Progress, Provider,
    Resource, Server, Type, Value, proto,
};
use tokio::sync::Notify;
use tokio::time::timeout;

#[derive(Default)]
struct TestProvider {
    /// Notified when an action ends after it was cancelled.
    ended: Arc<Notify>,
}

#[async_trait]
impl Provider for TestProvider {
    fn address(&self) -> &'static str {
        "test/test/test"
    }

    fn about(&self) -> String {
        "a test".into()
    }

    fn schema(&self) -> Schema {
        Schema::default()
    }

    fn resources(&self) -> Vec<Box<dyn Resource>> {
        Vec::new()
    }

    fn ephemeral_resources(&self) -> Vec<Box<dyn EphemeralResource>> {
        vec![Box::new(Token)]
    }

    fn actions(&self) -> Vec<Box<dyn Action>> {
        vec![Box::new(Count {
            ended: Arc::clone(&self.ended),
        })]
    }

    async fn configure(&self, _: Value, _: &str, _: &Context) -> Result<Diagnostics, Diagnostics> {
        Ok(Diagnostics::default())
    }
}

fn schema(attributes: Vec<Attribute>) -> Schema {
    Schema {
        version: 0,
        block: Block {
            attributes,
            ..Block::default()
        },
    }
}

/// An action that counts its steps. `end` determines how it ends.
struct Count {
    ended: Arc<Notify>,
}

#[async_trait]
impl Action for Count {
    fn type_name(&self) -> &'static str {
        "test_count"
    }

    fn schema(&self) -> Schema {
        schema(vec![
            Attribute::required("steps", Type::Number, ""),
            Attribute::optional("end", Type::String, ""),
        ])
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        match config.get("steps").as_i64() {
            Some(steps) if steps < 0 => Diagnostic::error("negative number", "use 0 or more")
                .at(AttributePath::root("steps"))
                .into(),
            _ => Diagnostics::default(),
        }
    }

    async fn plan(&self, config: &Value, _: &Context) -> Result<Diagnostics, Diagnostics> {
        if config.text("end") == "refused" {
            return Err(Diagnostic::error("refused", "").into());
        }
        Ok(match config.get("steps").is_unknown() {
            true => Diagnostic::warning("unknown number", "").into(),
            false => Diagnostics::default(),
        })
    }

    async fn invoke(
        &self,
        config: Value,
        progress: &Progress,
        cx: &Context,
    ) -> Result<Diagnostics, Diagnostics> {
        for step in 0..config.get("steps").as_i64().unwrap_or_default() {
            progress.say(format!("step {step}")).await;
        }
        match config.text("end") {
            "failed" => Err(Diagnostic::error("failed", "").into()),
            "panic" => panic!("out of order"),
            "stopped" => {
                cx.cancelled.cancelled().await;
                // An aborted action does not reach the end.
                tokio::time::sleep(Duration::from_millis(20)).await;
                progress.say("stopping").await;
                self.ended.notify_one();
                Err(Diagnostic::error("stopped", "").into())
            }
            _ => Ok(Diagnostic::warning("counted", "").into()),
        }
    }
}

/// An ephemeral resource whose token is derived from the name.
struct Token;

#[async_trait]
impl EphemeralResource for Token {
    fn type_name(&self) -> &'static str {
        "test_token"
    }

    fn schema(&self) -> Schema {
        schema(vec![
            Attribute::required("name", Type::String, ""),
            Attribute::computed("token", Type::String, "").sensitive(),
        ])
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        match config.get("name").as_str() {
            Some("") => Diagnostic::error("empty name", "choose another")
                .at(AttributePath::root("name"))
                .into(),
            _ => Diagnostics::default(),
        }
    }

    async fn open(&self, config: Value, _: &Context) -> Result<(Value, Diagnostics), Diagnostics> {
        let name = config.text("name").to_owned();
        let warnings: Diagnostics = match name.as_str() {
            "denied" => return Err(Diagnostic::error("denied", "").into()),
            "panic" => panic!("out of order"),
            "old" => Diagnostic::warning("old token", "").into(),
            _ => Diagnostics::default(),
        };
        let mut value = config;
        value.set("token", format!("token of {name}"));
        Ok((value, warnings))
    }
}

async fn client() -> Client {
    Client::connect(Server::new(TestProvider::default())).await
}

fn count(steps: i64, end: &str) -> Value {
    Value::object([("steps", Value::from(steps)), ("end", Value::from(end))])
}

fn token(name: &str) -> Value {
    Value::object([("name", Value::from(name))])
}

fn message(value: &Value, schema: &Schema) -> Option<proto::DynamicValue> {
    Some(proto::DynamicValue {
        msgpack: tfplugin::codec::encode(value, &schema.block),
        json: Vec::new(),
    })
}

fn count_message(value: &Value) -> Option<proto::DynamicValue> {
    let ended = Arc::default();
    message(value, &Count { ended }.schema())
}

/// Starts an action that waits for its cancellation, and reads its first message.
async fn started(client: &mut Client) -> tonic::Streaming<proto::invoke_action::Event> {
    let request = proto::invoke_action::Request {
        action_type: "test_count".into(),
        config: count_message(&count(1, "stopped")),
        ..Default::default()
    };
    let mut events = client
        .raw
        .invoke_action(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(next(&mut events).await.unwrap(), "step 0");
    events
}

/// The text of the next event.
async fn next(events: &mut tonic::Streaming<proto::invoke_action::Event>) -> Option<String> {
    let event = timeout(Duration::from_secs(5), events.message())
        .await
        .unwrap()
        .unwrap()?;
    Some(match event.r#type.unwrap() {
        Event::Progress(progress) => progress.message,
        Event::Completed(completed) => format!("completed: {}", completed.diagnostics[0].summary),
    })
}

#[tokio::test]
async fn schemas_list_actions_and_ephemeral_resources() {
    let mut client = client().await;
    let answer = client
        .raw
        .get_provider_schema(proto::get_provider_schema::Request {})
        .await
        .unwrap()
        .into_inner();
    let names = |schema: &proto::Schema| {
        let attributes = &schema.block.as_ref().unwrap().attributes;
        attributes
            .iter()
            .map(|attribute| attribute.name.clone())
            .collect::<Vec<_>>()
    };
    let action = answer.action_schemas["test_count"].schema.as_ref().unwrap();
    assert_eq!(names(action), ["steps", "end"]);
    assert_eq!(
        names(&answer.ephemeral_resource_schemas["test_token"]),
        ["name", "token"]
    );
    let metadata = client
        .raw
        .get_metadata(proto::get_metadata::Request {})
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (metadata.actions.len(), metadata.ephemeral_resources.len()),
        (1, 1)
    );
    assert_eq!(metadata.actions[0].type_name, "test_count");
    assert_eq!(metadata.ephemeral_resources[0].type_name, "test_token");
}

#[tokio::test]
async fn an_invalid_action_is_reported_at_its_attribute() {
    let mut client = client().await;
    assert!(
        client
            .validate_action("test_count", &count(1, ""))
            .await
            .is_empty()
    );
    let config = count(-1, "");
    assert_eq!(
        client.validate_action("test_count", &config).await,
        ["error: negative number\nuse 0 or more"]
    );
    let request = proto::validate_action_config::Request {
        type_name: "test_count".into(),
        config: count_message(&config),
    };
    let answer = client
        .raw
        .validate_action_config(request)
        .await
        .unwrap()
        .into_inner();
    let path = answer.diagnostics[0].attribute.clone().unwrap();
    assert_eq!(
        path.steps[0].selector,
        Some(Selector::AttributeName("steps".into()))
    );
}

#[tokio::test]
async fn a_planned_action_is_not_deferred() {
    let mut client = client().await;
    assert!(
        client
            .plan_action("test_count", &count(1, ""))
            .await
            .is_empty()
    );
    assert_eq!(
        client.plan_action("test_count", &count(1, "refused")).await,
        ["error: refused\n"]
    );
    let unknown = Value::object([("steps", Value::Unknown)]);
    assert_eq!(
        client.plan_action("test_count", &unknown).await,
        ["warning: unknown number\n"]
    );
    let request = proto::plan_action::Request {
        action_type: "test_count".into(),
        config: count_message(&unknown),
        client_capabilities: Some(proto::ClientCapabilities {
            deferral_allowed: true,
            ..Default::default()
        }),
    };
    let answer = client.raw.plan_action(request).await.unwrap().into_inner();
    assert!(answer.deferred.is_none());
}

#[tokio::test]
async fn an_action_reports_its_progress_and_its_end() {
    let mut client = client().await;
    let (progress, said) = client.invoke_action("test_count", &count(40, "")).await;
    let steps: Vec<String> = (0..40).map(|step| format!("step {step}")).collect();
    assert_eq!(progress, steps);
    assert_eq!(said, ["warning: counted\n"]);
    let (progress, said) = client
        .invoke_action("test_count", &count(2, "failed"))
        .await;
    assert_eq!(progress, ["step 0", "step 1"]);
    assert_eq!(said, ["error: failed\n"]);
}

#[tokio::test]
async fn a_panic_of_an_action_is_an_error_after_its_progress() {
    let mut client = client().await;
    let (progress, said) = client.invoke_action("test_count", &count(1, "panic")).await;
    assert_eq!((progress.len(), said.len()), (1, 1));
    assert!(
        said[0].starts_with("error: the provider has a bug\nA panic ended this call: out of order"),
        "{said:?}"
    );
}

#[tokio::test]
async fn stopping_cancels_an_action_and_its_last_messages_arrive() {
    let mut client = client().await;
    let mut events = started(&mut client).await;
    client
        .raw
        .stop_provider(proto::stop_provider::Request {})
        .await
        .unwrap();
    assert_eq!(next(&mut events).await.unwrap(), "stopping");
    assert_eq!(next(&mut events).await.unwrap(), "completed: stopped");
    assert_eq!(next(&mut events).await, None);
}

#[tokio::test]
async fn an_action_whose_call_was_ended_is_cancelled_and_continues() {
    let provider = TestProvider::default();
    let ended = Arc::clone(&provider.ended);
    let mut client = Client::connect(Server::new(provider)).await;
    drop(started(&mut client).await);
    timeout(Duration::from_secs(5), ended.notified())
        .await
        .unwrap();
    // Other calls are not cancelled.
    let mut events = started(&mut client).await;
    let waiting = timeout(Duration::from_millis(300), events.message()).await;
    assert!(waiting.is_err());
}

#[tokio::test]
async fn progress_without_a_receiver_is_dropped() {
    let (progress, mut receiver) = Progress::channel(1);
    progress.say("shown").await;
    assert_eq!(receiver.recv().await.as_deref(), Some("shown"));
    drop(receiver);
    for _ in 0..3 {
        progress.say("dropped").await;
    }
}

#[tokio::test]
async fn an_ephemeral_resource_is_completed() {
    let mut client = client().await;
    let value = client
        .open_ephemeral("test_token", &token("a"))
        .await
        .clean();
    assert_eq!(
        (value.text("name"), value.text("token")),
        ("a", "token of a")
    );
    let old = client.open_ephemeral("test_token", &token("old")).await;
    assert_eq!(
        (old.value.text("token"), old.messages.as_slice()),
        (
            "token of old",
            ["warning: old token\n".to_owned()].as_slice()
        )
    );
    let denied = client.open_ephemeral("test_token", &token("denied")).await;
    assert!(denied.value.is_null());
    assert_eq!(denied.messages, ["error: denied\n"]);
    let panicked = client.open_ephemeral("test_token", &token("panic")).await;
    assert!(panicked.messages[0].contains("out of order"));
}

#[tokio::test]
async fn an_invalid_ephemeral_resource_is_reported_at_its_attribute() {
    let mut client = client().await;
    assert!(
        client
            .validate_ephemeral("test_token", &token("a"))
            .await
            .is_empty()
    );
    assert_eq!(
        client.validate_ephemeral("test_token", &token("")).await,
        ["error: empty name\nchoose another"]
    );
    let request = proto::validate_ephemeral_resource_config::Request {
        type_name: "test_token".into(),
        config: message(&token(""), &Token.schema()),
    };
    let answer = client
        .raw
        .validate_ephemeral_resource_config(request)
        .await
        .unwrap()
        .into_inner();
    let path = answer.diagnostics[0].attribute.clone().unwrap();
    assert_eq!(
        path.steps[0].selector,
        Some(Selector::AttributeName("name".into()))
    );
}

#[tokio::test]
async fn an_ephemeral_resource_needs_no_renewal_and_no_closing() {
    let mut client = client().await;
    for (name, expected) in [
        ("test_token", None),
        ("test_e", Some("no ephemeral resource `test_e`".to_owned())),
    ] {
        let request = proto::renew_ephemeral_resource::Request {
            type_name: name.into(),
            private: None,
        };
        let renewed = client
            .raw
            .renew_ephemeral_resource(request)
            .await
            .unwrap()
            .into_inner();
        let request = proto::close_ephemeral_resource::Request {
            type_name: name.into(),
            private: None,
        };
        let closed = client
            .raw
            .close_ephemeral_resource(request)
            .await
            .unwrap()
            .into_inner();
        for diagnostics in [renewed.diagnostics, closed.diagnostics] {
            let summary = diagnostics.into_iter().next().map(|first| first.summary);
            assert_eq!(summary, expected);
        }
        assert!(renewed.renew_at.is_none());
    }
}

#[tokio::test]
async fn unknown_types_are_reported() {
    let mut client = client().await;
    let request = proto::validate_action_config::Request {
        type_name: "test_a".into(),
        config: None,
    };
    let invalid = client
        .raw
        .validate_action_config(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(invalid.diagnostics[0].summary, "no action `test_a`");
    let request = proto::plan_action::Request {
        action_type: "test_a".into(),
        ..Default::default()
    };
    let planned = client.raw.plan_action(request).await.unwrap().into_inner();
    assert_eq!(planned.diagnostics[0].summary, "no action `test_a`");
    let request = proto::invoke_action::Request {
        action_type: "test_a".into(),
        ..Default::default()
    };
    let mut events = client
        .raw
        .invoke_action(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        next(&mut events).await.unwrap(),
        "completed: no action `test_a`"
    );
    assert_eq!(next(&mut events).await, None);
    let request = proto::open_ephemeral_resource::Request {
        type_name: "test_e".into(),
        ..Default::default()
    };
    let opened = client
        .raw
        .open_ephemeral_resource(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        opened.diagnostics[0].summary,
        "no ephemeral resource `test_e`"
    );
}
