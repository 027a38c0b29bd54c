//! Rules about the AWS resources that a definition calls.

pub(crate) mod function_not_ready;
pub(crate) mod function_outlasts_task;
pub(crate) mod missing_resource;
pub(crate) mod retired_runtime;
pub(crate) mod role_denied;
pub(crate) mod unpublished_function;
pub(crate) mod unqualified_durable_function;

use super::Rule;

/// The rules of this family, by code.
pub(super) const RULES: &[Rule] = &[
    missing_resource::RULE,
    function_not_ready::RULE,
    retired_runtime::RULE,
    function_outlasts_task::RULE,
    unpublished_function::RULE,
    role_denied::RULE,
    unqualified_durable_function::RULE,
];
