//! `resource "sfn_lambda_permission"`.

use async_trait::async_trait;
use aws_arn::FunctionArn;
use sfn_aws::Identity;
use sfn_aws::function::permission::{self, Permission as Statement};
use tfplugin::model::{Attr, Model, Problem};
use tfplugin::{AttributePath, Diagnostic, Diagnostics};

use crate::session::ProviderContext;
use crate::shared::managed::{
    Change, Failed, IdentityPart, Managed, Observed, Operation, PlanOutcome, Refusal,
};
use crate::shared::{empty, identity, names, same_function};

/// Grants a principal permission to invoke a Lambda function. Several permissions of one function
/// can be created in parallel.
#[derive(Debug, Clone, Model)]
pub struct Permission {
    /// Action to allow, such as `lambda:InvokeFunction`.
    #[tf(required, replace, validate = names::lambda_action)]
    action: Attr<String>,
    /// Name or ARN of the function.
    #[tf(required, replace, equal = same_function)]
    function_name: Attr<String>,
    /// Principal to allow: a service such as `events.amazonaws.com`, an account ID, an ARN, or `*`.
    #[tf(required, replace)]
    principal: Attr<String>,
    /// ID of the organization in AWS Organizations. Only its accounts are allowed.
    #[tf(optional, replace)]
    principal_org_id: Attr<String>,
    /// Version or alias of the function. Defaults to the unqualified function.
    #[tf(optional, replace)]
    qualifier: Attr<String>,
    /// Account ID of the source. A service can invoke the function only on behalf of this account.
    #[tf(optional, replace, validate = names::account)]
    source_account: Attr<String>,
    /// ARN of the source. A service can invoke the function only on behalf of this resource.
    #[tf(optional, replace)]
    source_arn: Attr<String>,
    /// ID of the statement. Generated if neither `statement_id` nor `statement_id_prefix` is set.
    #[tf(optional, computed, replace, validate = names::statement_id)]
    statement_id: Attr<String>,
    /// Prefix of a generated ID.
    #[tf(optional, replace, validate = names::statement_id_prefix, conflicts = ["statement_id"])]
    statement_id_prefix: Attr<String>,
    /// Token that Alexa must send.
    #[tf(optional, replace)]
    event_source_token: Attr<String>,
    /// Authentication type of the function URL.
    #[tf(optional, replace, one_of = ["AWS_IAM", "NONE"])]
    function_url_auth_type: Attr<String>,
    /// Whether to allow only invocations through the function URL.
    #[tf(optional, replace, absent = false)]
    invoked_via_function_url: Attr<bool>,
    /// ID of the statement.
    #[tf(computed)]
    id: Attr<String>,
}

impl Permission {
    /// ID of the statement, also if the configured one is empty.
    fn key(&self) -> Result<&String, Refusal> {
        Ok(self
            .statement_id
            .known()
            .map_or_else(|| self.id.get(), Ok)?)
    }

    fn statement(&self) -> Result<Statement, Refusal> {
        let own = |value: &Attr<String>| value.text().map(str::to_owned);
        Ok(Statement {
            statement_id: self.key()?.clone(),
            action: self.action.get()?.clone(),
            principal: self.principal.get()?.clone(),
            principal_org_id: own(&self.principal_org_id),
            source_account: own(&self.source_account),
            source_arn: own(&self.source_arn),
            event_source_token: own(&self.event_source_token),
            function_url_auth_type: own(&self.function_url_auth_type),
            invoked_via_function_url: self.invoked_via_function_url.known().copied(),
        })
    }

    fn observed(&self, found: Statement) -> Self {
        Self {
            id: found.statement_id.as_str().into(),
            statement_id: found.statement_id.into(),
            action: found.action.into(),
            principal: found.principal.into(),
            principal_org_id: found.principal_org_id.into(),
            source_account: found.source_account.into(),
            source_arn: found.source_arn.into(),
            event_source_token: found.event_source_token.into(),
            function_url_auth_type: found.function_url_auth_type.into(),
            invoked_via_function_url: found.invoked_via_function_url.into(),
            ..self.clone()
        }
    }
}

#[async_trait]
impl Managed for Permission {
    const TYPE: &'static str = "sfn_lambda_permission";
    const IDENTITY: &'static [IdentityPart] = &[
        IdentityPart::required("function_name", "Name of the function."),
        IdentityPart::required("statement_id", "ID of the statement."),
        IdentityPart::optional("qualifier", "Version or alias of the function."),
    ];
    const NAMED_BY: &'static str = "statement_id";
    const PREFIX: Option<&'static str> = Some("statement_id_prefix");
    const MOVED_FROM: Option<&'static str> = Some("aws_lambda_permission");

    fn title(&self) -> String {
        let (id, function) = (
            self.statement_id.text().unwrap_or("?"),
            self.function_name.text().unwrap_or("?"),
        );
        format!("permission `{id}` of `{function}`")
    }

    fn validate(&self, _provider: &ProviderContext) -> Diagnostics {
        // Without a source, any account could have the service invoke the function.
        let sources = [
            &self.source_account,
            &self.source_arn,
            &self.principal_org_id,
        ];
        match self.principal.text() {
            Some(service)
                if service.ends_with(".amazonaws.com")
                    && sources.iter().all(|source| source.is_null()) =>
            {
                let detail =
                    "Set `source_arn` or `source_account` to allow only your own resources.";
                let message = format!("`{service}` may invoke the function for any account");
                Diagnostic::warning(message, detail)
                    .at(AttributePath::root("principal"))
                    .into()
            }
            _ => Diagnostics::default(),
        }
    }

    async fn plan(&mut self, change: &Change<'_, Self>) -> Result<PlanOutcome, Diagnostics> {
        let before = change.prior.map(|prior| &prior.statement_id_prefix);
        self.statement_id =
            identity::planned_name(&self.statement_id, &self.statement_id_prefix, before);
        // An empty ID counts as not set. The generated ID is kept here.
        self.id = match (&self.statement_id, change.prior) {
            (Attr::Null, Some(prior)) => prior.id.clone(),
            (Attr::Null, None) => Attr::Unknown,
            (id, _) => id.clone(),
        };
        Ok(PlanOutcome::default())
    }

    async fn create(&self, operation: &Operation) -> Result<Self, Failed<Self>> {
        let id = identity::name_or_generated(&self.statement_id, &self.statement_id_prefix);
        let named = Self {
            id: id.as_str().into(),
            statement_id: id.into(),
            ..self.clone()
        };
        let (function, qualifier, statement) = (
            named.function_name.get()?,
            named.qualifier.text(),
            named.statement()?,
        );
        let added = permission::add(
            operation.aws(),
            &operation.call,
            function,
            qualifier,
            &statement,
        )
        .await;
        match added {
            Ok(()) => Ok(named),
            Err(error) => Err(Failed::created(error, named)),
        }
    }

    async fn read(&self, operation: &Operation) -> Result<Option<Observed<Self>>, Refusal> {
        let (function, id) = (self.function_name.get()?, self.key()?);
        let (qualifier, prior) = (self.qualifier.text(), self.statement().ok());
        let found = permission::find(
            operation.aws(),
            &operation.call,
            function,
            qualifier,
            id,
            prior.as_ref(),
        )
        .await?;
        Ok(found.map(|found| Observed::untagged(self.observed(found))))
    }

    async fn update(&self, _prior: &Self, _operation: &Operation) -> Result<Self, Failed<Self>> {
        // All arguments force a new resource.
        Ok(self.clone())
    }

    async fn delete(&self, operation: &Operation) -> Result<Diagnostics, Refusal> {
        let (function, id) = (self.function_name.get()?, self.key()?);
        permission::remove(
            operation.aws(),
            &operation.call,
            function,
            self.qualifier.text(),
            id,
        )
        .await?;
        Ok(Diagnostics::default())
    }

    fn parse_import_id(id: &str) -> Result<Self, Problem> {
        let parsed = id
            .rsplit_once('/')
            .and_then(|(function, id)| Some((FunctionArn::parse(function)?, id)));
        let Some((function, statement)) = parsed else {
            let detail =
                "Use `FUNCTION/ID` or `FUNCTION:ALIAS/ID`, such as `charge-card:live/from-events`.";
            return Err(Problem::new(
                format!("`{id}` is not a permission of a function"),
                detail,
            ));
        };
        let qualifier = function.qualifier.into();
        Ok(Self {
            function_name: function.function.into(),
            qualifier,
            statement_id: statement.into(),
            ..empty()
        })
    }

    fn import_id(&self, _identity: &Identity) -> String {
        let function = self.function_name.text().unwrap_or("?");
        let qualifier = self
            .qualifier
            .text()
            .map_or_else(String::new, |qualifier| format!(":{qualifier}"));
        format!(
            "{function}{qualifier}/{}",
            self.statement_id.text().unwrap_or("?")
        )
    }
}
