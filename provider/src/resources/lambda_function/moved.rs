//! Taking over an `aws_lambda_function`.

use tfplugin::Value;

use crate::moving::Former;

/// The type that it comes from.
pub(super) const FORMER_TYPE: &str = "aws_lambda_function";

/// The state of a function that moves in: what AWS does not know. The rest is read right after.
pub(super) fn state(former: &Former) -> Value {
    let texts = [
        "function_name",
        "arn",
        "role",
        "filename",
        "image_uri",
        "s3_bucket",
        "s3_key",
        "s3_object_version",
        "source_code_hash",
        "package_type",
    ];
    let mut state = Value::object(texts.map(|name| (name, former.value(name))));
    state.set("id", former.value("function_name"));
    for name in ["publish", "skip_destroy"] {
        state.set(name, if former.flag(name) { true.into() } else { Value::Null });
    }
    // That provider keeps the newest version here even where none is published by it.
    if former.flag("publish") {
        state.set("version", former.value("version"));
        state.set("qualified_arn", former.value("qualified_arn"));
    }
    state.set("tags", former.tags());
    state
}
