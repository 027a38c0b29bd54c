//! The server, called over gRPC as Terraform does.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

use std::time::Duration;

use async_trait::async_trait;
use tfplugin::proto;
use tfplugin::schema::{
    Attribute, Block, IdentityAttribute, IdentitySchema, NestedBlock, Nesting, Schema,
};
use tfplugin::testing::Client;
use tfplugin::{
    ApplyError, ApplyRequest, AttributePath, Context, DataSource, Diagnostic, Diagnostics,
    Function, FunctionError, ImportKey, ListRequest, ListResource, Listed, Listing, MoveRequest,
    Parameter, Plan, PlanRequest, Private, Provider, ReadOutcome, Resource, ResourceState, Server,
    Signature, Type, Value,
};

struct TestProvider;

#[async_trait]
impl Provider for TestProvider {
    fn address(&self) -> &'static str {
        "test/test/test"
    }

    fn about(&self) -> String {
        "a test".into()
    }

    fn schema(&self) -> Schema {
        let block = Block {
            attributes: vec![Attribute::optional("region", Type::String, "")],
            ..Block::default()
        };
        Schema { version: 0, block }
    }

    fn resources(&self) -> Vec<Box<dyn Resource>> {
        vec![Box::new(Thing)]
    }

    fn data_sources(&self) -> Vec<Box<dyn DataSource>> {
        vec![Box::new(Echo)]
    }

    fn list_resources(&self) -> Vec<Box<dyn ListResource>> {
        vec![Box::new(Things)]
    }

    fn functions(&self) -> Vec<Box<dyn Function>> {
        vec![Box::new(Join)]
    }

    async fn configure(
        &self,
        config: Value,
        _: &str,
        _: &Context,
    ) -> Result<Diagnostics, Diagnostics> {
        match config.get("region").as_str() {
            Some("nowhere") => Err(Diagnostic::error("no such region", "").into()),
            _ => Ok(Diagnostics::default()),
        }
    }
}

/// A search that finds objects without end, until it fails or panics as configured.
struct Things;

#[async_trait]
impl ListResource for Things {
    fn type_name(&self) -> &'static str {
        "test_thing"
    }

    fn schema(&self) -> Schema {
        let attributes = vec![
            Attribute::optional("fail_after", Type::Number, ""),
            Attribute::optional("panic_after", Type::Number, ""),
        ];
        Schema {
            version: 0,
            block: Block {
                attributes,
                ..Block::default()
            },
        }
    }

    async fn list(
        &self,
        request: ListRequest,
        found: &Listing,
        _: &Context,
    ) -> Result<(), Diagnostics> {
        for number in 0.. {
            if request.config.get("fail_after").as_i64() == Some(number) {
                return Err(Diagnostic::error("cannot list", "").into());
            }
            assert!(
                request.config.get("panic_after").as_i64() != Some(number),
                "out of order"
            );
            let identity = Value::object([("name", format!("t{number}").into())]);
            let state = request.include_resource.then(|| identity.clone());
            let listed = Listed {
                identity,
                display_name: format!("thing {number}"),
                state,
                warnings: Diagnostics::default(),
            };
            if !found.push(listed).await {
                break;
            }
        }
        Ok(())
    }
}

#[tokio::test]
async fn searches_end_with_the_limit_or_a_message() {
    let mut client = Client::connect(Server::new(TestProvider)).await;
    let config = |name: &str, number: i64| Value::object([(name, number.into())]);
    let (found, said) = client
        .list("test_thing", &Value::object::<String>([]), true, 40)
        .await;
    assert_eq!((found.len(), said.len()), (40, 0));
    assert_eq!(
        (found[39].1.as_str(), found[39].2.text("name")),
        ("thing 39", "t39")
    );
    let (found, said) = client
        .list("test_thing", &config("fail_after", 3), false, 0)
        .await;
    assert_eq!(
        (found.len(), said),
        (3, vec!["error: cannot list\n".to_owned()])
    );
    assert!(found[0].2.is_null());
    let (found, said) = client
        .list("test_thing", &config("panic_after", 1), false, 0)
        .await;
    assert_eq!(found.len(), 1);
    assert!(
        said[0].starts_with("error: the provider has a bug\nA panic ended this call: out of order"),
        "{said:?}"
    );
}

#[tokio::test]
async fn a_generated_configuration_is_what_can_be_written() {
    let mut client = Client::connect(Server::new(TestProvider)).await;
    let part = Value::object([("a", Value::object([("any", 1.into())]))]);
    let state = Value::object([
        ("name", "n".into()),
        ("id", "1".into()),
        ("part", part.clone()),
    ]);
    let config = client.generate("test_thing", &state).await.clean();
    assert_eq!((config.text("name"), config.get("id")), ("n", &Value::Null));
    assert_eq!(config.get("part").get("a").get("any").as_i64(), Some(1));
}

/// A resource whose `name` determines its behavior.
struct Thing;

fn present(state: Value) -> ResourceState {
    let identity = Some(Value::object([("name", state.get("name").clone())]));
    ResourceState {
        state,
        private: b"kept".to_vec(),
        identity,
        warnings: Diagnostics::default(),
    }
}

#[async_trait]
impl Resource for Thing {
    fn type_name(&self) -> &'static str {
        "test_thing"
    }

    fn schema(&self) -> Schema {
        let part = Block {
            attributes: vec![Attribute::optional("any", Type::Dynamic, "")],
            ..Block::default()
        };
        let attributes = vec![
            Attribute::required("name", Type::String, ""),
            Attribute::computed("id", Type::String, ""),
            Attribute::optional("old", Type::String, "").deprecated("use `name`"),
            Attribute::optional("password", Type::String, "")
                .write_only()
                .sensitive(),
        ];
        let blocks = vec![NestedBlock::new("part", Nesting::Map, part)];
        Schema {
            version: 1,
            block: Block {
                attributes,
                blocks,
                ..Block::default()
            },
        }
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        let name = IdentityAttribute {
            name: "name".into(),
            ty: Type::String,
            required_for_import: true,
            description: String::new(),
        };
        Some(IdentitySchema {
            version: 0,
            attributes: vec![name],
        })
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        match config.get("name").as_str() {
            Some("bad") => Diagnostic::error("bad name", "choose another")
                .at(AttributePath::root("name"))
                .into(),
            Some("panic") => panic!("out of order"),
            _ => Diagnostics::default(),
        }
    }

    async fn plan(&self, request: PlanRequest, _: &Context) -> Result<Plan, Diagnostics> {
        let mut planned = request.proposed;
        let mut requires_replace = Vec::new();
        match &request.prior {
            None => planned.set("id", Value::Unknown),
            Some(prior) if prior.get("name") != planned.get("name") => {
                requires_replace.push(AttributePath::root("name"));
            }
            Some(_) => {}
        }
        Ok(Plan {
            planned,
            requires_replace,
            private: b"planned".to_vec(),
            warnings: Diagnostics::default(),
        })
    }

    async fn create(
        &self,
        request: ApplyRequest,
        cx: &Context,
    ) -> Result<ResourceState, ApplyError> {
        let mut state = request.planned;
        state.set("id", "1");
        match state.get("name").as_str() {
            Some("half") => {
                let left = Some(Box::new(present(state)));
                Err(ApplyError {
                    diagnostics: Diagnostic::error("half done", "").into(),
                    partial_state: left,
                })
            }
            Some("slow") => {
                tokio::select! {
                    () = cx.cancelled.cancelled() => Err(Diagnostics::from(Diagnostic::error("stopped", "")).into()),
                    () = tokio::time::sleep(Duration::from_mins(1)) => Ok(present(state)),
                }
            }
            _ => Ok(present(state)),
        }
    }

    async fn read(
        &self,
        state: Value,
        _: Private,
        _: &Context,
    ) -> Result<ReadOutcome, Diagnostics> {
        match state.get("name").as_str() {
            Some("gone") => Ok(ReadOutcome::NotFound),
            Some("broken") => Err(Diagnostic::error("cannot read", "").into()),
            _ => Ok(ReadOutcome::Found(Box::new(present(state)))),
        }
    }

    async fn update(
        &self,
        request: ApplyRequest,
        _: &Context,
    ) -> Result<ResourceState, ApplyError> {
        Ok(present(request.planned))
    }

    async fn delete(&self, request: ApplyRequest, _: &Context) -> Result<Diagnostics, ApplyError> {
        match request.prior.get("name").as_str() {
            Some("stuck") => Err(Diagnostics::from(Diagnostic::error("stuck", "")).into()),
            _ => Ok(Diagnostics::default()),
        }
    }

    async fn import(&self, key: ImportKey, _: &Context) -> Result<ResourceState, Diagnostics> {
        let name = match key {
            ImportKey::Id(id) => id,
            ImportKey::Identity(identity) => {
                identity.get("name").as_str().unwrap_or_default().to_owned()
            }
        };
        Ok(present(Value::object([
            ("name", Value::from(name)),
            ("id", "1".into()),
        ])))
    }

    async fn upgrade(
        &self,
        version: i64,
        mut state: Value,
        raw: &[u8],
    ) -> Result<Value, Diagnostics> {
        if version == 0 && String::from_utf8_lossy(raw).contains("title") {
            state.set("name", "from title");
        }
        Ok(state)
    }

    async fn move_state(
        &self,
        request: &MoveRequest,
    ) -> Result<Option<ResourceState>, Diagnostics> {
        let known = request.source_type == "other_thing";
        Ok(known.then(|| {
            present(Value::object(
                [("name", "moved"), ("id", "1")].map(|(k, v)| (k, Value::from(v))),
            ))
        }))
    }
}

struct Echo;

#[async_trait]
impl DataSource for Echo {
    fn type_name(&self) -> &'static str {
        "test_echo"
    }

    fn schema(&self) -> Schema {
        let attributes = vec![
            Attribute::optional("value", Type::Dynamic, ""),
            Attribute::computed("echo", Type::Dynamic, ""),
        ];
        Schema {
            version: 0,
            block: Block {
                attributes,
                ..Block::default()
            },
        }
    }

    async fn read(&self, config: Value, _: &Context) -> Result<(Value, Diagnostics), Diagnostics> {
        let mut state = config.clone();
        state.set("echo", config.get("value").clone());
        Ok((state, Diagnostic::warning("an echo", "").into()))
    }
}

struct Join;

#[async_trait]
impl Function for Join {
    fn name(&self) -> &'static str {
        "join"
    }

    fn signature(&self) -> Signature {
        let parameter = |name: &str| Parameter {
            name: name.into(),
            ty: Type::String,
            description: String::new(),
            allow_null: false,
        };
        Signature {
            parameters: vec![parameter("separator")],
            variadic: Some(parameter("parts")),
            result: Type::String,
            summary: String::new(),
            description: String::new(),
        }
    }

    async fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let mut texts = arguments
            .iter()
            .map(|argument| argument.as_str().unwrap_or_default().to_owned());
        let separator = texts.next().unwrap_or_default();
        match separator.as_str() {
            "" => Err(FunctionError {
                text: "no separator".into(),
                argument: Some(0),
            }),
            "!" => panic!("not that one"),
            _ => Ok(texts.collect::<Vec<_>>().join(&separator).into()),
        }
    }
}

async fn client() -> Client {
    Client::connect(Server::new(TestProvider)).await
}

fn thing(name: &str) -> Value {
    let part = Value::object([(
        "A",
        Value::object([("any", Value::List(vec![1.into(), "x".into()]))]),
    )]);
    Value::object([("name", Value::from(name)), ("part", part)])
}

#[tokio::test]
async fn a_resource_goes_through_its_life() {
    let mut client = client().await;
    let config = thing("a");
    assert!(client.validate("test_thing", &config).await.is_empty());
    let plan = client.plan("test_thing", &Value::Null, &config).await;
    assert!(plan.value.get("id").is_unknown());
    assert_eq!(plan.private, b"planned");
    let created = client
        .apply("test_thing", &Value::Null, &plan.value, &config)
        .await;
    assert_eq!(created.private, b"kept");
    let state = created.clean();
    assert_eq!(state.get("id").as_str(), Some("1"));
    assert_eq!(
        state
            .get("part")
            .get("A")
            .get("any")
            .as_list()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(client.read("test_thing", &state).await.clean(), state);
    let replan = client.plan("test_thing", &state, &config).await;
    assert_eq!((&replan.value, replan.replaces.len()), (&state, 0));
    let renamed = client.plan("test_thing", &state, &thing("b")).await;
    assert_eq!(renamed.replaces, ["name"]);
    let gone = client
        .plan("test_thing", &state, &Value::Null)
        .await
        .clean();
    assert!(gone.is_null());
    assert!(
        client
            .apply("test_thing", &state, &gone, &Value::Null)
            .await
            .clean()
            .is_null()
    );
}

#[tokio::test]
async fn gone_is_not_failed() {
    let mut client = client().await;
    let gone = client.read("test_thing", &thing("gone")).await;
    assert!(gone.value.is_null() && gone.messages.is_empty());
    assert_eq!(
        client.read("test_thing", &thing("broken")).await.messages,
        ["error: cannot read\n"]
    );
}

#[tokio::test]
async fn what_exists_after_a_failure_is_kept() {
    let mut client = client().await;
    let config = thing("half");
    let planned = client.plan("test_thing", &Value::Null, &config).await.value;
    let half = client
        .apply("test_thing", &Value::Null, &planned, &config)
        .await;
    assert_eq!(
        (half.messages.as_slice(), half.value.get("id").as_str()),
        (["error: half done\n".to_owned()].as_slice(), Some("1"))
    );
    let mut stuck = thing("stuck");
    stuck.set("id", "1");
    let kept = client
        .apply("test_thing", &stuck, &Value::Null, &Value::Null)
        .await;
    assert_eq!(kept.value.get("name").as_str(), Some("stuck"));
}

#[tokio::test]
async fn a_panic_is_a_message_and_the_server_goes_on() {
    let mut client = client().await;
    let messages = client.validate("test_thing", &thing("panic")).await;
    assert!(
        messages[0].contains("the provider has a bug") && messages[0].contains("out of order"),
        "{messages:?}"
    );
    assert_eq!(
        client.validate("test_thing", &thing("bad")).await,
        ["error: bad name\nchoose another"]
    );
}

#[tokio::test]
async fn stopping_reaches_a_call_that_waits() {
    let mut client = client().await;
    let (mut other, config) = (client.clone(), thing("slow"));
    let planned = client.plan("test_thing", &Value::Null, &config).await.value;
    let waiting = tokio::spawn(async move {
        other
            .apply("test_thing", &Value::Null, &planned, &config)
            .await
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    client
        .raw
        .stop_provider(proto::stop_provider::Request {})
        .await
        .unwrap();
    let stopped = tokio::time::timeout(Duration::from_secs(5), waiting)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(stopped.messages, ["error: stopped\n"]);
    // A process that is being debugged also serves the next run.
    let schema = TestProvider.schema();
    assert!(
        client
            .configure(&Value::object::<String>([]), &schema)
            .await
            .is_empty()
    );
    let (mut other, config) = (client.clone(), thing("slow"));
    let planned = client.plan("test_thing", &Value::Null, &config).await.value;
    let waiting = tokio::spawn(async move {
        other
            .apply("test_thing", &Value::Null, &planned, &config)
            .await
    });
    assert!(
        tokio::time::timeout(Duration::from_millis(300), waiting)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn states_are_upgraded_and_imported_and_moved() {
    let mut client = client().await;
    let old = client
        .upgrade("test_thing", 0, br#"{"title":"t","id":"1"}"#)
        .await
        .clean();
    assert_eq!(
        (old.get("name").as_str(), old.get("id").as_str()),
        (Some("from title"), Some("1"))
    );
    assert_eq!(
        client
            .import("test_thing", "x")
            .await
            .clean()
            .get("name")
            .as_str(),
        Some("x")
    );
    let moved = |source: &str| proto::move_resource_state::Request {
        source_type_name: source.into(),
        target_type_name: "test_thing".into(),
        ..Default::default()
    };
    let answer = client
        .raw
        .move_resource_state(moved("other_thing"))
        .await
        .unwrap()
        .into_inner();
    assert!(answer.target_state.is_some() && answer.diagnostics.is_empty());
    let refused = client
        .raw
        .move_resource_state(moved("strange_thing"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        refused.diagnostics[0].summary,
        "cannot move `strange_thing` to `test_thing`"
    );
}

#[tokio::test]
async fn schemas_tell_all() {
    let mut client = client().await;
    let answer = client
        .raw
        .get_provider_schema(proto::get_provider_schema::Request {})
        .await
        .unwrap()
        .into_inner();
    let capabilities = answer.server_capabilities.unwrap();
    assert!(
        capabilities.plan_destroy
            && capabilities.get_provider_schema_optional
            && capabilities.move_resource_state
    );
    let thing = answer.resource_schemas["test_thing"].block.clone().unwrap();
    let attribute = |name: &str| {
        thing
            .attributes
            .iter()
            .find(|a| a.name == name)
            .unwrap()
            .clone()
    };
    assert!(attribute("password").write_only && attribute("password").sensitive);
    assert_eq!(
        (
            attribute("old").deprecated,
            attribute("old").deprecation_message.as_str()
        ),
        (true, "use `name`")
    );
    assert_eq!(
        thing.block_types[0].nesting(),
        proto::schema::nested_block::NestingMode::Map
    );
    let metadata = client
        .raw
        .get_metadata(proto::get_metadata::Request {})
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (
            metadata.resources.len(),
            metadata.data_sources.len(),
            metadata.functions.len()
        ),
        (1, 1, 1)
    );
    let identities = client
        .raw
        .get_resource_identity_schemas(proto::get_resource_identity_schemas::Request {})
        .await;
    assert!(
        identities.unwrap().into_inner().identity_schemas["test_thing"].identity_attributes[0]
            .required_for_import
    );
}

#[tokio::test]
async fn data_sources_and_functions_answer() {
    let mut client = client().await;
    let schema = Echo.schema();
    let config = Value::object([("value", Value::List(vec![Value::Null, true.into()]))]);
    let message = proto::DynamicValue {
        msgpack: tfplugin::codec::encode(&config, &schema.block),
        json: Vec::new(),
    };
    let request = proto::read_data_source::Request {
        type_name: "test_echo".into(),
        config: Some(message),
        ..Default::default()
    };
    let answer = client
        .raw
        .read_data_source(request)
        .await
        .unwrap()
        .into_inner();
    let state = tfplugin::codec::decode(&answer.state.unwrap().msgpack, &schema.block).unwrap();
    assert_eq!(state.get("echo"), state.get("value"));
    assert_eq!(answer.diagnostics[0].summary, "an echo");

    let argument = |text: &str| proto::DynamicValue {
        msgpack: tfplugin::codec::encode_value(&text.into(), &Type::String),
        json: Vec::new(),
    };
    let mut call = async |arguments: &[&str]| {
        let arguments = arguments.iter().map(|text| argument(text)).collect();
        let request = proto::call_function::Request {
            name: "join".into(),
            arguments,
        };
        client
            .raw
            .call_function(request)
            .await
            .unwrap()
            .into_inner()
    };
    let joined = call(&["-", "a", "b"]).await.result.unwrap();
    assert_eq!(
        tfplugin::codec::decode_value(&joined.msgpack, &Type::String)
            .unwrap()
            .as_str(),
        Some("a-b")
    );
    assert_eq!(call(&[""]).await.error.unwrap().function_argument, Some(0));
    assert!(
        call(&["!"])
            .await
            .error
            .unwrap()
            .text
            .contains("not that one")
    );
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let mut client = client().await;
    let request = proto::read_resource::Request {
        type_name: "test_other".into(),
        ..Default::default()
    };
    let answer = client
        .raw
        .read_resource(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answer.diagnostics[0].summary, "no resource `test_other`");
    let request = proto::open_ephemeral_resource::Request {
        type_name: "test_e".into(),
        ..Default::default()
    };
    let answer = client
        .raw
        .open_ephemeral_resource(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        answer.diagnostics[0].summary,
        "no ephemeral resource `test_e`"
    );
    let request = proto::list_resource::Request {
        type_name: "test_l".into(),
        ..Default::default()
    };
    let event = client
        .raw
        .list_resource(request)
        .await
        .unwrap()
        .into_inner()
        .message()
        .await
        .unwrap()
        .unwrap();
    assert_eq!(event.diagnostic[0].summary, "no list resource `test_l`");
    let request = proto::generate_resource_config::Request {
        type_name: "test_other".into(),
        state: None,
    };
    let answer = client
        .raw
        .generate_resource_config(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answer.diagnostics[0].summary, "no resource `test_other`");
}

#[tokio::test]
async fn configuration_may_be_refused() {
    let mut client = client().await;
    let schema = TestProvider.schema();
    assert!(
        client
            .configure(
                &Value::object([("region", "here")].map(|(k, v)| (k, Value::from(v)))),
                &schema
            )
            .await
            .is_empty()
    );
    let nowhere = Value::object([("region", Value::from("nowhere"))]);
    assert_eq!(
        client.configure(&nowhere, &schema).await,
        ["error: no such region\n"]
    );
}
