//! `resource "sfn_activity"`.

use asl::wiring::Kind;
use async_trait::async_trait;
use sfn_aws::activity::{self, Described};
use sfn_aws::tags as aws_tags;
use tfplugin::schema::{Attribute, Block, IdentitySchema, Schema};
use tfplugin::{
    ApplyRequest, AttributePath, Context, Diagnostic, Diagnostics, Failed, Found, ImportKey, MoveRequest, Plan,
    PlanRequest, Present, Private, Resource, Type, Value,
};

use crate::configuration::{Configured, Shared};
use crate::known::known;
use crate::moving::Former;
use crate::{encryption, identity, messages, tags, timeouts};

/// The longest name (API reference, CreateActivity).
const MAX_NAME: usize = 80;

/// The resource.
pub struct Activity {
    shared: Shared,
}

impl Activity {
    /// The resource with the provider's configuration.
    pub fn new(shared: Shared) -> Self {
        Self { shared }
    }

    /// The state of an activity that was found.
    async fn state(
        &self,
        found: &Described,
        prior: &Value,
        configured: &Configured,
        cx: &Context,
    ) -> Result<Value, Diagnostics> {
        let tags = aws_tags::read(&configured.aws, &timeouts::read(cx), &found.arn).await;
        let found_tags = tags.map_err(|error| refused("read", &found.name, &error))?;
        let (own, all) = tags::of_object(found_tags, prior, &configured.tags);
        Ok(Value::object([
            ("name", found.name.as_str().into()),
            ("id", found.arn.as_str().into()),
            ("arn", found.arn.as_str().into()),
            ("creation_date", found.creation_date.as_str().into()),
            ("tags", own),
            ("tags_all", all),
            (encryption::BLOCK, encryption::state_of(found.encryption.as_ref(), prior)),
            ("timeouts", prior.get("timeouts").clone()),
        ]))
    }
}

#[async_trait]
impl Resource for Activity {
    fn type_name(&self) -> &'static str {
        "sfn_activity"
    }

    fn schema(&self) -> Schema {
        let computed = |name: &str, description: &str| Attribute::computed(name, Type::String, description);
        let mut attributes = vec![Attribute::required("name", Type::String, "Name. A change replaces the activity.")];
        attributes.extend(tags::attributes());
        attributes.extend([
            computed("id", "The ARN."),
            computed("arn", "ARN, which is the `resource` of a task."),
            computed("creation_date", "When it was created."),
        ]);
        let mut encryption = encryption::block();
        encryption.block.description.push_str(" A change replaces the activity, as AWS cannot change it.");
        let block = Block {
            attributes,
            blocks: vec![encryption, timeouts::block()],
            description: "An activity: a task that a worker of your own takes, wherever it runs, and reports on."
                .into(),
            ..Block::default()
        };
        Schema { version: 0, block }
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(identity::schema("arn", "ARN of the activity."))
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = timeouts::validate(config);
        diagnostics.extend(encryption::validate(config));
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let wrong = |name: &&str| name.is_empty() || name.len() > MAX_NAME || !name.chars().all(allowed);
        if let Some(name) = config.get("name").as_str().filter(wrong) {
            let detail = "Write 1 to 80 letters, digits, `-` and `_`.";
            let error = Diagnostic::error(format!("`{name}` is no name of an activity"), detail);
            diagnostics.push(error.at(AttributePath::root("name")));
        }
        diagnostics
    }

    async fn plan(&self, request: PlanRequest, cx: &Context) -> Result<Plan, Diagnostics> {
        let mut planned = request.proposed;
        planned.set("tags_all", tags::all(&request.config, &self.shared.tags()));
        let Some(prior) = request.prior else {
            self.shared.check_access(cx).await?;
            self.shared.making.note(Kind::Activity, planned.get("name").as_str().unwrap_or_default());
            ["id", "arn", "creation_date"].into_iter().for_each(|name| planned.set(name, Value::Unknown));
            return Ok(Plan { planned, ..Plan::default() });
        };
        let encrypted = encryption::of(&prior) != encryption::of(&planned);
        let replaced = [(prior.get("name") != planned.get("name"), "name"), (encrypted, encryption::BLOCK)];
        let replaced = replaced.into_iter().filter(|(replaced, _)| *replaced);
        let requires_replace = replaced.map(|(_, name)| AttributePath::root(name)).collect();
        Ok(Plan { planned, requires_replace, ..Plan::default() })
    }

    async fn create(&self, request: ApplyRequest, cx: &Context) -> Result<Present, Failed> {
        let configured = self.shared.get()?;
        let call = timeouts::call(&request.planned, "create", cx);
        let mut state = known(request.planned);
        let tags = state.get("tags_all").string_map();
        let created =
            activity::create(&configured.aws, &call, state.text("name"), &encryption::of(&state), &tags).await;
        let (arn, date) = created.map_err(|error| refused("create", state.text("name"), &error))?;
        state.set("id", arn.clone());
        state.set("arn", arn);
        state.set("creation_date", date);
        Ok(present(state))
    }

    async fn read(&self, state: Value, _: Private, cx: &Context) -> Result<Found, Diagnostics> {
        let configured = self.shared.get()?;
        let described = activity::describe(&configured.aws, &timeouts::read(cx), state.text("arn")).await;
        match described.map_err(|error| refused("read", state.text("name"), &error))? {
            Some(found) => {
                let state = self.state(&found, &state, &configured, cx).await?;
                Ok(Found::Present(Box::new(present(state))))
            }
            None => Ok(Found::Gone),
        }
    }

    async fn update(&self, request: ApplyRequest, cx: &Context) -> Result<Present, Failed> {
        let configured = self.shared.get()?;
        let call = timeouts::call(&request.planned, "update", cx);
        let state = known(request.planned);
        let (from, to) = (request.prior.get("tags_all").string_map(), state.get("tags_all").string_map());
        let written = aws_tags::write(&configured.aws, &call, state.text("arn"), &from, &to).await;
        written.map_err(|error| Failed {
            diagnostics: refused("update", state.text("name"), &error),
            left: Some(Box::new(present(request.prior.clone()))),
        })?;
        Ok(present(state))
    }

    async fn delete(&self, request: ApplyRequest, cx: &Context) -> Result<Diagnostics, Failed> {
        let configured = self.shared.get()?;
        let call = timeouts::call(&request.prior, "delete", cx);
        let deleted = activity::delete(&configured.aws, &call, request.prior.text("arn")).await;
        deleted.map_err(|error| refused("delete", request.prior.text("name"), &error))?;
        Ok(Diagnostics::default())
    }

    async fn import(&self, key: ImportKey, cx: &Context) -> Result<Present, Diagnostics> {
        let configured = self.shared.get()?;
        let id = identity::imported(key, "arn");
        if !id.starts_with("arn:") || !id.contains(":activity:") {
            let detail = "Give the ARN of an activity, such as `arn:aws:states:eu-west-1:123456789012:activity:pack`.";
            return Err(Diagnostic::error(format!("`{id}` is no ARN of an activity"), detail).into());
        }
        let described = activity::describe(&configured.aws, &timeouts::read(cx), &id).await;
        match described.map_err(|error| refused("import", &id, &error))? {
            Some(found) => Ok(present(self.state(&found, &Value::Null, &configured, cx).await?)),
            None => {
                let detail = "Check the account, the region and the name in the ARN.";
                Err(Diagnostic::error(format!("there is no activity `{id}`"), detail).into())
            }
        }
    }

    async fn take_over(&self, request: &MoveRequest) -> Result<Option<Present>, Diagnostics> {
        let Some(former) = Former::of(request, FORMER_TYPE)? else { return Ok(None) };
        Ok(Some(present(Value::object([
            ("name", former.value("name")),
            ("id", former.value("id")),
            ("arn", former.value("id")),
            ("creation_date", former.value("creation_date")),
            ("tags", former.tags()),
            (encryption::BLOCK, encryption::moved(&former)),
        ]))))
    }
}

/// The type whose objects become activities by a `moved` block.
const FORMER_TYPE: &str = "aws_sfn_activity";

fn present(state: Value) -> Present {
    identity::present(state, &["arn"])
}

fn refused(verb: &str, name: &str, error: &sfn_aws::AwsError) -> Diagnostics {
    messages::of_aws(&format!("{verb} the activity `{name}`"), error).into()
}
