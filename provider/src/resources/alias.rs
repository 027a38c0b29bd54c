//! `resource "sfn_alias"`.

use async_trait::async_trait;
use sfn_aws::alias::{self, Described, Route, Wanted};
use tfplugin::schema::{Attribute, Block, IdentitySchema, NestedBlock, Nesting, Schema};
use tfplugin::{
    ApplyRequest, AttributePath, Context, Diagnostic, Diagnostics, Failed, Found, ImportKey, MoveRequest, Plan,
    PlanRequest, Present, Private, Resource, Type, Value,
};

use crate::configuration::Shared;
use crate::known::known;
use crate::moving::Former;
use crate::{identity, messages, timeouts};

/// The block of the routes.
const ROUTES: &str = "routing_configuration";
/// The longest name (API reference, CreateStateMachineAlias).
const MAX_NAME: usize = 80;
/// The longest description, in characters (API reference, CreateStateMachineAlias).
const MAX_DESCRIPTION: usize = 256;
/// The type whose objects become aliases by a `moved` block.
const FORMER_TYPE: &str = "aws_sfn_alias";

/// The resource.
pub struct Alias {
    shared: Shared,
}

impl Alias {
    /// The resource with the provider's configuration.
    pub fn new(shared: Shared) -> Self {
        Self { shared }
    }
}

#[async_trait]
impl Resource for Alias {
    fn type_name(&self) -> &'static str {
        "sfn_alias"
    }

    fn schema(&self) -> Schema {
        let string = |name: &str, description: &str| Attribute::optional(name, Type::String, description);
        let computed = |name: &str, description: &str| Attribute::computed(name, Type::String, description);
        let attributes = vec![
            Attribute::required("name", Type::String, "Name. A change replaces the alias."),
            string("description", "A text for people."),
            computed("id", "The ARN."),
            computed("arn", "ARN, by which executions are started."),
            computed("creation_date", "When it was created."),
        ];
        let block = Block {
            attributes,
            blocks: vec![routes_block(), timeouts::block()],
            description: "A name for one version of a state machine, or for two among which executions are divided."
                .into(),
            ..Block::default()
        };
        Schema { version: 0, block }
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(identity::schema("arn", "ARN of the alias."))
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = timeouts::validate(config);
        diagnostics.extend(validate_texts(config));
        diagnostics.extend(validate_routes(config));
        diagnostics
    }

    async fn plan(&self, request: PlanRequest, cx: &Context) -> Result<Plan, Diagnostics> {
        let mut planned = request.proposed;
        let Some(prior) = request.prior else {
            self.shared.check_access(cx).await?;
            ["id", "arn", "creation_date"].into_iter().for_each(|name| planned.set(name, Value::Unknown));
            return Ok(Plan { planned, ..Plan::default() });
        };
        let renamed = prior.get("name") != planned.get("name");
        let (before, after) = (machine(&prior), machine(&planned));
        let moved = after.is_some() && before != after;
        let replaced = [(renamed, "name"), (moved, ROUTES)].into_iter().filter(|(replaced, _)| *replaced);
        let requires_replace = replaced.map(|(_, name)| AttributePath::root(name)).collect();
        Ok(Plan { planned, requires_replace, ..Plan::default() })
    }

    async fn create(&self, request: ApplyRequest, cx: &Context) -> Result<Present, Failed> {
        let configured = self.shared.get()?;
        let call = timeouts::call(&request.planned, "create", cx);
        let mut state = known(request.planned);
        let created = alias::create(&configured.aws, &call, state.text("name"), &wanted(&state)).await;
        let (arn, date) = created.map_err(|error| refused("create", &state, &error))?;
        state.set("id", arn.clone());
        state.set("arn", arn);
        state.set("creation_date", date);
        Ok(present(state))
    }

    async fn read(&self, state: Value, _: Private, cx: &Context) -> Result<Found, Diagnostics> {
        let configured = self.shared.get()?;
        let described = alias::describe(&configured.aws, &timeouts::read(cx), state.text("arn")).await;
        let described = described.map_err(|error| refused("read", &state, &error))?;
        Ok(described.map_or(Found::Gone, |found| Found::Present(Box::new(present(state_of(&found, &state))))))
    }

    async fn update(&self, request: ApplyRequest, cx: &Context) -> Result<Present, Failed> {
        let configured = self.shared.get()?;
        let call = timeouts::call(&request.planned, "update", cx);
        let state = known(request.planned);
        if wanted(&state) != wanted(&request.prior) {
            let updated = alias::update(&configured.aws, &call, state.text("arn"), &wanted(&state)).await;
            updated.map_err(|error| Failed {
                diagnostics: refused("update", &state, &error),
                left: Some(Box::new(present(request.prior.clone()))),
            })?;
        }
        Ok(present(state))
    }

    async fn delete(&self, request: ApplyRequest, cx: &Context) -> Result<Diagnostics, Failed> {
        let configured = self.shared.get()?;
        let call = timeouts::call(&request.prior, "delete", cx);
        let deleted = alias::delete(&configured.aws, &call, request.prior.text("arn")).await;
        deleted.map_err(|error| refused("delete", &request.prior, &error))?;
        Ok(Diagnostics::default())
    }

    async fn import(&self, key: ImportKey, cx: &Context) -> Result<Present, Diagnostics> {
        let configured = self.shared.get()?;
        let id = identity::imported(key, "arn");
        let parts: Vec<&str> = id.split(':').collect();
        if !matches!(parts.as_slice(), ["arn", _, "states", _, _, "stateMachine", _, alias] if alias.parse::<u64>().is_err())
        {
            let detail = "Give the ARN of an alias, such as \
                          `arn:aws:states:eu-west-1:123456789012:stateMachine:orders:live`.";
            return Err(Diagnostic::error(format!("`{id}` is no ARN of an alias"), detail).into());
        }
        let described = alias::describe(&configured.aws, &timeouts::read(cx), &id).await;
        match described.map_err(|error| messages::of_aws(&format!("import the alias `{id}`"), &error))? {
            Some(found) => Ok(present(state_of(&found, &Value::Null))),
            None => {
                let detail = "Check the account, the region and the names in the ARN.";
                Err(Diagnostic::error(format!("there is no alias `{id}`"), detail).into())
            }
        }
    }

    async fn take_over(&self, request: &MoveRequest) -> Result<Option<Present>, Diagnostics> {
        let Some(former) = Former::of(request, FORMER_TYPE)? else { return Ok(None) };
        let route = |route: Former| Route {
            version_arn: route.text("state_machine_version_arn").unwrap_or_default(),
            weight: route.number("weight").and_then(|weight| i32::try_from(weight).ok()).unwrap_or_default(),
        };
        let described = Described {
            arn: former.text("arn").unwrap_or_default(),
            name: former.text("name").unwrap_or_default(),
            creation_date: former.text("creation_date").unwrap_or_default(),
            wanted: Wanted {
                description: former.text("description"),
                routes: former.blocks(ROUTES).map(route).collect(),
            },
        };
        Ok(Some(present(state_of(&described, &Value::Null))))
    }
}

fn routes_block() -> NestedBlock {
    let attributes = vec![
        Attribute::required("state_machine_version_arn", Type::String, "ARN of a version of the state machine."),
        Attribute::required("weight", Type::Number, "The share of executions that it gets, from 0 to 100."),
    ];
    let description = "A version that the alias leads to. There are one or two, whose weights are 100 together.";
    let block = Block { attributes, description: description.into(), ..Block::default() };
    NestedBlock { min_items: 1, max_items: 2, ..NestedBlock::new(ROUTES, Nesting::List, block) }
}

fn validate_texts(config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if let Some(name) = config.get("name").as_str() {
        let wrong = if name.is_empty() || name.len() > MAX_NAME || !name.chars().all(allowed) {
            Some("Write 1 to 80 letters, digits, `-`, `_` and `.`.")
        } else if name.bytes().all(|byte| byte.is_ascii_digit()) {
            Some("A name of digits alone would be the number of a version: add a letter.")
        } else {
            None
        };
        if let Some(detail) = wrong {
            let error = Diagnostic::error(format!("`{name}` is no name of an alias"), detail);
            diagnostics.push(error.at(AttributePath::root("name")));
        }
    }
    let length = config.get("description").as_str().map_or(0, |text| text.chars().count());
    if length > MAX_DESCRIPTION {
        let error = Diagnostic::error(
            format!("the description has {length} characters"),
            format!("Write at most {MAX_DESCRIPTION}."),
        );
        diagnostics.push(error.at(AttributePath::root("description")));
    }
    diagnostics
}

fn validate_routes(config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let routes = config.get(ROUTES).as_list().unwrap_or_default();
    let at = |index: usize, name: &str| AttributePath::root(ROUTES).index(index).attribute(name);
    let mut weights = Vec::new();
    let mut versions: Vec<&str> = Vec::new();
    for (index, route) in routes.iter().enumerate() {
        let weight = route.get("weight");
        weights.push(weight.as_i64());
        if !weight.is_unknown() && !weight.as_i64().is_some_and(|weight| (0..=100).contains(&weight)) {
            let detail = "A weight is a whole number from 0 to 100, in percent.";
            diagnostics.push(Diagnostic::error("the weight is out of range", detail).at(at(index, "weight")));
        }
        let Some(version) = route.get("state_machine_version_arn").as_str() else { continue };
        let place = at(index, "state_machine_version_arn");
        if machine_of(version).is_none() {
            let detail = "An alias leads to versions: write the `state_machine_version_arn` of a state machine with \
                          `publish = true`, which ends in the number of the version.";
            diagnostics.push(Diagnostic::error(format!("`{version}` is no ARN of a version"), detail).at(place));
        } else if versions.contains(&version) {
            let detail = "Write two different versions, or one with the weight 100.";
            diagnostics.push(Diagnostic::error("the alias names the same version twice", detail).at(place));
        } else if versions.iter().any(|other| machine_of(other) != machine_of(version)) {
            let detail = "Both versions belong to the same state machine.";
            diagnostics.push(Diagnostic::error("the versions are of different state machines", detail).at(place));
        }
        versions.push(version);
    }
    let total: Option<i64> = weights.iter().copied().sum();
    if let (Some(total), Some(last)) = (total, routes.len().checked_sub(1))
        && total != 100
        && diagnostics.is_empty()
    {
        let detail = "The weights of an alias are 100 together.";
        diagnostics.push(Diagnostic::error(format!("the weights make {total}"), detail).at(at(last, "weight")));
    }
    diagnostics
}

/// The ARN of the state machine that a version belongs to; `None` for what is no ARN of a version.
fn machine_of(version: &str) -> Option<&str> {
    let (machine, number) = version.rsplit_once(':')?;
    number.parse::<u64>().ok()?;
    (machine.starts_with("arn:") && machine.contains(":stateMachine:")).then_some(machine)
}

/// The state machine that an alias belongs to, while that is known.
fn machine(state: &Value) -> Option<&str> {
    let routes = state.get(ROUTES).as_list()?;
    routes.iter().find_map(|route| machine_of(route.get("state_machine_version_arn").as_str()?))
}

/// What a state asks for.
fn wanted(state: &Value) -> Wanted {
    let route = |route: &Value| Route {
        version_arn: route.get("state_machine_version_arn").as_str().unwrap_or_default().to_owned(),
        weight: route.get("weight").as_i64().and_then(|weight| i32::try_from(weight).ok()).unwrap_or_default(),
    };
    let routes = state.get(ROUTES).as_list().unwrap_or_default().iter().map(route).collect();
    let description = state.get("description").as_str().filter(|text| !text.is_empty());
    Wanted { description: description.map(str::to_owned), routes }
}

/// The state of an alias; what was written stays where it says the same.
fn state_of(found: &Described, prior: &Value) -> Value {
    let before = wanted(prior);
    let same_routes =
        Wanted { description: None, ..before.clone() }.is_same(&Wanted { description: None, ..found.wanted.clone() });
    let route = |route: &Route| {
        let version = Value::from(route.version_arn.as_str());
        Value::object([("state_machine_version_arn", version), ("weight", i64::from(route.weight).into())])
    };
    let routes = Value::List(found.wanted.routes.iter().map(route).collect());
    let same_text = before.description == found.wanted.description && !prior.is_null();
    let description = found.wanted.description.as_deref().map_or(Value::Null, Value::from);
    Value::object([
        ("name", found.name.as_str().into()),
        ("description", if same_text { prior.get("description").clone() } else { description }),
        ("id", found.arn.as_str().into()),
        ("arn", found.arn.as_str().into()),
        ("creation_date", found.creation_date.as_str().into()),
        (ROUTES, if same_routes { prior.get(ROUTES).clone() } else { routes }),
        ("timeouts", prior.get("timeouts").clone()),
    ])
}

fn present(state: Value) -> Present {
    identity::present(state, &["arn"])
}

fn refused(verb: &str, state: &Value, error: &sfn_aws::AwsError) -> Diagnostics {
    messages::of_aws(&format!("{verb} the alias `{}`", state.text("name")), error).into()
}
