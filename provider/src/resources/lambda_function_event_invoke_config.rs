//! `resource "sfn_lambda_function_event_invoke_config"`.

use async_trait::async_trait;
use aws_arn::FunctionArn;
use sfn_aws::Identity;
use sfn_aws::function::event_invoke::{self, Wanted};
use tfplugin::model::{Attr, Model, Problem};
use tfplugin::{AttributePath, Diagnostic, Diagnostics};

use crate::session::ProviderContext;
use crate::shared::managed::{
    Change, Failed, IdentityPart, Managed, Observed, Operation, PlanOutcome, Refusal,
};
use crate::shared::{empty, same_function};

/// Manages the configuration of asynchronous invocations of a Lambda function.
#[derive(Debug, Clone, Model)]
pub struct EventInvokeConfig {
    /// Name or ARN of the function.
    #[tf(required, replace, equal = same_function)]
    function_name: Attr<String>,
    /// Version or alias of the function. Defaults to the unqualified function.
    #[tf(optional, replace)]
    qualifier: Attr<String>,
    /// Maximum age of an event in seconds.
    #[tf(optional, absent = 21_600, between = 60..=21_600)]
    maximum_event_age_in_seconds: Attr<i32>,
    /// Maximum number of retries of a failed invocation.
    #[tf(optional, absent = 2, between = 0..=2)]
    maximum_retry_attempts: Attr<i32>,
    /// The value of `function_name`, followed by `:` and the qualifier if it is set.
    #[tf(computed)]
    id: Attr<String>,
    /// Destinations for the results of asynchronous invocations. The execution role of the function
    /// needs permission to send to them.
    #[tf(block)]
    destination_config: Attr<Destinations>,
}

/// Destinations for the results of asynchronous invocations.
#[derive(Debug, Clone, Model)]
struct Destinations {
    /// Destination for failed asynchronous invocations.
    #[tf(block)]
    on_failure: Attr<Destination>,
    /// Destination for successful asynchronous invocations.
    #[tf(block)]
    on_success: Attr<Destination>,
}

/// A destination.
#[derive(Debug, Clone, Model)]
struct Destination {
    /// ARN of an SQS queue, SNS topic, EventBridge event bus or Lambda function.
    #[tf(required)]
    destination: Attr<String>,
}

impl EventInvokeConfig {
    fn wanted(&self) -> Wanted {
        let destinations = self.destination_config.known();
        let arn = |destination: fn(&Destinations) -> &Attr<Destination>| {
            destinations.and_then(|all| {
                destination(all)
                    .known()?
                    .destination
                    .text()
                    .map(str::to_owned)
            })
        };
        Wanted {
            maximum_event_age: self.maximum_event_age_in_seconds.known().copied(),
            maximum_retry_attempts: self.maximum_retry_attempts.known().copied(),
            on_failure: arn(|all| &all.on_failure),
            on_success: arn(|all| &all.on_success),
        }
    }

    fn observed(&self, found: Wanted) -> Self {
        let destination = |arn: Option<String>| {
            arn.map(|arn| Destination {
                destination: arn.into(),
            })
        };
        let is_sent = found.on_failure.is_some() || found.on_success.is_some();
        let destinations = is_sent.then(|| Destinations {
            on_failure: destination(found.on_failure).into(),
            on_success: destination(found.on_success).into(),
        });
        Self {
            maximum_event_age_in_seconds: found.maximum_event_age.into(),
            maximum_retry_attempts: found.maximum_retry_attempts.into(),
            destination_config: destinations.into(),
            id: Attr::from(self.import_text()),
            ..self.clone()
        }
    }

    fn import_text(&self) -> String {
        let qualifier = self
            .qualifier
            .text()
            .map_or_else(String::new, |qualifier| format!(":{qualifier}"));
        format!("{}{qualifier}", self.function_name.text().unwrap_or("?"))
    }
}

#[async_trait]
impl Managed for EventInvokeConfig {
    const TYPE: &'static str = "sfn_lambda_function_event_invoke_config";
    const IDENTITY: &'static [IdentityPart] = &[
        IdentityPart::required("function_name", "Name of the function."),
        IdentityPart::optional("qualifier", "Version or alias of the function."),
    ];
    const NAMED_BY: &'static str = "function_name";

    fn title(&self) -> String {
        format!(
            "configuration of asynchronous invocations of `{}`",
            self.import_text()
        )
    }

    fn validate(&self, _provider: &ProviderContext) -> Diagnostics {
        let numbers = [
            &self.maximum_event_age_in_seconds,
            &self.maximum_retry_attempts,
        ];
        let is_empty = self
            .destination_config
            .known()
            .is_some_and(|all| all.on_failure.is_null() && all.on_success.is_null());
        if (self.destination_config.is_null() || is_empty)
            && numbers.iter().all(|number| number.is_null())
        {
            let message = "one of `maximum_event_age_in_seconds`, `maximum_retry_attempts` and a destination is required";
            let error = Diagnostic::error(message, "Set at least one of these arguments.");
            return error.at(AttributePath::root("function_name")).into();
        }
        Diagnostics::default()
    }

    async fn plan(&mut self, _change: &Change<'_, Self>) -> Result<PlanOutcome, Diagnostics> {
        let is_known = !(self.function_name.is_unknown() || self.qualifier.is_unknown());
        self.id = if is_known {
            self.import_text().into()
        } else {
            Attr::Unknown
        };
        Ok(PlanOutcome::default())
    }

    async fn create(&self, operation: &Operation) -> Result<Self, Failed<Self>> {
        let (function, qualifier) = (self.function_name.get()?, self.qualifier.text());
        let created = event_invoke::create(
            operation.aws(),
            &operation.call,
            function,
            qualifier,
            &self.wanted(),
        )
        .await;
        created.map_err(|error| Failed::created(error, self.clone()))?;
        Ok(Self {
            id: self.import_text().into(),
            ..self.clone()
        })
    }

    async fn read(&self, operation: &Operation) -> Result<Option<Observed<Self>>, Refusal> {
        let (function, qualifier) = (self.function_name.get()?, self.qualifier.text());
        let found =
            event_invoke::describe(operation.aws(), &operation.call, function, qualifier).await?;
        Ok(found.map(|(_, found)| Observed::untagged(self.observed(found))))
    }

    async fn update(&self, prior: &Self, operation: &Operation) -> Result<Self, Failed<Self>> {
        let (function, qualifier) = (self.function_name.get()?, self.qualifier.text());
        if self.wanted() == prior.wanted() {
            return Ok(self.clone());
        }
        event_invoke::update(
            operation.aws(),
            &operation.call,
            function,
            qualifier,
            &self.wanted(),
        )
        .await?;
        Ok(self.clone())
    }

    async fn delete(&self, operation: &Operation) -> Result<Diagnostics, Refusal> {
        let (function, qualifier) = (self.function_name.get()?, self.qualifier.text());
        event_invoke::delete(operation.aws(), &operation.call, function, qualifier).await?;
        Ok(Diagnostics::default())
    }

    fn parse_import_id(id: &str) -> Result<Self, Problem> {
        match FunctionArn::parse(id) {
            Some(function) => Ok(Self {
                function_name: function.function.into(),
                qualifier: function.qualifier.into(),
                ..empty()
            }),
            None => Err(Problem::new(
                format!("`{id}` is not a function"),
                "Use `FUNCTION` or `FUNCTION:ALIAS`.",
            )),
        }
    }

    fn import_id(&self, _identity: &Identity) -> String {
        self.import_text()
    }
}
