//! `resource "sfn_lambda_permission"`.

use async_trait::async_trait;
use sfn_aws::AwsError;
use sfn_aws::function::permission::{self, Permission};
use tfplugin::schema::{Attribute, Block, IdentitySchema, Schema};
use tfplugin::{
    ApplyRequest, AttributePath, Context, Diagnostic, Diagnostics, Failed, Found, ImportKey, MoveRequest, Plan,
    PlanRequest, Present, Private, Resource, Type, Value,
};

use crate::configuration::Shared;
use crate::known::known;
use crate::moving::Former;
use crate::{identity, messages, timeouts};

/// The type whose objects become permissions by a `moved` block.
const FORMER_TYPE: &str = "aws_lambda_permission";
/// What a permission is made of; it is replaced when any of it changes.
const PARTS: [&str; 11] = [
    "action",
    "function_name",
    "principal",
    "principal_org_id",
    "qualifier",
    "source_account",
    "source_arn",
    "statement_id",
    "event_source_token",
    "function_url_auth_type",
    "invoked_via_function_url",
];
/// The longest id (API reference, AddPermission).
const MAX_ID: usize = 100;

/// The resource.
pub struct FunctionPermission {
    shared: Shared,
}

impl FunctionPermission {
    /// The resource with the provider's configuration.
    pub fn new(shared: Shared) -> Self {
        Self { shared }
    }
}

#[async_trait]
impl Resource for FunctionPermission {
    fn type_name(&self) -> &'static str {
        "sfn_lambda_permission"
    }

    fn schema(&self) -> Schema {
        let string = |name: &str, description: &str| Attribute::optional(name, Type::String, description);
        let required = |name: &str, description: &str| Attribute::required(name, Type::String, description);
        let attributes = vec![
            required("action", "What is allowed, such as `lambda:InvokeFunction`."),
            required("function_name", "Name or ARN of the function."),
            required("principal", "Who may: a service such as `events.amazonaws.com`, an account, an ARN, or `*`."),
            string("principal_org_id", "The only organisation that may."),
            string("qualifier", "The version or alias that it is about; the function itself if absent."),
            string("source_account", "The only account that a service may call for."),
            string("source_arn", "The only object that a service may call for."),
            Attribute::optional_computed("statement_id", Type::String, "Id of the statement; made up if absent."),
            string("statement_id_prefix", "What a made-up id begins with."),
            string("event_source_token", "A token that Alexa has to send."),
            string("function_url_auth_type", "`AWS_IAM` or `NONE`, for calls of the function's address."),
            Attribute::optional(
                "invoked_via_function_url",
                Type::Bool,
                "Whether it holds for calls of the function's address alone.",
            ),
            Attribute::computed("id", Type::String, "The id of the statement."),
        ];
        let description =
            "Somebody who may call a Lambda function. A change replaces it. Any number of them for one function may \
                           be made at once."
                .into();
        Schema {
            version: 0,
            block: Block { attributes, blocks: vec![timeouts::block()], description, ..Block::default() },
        }
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(identity::schema_of(&[
            ("function_name", "Name of the function.", true),
            ("statement_id", "Id of the statement.", true),
            ("qualifier", "The version or alias that it is about.", false),
        ]))
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = timeouts::validate(config);
        let mut error = |name: &str, message: String, detail: &str| {
            diagnostics.push(Diagnostic::error(message, detail).at(AttributePath::root(name)));
        };
        let is_action = |action: &str| {
            let operation = action.strip_prefix("lambda:").unwrap_or_default();
            action == "*"
                || operation == "*"
                || (!operation.is_empty() && operation.chars().all(|c| c.is_ascii_alphabetic()))
        };
        if let Some(action) = config.get("action").as_str().filter(|action| !is_action(action)) {
            error(
                "action",
                format!("`{action}` is no action of Lambda"),
                "Write `lambda:InvokeFunction`, for example.",
            );
        }
        if let Some(account) = config.get("source_account").as_str()
            && (account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()))
        {
            error("source_account", format!("`{account}` is no account"), "An account has twelve digits.");
        }
        if !config.get("statement_id").is_null() && !config.get("statement_id_prefix").is_null() {
            let message = "both `statement_id` and `statement_id_prefix` are there";
            error("statement_id_prefix", message.into(), "Remove one of the two.");
        }
        let is_id = |id: &str| id.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) && !id.is_empty();
        for name in ["statement_id", "statement_id_prefix"] {
            if let Some(id) = config.get(name).as_str().filter(|id| !is_id(id) || id.len() > MAX_ID) {
                let detail = "Write 1 to 100 letters, digits, `-` and `_`.";
                error(name, format!("`{id}` is no id of a statement"), detail);
            }
        }
        // A service is anybody's: without a source any account could have it call the function.
        let service = config.get("principal").as_str().filter(|principal| principal.ends_with(".amazonaws.com"));
        let bound = ["source_account", "source_arn", "principal_org_id"];
        if let Some(service) = service.filter(|_| bound.iter().all(|name| config.get(name).is_null())) {
            let detail = "Write `source_arn` or `source_account`, so that only your own objects can.";
            let message = format!("`{service}` may call the function for any account");
            diagnostics.push(Diagnostic::warning(message, detail).at(AttributePath::root("principal")));
        }
        diagnostics
    }

    async fn plan(&self, request: PlanRequest, cx: &Context) -> Result<Plan, Diagnostics> {
        let mut planned = request.proposed;
        let Some(prior) = request.prior else {
            self.shared.check_access(cx).await?;
            if planned.get("statement_id").is_null() {
                planned.set("statement_id", Value::Unknown);
            }
            planned.set("id", planned.get("statement_id").clone());
            return Ok(Plan { planned, ..Plan::default() });
        };
        if request.config.get("statement_id").is_null() {
            let same = prior.get("statement_id_prefix") == planned.get("statement_id_prefix");
            planned.set("statement_id", if same { prior.get("statement_id").clone() } else { Value::Unknown });
        }
        planned.set("id", planned.get("statement_id").clone());
        let replaced = PARTS.into_iter().filter(|name| prior.get(name) != planned.get(name));
        let requires_replace = replaced.map(AttributePath::root).collect();
        Ok(Plan { planned, requires_replace, ..Plan::default() })
    }

    async fn create(&self, request: ApplyRequest, cx: &Context) -> Result<Present, Failed> {
        let configured = self.shared.get()?;
        let call = timeouts::call(&request.planned, "create", cx);
        let mut state = request.planned;
        if state.get("statement_id").is_unknown() {
            state.set("statement_id", identity::made_up_name(state.get("statement_id_prefix").as_str()));
        }
        state.set("id", state.get("statement_id").clone());
        let state = known(state);
        let function = state.text("function_name");
        let added = permission::add(&configured.aws, &call, function, qualifier(&state), &wanted(&state)).await;
        added.map_err(|error| refused("add", &state, &error))?;
        Ok(present(state))
    }

    async fn read(&self, state: Value, _: Private, cx: &Context) -> Result<Found, Diagnostics> {
        let configured = self.shared.get()?;
        let (function, id, prior) = (state.text("function_name"), state.text("statement_id"), wanted(&state));
        let call = timeouts::read(cx);
        let found = permission::find(&configured.aws, &call, function, qualifier(&state), id, Some(&prior)).await;
        let found = found.map_err(|error| refused("read", &state, &error))?;
        Ok(found.map_or(Found::Gone, |found| Found::Present(Box::new(present(state_of(found, state))))))
    }

    async fn update(&self, request: ApplyRequest, _: &Context) -> Result<Present, Failed> {
        // What could differ is how long it may take, and what a made-up id begins with.
        Ok(present(known(request.planned)))
    }

    async fn delete(&self, request: ApplyRequest, cx: &Context) -> Result<Diagnostics, Failed> {
        let configured = self.shared.get()?;
        let (call, state) = (timeouts::call(&request.prior, "delete", cx), &request.prior);
        let (function, id) = (state.text("function_name"), state.text("statement_id"));
        let removed = permission::remove(&configured.aws, &call, function, qualifier(state), id).await;
        removed.map_err(|error| refused("remove", state, &error))?;
        Ok(Diagnostics::default())
    }

    async fn import(&self, key: ImportKey, cx: &Context) -> Result<Present, Diagnostics> {
        let configured = self.shared.get()?;
        let (function, qualifier, id) = match key {
            ImportKey::Id(id) => {
                let Some((function, statement)) = id.rsplit_once('/') else {
                    let detail = "Give `FUNCTION/ID`, or `FUNCTION:ALIAS/ID`, such as `charge-card:live/from-events`.";
                    return Err(Diagnostic::error(format!("`{id}` is no permission of a function"), detail).into());
                };
                let (function, qualifier) = without_qualifier(function);
                (function, qualifier, statement.to_owned())
            }
            ImportKey::Identity(identity) => {
                let own = |name: &str| identity.text(name).to_owned();
                let qualifier = identity.get("qualifier").as_str().map(str::to_owned);
                (own("function_name"), qualifier, own("statement_id"))
            }
        };
        let call = timeouts::read(cx);
        let found = permission::find(&configured.aws, &call, &function, qualifier.as_deref(), &id, None).await;
        let doing = format!("import the permission `{id}` of `{function}`");
        match found.map_err(|error| messages::of_aws(&doing, &error))? {
            Some(found) => {
                let state = Value::object([("function_name", function.into()), ("qualifier", qualifier.into())]);
                Ok(present(state_of(found, state)))
            }
            None => {
                let detail = "Check the account, the region and the names.";
                Err(Diagnostic::error(format!("the function `{function}` has no permission `{id}`"), detail).into())
            }
        }
    }

    async fn take_over(&self, request: &MoveRequest) -> Result<Option<Present>, Diagnostics> {
        let Some(former) = Former::of(request, FORMER_TYPE)? else { return Ok(None) };
        let mut state = Value::object(PARTS.map(|name| (name, former.value(name))));
        let via_url = former.flag("invoked_via_function_url");
        state.set("invoked_via_function_url", if via_url { true.into() } else { Value::Null });
        state.set("statement_id_prefix", former.value("statement_id_prefix"));
        state.set("id", former.value("statement_id"));
        Ok(Some(present(state)))
    }
}

fn qualifier(state: &Value) -> Option<&str> {
    state.get("qualifier").as_str().filter(|text| !text.is_empty())
}

/// A name or ARN of a function, and the version or alias behind it.
pub fn without_qualifier(function: &str) -> (String, Option<String>) {
    let parts: Vec<&str> = function.split(':').collect();
    match parts.as_slice() {
        [arn @ .., qualifier] if arn.len() == 7 => (arn.join(":"), Some((*qualifier).to_owned())),
        [name, qualifier] => ((*name).to_owned(), Some((*qualifier).to_owned())),
        _ => (function.to_owned(), None),
    }
}

fn wanted(state: &Value) -> Permission {
    let own = |name: &str| state.get(name).as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    Permission {
        statement_id: state.text("statement_id").to_owned(),
        action: state.text("action").to_owned(),
        principal: state.text("principal").to_owned(),
        principal_org_id: own("principal_org_id"),
        source_account: own("source_account"),
        source_arn: own("source_arn"),
        event_source_token: own("event_source_token"),
        function_url_auth_type: own("function_url_auth_type"),
        invoked_via_function_url: state.get("invoked_via_function_url").as_bool(),
    }
}

fn state_of(found: Permission, mut state: Value) -> Value {
    state.set("id", found.statement_id.as_str());
    state.set("statement_id", found.statement_id);
    state.set("action", found.action);
    state.set("principal", found.principal);
    state.set("principal_org_id", found.principal_org_id);
    state.set("source_account", found.source_account);
    state.set("source_arn", found.source_arn);
    state.set("event_source_token", found.event_source_token);
    state.set("function_url_auth_type", found.function_url_auth_type);
    state.set("invoked_via_function_url", found.invoked_via_function_url.map_or(Value::Null, Value::from));
    state
}

fn present(state: Value) -> Present {
    identity::present(state, &["function_name", "statement_id", "qualifier"])
}

fn refused(verb: &str, state: &Value, error: &AwsError) -> Diagnostics {
    let doing =
        format!("{verb} the permission of `{}` to call `{}`", state.text("principal"), state.text("function_name"));
    messages::of_aws(&doing, error).into()
}
