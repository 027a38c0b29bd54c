//! `resource "sfn_cloudwatch_log_group"`.

use async_trait::async_trait;
use sfn_aws::log_group::{self, Described, Wanted};
use tfplugin::schema::{Attribute, Block, IdentitySchema, Schema};
use tfplugin::{
    ApplyRequest, AttributePath, Context, Diagnostic, Diagnostics, Failed, Found, ImportKey, MoveRequest, Plan,
    PlanRequest, Present, Private, Resource, Type, Value,
};

use crate::configuration::{Configured, Shared};
use crate::known::known;
use crate::moving::Former;
use crate::{identity, messages, tags, timeouts};

/// The longest name (API reference, CreateLogGroup).
const MAX_NAME: usize = 512;
/// For how many days events can be kept (API reference, PutRetentionPolicy).
const RETENTIONS: [i64; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];
const CLASSES: [&str; 3] = ["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"];
/// The type whose objects become log groups by a `moved` block.
const FORMER_TYPE: &str = "aws_cloudwatch_log_group";

/// The resource.
pub struct LogGroup {
    shared: Shared,
}

impl LogGroup {
    /// The resource with the provider's configuration.
    pub fn new(shared: Shared) -> Self {
        Self { shared }
    }
}

#[async_trait]
impl Resource for LogGroup {
    fn type_name(&self) -> &'static str {
        "sfn_cloudwatch_log_group"
    }

    fn schema(&self) -> Schema {
        let string = |name: &str, description: &str| Attribute::optional(name, Type::String, description);
        let mut attributes = vec![
            Attribute::optional_computed(
                "name",
                Type::String,
                "Name; made up if absent. Below `/aws/vendedlogs/` logs of state machines need no resource policy. A change replaces \
                 the log group.",
            ),
            string("name_prefix", "What a made-up name begins with. A change replaces the log group."),
            Attribute::optional(
                "retention_in_days",
                Type::Number,
                "For how many days events are kept; for ever if absent or 0.",
            ),
            string("kms_key_id", "ARN of the key that events are encrypted with; AWS's own if absent."),
            Attribute::optional_computed(
                "log_group_class",
                Type::String,
                "`STANDARD`, the default, `INFREQUENT_ACCESS` or `DELIVERY`. A change replaces the log group.",
            ),
            Attribute::optional("skip_destroy", Type::Bool, "Whether it stays in AWS when it is destroyed here."),
        ];
        attributes.extend(tags::attributes());
        attributes.extend([
            Attribute::computed("id", Type::String, "The name."),
            Attribute::computed("arn", Type::String, "ARN, without `:*`."),
        ]);
        let block = Block {
            attributes,
            blocks: vec![timeouts::block()],
            description: "A log group for several state machines, or one that is there already. A state machine of its own has one without it: \
                          `logging_configuration` without `log_destination`."
                .into(),
            ..Block::default()
        };
        Schema { version: 0, block }
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(identity::schema("name", "Name of the log group."))
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = timeouts::validate(config);
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_-/.#".contains(c);
        for name in ["name", "name_prefix"] {
            let wrong = |text: &&str| text.is_empty() || text.len() > MAX_NAME || !text.chars().all(allowed);
            if let Some(text) = config.get(name).as_str().filter(wrong) {
                let detail = "Write 1 to 512 letters, digits, `_`, `-`, `/`, `.` and `#`.";
                let error = Diagnostic::error(format!("`{text}` is no name of a log group"), detail);
                diagnostics.push(error.at(AttributePath::root(name)));
            }
        }
        if !config.get("name").is_null() && !config.get("name_prefix").is_null() {
            let error = Diagnostic::error("both `name` and `name_prefix` are there", "Remove one of the two.");
            diagnostics.push(error.at(AttributePath::root("name_prefix")));
        }
        let days = config.get("retention_in_days").as_i64().filter(|days| *days != 0);
        diagnostics.extend(days.and_then(|days| wrong_retention(days, AttributePath::root("retention_in_days"))));
        let class = AttributePath::root("log_group_class");
        diagnostics.extend(messages::one_of(config.get("log_group_class"), class, &CLASSES));
        diagnostics
    }

    async fn plan(&self, request: PlanRequest, cx: &Context) -> Result<Plan, Diagnostics> {
        let mut planned = request.proposed;
        planned.set("tags_all", tags::all(&request.config, &self.shared.tags()));
        if request.config.get("log_group_class").is_null() {
            planned.set("log_group_class", "STANDARD");
        }
        let Some(prior) = request.prior else {
            self.shared.check_access(cx).await?;
            let named = !planned.get("name").is_null();
            let unknown = ["id", "arn", "name"].into_iter().filter(|name| *name != "name" || !named);
            unknown.for_each(|name| planned.set(name, Value::Unknown));
            return Ok(Plan { planned, ..Plan::default() });
        };
        let prefix = request.config.get("name_prefix");
        let renamed = !prefix.is_null() && prior.get("name_prefix") != prefix;
        let replaced = [
            (prior.get("name") != planned.get("name"), "name"),
            (renamed, "name_prefix"),
            (prior.get("log_group_class") != planned.get("log_group_class"), "log_group_class"),
        ];
        let replaced = replaced.into_iter().filter(|(replaced, _)| *replaced);
        let requires_replace = replaced.map(|(_, name)| AttributePath::root(name)).collect();
        Ok(Plan { planned, requires_replace, ..Plan::default() })
    }

    async fn create(&self, request: ApplyRequest, cx: &Context) -> Result<Present, Failed> {
        let configured = self.shared.get()?;
        let call = timeouts::call(&request.planned, "create", cx);
        let mut state = known(request.planned);
        if state.get("name").is_null() {
            state.set("name", identity::made_up_name(state.get("name_prefix").as_str()));
        }
        let name = state.text("name").to_owned();
        let found = log_group::create(&configured.aws, &call, &name, &wanted(&state)).await.map_err(|error| {
            if error.code == "ResourceAlreadyExistsException" {
                let detail = "Choose another name, or import it: `terraform import` takes its name.";
                Diagnostic::error(format!("there is a log group `{name}` already"), detail)
                    .at(AttributePath::root("name"))
                    .into()
            } else {
                refused("create", &name, &error)
            }
        })?;
        Ok(present(state_of(&name, &found, &state, &configured)))
    }

    async fn read(&self, state: Value, _: Private, cx: &Context) -> Result<Found, Diagnostics> {
        let configured = self.shared.get()?;
        let name = state.text("name").to_owned();
        let found = log_group::describe(&configured.aws, &timeouts::read(cx), &name).await;
        let found = found.map_err(|error| refused("read", &name, &error))?;
        let present = found.map(|found| present(state_of(&name, &found, &state, &configured)));
        Ok(present.map_or(Found::Gone, |present| Found::Present(Box::new(present))))
    }

    async fn update(&self, request: ApplyRequest, cx: &Context) -> Result<Present, Failed> {
        let configured = self.shared.get()?;
        let call = timeouts::call(&request.planned, "update", cx);
        let state = known(request.planned);
        let name = state.text("name").to_owned();
        let left = |diagnostics| Failed { diagnostics, left: Some(Box::new(present(request.prior.clone()))) };
        let failed = |error: &sfn_aws::AwsError| left(refused("update", &name, error));
        let found = log_group::describe(&configured.aws, &call, &name).await.map_err(|error| failed(&error))?;
        let Some(found) = found else {
            let detail = "It was deleted since the plan: plan again.";
            return Err(left(Diagnostic::error(format!("there is no log group `{name}`"), detail).into()));
        };
        log_group::update(&configured.aws, &call, &name, &found, &wanted(&state))
            .await
            .map_err(|error| failed(&error))?;
        Ok(present(state))
    }

    async fn delete(&self, request: ApplyRequest, cx: &Context) -> Result<Diagnostics, Failed> {
        let (configured, prior) = (self.shared.get()?, &request.prior);
        if prior.get("skip_destroy").as_bool() == Some(true) {
            let detail = "`skip_destroy` says so.";
            return Ok(
                Diagnostic::warning(format!("the log group `{}` stays in AWS", prior.text("name")), detail).into()
            );
        }
        let call = timeouts::call(prior, "delete", cx);
        let removed = log_group::remove(&configured.aws, &call, prior.text("name")).await;
        removed.map_err(|error| refused("delete", prior.text("name"), &error))?;
        Ok(Diagnostics::default())
    }

    async fn import(&self, key: ImportKey, cx: &Context) -> Result<Present, Diagnostics> {
        let configured = self.shared.get()?;
        let id = identity::imported(key, "name");
        let name = name_of(&id).to_owned();
        let found = log_group::describe(&configured.aws, &timeouts::read(cx), &name).await;
        match found.map_err(|error| refused("import", &name, &error))? {
            Some(found) => Ok(present(state_of(&name, &found, &Value::Null, &configured))),
            None => {
                let detail = "Give the name of a log group of this account and region, or its ARN.";
                Err(Diagnostic::error(format!("there is no log group `{name}`"), detail).into())
            }
        }
    }

    async fn configuration(&self, state: &Value) -> Value {
        self.schema().block.written(state).without(&[("log_group_class", "STANDARD".into())])
    }

    async fn take_over(&self, request: &MoveRequest) -> Result<Option<Present>, Diagnostics> {
        let Some(former) = Former::of(request, FORMER_TYPE)? else { return Ok(None) };
        let retention = former.number("retention_in_days").filter(|days| *days != 0);
        Ok(Some(present(Value::object([
            ("name", former.value("name")),
            ("id", former.value("name")),
            ("arn", former.value("arn")),
            ("retention_in_days", retention.map_or(Value::Null, Value::from)),
            ("kms_key_id", former.value("kms_key_id")),
            ("log_group_class", former.text("log_group_class").unwrap_or_else(|| "STANDARD".into()).into()),
            ("skip_destroy", if former.flag("skip_destroy") { true.into() } else { Value::Null }),
            ("tags", former.tags()),
        ]))))
    }
}

/// What is wrong with keeping events for so many days.
pub fn wrong_retention(days: i64, path: AttributePath) -> Option<Diagnostic> {
    let list = RETENTIONS.map(|days| days.to_string()).join(", ");
    let error =
        || Diagnostic::error(format!("logs cannot be kept for {days} days"), format!("It takes one of {list}."));
    (!RETENTIONS.contains(&days)).then(|| error().at(path))
}

/// The name in a name or ARN of a log group.
fn name_of(id: &str) -> &str {
    let name = if id.starts_with("arn:") { id.splitn(7, ':').nth(6).unwrap_or_default() } else { id };
    name.trim_end_matches(":*")
}

/// What a state asks for.
fn wanted(state: &Value) -> Wanted {
    let days = state.get("retention_in_days").as_i64().filter(|days| *days != 0);
    Wanted {
        retention: days.and_then(|days| i32::try_from(days).ok()),
        kms_key_id: state.get("kms_key_id").as_str().map(str::to_owned),
        class: state.get("log_group_class").as_str().map(str::to_owned),
        tags: state.get("tags_all").string_map(),
    }
}

/// The state of a log group; what was written stays where it says the same.
fn state_of(name: &str, found: &Described, prior: &Value, configured: &Configured) -> Value {
    let (own, all) = tags::of_object(found.is.tags.clone(), prior, &configured.tags);
    let retention = match found.is.retention {
        None if prior.get("retention_in_days").as_i64() == Some(0) => 0.into(),
        days => days.map_or(Value::Null, |days| i64::from(days).into()),
    };
    Value::object([
        ("name", name.into()),
        ("id", name.into()),
        ("arn", found.arn.as_str().into()),
        ("name_prefix", prior.get("name_prefix").clone()),
        ("retention_in_days", retention),
        ("kms_key_id", found.is.kms_key_id.clone().into()),
        ("log_group_class", found.is.class.as_deref().unwrap_or("STANDARD").into()),
        ("skip_destroy", prior.get("skip_destroy").clone()),
        ("tags", own),
        ("tags_all", all),
        ("timeouts", prior.get("timeouts").clone()),
    ])
}

fn present(state: Value) -> Present {
    identity::present(state, &["name"])
}

fn refused(verb: &str, name: &str, error: &sfn_aws::AwsError) -> Diagnostics {
    messages::of_aws(&format!("{verb} the log group `{name}`"), error).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_arns() {
        for id in ["/aws/x", "arn:aws:logs:eu-west-1:1:log-group:/aws/x", "arn:aws:logs:eu-west-1:1:log-group:/aws/x:*"]
        {
            assert_eq!(name_of(id), "/aws/x");
        }
    }
}
