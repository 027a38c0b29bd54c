//! The `encryption_configuration` block of state machines and activities.

use sfn_aws::state_machine::Encryption;
use tfplugin::schema::{Attribute, Block, NestedBlock, Nesting};
use tfplugin::{AttributePath, Diagnostic, Diagnostics, Number, Type, Value};

use crate::messages::one_of;
use crate::moving::Former;

/// The name of the block.
pub const BLOCK: &str = "encryption_configuration";
const REUSE: &str = "kms_data_key_reuse_period_seconds";

/// The block.
pub fn block() -> NestedBlock {
    let attributes = vec![
        Attribute::required("type", Type::String, "`AWS_OWNED_KEY` or `CUSTOMER_MANAGED_KMS_KEY`."),
        Attribute::optional("kms_key_id", Type::String, "The customer-managed key: id, ARN or alias."),
        Attribute::optional(
            REUSE,
            Type::Number,
            "For how long a data key is used again, from 60 to 900 seconds; 300 if absent.",
        ),
    ];
    let description = "Encryption at rest. Without the block AWS uses a key of its own.".into();
    NestedBlock::new(BLOCK, Nesting::Single, Block { attributes, description, ..Block::default() })
}

/// Checks the block.
pub fn validate(config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let at = |name: &str| AttributePath::root(BLOCK).attribute(name);
    let block = config.get(BLOCK);
    diagnostics.extend(one_of(block.get("type"), at("type"), &["AWS_OWNED_KEY", "CUSTOMER_MANAGED_KMS_KEY"]));
    if block.get("type").as_str() == Some("CUSTOMER_MANAGED_KMS_KEY") && block.get("kms_key_id").is_null() {
        let detail = "Write the id, ARN or alias of the key.";
        diagnostics.push(Diagnostic::error("`kms_key_id` is missing", detail).at(at("type")));
    }
    if let Some(seconds) = block.get(REUSE).as_i64().filter(|seconds| !(60..=900).contains(seconds)) {
        let message = format!("a data key cannot be used again for {seconds} s");
        diagnostics.push(Diagnostic::error(message, "It takes from 60 to 900 seconds.").at(at(REUSE)));
    }
    diagnostics
}

/// The encryption that a state asks for.
pub fn of(state: &Value) -> Encryption {
    let block = state.get(BLOCK);
    if block.is_null() || block.get("type").as_str() == Some("AWS_OWNED_KEY") {
        return Encryption::aws_owned();
    }
    Encryption {
        kind: block.get("type").as_str().unwrap_or_default().to_owned(),
        kms_key_id: block.get("kms_key_id").as_str().map(str::to_owned),
        reuse_seconds: block.get(REUSE).as_i64().and_then(|seconds| i32::try_from(seconds).ok()),
    }
}

/// The block for what AWS has; what was written stays where it says the same.
pub fn state_of(found: Option<&Encryption>, prior: &Value) -> Value {
    let before = prior.get(BLOCK);
    let Some(found) = found else {
        return before.clone();
    };
    if found.kind == "AWS_OWNED_KEY" && before.is_null() {
        return Value::Null;
    }
    let reuse = match found.reuse_seconds {
        // AWS fills in its default where none was written.
        Some(300) if before.get(REUSE).is_null() => Value::Null,
        seconds => Value::from(seconds.map(|seconds| Number::from(i64::from(seconds)))),
    };
    let key = match (before.get("kms_key_id").as_str(), &found.kms_key_id) {
        (Some(written), Some(found)) if found.ends_with(written) => Some(written.to_owned()),
        (_, found) => found.clone(),
    };
    Value::object([("type", found.kind.as_str().into()), ("kms_key_id", key.into()), (REUSE, reuse)])
}

/// The block of an object that moves in; a key of AWS's own needs none.
pub fn moved(former: &Former) -> Value {
    let customer = "CUSTOMER_MANAGED_KMS_KEY";
    let block = former.blocks(BLOCK).find(|block| block.text("type").as_deref() == Some(customer));
    block.map_or(Value::Null, |block| {
        let reuse = block.number(REUSE).map_or(Value::Null, Value::from);
        Value::object([("type", customer.into()), ("kms_key_id", block.value("kms_key_id")), (REUSE, reuse)])
    })
}
