//! What several resources share.

pub mod checks;
pub mod data_source;
pub mod encryption;
pub mod execution_role;
pub mod fold;
pub mod identity;
pub mod lookup_cache;
pub mod machine_filter;
pub mod managed;
pub mod move_state;
pub mod names;
pub mod region;
pub mod resource;
pub mod tags;
pub mod timeouts;

/// A model of which nothing is known.
pub fn empty<M: tfplugin::model::Model>() -> M {
    M::from_value(&tfplugin::Value::Null)
}

/// Whether two texts name the same Lambda function, one by its name and the other by its ARN, perhaps.
pub fn same_function(a: &tfplugin::Value, b: &tfplugin::Value) -> bool {
    matches!((a.as_str(), b.as_str()), (Some(a), Some(b)) if aws_arn::FunctionArn::is_same(a, b))
}

/// Checks the ARN of a state machine, version or alias. A text that does not begin with `arn:` is judged when it is used: tests
/// with mocks have made-up values.
///
/// # Errors
/// For an ARN of anything else.
pub fn machine_arn(text: &str) -> Result<(), tfplugin::model::Problem> {
    if !text.starts_with("arn:") || aws_arn::StateMachineArn::parse(text).is_some() {
        return Ok(());
    }
    let detail = "Use the `arn` of a state machine, or of a version or alias of it.";
    Err(tfplugin::model::Problem::new(format!("`{text}` is not the ARN of a state machine"), detail))
}

/// Checks in a plan what [`machine_arn`] leaves.
///
/// # Errors
/// For a text that is not the ARN of a state machine.
pub fn require_machine_arn(arn: &tfplugin::model::Attr<String>) -> Result<(), tfplugin::Diagnostics> {
    match arn.text().filter(|text| aws_arn::StateMachineArn::parse(text).is_none()) {
        None => Ok(()),
        Some(text) => {
            let detail = "Use the `arn` of a state machine, or of a version or alias of it.";
            let error = tfplugin::Diagnostic::error(format!("`{text}` is not the ARN of a state machine"), detail);
            Err(error.at(tfplugin::AttributePath::root("state_machine_arn")).into())
        }
    }
}
