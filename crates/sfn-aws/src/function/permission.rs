//! Permissions to invoke a function: statements of its resource-based policy.

use aws_arn::Arn;
use aws_sdk_lambda::types::FunctionUrlAuthType;
use serde_json::Value;

use super::name_of;
use crate::config::Aws;
use crate::creation::{CreateError, Creation, send_once};
use crate::error::AwsError;
use crate::retry::Call;

/// A statement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Permission {
    /// Statement ID, unique in the policy.
    pub statement_id: String,
    /// Action, such as `lambda:InvokeFunction`.
    pub action: String,
    /// Principal: a service, an account, the ARN of a user or role, or `*`.
    pub principal: String,
    /// ID of the organization that the principal must belong to.
    pub principal_org_id: Option<String>,
    /// Account of the resource on whose behalf a service invokes the function.
    pub source_account: Option<String>,
    /// ARN of the resource on whose behalf a service invokes the function.
    pub source_arn: Option<String>,
    /// Token that Alexa must send.
    pub event_source_token: Option<String>,
    /// Authentication type of the function URL: `AWS_IAM` or `NONE`.
    pub function_url_auth_type: Option<String>,
    /// Whether it applies only to invocations through the function URL.
    pub invoked_via_function_url: Option<bool>,
}

impl Permission {
    /// Whether both grant the same permission.
    fn is_same(&self, other: &Self) -> bool {
        let plain = |permission: &Self| Self {
            principal: account_of(&permission.principal),
            ..permission.clone()
        };
        plain(self) == plain(other)
    }

    /// The permission for a statement of a policy. Returns `prior` if both are equal, because AWS
    /// stores it in another form.
    fn of_statement(statement: &Value, prior: Option<&Self>) -> Self {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let member = |name: &str| statement.get(name);
        let first = |value: &Value| value.as_object()?.values().next().and_then(text);
        let principal = member("Principal").and_then(|value| text(value).or_else(|| first(value)));
        let condition = |key: &str| {
            let operators = member("Condition")?.as_object()?;
            let mut keys = operators.values().filter_map(Value::as_object).flatten();
            keys.find(|(name, _)| name.eq_ignore_ascii_case(key))
                .and_then(|(_, value)| text(value))
        };
        let found = Self {
            statement_id: member("Sid").and_then(text).unwrap_or_default(),
            action: member("Action").and_then(text).unwrap_or_default(),
            principal: principal.unwrap_or_default(),
            principal_org_id: condition("aws:PrincipalOrgID"),
            source_account: condition("AWS:SourceAccount"),
            source_arn: condition("AWS:SourceArn"),
            event_source_token: condition("lambda:EventSourceToken"),
            function_url_auth_type: condition("lambda:FunctionUrlAuthType"),
            invoked_via_function_url: condition("lambda:InvokedViaFunctionUrl")
                .map(|text| text == "true"),
        };
        prior
            .filter(|prior| prior.is_same(&found))
            .cloned()
            .unwrap_or(found)
    }
}

/// The account in the ARN of its root user, which is AWS's form of an account as principal.
fn account_of(principal: &str) -> String {
    let arn = Arn::parse(principal).filter(|arn| arn.service == "iam" && arn.resource == "root");
    arn.map_or_else(|| principal.to_owned(), |arn| arn.account)
}

/// Adds a statement. Statements of a function are added one after the other, because Lambda can
/// lose statements that are added concurrently.
///
/// # Errors
/// Errors of AWS that remain after retries, and `AwsErrorKind::AlreadyExists` if the function has a
/// statement with this ID.
pub async fn add(
    aws: &Aws,
    call: &Call,
    function: &str,
    qualifier: Option<&str>,
    wanted: &Permission,
) -> Result<(), CreateError> {
    let (client, operation, name) = (aws.lambda().await?, "AddPermission", name_of(function));
    let id = wanted.statement_id.as_str();
    let send = || async {
        let request = client
            .add_permission()
            .function_name(function)
            .set_qualifier(qualifier.map(str::to_owned));
        let request = request
            .statement_id(id)
            .action(&wanted.action)
            .principal(&wanted.principal)
            .set_principal_org_id(wanted.principal_org_id.clone())
            .set_source_account(wanted.source_account.clone())
            .set_source_arn(wanted.source_arn.clone())
            .set_event_source_token(wanted.event_source_token.clone())
            .set_function_url_auth_type(
                wanted
                    .function_url_auth_type
                    .as_deref()
                    .map(FunctionUrlAuthType::from),
            )
            .set_invoked_via_function_url(wanted.invoked_via_function_url);
        let answer = send_once!(request, aws_sdk_lambda).await;
        answer
            .map(drop)
            .map_err(|error| AwsError::new(operation, error))
    };
    let own = |found: Permission| found.is_same(wanted).then_some(());
    let _alone = aws.alone(&name).await;
    let creation = Creation {
        aws,
        call,
        operation,
        object: format!("a permission `{id}` of the function `{name}`"),
    };
    creation
        .run(
            || find(aws, call, function, qualifier, id, Some(wanted)),
            send,
            own,
        )
        .await
}

/// The statement with this ID, in the form of `prior` if both are equal. `None` if it does not
/// exist.
///
/// # Errors
/// Errors returned by AWS, or if the policy cannot be parsed.
pub async fn find(
    aws: &Aws,
    call: &Call,
    function: &str,
    qualifier: Option<&str>,
    statement_id: &str,
    prior: Option<&Permission>,
) -> Result<Option<Permission>, AwsError> {
    let (client, operation) = (aws.lambda().await?, "GetPolicy");
    let answer = call
        .once(operation, async {
            let request = client
                .get_policy()
                .function_name(function)
                .set_qualifier(qualifier.map(str::to_owned));
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    // A function without statements has no policy.
    let Some(text) = AwsError::absent_is_none(answer)?.and_then(|answer| answer.policy) else {
        return Ok(None);
    };
    let policy: Value = serde_json::from_str(&text)
        .map_err(|error| AwsError::local(operation, error.to_string()))?;
    let statements = policy
        .get("Statement")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let statement = statements
        .into_iter()
        .find(|statement| statement.get("Sid").and_then(Value::as_str) == Some(statement_id));
    Ok(statement.map(|statement| Permission::of_statement(statement, prior)))
}

/// Removes a statement. Succeeds if it does not exist.
///
/// # Errors
/// Errors of AWS that remain after retries.
pub async fn remove(
    aws: &Aws,
    call: &Call,
    function: &str,
    qualifier: Option<&str>,
    statement_id: &str,
) -> Result<(), AwsError> {
    let (client, operation) = (aws.lambda().await?, "RemovePermission");
    let _alone = aws.alone(&name_of(function)).await;
    let answer = call
        .healing(operation, || async {
            let request = client
                .remove_permission()
                .function_name(function)
                .statement_id(statement_id);
            let request = request.set_qualifier(qualifier.map(str::to_owned));
            request
                .send()
                .await
                .map_err(|error| AwsError::new(operation, error))
        })
        .await;
    AwsError::absent_is_none(answer).map(drop)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn statements_are_read() {
        let statement = json!({
            "Sid": "s", "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "arn:…",
            "Principal": { "AWS": "arn:aws:iam::123456789012:root" },
            "Condition": {
                "StringEquals": { "AWS:SourceAccount": "123456789012", "aws:PrincipalOrgID": "o-1" },
                "ArnLike": { "AWS:SourceArn": "arn:aws:s3:::b" },
            },
        });
        let found = Permission::of_statement(&statement, None);
        assert_eq!(found.principal, "arn:aws:iam::123456789012:root");
        assert_eq!(found.source_arn.as_deref(), Some("arn:aws:s3:::b"));
        assert_eq!(found.principal_org_id.as_deref(), Some("o-1"));
        // The configured form of the account is kept.
        let prior = Permission {
            principal: "123456789012".into(),
            ..found.clone()
        };
        assert_eq!(Permission::of_statement(&statement, Some(&prior)), prior);
        let other = Permission {
            principal: "210987654321".into(),
            ..found.clone()
        };
        assert_eq!(Permission::of_statement(&statement, Some(&other)), found);
        assert_eq!(
            Permission::of_statement(&json!({ "Principal": "*" }), None).principal,
            "*"
        );
    }

    #[test]
    fn an_account_is_the_same_as_its_root_user() {
        for (principal, expected) in [
            ("arn:aws:iam::123456789012:root", "123456789012"),
            ("123456789012", "123456789012"),
            (
                "arn:aws:iam::123456789012:role/r",
                "arn:aws:iam::123456789012:role/r",
            ),
            ("events.amazonaws.com", "events.amazonaws.com"),
        ] {
            assert_eq!(account_of(principal), expected);
        }
    }
}
