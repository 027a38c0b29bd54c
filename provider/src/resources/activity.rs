//! `resource "sfn_activity"`.

use asl::references::Kind;
use async_trait::async_trait;
use sfn_aws::{Identity, activity, tags};
use tfplugin::Diagnostics;
use tfplugin::model::{Attr, Model, Problem};

use crate::session::ProviderContext;
use crate::shared::encryption::Encryption;
use crate::shared::managed::{Failed, IdentityPart, Managed, Observed, Operation, Refusal};
use crate::shared::move_state::SourceState;
use crate::shared::{arns, empty, names};

/// Manages a Step Functions activity. A worker, on any machine, polls the activity for tasks and
/// reports their results.
#[derive(Debug, Clone, Model)]
pub struct Activity {
    /// Name of the activity. 1–80 characters.
    #[tf(required, replace, validate = names::activity)]
    name: Attr<String>,
    /// ARN of the activity.
    #[tf(computed)]
    id: Attr<String>,
    /// ARN of the activity. Use it as the `resource` of a task.
    #[tf(computed)]
    arn: Attr<String>,
    /// Date and time of creation, in RFC 3339 format.
    #[tf(computed)]
    creation_date: Attr<String>,
    /// Encryption at rest. Defaults to an AWS owned key.
    #[tf(block, replace)]
    encryption_configuration: Attr<Encryption>,
}

impl Activity {
    fn with(self, arn: String, creation_date: String) -> Self {
        Self {
            id: arn.clone().into(),
            arn: arn.into(),
            creation_date: creation_date.into(),
            ..self
        }
    }
}

#[async_trait]
impl Managed for Activity {
    const TYPE: &'static str = "sfn_activity";
    const IDENTITY: &'static [IdentityPart] =
        &[IdentityPart::required("arn", "ARN of the activity.")];
    const MOVED_FROM: Option<&'static str> = Some("aws_sfn_activity");
    const TAGGED: bool = true;
    const CALLED_AS: Option<Kind> = Some(Kind::Activity);

    fn title(&self) -> String {
        format!(
            "activity `{}`",
            self.name.text().or(self.arn.text()).unwrap_or("?")
        )
    }

    fn called(&self) -> Option<&str> {
        self.name.text()
    }

    fn validate(&self, _provider: &ProviderContext) -> Diagnostics {
        Encryption::validate(&self.encryption_configuration)
    }

    fn assume(&mut self, identity: &Identity) {
        if let Some(name) = self.name.text() {
            self.arn = identity.arn("states", &format!("activity:{name}")).into();
            self.id = self.arn.clone();
        }
    }

    async fn create(&self, operation: &Operation) -> Result<Self, Failed<Self>> {
        let encryption = Encryption::settings(&self.encryption_configuration);
        let (name, tags) = (self.name.get()?, &operation.tags);
        let created =
            activity::create(operation.aws(), &operation.call, name, &encryption, tags).await;
        let (arn, date) = created.map_err(|error| Failed::created(error, self.clone()))?;
        Ok(self.clone().with(arn, date))
    }

    async fn read(&self, operation: &Operation) -> Result<Option<Observed<Self>>, Refusal> {
        let (aws, call) = (operation.aws(), &operation.call);
        let found = match self.arn.text() {
            Some(arn) => activity::describe(aws, call, arn).await?,
            // The response to CreateActivity was lost.
            None => activity::find(aws, call, self.name.get()?).await?,
        };
        let Some(found) = found else { return Ok(None) };
        let tags = tags::read(aws, call, &found.arn).await?;
        let encryption =
            Encryption::observed(found.encryption.as_ref(), &self.encryption_configuration);
        let model = Self {
            name: found.name.into(),
            encryption_configuration: encryption,
            ..self.clone()
        };
        Ok(Some(Observed::tagged(
            model.with(found.arn, found.creation_date),
            tags,
        )))
    }

    async fn update(&self, _prior: &Self, _operation: &Operation) -> Result<Self, Failed<Self>> {
        // Only tags can be updated in place.
        Ok(self.clone())
    }

    async fn write_tags(&self, operation: &Operation) -> Result<(), Refusal> {
        let (from, to) = (&operation.prior_tags, &operation.tags);
        Ok(tags::write(operation.aws(), &operation.call, self.arn.get()?, from, to).await?)
    }

    async fn delete(&self, operation: &Operation) -> Result<Diagnostics, Refusal> {
        if let Some(arn) = self.arn.text() {
            activity::delete(operation.aws(), &operation.call, arn).await?;
        }
        Ok(Diagnostics::default())
    }

    fn parse_import_id(id: &str) -> Result<Self, Problem> {
        arns::ACTIVITY.parse(id)?;
        Ok(Self {
            arn: id.into(),
            ..empty()
        })
    }

    fn import_id(&self, identity: &Identity) -> String {
        identity.arn(
            "states",
            &format!("activity:{}", self.name.text().unwrap_or("?")),
        )
    }

    fn moved(self, _source: &SourceState) -> Self {
        let encryption_configuration = Encryption::moved(self.encryption_configuration);
        Self {
            arn: self.id.clone(),
            encryption_configuration,
            ..self
        }
    }
}
