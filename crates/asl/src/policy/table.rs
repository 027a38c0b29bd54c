//! Integration → permissions.
//!
//! Sources: the Step Functions developer guide, "IAM policies for integrated services" and "Required permissions" of
//! each integration.

use super::document::{Document, Statement};
use super::resource::{Scoped, arn_or_name, function_arn, literal, queue_arn};
use super::{Call, Settings};
use crate::integration::{Called, Resource};
use crate::json::Json;

/// A statement, and the field whose value is known only at run time where that made it a wildcard.
pub(super) struct Grant {
    pub(super) statement: Statement,
    pub(super) dynamic: Option<&'static str>,
}

/// A row of the table: an integration's service and operation and what a call of it needs. The operation `*` stands
/// for every operation that no other row names.
struct Row {
    service: &'static str,
    operation: &'static str,
    grants: fn(&Call<'_>) -> Vec<Grant>,
}

const ROWS: &[Row] = &[
    Row { service: "lambda", operation: "invoke", grants: lambda_invoke },
    Row { service: "sns", operation: "publish", grants: sns_publish },
    Row { service: "sqs", operation: "sendMessage", grants: sqs_send_message },
    Row { service: "dynamodb", operation: "*", grants: dynamodb },
    Row { service: "states", operation: "startExecution", grants: start_execution },
    Row { service: "events", operation: "putEvents", grants: put_events },
    Row { service: "s3", operation: "getObject", grants: s3_get_object },
    Row { service: "s3", operation: "listObjectsV2", grants: s3_list_objects },
    Row { service: "s3", operation: "putObject", grants: s3_put_object },
];

/// Names that IAM has for services whose name in `aws-sdk` integrations is another.
const IAM_NAMES: &[(&str, &str)] = &[
    ("bedrockagent", "bedrock"),
    ("cloudwatchlogs", "logs"),
    ("efs", "elasticfilesystem"),
    ("elasticloadbalancingv2", "elasticloadbalancing"),
    ("eventbridge", "events"),
    ("mediapackagevod", "mediapackage-vod"),
    ("mwaa", "airflow"),
    ("redshiftdata", "redshift-data"),
    ("sesv2", "ses"),
    ("sfn", "states"),
];

/// What a task with this resource needs; `None` for an integration that the table lacks.
pub(super) fn grant(resource: &str, payload: Option<&Json>, settings: &Settings) -> Option<Vec<Grant>> {
    match Resource::parse(resource) {
        Resource::Function { .. } => Some(vec![fixed(invoke(&function_arn(resource, &settings.account)))]),
        // The worker that polls an activity needs permissions, the state machine none.
        Resource::Activity => Some(Vec::new()),
        Resource::Sdk(called) => Some(aws_sdk(called.service, called.operation, payload, settings)),
        Resource::Optimized(Called { service, operation, pattern }) => {
            let call = Call { settings, payload, pattern, operation };
            row(service, operation).map(|row| (row.grants)(&call))
        }
        Resource::Other(_) | Resource::Invalid | Resource::Unknown => None,
    }
}

fn row(service: &str, operation: &str) -> Option<&'static Row> {
    let of_service = || ROWS.iter().filter(|row| row.service == service);
    of_service().find(|row| row.operation == operation).or_else(|| of_service().find(|row| row.operation == "*"))
}

/// What the state machine itself needs, whatever its states do.
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
        let actions =
            ["xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments"];
        document.add(Statement::allow(actions, ["*"]));
    }
    if let Some(key) = &settings.kms_key_id {
        let key =
            if key.starts_with("arn:") { key.clone() } else { settings.account.arn("kms", &format!("key/{key}")) };
        let machine = settings.account.arn("states", &format!("stateMachine:{}", settings.name));
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

/// What a state machine with a distributed Map needs to run its children.
pub(super) fn distributed_map(settings: &Settings) -> [Statement; 3] {
    let (account, name) = (&settings.account, &settings.name);
    [
        Statement::allow(["states:StartExecution"], [account.arn("states", &format!("stateMachine:{name}"))]),
        Statement::allow(
            ["states:DescribeExecution", "states:StopExecution"],
            [account.arn("states", &format!("execution:{name}:*"))],
        ),
        Statement::allow(["states:RedriveExecution"], [account.arn("states", &format!("execution:{name}/*:*"))]),
    ]
}

fn fixed(statement: Statement) -> Grant {
    Grant { statement, dynamic: None }
}

fn scoped(actions: &[&str], scope: Scoped) -> Grant {
    let allow = |resource: String| Statement::allow(actions.iter().copied(), [resource]);
    match scope {
        Scoped::Static(arn) => fixed(allow(arn)),
        Scoped::Dynamic(field) => Grant { statement: allow("*".into()), dynamic: Some(field) },
    }
}

/// A function and its versions and aliases.
fn invoke(function: &str) -> Statement {
    Statement::allow(["lambda:InvokeFunction"], [function.to_owned(), format!("{function}:*")])
}

fn lambda_invoke(call: &Call<'_>) -> Vec<Grant> {
    match literal(call.payload, "FunctionName") {
        Ok(text) => vec![fixed(invoke(&function_arn(text, &call.settings.account)))],
        Err(field) => vec![scoped(&["lambda:InvokeFunction"], Scoped::Dynamic(field))],
    }
}

fn sns_publish(call: &Call<'_>) -> Vec<Grant> {
    let has = |field: &str| call.payload.is_some_and(|payload| payload.get(field).is_some());
    if has("PhoneNumber") || has("PhoneNumber.$") {
        // A text message has no resource that could be named.
        return vec![fixed(Statement::allow(["sns:Publish"], ["*"]))];
    }
    let field = if literal(call.payload, "TargetArn").is_ok() { "TargetArn" } else { "TopicArn" };
    let account = &call.settings.account;
    vec![scoped(&["sns:Publish"], arn_or_name(call.payload, field, |name| account.arn("sns", name)))]
}

fn sqs_send_message(call: &Call<'_>) -> Vec<Grant> {
    let queue = literal(call.payload, "QueueUrl").ok().and_then(|url| queue_arn(url, &call.settings.account));
    vec![scoped(&["sqs:SendMessage"], queue.map_or(Scoped::Dynamic("QueueUrl"), Scoped::Static))]
}

fn dynamodb(call: &Call<'_>) -> Vec<Grant> {
    let account = &call.settings.account;
    let table = arn_or_name(call.payload, "TableName", |name| account.arn("dynamodb", &format!("table/{name}")));
    vec![scoped(&[&action("dynamodb", call.operation)], table)]
}

fn start_execution(call: &Call<'_>) -> Vec<Grant> {
    let account = &call.settings.account;
    let machine =
        arn_or_name(call.payload, "StateMachineArn", |name| account.arn("states", &format!("stateMachine:{name}")));
    let executions = match &machine {
        Scoped::Static(arn) => Scoped::Static(format!("{}:*", arn.replacen(":stateMachine:", ":execution:", 1))),
        dynamic @ Scoped::Dynamic(_) => dynamic.clone(),
    };
    let mut grants = vec![scoped(&["states:StartExecution"], machine)];
    if call.pattern.starts_with("sync") {
        grants.push(scoped(&["states:DescribeExecution", "states:StopExecution"], executions));
        grants.push(fixed(managed_rule(call.settings, "StepFunctionsGetEventsForStepFunctionsExecutionRule")));
    }
    grants
}

/// The EventBridge rule by which Step Functions hears that a job it started has ended.
fn managed_rule(settings: &Settings, rule: &str) -> Statement {
    let rule = settings.account.arn("events", &format!("rule/{rule}"));
    Statement::allow(["events:DescribeRule", "events:PutRule", "events:PutTargets"], [rule])
}

fn put_events(call: &Call<'_>) -> Vec<Grant> {
    let account = &call.settings.account;
    let Some(entries) = call.payload.and_then(|payload| payload.get("Entries")).and_then(Json::as_array) else {
        return vec![scoped(&["events:PutEvents"], Scoped::Dynamic("Entries"))];
    };
    let bus = |entry: &Json| {
        if entry.get("EventBusName").is_none() && entry.get("EventBusName.$").is_none() {
            return Scoped::Static(account.arn("events", "event-bus/default"));
        }
        arn_or_name(Some(entry), "EventBusName", |name| account.arn("events", &format!("event-bus/{name}")))
    };
    entries.iter().map(|entry| scoped(&["events:PutEvents"], bus(entry))).collect()
}

fn s3(call: &Call<'_>, actions: &[&str], suffix: impl FnOnce(Option<&Json>) -> String) -> Vec<Grant> {
    let partition = call.settings.account.partition.as_deref().unwrap_or("aws");
    let bucket = literal(call.payload, "Bucket").map_or_else(Scoped::Dynamic, |name| {
        Scoped::Static(format!("arn:{partition}:s3:::{name}{}", suffix(call.payload)))
    });
    vec![scoped(actions, bucket)]
}

fn s3_get_object(call: &Call<'_>) -> Vec<Grant> {
    s3(call, &["s3:GetObject"], |payload| format!("/{}", literal(payload, "Key").unwrap_or("*")))
}

fn s3_list_objects(call: &Call<'_>) -> Vec<Grant> {
    let mut grants = s3(call, &["s3:ListBucket"], |_| String::new());
    grants.extend(s3(call, &["s3:GetObject"], |_| "/*".into()));
    grants
}

fn s3_put_object(call: &Call<'_>) -> Vec<Grant> {
    let actions = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"];
    s3(call, &actions, |payload| match literal(payload, "Prefix") {
        Ok(prefix) => format!("/{}/*", prefix.trim_end_matches('/')),
        Err(_) => "/*".into(),
    })
}

/// An operation as IAM names it: `getItem` → `dynamodb:GetItem`.
fn action(service: &str, operation: &str) -> String {
    let mut letters = operation.chars();
    let operation: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    format!("{service}:{operation}")
}

fn aws_sdk(service: &str, operation: &str, payload: Option<&Json>, settings: &Settings) -> Vec<Grant> {
    match (service, operation) {
        ("dynamodb", _) if literal(payload, "TableName").is_ok() => {
            let call = Call { settings, payload, pattern: "", operation };
            let mut grants = dynamodb(&call);
            if let (Ok(index), Some(grant)) = (literal(payload, "IndexName"), grants.first_mut()) {
                let indexes: Vec<_> =
                    grant.statement.resources.iter().map(|table| format!("{table}/index/{index}")).collect();
                grant.statement.resources.extend(indexes);
            }
            grants
        }
        ("sfn", "startSyncExecution" | "startExecution") => {
            let machine = arn_or_name(payload, "StateMachineArn", |name| {
                settings.account.arn("states", &format!("stateMachine:{name}"))
            });
            vec![scoped(&[&action("states", operation)], machine)]
        }
        ("lambda", "invoke") => lambda_invoke(&Call { settings, payload, pattern: "", operation }),
        ("s3", _) if row("s3", operation).is_some() => {
            let call = Call { settings, payload, pattern: "", operation };
            row("s3", operation).map(|row| (row.grants)(&call)).unwrap_or_default()
        }
        _ => {
            let name = IAM_NAMES.iter().find(|(sdk, _)| *sdk == service).map_or(service, |(_, iam)| iam);
            vec![fixed(Statement::allow([action(name, operation)], ["*"]))]
        }
    }
}
