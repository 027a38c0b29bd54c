//! From a configuration or state to what AWS is told, and back.

use asl::Json;
use asl::policy::{Account, Document, Settings, derive};
use sfn_aws::state_machine::{Described, Logging, Publish, Wanted};
use tfplugin::Value;

use crate::encryption;
use crate::execution_role::{self, Owned};

/// Where the log groups of state machines go: below this prefix AWS needs no entry in the limited resource policy
/// (Step Functions developer guide, "Logging using CloudWatch Logs").
const LOG_GROUPS: &str = "/aws/vendedlogs/states/";

/// The name of a state machine of this state.
pub(super) fn name(state: &Value) -> &str {
    state.get("name").as_str().unwrap_or_default()
}

/// The log group that the provider keeps for a state machine.
pub(super) fn log_group(name: &str) -> String {
    format!("{LOG_GROUPS}{name}")
}

/// The ARN of that log group, as Step Functions wants it.
pub(super) fn log_group_arn(name: &str, account: &Account) -> String {
    account.arn("logs", &format!("log-group:{}:*", log_group(name)))
}

/// Whether the provider keeps the log group.
pub(super) fn keeps_log_group(state: &Value) -> bool {
    logs(state) && state.get("logging_configuration").get("log_destination").is_null()
}

/// Whether anything is logged.
pub(super) fn logs(state: &Value) -> bool {
    let block = state.get("logging_configuration");
    !block.is_null() && block.get("level").as_str() != Some("OFF")
}

/// For how long that log group keeps its events.
pub(super) fn retention(state: &Value) -> Option<i32> {
    let days = state.get("logging_configuration").get("retention_in_days").as_i64()?;
    i32::try_from(days).ok()
}

/// Whether X-Ray traces it.
pub(super) fn tracing(state: &Value) -> bool {
    state.get("tracing_configuration").get("enabled").as_bool().unwrap_or_default()
}

fn logging(state: &Value, account: &Account) -> Logging {
    let block = state.get("logging_configuration");
    if !logs(state) {
        return Logging::off();
    }
    let destination = match block.get("log_destination").as_str() {
        Some(arn) => format!("{}:*", arn.trim_end_matches(":*")),
        None => log_group_arn(name(state), account),
    };
    Logging {
        level: block.get("level").as_str().unwrap_or("OFF").to_owned(),
        include_execution_data: block.get("include_execution_data").as_bool().unwrap_or_default(),
        destination: Some(destination),
    }
}

/// What AWS is told of a state whose `asl` and `role_arn` are known.
pub(super) fn wanted(state: &Value, account: &Account) -> Wanted {
    let text = |name: &str| state.get(name).as_str().unwrap_or_default().to_owned();
    Wanted {
        definition: text("asl"),
        role_arn: text("role_arn"),
        logging: logging(state, account),
        tracing: tracing(state),
        encryption: encryption::of(state),
    }
}

/// Whether and how a version is published.
pub(super) fn publish(state: &Value) -> Publish {
    Publish {
        publish: state.get("publish").as_bool().unwrap_or_default(),
        description: state.get("version_description").as_str().map(str::to_owned),
    }
}

/// The permissions that a definition needs with the settings of this state.
pub(super) fn policy(definition: &Json, state: &Value, account: &Account) -> (Document, Vec<asl::Diagnostic>) {
    let settings = Settings {
        account: account.clone(),
        name: state.get("name").as_str().unwrap_or("*").to_owned(),
        logging: logs(state),
        tracing: tracing(state),
        kms_key_id: encryption::of(state).kms_key_id,
        resources: execution_role::resources(state.get("execution_role")),
    };
    let (mut document, findings) = derive(definition, &settings);
    execution_role::add_statements(state.get("execution_role"), &mut document);
    (document, findings)
}

/// The permissions for the definition that a state has as text.
pub(super) fn policy_of_text(state: &Value, account: &Account) -> Option<Document> {
    let (document, _) = asl::parse(state.get("asl").as_str()?).ok()?;
    Some(policy(&document.root, state, account).0)
}

/// The role that `execution_role` describes; `None` where the role is made elsewhere.
pub(super) fn owned_role(state: &Value, region: &str) -> Option<Owned> {
    let block = state.get("execution_role");
    let owned = || Owned::of(block, "state-machine", "states.amazonaws.com", name(state), region);
    (!block.is_null()).then(owned)
}

/// The `logging_configuration` for what AWS has, in the words of `prior` where those say the same.
pub(super) fn logging_block(described: &Described, prior: &Value, account: &Account) -> Value {
    let (found, before) = (&described.logging, prior.get("logging_configuration"));
    if found.level == "OFF" && before.is_null() {
        return Value::Null;
    }
    let mut block = if before.is_null() { Value::object::<String>([]) } else { before.plain().clone() };
    block.set("level", found.level.as_str());
    if before.get("include_execution_data").as_bool().unwrap_or_default() != found.include_execution_data {
        block.set("include_execution_data", found.include_execution_data);
    }
    let Some(destination) = &found.destination else {
        return block;
    };
    let own = log_group_arn(&described.name, account);
    let written = before.get("log_destination").as_str();
    let is_same =
        written.map_or(*destination == own, |arn| arn.trim_end_matches(":*") == destination.trim_end_matches(":*"));
    if !is_same {
        block.set("log_destination", destination.as_str());
    }
    block
}

/// The `tracing_configuration` for what AWS has.
pub(super) fn tracing_block(described: &Described, prior: &Value) -> Value {
    let before = prior.get("tracing_configuration");
    match described.tracing {
        None => before.clone(),
        Some(false) if before.is_null() => Value::Null,
        Some(enabled) => Value::object([("enabled", enabled.into())]),
    }
}
