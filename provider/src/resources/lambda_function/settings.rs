//! From a configuration or state to what AWS is told, and back.

use std::io;
use std::path::Path;

use asl::policy::Account;
use asl::wiring::FunctionFacts;
use sfn_aws::function::{Code, Configuration, Described, Durable, FileSystem, Image, Logging, Vpc};
use tfplugin::Value;

use super::source;
use crate::execution_role::Owned;
use crate::tags;

/// The size of `/tmp` in MiB that a function has by default (API reference, EphemeralStorage).
const DEFAULT_STORAGE: i32 = 512;

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
    if let Some(uri) = text("image_uri") {
        return Ok(Code::Image(uri.to_owned()));
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
    let number = |value: &Value, name: &str| value.get(name).as_i64().and_then(|number| i32::try_from(number).ok());
    let block = |name: &str| Some(state.get(name)).filter(|block| !block.is_null());
    Configuration {
        role: text(state, "role").unwrap_or_default(),
        handler: text(state, "handler"),
        runtime: text(state, "runtime"),
        description: text(state, "description"),
        memory_size: number(state, "memory_size"),
        timeout: number(state, "timeout"),
        environment: state.get("environment").get("variables").string_map(),
        layers: state.get("layers").strings(),
        tracing: text(state.get("tracing_config"), "mode"),
        logging: block("logging_config").map(|logging| Logging {
            format: text(logging, "log_format"),
            application_level: text(logging, "application_log_level"),
            system_level: text(logging, "system_log_level"),
            group: text(logging, "log_group"),
        }),
        vpc: block("vpc_config").map(|vpc| Vpc {
            subnets: sorted(vpc.get("subnet_ids").strings()),
            security_groups: sorted(vpc.get("security_group_ids").strings()),
            ipv6: vpc.get("ipv6_allowed_for_dual_stack").as_bool().unwrap_or_default(),
        }),
        dead_letter: text(state.get("dead_letter_config"), "target_arn"),
        image: block("image_config").map(|image| Image {
            command: image.get("command").strings(),
            entry_point: image.get("entry_point").strings(),
            working_directory: text(image, "working_directory"),
        }),
        ephemeral_storage: number(state.get("ephemeral_storage"), "size"),
        snap_start: state.get("snap_start").get("apply_on").as_str() == Some("PublishedVersions"),
        kms_key_arn: text(state, "kms_key_arn"),
        file_system: block("file_system_config").map(|system| FileSystem {
            arn: text(system, "arn").unwrap_or_default(),
            local_mount_path: text(system, "local_mount_path").unwrap_or_default(),
        }),
        durable: block("durable_config").map(|durable| Durable {
            execution_timeout: number(durable, "execution_timeout").unwrap_or_default(),
            retention_days: number(durable, "retention_period"),
        }),
    }
}

fn sorted(mut list: Vec<String>) -> Vec<String> {
    list.sort();
    list
}

/// The concurrency that is kept for a function of this state; `-1` keeps none, as in hashicorp/aws.
pub(super) fn reserved(state: &Value) -> Option<i32> {
    let number = state.get("reserved_concurrent_executions").as_i64()?;
    i32::try_from(number).ok().filter(|number| *number >= 0)
}

/// What a workflow that calls a function of this state has to know of it.
pub(super) fn facts(state: &Value) -> FunctionFacts {
    let Configuration { runtime, timeout, .. } = configuration(state);
    let reserved_concurrency = reserved(state);
    FunctionFacts { state: "Active".into(), runtime, timeout_seconds: timeout, reserved_concurrency }
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
    for (name, block) in optional_blocks(found, &configuration(prior)) {
        if let Some(block) = block {
            state.set(name, block);
        }
    }
    if reserved(prior) != described.reserved_concurrency {
        state.set("reserved_concurrent_executions", described.reserved_concurrency.map(i64::from));
    }
    let package = if described.image_uri.is_some() { "Image" } else { "Zip" };
    state.set("package_type", package);
    if described.image_uri.is_some() && prior.get("image_uri").as_str() != described.image_uri.as_deref() {
        state.set("image_uri", described.image_uri.clone());
    }
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
pub fn invoke_arn(arn: &str) -> String {
    let account = Account::of_arn(arn);
    let (partition, region) = (account.partition.unwrap_or_default(), account.region.unwrap_or_default());
    format!("arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations")
}

/// The blocks of what not every function has, where they say something else than before.
fn optional_blocks(found: &Configuration, before: &Configuration) -> [(&'static str, Option<Value>); 8] {
    let changed = |same: bool, block: Option<Value>| (!same).then(|| block.unwrap_or_default());
    let number = |number: i32| Value::from(i64::from(number));
    let vpc = found.vpc.as_ref().map(|vpc| {
        Value::object([
            ("subnet_ids", vpc.subnets.clone().into()),
            ("security_group_ids", vpc.security_groups.clone().into()),
            ("ipv6_allowed_for_dual_stack", if vpc.ipv6 { true.into() } else { Value::Null }),
        ])
    });
    let image = found.image.as_ref().map(|image| {
        let list = |list: &Vec<String>| if list.is_empty() { Value::Null } else { list.clone().into() };
        Value::object([
            ("command", list(&image.command)),
            ("entry_point", list(&image.entry_point)),
            ("working_directory", image.working_directory.clone().into()),
        ])
    });
    let system = found.file_system.as_ref().map(|system| {
        Value::object([
            ("arn", system.arn.as_str().into()),
            ("local_mount_path", system.local_mount_path.as_str().into()),
        ])
    });
    let durable = found.durable.as_ref().map(|durable| {
        Value::object([
            ("execution_timeout", number(durable.execution_timeout)),
            ("retention_period", durable.retention_days.map_or(Value::Null, number)),
        ])
    });
    let dead_letter = found.dead_letter.as_deref().map(|arn| Value::object([("target_arn", arn.into())]));
    let storage = found.ephemeral_storage.unwrap_or(DEFAULT_STORAGE);
    let snap_start = found.snap_start.then(|| Value::object([("apply_on", "PublishedVersions".into())]));
    [
        ("vpc_config", changed(found.vpc == before.vpc, vpc)),
        ("dead_letter_config", changed(found.dead_letter == before.dead_letter, dead_letter)),
        ("image_config", changed(found.image == before.image, image)),
        (
            "ephemeral_storage",
            changed(
                storage == before.ephemeral_storage.unwrap_or(DEFAULT_STORAGE),
                Some(Value::object([("size", number(storage))])),
            ),
        ),
        ("snap_start", changed(found.snap_start == before.snap_start, snap_start)),
        ("file_system_config", changed(found.file_system == before.file_system, system)),
        ("durable_config", changed(found.durable == before.durable, durable)),
        (
            "kms_key_arn",
            changed(found.kms_key_arn == before.kms_key_arn, found.kms_key_arn.as_deref().map(Value::from)),
        ),
    ]
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
