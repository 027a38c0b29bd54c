//! `resource "sfn_lambda_alias"`.

use asl::wiring::Kind;
use async_trait::async_trait;
use sfn_aws::AwsError;
use sfn_aws::function::alias::{self, Wanted};
use sfn_aws::function::name_of;
use tfplugin::schema::{Attribute, Block, IdentitySchema, NestedBlock, Nesting, Schema};
use tfplugin::{
    ApplyRequest, AttributePath, Context, Diagnostic, Diagnostics, Failed, Found, ImportKey, MoveRequest, Number, Plan,
    PlanRequest, Present, Private, Resource, Type, Value,
};

use crate::configuration::Shared;
use crate::function::invoke_arn;
use crate::known::known;
use crate::moving::Former;
use crate::{identity, messages, timeouts};

/// The block of the weights.
const ROUTING: &str = "routing_config";
/// The attribute of the weights.
const WEIGHTS: &str = "additional_version_weights";
/// The type whose objects become aliases by a `moved` block.
const FORMER_TYPE: &str = "aws_lambda_alias";

/// The resource.
pub struct FunctionAlias {
    shared: Shared,
}

impl FunctionAlias {
    /// The resource with the provider's configuration.
    pub fn new(shared: Shared) -> Self {
        Self { shared }
    }
}

#[async_trait]
impl Resource for FunctionAlias {
    fn type_name(&self) -> &'static str {
        "sfn_lambda_alias"
    }

    fn schema(&self) -> Schema {
        let required = |name: &str, description: &str| Attribute::required(name, Type::String, description);
        let computed = |name: &str, description: &str| Attribute::computed(name, Type::String, description);
        let attributes = vec![
            required("name", "Name. A change replaces the alias."),
            required("function_name", "Name or ARN of the function. A change replaces the alias."),
            required("function_version", "The version that it leads to, such as `sfn_lambda_function.f.version`."),
            Attribute::optional("description", Type::String, "A text for people."),
            computed("id", "The ARN."),
            computed("arn", "ARN, by which a workflow calls the function."),
            computed("invoke_arn", "ARN by which API Gateway calls the function."),
        ];
        let weights = Attribute::optional(
            WEIGHTS,
            Type::map(Type::Number),
            "The share of calls, from 0 to 1, that each of these versions gets; the rest goes to `function_version`.",
        );
        let description = "Another version that gets some of the calls.".into();
        let routing = Block { attributes: vec![weights], description, ..Block::default() };
        let block = Block {
            attributes,
            blocks: vec![NestedBlock::new(ROUTING, Nesting::Single, routing), timeouts::block()],
            description: "A name for a version of a Lambda function, or for two among which calls are divided.".into(),
            ..Block::default()
        };
        Schema { version: 0, block }
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        let attributes = [("function_name", "Name of the function.", true), ("name", "Name of the alias.", true)];
        Some(identity::schema_of(&attributes))
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = timeouts::validate(config);
        let weights = config.get(ROUTING).get(WEIGHTS);
        let at = || AttributePath::root(ROUTING).attribute(WEIGHTS);
        for (version, weight) in weights.as_map().into_iter().flatten() {
            let share = weight.as_number().and_then(share_of);
            if !weight.is_unknown() && !share.is_some_and(|share| (0.0..=1.0).contains(&share)) {
                let detail = "A weight is the share of calls, from 0 to 1: one in ten is `0.1`.";
                let message = format!("the weight of version {version} is out of range");
                diagnostics.push(Diagnostic::error(message, detail).at(at()));
            }
            if config.get("function_version").as_str() == Some(version) {
                let detail = "`function_version` gets what the others leave: write the other version here.";
                let message = format!("version {version} is named twice");
                diagnostics.push(Diagnostic::error(message, detail).at(at()));
            }
        }
        if weights.as_map().is_some_and(|weights| weights.len() > 1) {
            let detail = "An alias divides calls between two versions: write one here.";
            diagnostics.push(Diagnostic::error("there are more than two versions", detail).at(at()));
        }
        diagnostics
    }

    async fn plan(&self, request: PlanRequest, cx: &Context) -> Result<Plan, Diagnostics> {
        let mut planned = request.proposed;
        let Some(prior) = request.prior else {
            self.shared.check_access(cx).await?;
            self.shared.making.note(Kind::Function, name_of(planned.text("function_name")));
            ["id", "arn", "invoke_arn"].into_iter().for_each(|name| planned.set(name, Value::Unknown));
            return Ok(Plan { planned, ..Plan::default() });
        };
        // An ARN and the name in it are the same function.
        if name_of(prior.text("function_name")) == name_of(planned.text("function_name")) {
            let before = prior.get("function_name").clone();
            planned.set("function_name", before);
        }
        let replaced = ["name", "function_name"].into_iter().filter(|name| prior.get(name) != planned.get(name));
        let requires_replace = replaced.map(AttributePath::root).collect();
        Ok(Plan { planned, requires_replace, ..Plan::default() })
    }

    async fn create(&self, request: ApplyRequest, cx: &Context) -> Result<Present, Failed> {
        let configured = self.shared.get()?;
        let call = timeouts::call(&request.planned, "create", cx);
        let state = known(request.planned);
        let (function, name) = (state.text("function_name"), state.text("name"));
        let created = alias::create(&configured.aws, &call, function, name, &wanted(&state)).await;
        let arn = created.map_err(|error| refused("create", &state, &error))?;
        Ok(present(with_arn(state, &arn)))
    }

    async fn read(&self, state: Value, _: Private, cx: &Context) -> Result<Found, Diagnostics> {
        let configured = self.shared.get()?;
        let (function, name) = (state.text("function_name"), state.text("name"));
        let described = alias::describe(&configured.aws, &timeouts::read(cx), function, name).await;
        let described = described.map_err(|error| refused("read", &state, &error))?;
        Ok(described.map_or(Found::Gone, |(arn, found)| {
            Found::Present(Box::new(present(with_arn(state_of(&found, state), &arn))))
        }))
    }

    async fn update(&self, request: ApplyRequest, cx: &Context) -> Result<Present, Failed> {
        let configured = self.shared.get()?;
        let call = timeouts::call(&request.planned, "update", cx);
        let state = known(request.planned);
        if wanted(&state) != wanted(&request.prior) {
            let (function, name) = (state.text("function_name"), state.text("name"));
            let updated = alias::update(&configured.aws, &call, function, name, &wanted(&state)).await;
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
        let (function, name) = (request.prior.text("function_name"), request.prior.text("name"));
        let deleted = alias::delete(&configured.aws, &call, function, name).await;
        deleted.map_err(|error| refused("delete", &request.prior, &error))?;
        Ok(Diagnostics::default())
    }

    async fn import(&self, key: ImportKey, cx: &Context) -> Result<Present, Diagnostics> {
        let configured = self.shared.get()?;
        let (function, name) = match key {
            ImportKey::Id(id) => {
                let parts: Vec<&str> = id.split(':').collect();
                match (parts.as_slice(), id.split_once('/')) {
                    (["arn", _, "lambda", _, _, "function", function, alias], _) => {
                        ((*function).to_owned(), (*alias).to_owned())
                    }
                    (_, Some((function, alias))) => (function.to_owned(), alias.to_owned()),
                    _ => {
                        let detail = "Give `FUNCTION/ALIAS`, such as `charge-card/live`, or the ARN of the alias.";
                        return Err(Diagnostic::error(format!("`{id}` is no alias of a function"), detail).into());
                    }
                }
            }
            ImportKey::Identity(identity) => {
                (identity.text("function_name").to_owned(), identity.text("name").to_owned())
            }
        };
        let described = alias::describe(&configured.aws, &timeouts::read(cx), &function, &name).await;
        let doing = format!("import the alias `{name}` of `{function}`");
        match described.map_err(|error| messages::of_aws(&doing, &error))? {
            Some((arn, found)) => {
                let state = Value::object([("name", name.into()), ("function_name", function.into())]);
                Ok(present(with_arn(state_of(&found, state), &arn)))
            }
            None => {
                let detail = "Check the account, the region and the names.";
                Err(Diagnostic::error(format!("the function `{function}` has no alias `{name}`"), detail).into())
            }
        }
    }

    async fn take_over(&self, request: &MoveRequest) -> Result<Option<Present>, Diagnostics> {
        let Some(former) = Former::of(request, FORMER_TYPE)? else { return Ok(None) };
        let weights = former.blocks(ROUTING).map(|block| block.numbers(WEIGHTS)).next().unwrap_or_default();
        let found = Wanted {
            version: former.text("function_version").unwrap_or_default(),
            description: former.text("description"),
            weights,
        };
        let state = Value::object([("name", former.value("name")), ("function_name", former.value("function_name"))]);
        Ok(Some(present(with_arn(state_of(&found, state), &former.text("arn").unwrap_or_default()))))
    }
}

/// A share as a float; the decimal digits are what counts, not the bits.
fn share_of(number: &Number) -> Option<f64> {
    number.to_string().parse().ok()
}

fn number_of(share: f64) -> Value {
    share.to_string().parse::<Number>().map_or(Value::Null, Value::from)
}

fn wanted(state: &Value) -> Wanted {
    let weights = state.get(ROUTING).get(WEIGHTS).as_map().into_iter().flatten();
    let weights = weights.filter_map(|(version, weight)| Some((version.clone(), share_of(weight.as_number()?)?)));
    Wanted {
        version: state.text("function_version").to_owned(),
        description: state.get("description").as_str().filter(|text| !text.is_empty()).map(str::to_owned),
        weights: weights.collect(),
    }
}

/// The state with what was found; what was written stays where it says the same.
fn state_of(found: &Wanted, mut state: Value) -> Value {
    let before = wanted(&state);
    state.set("function_version", found.version.as_str());
    if before.description != found.description {
        state.set("description", found.description.clone());
    }
    if before.weights != found.weights {
        let weight = |(version, weight): (&String, &f64)| (version.clone(), number_of(*weight));
        let block = Value::object([(WEIGHTS, Value::object(found.weights.iter().map(weight)))]);
        state.set(ROUTING, if found.weights.is_empty() { Value::Null } else { block });
    }
    state
}

fn with_arn(mut state: Value, arn: &str) -> Value {
    state.set("id", arn);
    state.set("arn", arn);
    state.set("invoke_arn", invoke_arn(arn));
    state
}

fn present(state: Value) -> Present {
    identity::present(state, &["function_name", "name"])
}

fn refused(verb: &str, state: &Value, error: &AwsError) -> Diagnostics {
    let doing = format!("{verb} the alias `{}` of `{}`", state.text("name"), state.text("function_name"));
    messages::of_aws(&doing, error).into()
}
