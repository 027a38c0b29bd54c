//! `resource "sfn_cloudwatch_log_group"`.

use async_trait::async_trait;
use aws_arn::Arn;
use sfn_aws::Identity;
use sfn_aws::log_group::{self, Described, RETENTION_DAYS, Wanted};
use tfplugin::model::{Attr, Model, Problem};
use tfplugin::{Diagnostic, Diagnostics};

use crate::shared::managed::{
    Change, Failed, IdentityPart, Managed, Observed, Operation, PlanOutcome, Refusal,
};
use crate::shared::move_state::SourceState;
use crate::shared::{empty, identity, names};

/// Manages a CloudWatch log group that several state machines share, or one that already exists.
/// The log group of a single state machine needs no resource of its own: `logging_configuration`
/// without `log_destination` creates it.
#[derive(Debug, Clone, Model)]
pub struct LogGroup {
    /// Name of the log group. Generated if neither `name` nor `name_prefix` is set. With a name
    /// that begins with `/aws/vendedlogs/`, state machines can write logs without a resource
    /// policy.
    #[tf(optional, computed, replace, validate = names::log_group)]
    name: Attr<String>,
    /// Prefix of a generated name.
    #[tf(optional, replace, validate = names::log_group_prefix, conflicts = ["name"])]
    name_prefix: Attr<String>,
    /// Number of days to retain log events. With `0`, log events never expire.
    #[tf(optional, absent = 0, validate = retention)]
    retention_in_days: Attr<i32>,
    /// ARN of the KMS key that encrypts log events. Defaults to an AWS owned key.
    #[tf(optional)]
    kms_key_id: Attr<String>,
    /// Log class of the log group.
    #[tf(optional, computed, replace, default = "STANDARD", one_of = ["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"])]
    log_group_class: Attr<String>,
    /// Whether to keep the log group in AWS when the resource is destroyed.
    #[tf(optional, absent = false)]
    skip_destroy: Attr<bool>,
    /// Name of the log group.
    #[tf(computed)]
    id: Attr<String>,
    /// ARN of the log group, without `:*`.
    #[tf(computed)]
    arn: Attr<String>,
}

/// Checks that CloudWatch supports the retention (API reference, PutRetentionPolicy). Zero means
/// forever.
///
/// # Errors
///
/// When the number of days is not supported.
pub fn retention(days: &i32) -> Result<(), Problem> {
    if *days == 0 || RETENTION_DAYS.contains(days) {
        return Ok(());
    }
    let list = RETENTION_DAYS.map(|days| days.to_string()).join(", ");
    Err(Problem::new(
        format!("unsupported retention of {days} days"),
        format!("Valid values are {list}."),
    ))
}

impl LogGroup {
    /// The name, or the id if the configured name is empty.
    fn key(&self) -> Result<&String, Refusal> {
        Ok(self.name.known().map_or_else(|| self.id.get(), Ok)?)
    }

    fn wanted(&self, operation: &Operation) -> Wanted {
        Wanted {
            retention: self
                .retention_in_days
                .known()
                .copied()
                .filter(|days| *days != 0),
            kms_key_id: self.kms_key_id.text().map(str::to_owned),
            class: self.log_group_class.text().map(str::to_owned),
            tags: operation.tags.clone(),
        }
    }

    fn observed(&self, name: &str, found: Described) -> Observed<Self> {
        let model = Self {
            name: name.into(),
            id: name.into(),
            arn: found.arn.into(),
            retention_in_days: found.is.retention.into(),
            kms_key_id: found.is.kms_key_id.into(),
            log_group_class: found
                .is
                .class
                .unwrap_or_else(|| "STANDARD".to_owned())
                .into(),
            ..self.clone()
        };
        Observed::tagged(model, found.is.tags)
    }
}

#[async_trait]
impl Managed for LogGroup {
    const TYPE: &'static str = "sfn_cloudwatch_log_group";
    const IDENTITY: &'static [IdentityPart] =
        &[IdentityPart::required("name", "Name of the log group.")];
    const PREFIX: Option<&'static str> = Some("name_prefix");
    const MOVED_FROM: Option<&'static str> = Some("aws_cloudwatch_log_group");
    const TAGGED: bool = true;

    fn title(&self) -> String {
        format!("log group `{}`", self.name.text().unwrap_or("?"))
    }

    async fn plan(&mut self, change: &Change<'_, Self>) -> Result<PlanOutcome, Diagnostics> {
        self.name = identity::planned_name(
            &self.name,
            &self.name_prefix,
            change.prior.map(|prior| &prior.name_prefix),
        );
        Ok(PlanOutcome::default())
    }

    fn assume(&mut self, identity: &Identity) {
        if let Some(name) = self.name.text() {
            self.arn = identity.arn("logs", &format!("log-group:{name}")).into();
            self.id = self.name.clone();
        }
    }

    async fn create(&self, operation: &Operation) -> Result<Self, Failed<Self>> {
        let name = identity::name_or_generated(&self.name, &self.name_prefix);
        let named = Self {
            name: name.as_str().into(),
            id: name.as_str().into(),
            ..self.clone()
        };
        let created = log_group::create(
            operation.aws(),
            &operation.call,
            &name,
            &named.wanted(operation),
        )
        .await;
        match created {
            Ok(found) => Ok(Self {
                arn: found.arn.into(),
                ..named
            }),
            Err(error) => Err(Failed::created(error, named)),
        }
    }

    async fn read(&self, operation: &Operation) -> Result<Option<Observed<Self>>, Refusal> {
        let name = self.key()?;
        let found = log_group::describe(operation.aws(), &operation.call, name).await?;
        Ok(found.map(|found| self.observed(name, found)))
    }

    async fn update(&self, _prior: &Self, operation: &Operation) -> Result<Self, Failed<Self>> {
        let (aws, call, name) = (operation.aws(), &operation.call, self.key()?);
        let Some(found) = log_group::describe(aws, call, name).await? else {
            let detail = "It was deleted after the plan. Run `terraform plan` again.";
            return Err(Refusal::from(Diagnostic::error(
                format!("the {} does not exist", self.title()),
                detail,
            ))
            .into());
        };
        let wanted = Wanted {
            tags: found.is.tags.clone(),
            ..self.wanted(operation)
        };
        log_group::update(aws, call, name, &found, &wanted).await?;
        Ok(self.clone())
    }

    async fn write_tags(&self, operation: &Operation) -> Result<(), Refusal> {
        let (from, to) = (&operation.prior_tags, &operation.tags);
        Ok(
            log_group::write_tags(operation.aws(), &operation.call, self.arn.get()?, from, to)
                .await?,
        )
    }

    async fn delete(&self, operation: &Operation) -> Result<Diagnostics, Refusal> {
        if self.skip_destroy == Attr::Known(true) {
            let detail = "It is kept because of `skip_destroy`.";
            return Ok(
                Diagnostic::warning(format!("the {} still exists", self.title()), detail).into(),
            );
        }
        log_group::remove(operation.aws(), &operation.call, self.key()?).await?;
        Ok(Diagnostics::default())
    }

    fn parse_import_id(id: &str) -> Result<Self, Problem> {
        let resource = Arn::parse(id).map(|arn| arn.resource);
        let name = resource
            .as_deref()
            .map_or(Some(id), |resource| resource.strip_prefix("log-group:"));
        match name.map(|name| name.trim_end_matches(":*")) {
            Some(name) => Ok(Self {
                name: name.into(),
                ..empty()
            }),
            None => Err(Problem::new(
                format!("`{id}` is not a log group"),
                "Use the name or the ARN of a log group.",
            )),
        }
    }

    fn import_id(&self, _identity: &Identity) -> String {
        self.name.text().unwrap_or("?").to_owned()
    }

    fn moved(self, _source: &SourceState) -> Self {
        let class = self
            .log_group_class
            .into_known()
            .unwrap_or_else(|| "STANDARD".to_owned());
        Self {
            id: self.name.clone(),
            log_group_class: class.into(),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_take_names_and_arns() {
        for id in [
            "/aws/x",
            "arn:aws:logs:eu-west-1:1:log-group:/aws/x",
            "arn:aws:logs:eu-west-1:1:log-group:/aws/x:*",
        ] {
            assert_eq!(
                LogGroup::parse_import_id(id).map(|group| group.name),
                Ok(Attr::from("/aws/x")),
                "{id}"
            );
        }
        assert!(LogGroup::parse_import_id("arn:aws:iam::1:role/r").is_err());
    }
}
