//! Code shared by several resources.

pub mod action;
pub mod arns;
pub mod checks;
pub mod data_source;
pub mod deployment;
pub mod encryption;
pub mod execution_role;
pub mod fold;
pub mod identity;
pub mod json_argument;
pub mod lookup_cache;
pub mod machine_filter;
pub mod managed;
pub mod move_state;
pub mod names;
pub mod region;
pub mod resource;
pub mod tags;
pub mod timeouts;

/// A model without known values.
pub fn empty<M: tfplugin::model::Model>() -> M {
    M::from_value(&tfplugin::Value::Null)
}

/// Whether two texts refer to the same Lambda function, by name or ARN.
pub fn same_function(a: &tfplugin::Value, b: &tfplugin::Value) -> bool {
    matches!((a.as_str(), b.as_str()), (Some(a), Some(b)) if aws_arn::FunctionArn::is_same(a, b))
}
