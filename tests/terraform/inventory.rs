//! Lists the objects in AWS, and the changes that a run made.

use std::collections::BTreeSet;

use local_aws::{ACCOUNT, LocalAws, REGION};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Creations for which AWS returns an existing object if it has the same settings.
const IDEMPOTENT: [&str; 3] = [
    "CreateStateMachine",
    "CreateActivity",
    "CreateStateMachineAlias",
];

/// All objects, one per line, such as `state machine orders` or `permission charge/events`.
pub async fn inventory(aws: &LocalAws) -> BTreeSet<String> {
    let mut lines = states(aws).await;
    lines.extend(functions(aws).await);
    let groups = json_call(aws, "Logs_20140328.DescribeLogGroups", &json!({})).await;
    lines.extend(
        names(&groups, "logGroups", "logGroupName")
            .into_iter()
            .map(|name| format!("log group {name}")),
    );
    let roles = aws.role_names().await.expect("the roles are listed");
    lines.extend(roles.into_iter().map(|name| format!("role {name}")));
    let alarms = aws
        .query("monitoring", "Action=DescribeAlarms&Version=2010-08-01")
        .await;
    let alarms = alarms.expect("the alarms are listed");
    let alarms = alarms
        .split("<AlarmName>")
        .skip(1)
        .filter_map(|rest| rest.split('<').next());
    lines.extend(alarms.map(|name| format!("alarm {name}")));
    lines
}

/// The writing operations that took effect since the proxy was reset. Repeated creations that return an existing object
/// are omitted.
pub fn changes(aws: &LocalAws) -> Vec<String> {
    let done = aws
        .proxy()
        .writes()
        .into_iter()
        .filter(|call| (200..300).contains(&call.status));
    done.map(|call| call.operation)
        .filter(|operation| !IDEMPOTENT.contains(&operation.as_str()))
        .collect()
}

/// The response of Lambda to a `GET` of a path such as `/2015-03-31/functions`; `Null` if there is none.
pub async fn lambda(aws: &LocalAws, path: &str) -> Value {
    let address = aws.url().replace("http://", "");
    let scope = format!("{ACCOUNT}/20260101/{REGION}/lambda/aws4_request");
    let signature = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0");
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: {signature}\r\nx-local-aws-unrecorded: 1\r\nconnection: close\r\n\r\n"
    );
    let mut stream = TcpStream::connect(&address)
        .await
        .expect("the local AWS listens");
    stream
        .write_all(request.as_bytes())
        .await
        .expect("the request is sent");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .await
        .expect("the request is answered");
    let (head, body) = answer.split_once("\r\n\r\n").expect("the answer is HTTP");
    if head.starts_with("HTTP/1.1 404") {
        return Value::Null;
    }
    assert!(head.starts_with("HTTP/1.1 200"), "GET {path}: {head}");
    serde_json::from_str(body).expect("the answer is JSON")
}

/// The tags of a role, as `key=value`.
pub async fn role_tags(aws: &LocalAws, role: &str) -> BTreeSet<String> {
    let form = format!("Action=ListRoleTags&Version=2010-05-08&RoleName={role}");
    let xml = aws.query("iam", &form).await.expect("the tags are listed");
    let inside = |text: &str, tag: &str| {
        let rest = text
            .split(&format!("<{tag}>"))
            .nth(1)
            .unwrap_or_default()
            .to_owned();
        rest.split(&format!("</{tag}>"))
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    xml.split("<member>")
        .skip(1)
        .map(|member| format!("{}={}", inside(member, "Key"), inside(member, "Value")))
        .collect()
}

/// The tags of a log group, as `key=value`.
pub async fn log_group_tags(aws: &LocalAws, name: &str) -> BTreeSet<String> {
    let arn = format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}");
    let found = json_call(
        aws,
        "Logs_20140328.ListTagsForResource",
        &json!({ "resourceArn": arn }),
    )
    .await;
    let tags = found["tags"].as_object().cloned().unwrap_or_default();
    tags.into_iter()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect()
}

/// The tags of a state machine or an activity, as `key=value`.
pub async fn states_tags(aws: &LocalAws, arn: &str) -> BTreeSet<String> {
    let found = json_call(
        aws,
        "AWSStepFunctions.ListTagsForResource",
        &json!({ "resourceArn": arn }),
    )
    .await;
    let text = |tag: &Value, name: &str| tag[name].as_str().unwrap_or_default().to_owned();
    let tags = found["tags"].as_array().cloned().unwrap_or_default();
    tags.iter()
        .map(|tag| format!("{}={}", text(tag, "key"), text(tag, "value")))
        .collect()
}

async fn json_call(aws: &LocalAws, target: &str, body: &Value) -> Value {
    aws.call(target, body)
        .await
        .unwrap_or_else(|error| panic!("{target}: {error}"))
}

/// The members `name` of the objects in a list.
fn names(answer: &Value, list: &str, name: &str) -> Vec<String> {
    let entries = answer[list].as_array().into_iter().flatten();
    entries
        .filter_map(|entry| entry[name].as_str().map(str::to_owned))
        .collect()
}

/// State machines with their versions and aliases, and activities.
async fn states(aws: &LocalAws) -> BTreeSet<String> {
    let last = |arn: String, parts: usize| {
        let all: Vec<&str> = arn.split(':').collect();
        all.get(all.len().saturating_sub(parts)..)
            .unwrap_or_default()
            .join(":")
    };
    let mut lines = BTreeSet::new();
    let machines = json_call(aws, "AWSStepFunctions.ListStateMachines", &json!({})).await;
    for arn in names(&machines, "stateMachines", "stateMachineArn") {
        let body = json!({ "stateMachineArn": arn });
        let versions = json_call(aws, "AWSStepFunctions.ListStateMachineVersions", &body).await;
        let versions = names(&versions, "stateMachineVersions", "stateMachineVersionArn");
        lines.extend(
            versions
                .into_iter()
                .map(|version| format!("version {}", last(version, 2))),
        );
        let aliases = json_call(aws, "AWSStepFunctions.ListStateMachineAliases", &body).await;
        let aliases = names(&aliases, "stateMachineAliases", "stateMachineAliasArn");
        lines.extend(
            aliases
                .into_iter()
                .map(|alias| format!("alias {}", last(alias, 2))),
        );
        lines.insert(format!("state machine {}", last(arn, 1)));
    }
    let activities = json_call(aws, "AWSStepFunctions.ListActivities", &json!({})).await;
    lines.extend(
        names(&activities, "activities", "name")
            .into_iter()
            .map(|name| format!("activity {name}")),
    );
    lines
}

/// Functions with their aliases, permissions and event invoke configurations.
async fn functions(aws: &LocalAws) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    let functions = lambda(aws, "/2015-03-31/functions").await;
    for function in names(&functions, "Functions", "FunctionName") {
        let aliases = lambda(aws, &format!("/2015-03-31/functions/{function}/aliases")).await;
        let aliases = names(&aliases, "Aliases", "Name");
        lines.extend(
            aliases
                .iter()
                .map(|alias| format!("function alias {function}:{alias}")),
        );
        let unqualified = (String::new(), function.clone());
        let qualified = aliases
            .iter()
            .map(|alias| (format!("?Qualifier={alias}"), format!("{function}:{alias}")));
        for (query, name) in std::iter::once(unqualified).chain(qualified) {
            let policy = lambda(
                aws,
                &format!("/2015-03-31/functions/{function}/policy{query}"),
            )
            .await;
            let policy: Value =
                serde_json::from_str(policy["Policy"].as_str().unwrap_or("{}")).expect("a policy");
            lines.extend(
                names(&policy, "Statement", "Sid")
                    .into_iter()
                    .map(|id| format!("permission {name}/{id}")),
            );
            let invoke = lambda(
                aws,
                &format!("/2019-09-25/functions/{function}/event-invoke-config{query}"),
            )
            .await;
            if !invoke.is_null() {
                lines.insert(format!("event invoke config {name}"));
            }
        }
        lines.insert(format!("function {function}"));
    }
    lines
}
