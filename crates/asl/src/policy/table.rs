//! Permissions of integrations.
//!
//! Sources: the Step Functions developer guide, "IAM policies for integrated services" and "Required permissions" of
//! each integration.

use super::document::{Document, Statement};
use super::grant::{Grant, WildcardReason, action, fixed, managed_rule, scoped};
use super::resource::{
    ParameterValue, ResourceScope, arn_or_name, function_arn, given, literal, queue_arn,
};
use super::rows::{ECS_RUN_TASK, ROWS};
use super::{Call, Settings, athena, bedrock, pattern};
use crate::integration::{self, Called, Resource};
use crate::json::Json;

/// An integration with its own rules. The operation `*` matches every operation without a row.
struct CustomGrant {
    service: &'static str,
    operation: &'static str,
    grants: fn(&Call<'_>) -> Vec<Grant>,
}

const fn special(
    service: &'static str,
    operation: &'static str,
    grants: fn(&Call<'_>) -> Vec<Grant>,
) -> CustomGrant {
    CustomGrant {
        service,
        operation,
        grants,
    }
}

const CUSTOM_GRANTS: &[CustomGrant] = &[
    special("apigateway", "invoke", api_gateway),
    special("athena", "startQueryExecution", athena::start_query),
    special("athena", "getQueryResults", athena::get_results),
    special("bedrock", "createModelCustomizationJob", bedrock::customize),
    special("bedrock", "invokeModel", bedrock::invoke),
    special("bedrockagentcore", "*", any_of_service),
    special("dynamodb", "*", dynamodb),
    special("ecs", "runTask", ecs_run_task),
    special("events", "putEvents", put_events),
    special("http", "invoke", http_invoke),
    special("lambda", "invoke", lambda_invoke),
    special("redshift-data", "batchExecuteStatement", redshift_execute),
    special("redshift-data", "executeStatement", redshift_execute),
    special("s3", "*", s3),
    special("sns", "publish", sns_publish),
    special("sqs", "*", sqs),
    special("states", "startExecution", start_execution),
    special("states", "startSyncExecution", start_execution),
];

/// The grants of a task with this resource. `None` for an integration without known permissions.
pub(super) fn grant(
    resource: &str,
    payload: Option<&Json>,
    settings: &Settings,
) -> Option<Vec<Grant>> {
    match Resource::parse(resource) {
        Resource::Function { .. } => Some(vec![fixed(invoke(&function_arn(
            resource,
            &settings.account,
        )))]),
        // The worker of an activity needs permissions, but not the state machine.
        Resource::Activity => Some(Vec::new()),
        Resource::Sdk(Called {
            service, operation, ..
        }) => {
            let action = integration::action(service, operation)?;
            let call = Call {
                settings,
                payload,
                pattern: "",
                operation,
                name: service,
                service: action.prefix,
                sdk: true,
            };
            Some(known(&call).unwrap_or_else(|| any_of_service(&call)))
        }
        Resource::Optimized(Called {
            service,
            operation,
            pattern,
        }) => known(&Call {
            settings,
            payload,
            pattern,
            operation,
            name: service,
            service,
            sdk: false,
        }),
        Resource::Other(_) | Resource::Invalid | Resource::Unknown => None,
    }
}

fn known(call: &Call<'_>) -> Option<Vec<Grant>> {
    let of_service = || {
        CUSTOM_GRANTS
            .iter()
            .filter(|special| special.service == call.service)
    };
    let named = of_service().find(|special| special.operation == call.operation);
    // Services with the same prefix in IAM can have different operations.
    let any =
        || of_service().find(|special| special.operation == "*" && special.service == call.name);
    if let Some(special) = named.or_else(any) {
        return Some((special.grants)(call));
    }
    let row = ROWS
        .iter()
        .find(|row| row.service == call.service && row.operation == call.operation);
    row.map(|row| pattern::grants(row, call))
}

/// The action of the operation, on any resource.
fn any_of_service(call: &Call<'_>) -> Vec<Grant> {
    let Some(action) = integration::action(call.name, call.operation) else {
        return Vec::new();
    };
    let wide = if action.is_listed {
        WildcardReason::Unknown
    } else {
        WildcardReason::Unlisted
    };
    let statement = Statement::allow([format!("{}:{}", action.prefix, action.name)], ["*"]);
    vec![Grant {
        statement,
        wide: Some(wide),
    }]
}

/// The permissions of the state machine itself, for logs, traces and encryption.
pub(super) fn service(settings: &Settings, document: &mut Document) {
    if settings.logging {
        let actions = [
            "logs:CreateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:DescribeLogGroups",
            "logs:DescribeResourcePolicies",
            "logs:GetLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:UpdateLogDelivery",
        ];
        document.add(Statement::allow(actions, ["*"]));
    }
    if settings.tracing {
        let actions = [
            "xray:GetSamplingRules",
            "xray:GetSamplingTargets",
            "xray:PutTelemetryRecords",
            "xray:PutTraceSegments",
        ];
        document.add(Statement::allow(actions, ["*"]));
    }
    if let Some(key) = &settings.kms_key_id {
        let key = if key.starts_with("arn:") {
            key.clone()
        } else {
            settings.account.arn("kms", &format!("key/{key}"))
        };
        let machine = settings
            .account
            .arn("states", &format!("stateMachine:{}", settings.name));
        let context = "kms:EncryptionContext:aws:states:stateMachineArn";
        let actions = ["kms:Decrypt", "kms:GenerateDataKey"];
        document.add(Statement::allow(actions, [key.clone()]).when("StringLike", context, machine));
        if settings.logging {
            let logs = settings.account.arn("logs", "*");
            let statement = Statement::allow(["kms:GenerateDataKey"], [key]);
            document.add(statement.when("StringLike", "kms:EncryptionContext:SourceArn", logs));
        }
    }
}

/// The permissions for the child workflow executions of a distributed Map state.
pub(super) fn distributed_map(settings: &Settings) -> [Statement; 3] {
    let (account, name) = (&settings.account, &settings.name);
    [
        Statement::allow(
            ["states:StartExecution"],
            [account.arn("states", &format!("stateMachine:{name}"))],
        ),
        Statement::allow(
            ["states:DescribeExecution", "states:StopExecution"],
            [account.arn("states", &format!("execution:{name}:*"))],
        ),
        Statement::allow(
            ["states:RedriveExecution"],
            [account.arn("states", &format!("execution:{name}/*:*"))],
        ),
    ]
}

/// A function and its versions and aliases.
fn invoke(function: &str) -> Statement {
    Statement::allow(
        ["lambda:InvokeFunction"],
        [function.to_owned(), format!("{function}:*")],
    )
}

fn lambda_invoke(call: &Call<'_>) -> Vec<Grant> {
    match literal(call.payload, "FunctionName") {
        Ok(text) => vec![fixed(invoke(&function_arn(text, &call.settings.account)))],
        Err(field) => vec![scoped(
            &["lambda:InvokeFunction"],
            ResourceScope::Dynamic(field),
        )],
    }
}

fn sns_publish(call: &Call<'_>) -> Vec<Grant> {
    let has = |field: &str| {
        call.payload
            .is_some_and(|payload| payload.get(field).is_some())
    };
    if has("PhoneNumber") || has("PhoneNumber.$") {
        // A text message has no resource.
        return vec![fixed(Statement::allow(["sns:Publish"], ["*"]))];
    }
    let field = if literal(call.payload, "TargetArn").is_ok() {
        "TargetArn"
    } else {
        "TopicArn"
    };
    let account = &call.settings.account;
    vec![scoped(
        &["sns:Publish"],
        arn_or_name(call.payload, field, |name| account.arn("sns", name)),
    )]
}

/// An operation on a queue; one on a batch needs the action of the single one (SQS developer guide, "Amazon
/// SQS API permissions").
fn sqs(call: &Call<'_>) -> Vec<Grant> {
    let operation = call
        .operation
        .strip_suffix("Batch")
        .unwrap_or(call.operation);
    let queue = literal(call.payload, "QueueUrl")
        .ok()
        .and_then(|url| queue_arn(url, &call.settings.account));
    vec![scoped(
        &[&action("sqs", operation)],
        queue.map_or(ResourceScope::Dynamic("QueueUrl"), ResourceScope::Static),
    )]
}

/// Actions of PartiQL statements (DynamoDB developer guide, "IAM security policies with PartiQL for DynamoDB").
const PARTIQL: &[&str] = &[
    "dynamodb:PartiQLDelete",
    "dynamodb:PartiQLInsert",
    "dynamodb:PartiQLSelect",
    "dynamodb:PartiQLUpdate",
];

/// Operations that have no action of the same name (DynamoDB developer guide, "Using IAM with DynamoDB
/// transactions").
const TRANSACTIONS: [(&str, &[&str]); 5] = [
    ("batchExecuteStatement", PARTIQL),
    ("executeStatement", PARTIQL),
    ("executeTransaction", PARTIQL),
    (
        "transactWriteItems",
        &[
            "dynamodb:ConditionCheckItem",
            "dynamodb:DeleteItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
        ],
    ),
    ("transactGetItems", &["dynamodb:GetItem"]),
];

fn dynamodb(call: &Call<'_>) -> Vec<Grant> {
    let account = &call.settings.account;
    let arn = |name: &str| account.arn("dynamodb", &format!("table/{name}"));
    if let Some((_, actions)) = TRANSACTIONS
        .iter()
        .find(|(operation, _)| *operation == call.operation)
    {
        return vec![scoped(
            actions,
            ResourceScope::Dynamic(if *actions == PARTIQL {
                "Statement"
            } else {
                "TransactItems"
            }),
        )];
    }
    if integration::action("dynamodb", call.operation).is_some_and(|action| !action.is_listed) {
        return any_of_service(call);
    }
    let own = action("dynamodb", call.operation);
    // Requests to several tables have the tables as their keys.
    if let Some(tables) = call
        .payload
        .and_then(|payload| payload.get("RequestItems"))
        .and_then(Json::as_object)
    {
        let tables = tables.keys().map(|name| match name.strip_suffix(".$") {
            Some(_) => scoped(&[&own], ResourceScope::Dynamic("RequestItems")),
            None if name.starts_with("arn:") => {
                scoped(&[&own], ResourceScope::Static(name.clone()))
            }
            None => scoped(&[&own], ResourceScope::Static(arn(name))),
        });
        return tables.collect();
    }
    let mut grant = scoped(&[&own], arn_or_name(call.payload, "TableName", arn));
    if let Ok(index) = literal(call.payload, "IndexName") {
        let tables = grant
            .statement
            .resources
            .iter()
            .filter(|table| *table != "*");
        let indexes: Vec<_> = tables
            .map(|table| format!("{table}/index/{index}"))
            .collect();
        grant.statement.resources.extend(indexes);
    }
    vec![grant]
}

fn start_execution(call: &Call<'_>) -> Vec<Grant> {
    let account = &call.settings.account;
    let machine = arn_or_name(call.payload, "StateMachineArn", |name| {
        account.arn("states", &format!("stateMachine:{name}"))
    });
    let executions = match &machine {
        ResourceScope::Static(arn) => ResourceScope::Static(format!(
            "{}:*",
            arn.replacen(":stateMachine:", ":execution:", 1)
        )),
        dynamic @ ResourceScope::Dynamic(_) => dynamic.clone(),
    };
    let mut grants = vec![scoped(&[&action("states", call.operation)], machine)];
    if call.pattern.starts_with("sync") {
        grants.push(scoped(
            &["states:DescribeExecution", "states:StopExecution"],
            executions,
        ));
        grants.push(fixed(managed_rule(
            call.settings,
            "StepFunctionsGetEventsForStepFunctionsExecutionRule",
        )));
    }
    grants
}

fn put_events(call: &Call<'_>) -> Vec<Grant> {
    let account = &call.settings.account;
    let Some(entries) = call
        .payload
        .and_then(|payload| payload.get("Entries"))
        .and_then(Json::as_array)
    else {
        return vec![scoped(
            &["events:PutEvents"],
            ResourceScope::Dynamic("Entries"),
        )];
    };
    let bus = |entry: &Json| {
        if entry.get("EventBusName").is_none() && entry.get("EventBusName.$").is_none() {
            return ResourceScope::Static(account.arn("events", "event-bus/default"));
        }
        arn_or_name(Some(entry), "EventBusName", |name| {
            account.arn("events", &format!("event-bus/{name}"))
        })
    };
    entries
        .iter()
        .map(|entry| scoped(&["events:PutEvents"], bus(entry)))
        .collect()
}

/// An operation of Amazon S3, or the reader or writer of a distributed Map state, which are not SDK calls.
fn s3(call: &Call<'_>) -> Vec<Grant> {
    let partition = call.settings.account.partition.as_deref().unwrap_or("aws");
    let on = |actions: &[&str], suffix: &str| {
        let bucket = literal(call.payload, "Bucket").map_or_else(ResourceScope::Dynamic, |name| {
            ResourceScope::Static(format!("arn:{partition}:s3:::{name}{suffix}"))
        });
        scoped(actions, bucket)
    };
    let object = format!("/{}", literal(call.payload, "Key").unwrap_or("*"));
    match (call.operation, call.sdk) {
        ("listObjectsV2", false) => vec![on(&["s3:ListBucket"], ""), on(&["s3:GetObject"], "/*")],
        ("putObject", false) => {
            let actions = [
                "s3:AbortMultipartUpload",
                "s3:GetObject",
                "s3:ListMultipartUploadParts",
                "s3:PutObject",
            ];
            let prefix = literal(call.payload, "Prefix")
                .map(|prefix| format!("/{}/*", prefix.trim_end_matches('/')));
            vec![on(&actions, prefix.as_deref().unwrap_or("/*"))]
        }
        ("getObject" | "headObject", _) => vec![on(&["s3:GetObject"], &object)],
        ("createMultipartUpload" | "uploadPart" | "completeMultipartUpload", _) => {
            vec![on(&["s3:PutObject"], &object)]
        }
        ("deleteObjects", _) => vec![on(&["s3:DeleteObject"], "/*")],
        ("listObjectVersions", _) => vec![on(&["s3:ListBucketVersions"], "")],
        ("putObject" | "deleteObject", true) => vec![on(&[&action("s3", call.operation)], &object)],
        ("listObjects" | "listObjectsV2" | "headBucket", _) => vec![on(&["s3:ListBucket"], "")],
        ("copyObject", _) => {
            vec![
                on(&["s3:PutObject"], &object),
                scoped(&["s3:GetObject"], ResourceScope::Dynamic("CopySource")),
            ]
        }
        _ => any_of_service(call),
    }
}

fn ecs_run_task(call: &Call<'_>) -> Vec<Grant> {
    let has = |parameter: &str| given(call.payload, parameter) != ParameterValue::Absent;
    let mut grants = pattern::grants(&ECS_RUN_TASK, call);
    for parameter in ["Overrides.TaskRoleArn", "Overrides.ExecutionRoleArn"] {
        grants.extend(pattern::pass_role(call, parameter, ECS));
    }
    // Without an override, the role is that of the task definition.
    if !(has("Overrides.TaskRoleArn") && has("Overrides.ExecutionRoleArn")) {
        let statement = Statement::allow(["iam:PassRole"], ["*"]);
        let statement = statement.when("StringEquals", "iam:PassedToService", ECS);
        grants.push(Grant {
            statement,
            wide: Some(WildcardReason::Elsewhere("the task definition")),
        });
    }
    if has("Tags") || has("PropagateTags") {
        let tasks = call.settings.account.arn("ecs", "task/*");
        grants.push(fixed(Statement::allow(["ecs:TagResource"], [tasks])));
    }
    grants
}

/// The service that runs tasks.
const ECS: &str = "ecs-tasks.amazonaws.com";

fn http_invoke(call: &Call<'_>) -> Vec<Grant> {
    let Settings { account, name, .. } = call.settings;
    let machine = account.arn("states", &format!("stateMachine:{name}"));
    let mut statement = Statement::allow(["states:InvokeHTTPEndpoint"], [machine]);
    let mut wide = None;
    match given(call.payload, "ApiEndpoint") {
        ParameterValue::Text(endpoint) => {
            statement = statement.when("StringLike", "states:HTTPEndpoint", format!("{endpoint}*"));
        }
        _ => wide = Some(WildcardReason::Parameter("ApiEndpoint")),
    }
    if let ParameterValue::Text(method) = given(call.payload, "Method") {
        statement = statement.when("StringEquals", "states:HTTPMethod", method);
    }
    let connections = [
        "Authentication.ConnectionArn",
        "InvocationConfig.ConnectionArn",
    ];
    let connection = connections
        .into_iter()
        .find(|path| given(call.payload, path) != ParameterValue::Absent);
    let path = connection.unwrap_or("Authentication.ConnectionArn");
    let scope = match given(call.payload, path) {
        ParameterValue::Text(arn) => ResourceScope::Static(arn.to_owned()),
        _ => ResourceScope::Dynamic(path),
    };
    let secrets = account.arn("secretsmanager", "secret:events!connection/*");
    vec![
        Grant { statement, wide },
        scoped(&["events:RetrieveConnectionCredentials"], scope),
        fixed(Statement::allow(
            [
                "secretsmanager:DescribeSecret",
                "secretsmanager:GetSecretValue",
            ],
            [secrets],
        )),
    ]
}

/// A call of an API. It needs a permission only with the credentials of the role.
fn api_gateway(call: &Call<'_>) -> Vec<Grant> {
    if matches!(
        given(call.payload, "AuthType"),
        ParameterValue::Absent | ParameterValue::Text("NO_AUTH")
    ) {
        return Vec::new();
    }
    let part = |name: &'static str| match given(call.payload, name) {
        ParameterValue::Text(text) => text.trim_matches('/').to_owned(),
        _ => "*".into(),
    };
    let ParameterValue::Text(endpoint) = given(call.payload, "ApiEndpoint") else {
        return vec![scoped(
            &["execute-api:Invoke"],
            ResourceScope::Dynamic("ApiEndpoint"),
        )];
    };
    let api = endpoint
        .trim_start_matches("https://")
        .split('.')
        .next()
        .unwrap_or("*");
    let path = format!(
        "{api}/{}/{}/{}",
        part("Stage"),
        part("Method"),
        part("Path")
    );
    vec![scoped(
        &["execute-api:Invoke"],
        ResourceScope::Static(call.settings.account.arn("execute-api", &path)),
    )]
}

/// A statement for Redshift: with a secret, or with a user's temporary credentials (Redshift management
/// guide, "Authorizing access to the Amazon Redshift Data API").
fn redshift_execute(call: &Call<'_>) -> Vec<Grant> {
    let account = &call.settings.account;
    let own = action("redshift-data", call.operation);
    let serverless = given(call.payload, "WorkgroupName") != ParameterValue::Absent;
    let target = if serverless {
        // The ARN contains an ID, and the call has a name.
        scoped(
            &[&own],
            ResourceScope::Static(account.arn("redshift-serverless", "workgroup/*")),
        )
    } else {
        let cluster = |name: &str| account.arn("redshift", &format!("cluster:{name}"));
        scoped(
            &[&own],
            arn_or_name(call.payload, "ClusterIdentifier", cluster),
        )
    };
    let credentials = match given(call.payload, "SecretArn") {
        ParameterValue::Text(arn) => scoped(
            &["secretsmanager:GetSecretValue"],
            ResourceScope::Static(arn.to_owned()),
        ),
        ParameterValue::AtRunTime => scoped(
            &["secretsmanager:GetSecretValue"],
            ResourceScope::Dynamic("SecretArn"),
        ),
        ParameterValue::Absent if serverless => {
            let workgroups = account.arn("redshift-serverless", "workgroup/*");
            scoped(
                &["redshift-serverless:GetCredentials"],
                ResourceScope::Static(workgroups),
            )
        }
        ParameterValue::Absent => {
            let part = |name: &'static str| literal(call.payload, name).unwrap_or("*");
            let (cluster, database) = (part("ClusterIdentifier"), part("Database"));
            let user = account.arn("redshift", &format!("dbuser:{cluster}/{}", part("DbUser")));
            let database = account.arn("redshift", &format!("dbname:{cluster}/{database}"));
            fixed(Statement::allow(
                ["redshift:GetClusterCredentials"],
                [user, database],
            ))
        }
    };
    vec![target, credentials]
}
