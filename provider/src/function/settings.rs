//! From a configuration or state to what AWS is told, and back.

use std::io;
use std::path::Path;

use asl::policy::{Account, Document, Statement};
use sfn_aws::function::{Code, Configuration, Described, Logging};
use tfplugin::Value;

use super::source;
use crate::execution_role::Owned;
use crate::tags;

/// The name of a function of this state.
pub(super) fn name(state: &Value) -> &str {
    state.get("function_name").as_str().unwrap_or_default()
}

/// The code that a state describes.
pub(super) fn code(state: &Value) -> io::Result<Code> {
    let text = |name: &str| state.get(name).as_str();
    if let Some(folder) = text("source_dir") {
        return source::zip_folder(Path::new(folder)).map(Code::Zip);
    }
    if let Some(file) = text("filename") {
        let read = std::fs::read(file).map(Code::Zip);
        return read.map_err(|error| io::Error::new(error.kind(), format!("cannot read `{file}`: {error}")));
    }
    Ok(Code::S3 {
        bucket: text("s3_bucket").unwrap_or_default().to_owned(),
        key: text("s3_key").unwrap_or_default().to_owned(),
        version: text("s3_object_version").map(str::to_owned),
    })
}

/// The hash of the code, where it is here to be hashed.
pub(super) fn hash(code: &Code) -> Option<String> {
    if let Code::Zip(bytes) = code { Some(source::hash(bytes)) } else { None }
}

/// The configuration that a state describes.
pub(super) fn configuration(state: &Value) -> Configuration {
    let text = |value: &Value, name: &str| value.get(name).as_str().map(str::to_owned);
    let number = |name: &str| state.get(name).as_i64().and_then(|number| i32::try_from(number).ok());
    let logging = state.get("logging_config");
    Configuration {
        role: text(state, "role").unwrap_or_default(),
        handler: text(state, "handler"),
        runtime: text(state, "runtime"),
        description: text(state, "description"),
        memory_size: number("memory_size"),
        timeout: number("timeout"),
        environment: state.get("environment").get("variables").string_map(),
        layers: state.get("layers").strings(),
        tracing: text(state.get("tracing_config"), "mode"),
        logging: (!logging.is_null()).then(|| Logging {
            format: text(logging, "log_format"),
            application_level: text(logging, "application_log_level"),
            system_level: text(logging, "system_log_level"),
            group: text(logging, "log_group"),
        }),
    }
}

/// Whether a version is published with each change.
pub(super) fn publishes(state: &Value) -> bool {
    state.get("publish").as_bool().unwrap_or_default()
}

/// The role that `execution_role` describes; `None` where the role is made elsewhere.
pub(super) fn owned_role(state: &Value, region: &str) -> Option<Owned> {
    let block = state.get("execution_role");
    let owned = || Owned::of(block, "function", "lambda.amazonaws.com", name(state), region);
    (!block.is_null()).then(owned)
}

/// What a function needs to write its logs and, with X-Ray, its traces (Lambda developer guide, "Execution role").
pub(super) fn policy(state: &Value, account: &Account) -> Document {
    let mut document = Document::default();
    let group = state
        .get("logging_config")
        .get("log_group")
        .as_str()
        .map_or_else(|| format!("/aws/lambda/{}", name(state)), str::to_owned);
    let group = account.arn("logs", &format!("log-group:{group}:*"));
    document.add(Statement::allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], [group]));
    if state.get("tracing_config").get("mode").as_str() == Some("Active") {
        document.add(Statement::allow(["xray:PutTelemetryRecords", "xray:PutTraceSegments"], ["*"]));
    }
    document
}

/// The state for a function as it is, in the words of `prior` where those say the same.
pub(super) fn state(described: &Described, prior: &Value, rules: &tags::Rules) -> Value {
    let mut state = if prior.is_null() { Value::object::<String>([]) } else { prior.clone() };
    let found = &described.configuration;
    for (name, value) in [
        ("id", &described.name),
        ("function_name", &described.name),
        ("arn", &described.arn),
        ("role", &found.role),
        ("source_code_hash", &described.code_sha256),
        ("last_modified", &described.last_modified),
    ] {
        state.set(name, value.as_str());
    }
    state.set("invoke_arn", invoke_arn(&described.arn));
    state.set("source_code_size", described.code_size);
    for (name, value) in [("handler", &found.handler), ("runtime", &found.runtime), ("description", &found.description)]
    {
        let is_same = prior.get(name).as_str().unwrap_or_default() == value.as_deref().unwrap_or_default();
        if prior.is_null() || !is_same {
            state.set(name, value.clone());
        }
    }
    state.set("architectures", described.architectures.clone());
    state.set("memory_size", found.memory_size.map(i64::from));
    state.set("timeout", found.timeout.map(i64::from));
    if prior.get("layers").strings() != found.layers {
        state.set("layers", found.layers.clone());
    }
    state.set("environment", environment(found, prior));
    state.set("tracing_config", tracing(found, prior));
    state.set("logging_config", logging(found, prior, name(&state)));
    if prior.get("version").is_null() {
        state.set("version", described.version.as_str());
        state.set("qualified_arn", format!("{}:{}", described.arn, described.version));
    }
    let (own, all) = tags::of_object(described.tags.clone(), prior, rules);
    state.set("tags", own);
    state.set("tags_all", all);
    state
}

/// The ARN by which API Gateway calls a function (API Gateway developer guide, "Lambda integrations").
pub(super) fn invoke_arn(arn: &str) -> String {
    let account = Account::of_arn(arn);
    let (partition, region) = (account.partition.unwrap_or_default(), account.region.unwrap_or_default());
    format!("arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations")
}

fn environment(found: &Configuration, prior: &Value) -> Value {
    let before = prior.get("environment");
    if before.get("variables").string_map() == found.environment {
        return before.clone();
    }
    Value::object([("variables", found.environment.clone().into())])
}

fn tracing(found: &Configuration, prior: &Value) -> Value {
    let before = prior.get("tracing_config");
    match found.tracing.as_deref() {
        None => before.clone(),
        Some("PassThrough") if before.is_null() => Value::Null,
        Some(mode) => Value::object([("mode", mode.into())]),
    }
}

fn logging(found: &Configuration, prior: &Value, name: &str) -> Value {
    let before = prior.get("logging_config");
    let Some(logging) = &found.logging else {
        return before.clone();
    };
    let format = logging.format.as_deref().unwrap_or("Text");
    let default_group = format!("/aws/lambda/{name}");
    let group = logging.group.as_deref().filter(|group| *group != default_group);
    if before.is_null() && format == "Text" && group.is_none() {
        return Value::Null;
    }
    // AWS fills in its defaults for what was not written.
    let level = |attribute: &str, level: &Option<String>| match (before.get(attribute).is_null(), level.as_deref()) {
        (true, Some("INFO") | None) => Value::Null,
        (_, level) => level.into(),
    };
    let group = if before.get("log_group").is_null() { group } else { logging.group.as_deref() };
    Value::object([
        ("log_format", format.into()),
        ("application_log_level", level("application_log_level", &logging.application_level)),
        ("system_log_level", level("system_log_level", &logging.system_level)),
        ("log_group", group.into()),
    ])
}
