//! Taking over an `aws_sfn_state_machine`.

use tfplugin::Value;

use crate::encryption;
use crate::moving::Former;

/// The type that it comes from.
pub(super) const FORMER_TYPE: &str = "aws_sfn_state_machine";

/// The state of a state machine that moves in, with its definition as JSON. That provider stores blocks that nobody wrote;
/// those that turn something off are not taken over, as without a block it is off.
pub(super) fn state(former: &Former) -> Value {
    let logging =
        former.blocks("logging_configuration").find(|block| block.text("level").is_some_and(|level| level != "OFF"));
    let logging = logging.map_or(Value::Null, |block| {
        Value::object([
            ("level", block.value("level")),
            ("include_execution_data", block.flag("include_execution_data").into()),
            ("log_destination", block.value("log_destination")),
        ])
    });
    let tracing = former.blocks("tracing_configuration").any(|block| block.flag("enabled"));
    let tracing = if tracing { Value::object([("enabled", true.into())]) } else { Value::Null };
    Value::object([
        ("id", former.value("arn")),
        ("arn", former.value("arn")),
        ("name", former.value("name")),
        ("name_prefix", former.value("name_prefix")),
        ("type", former.value("type")),
        ("status", former.value("status")),
        ("creation_date", former.value("creation_date")),
        ("role_arn", former.value("role_arn")),
        ("definition", former.value("definition")),
        ("asl", former.value("definition")),
        ("publish", if former.flag("publish") { true.into() } else { Value::Null }),
        ("state_machine_version_arn", former.value("state_machine_version_arn")),
        ("revision_id", former.value("revision_id")),
        ("logging_configuration", logging),
        ("tracing_configuration", tracing),
        (encryption::BLOCK, encryption::moved(former)),
        ("tags", former.tags()),
    ])
}
