//! Rules about what tasks call and with which parameters.

pub(crate) mod direct_function_call;
pub(crate) mod invalid_credentials;
pub(crate) mod invalid_http_task;
pub(crate) mod invalid_resource;
pub(crate) mod invalid_task_parameters;
pub(crate) mod mixed_partitions;
pub(crate) mod parameter_out_of_range;
mod parameters;
pub(crate) mod plain_text_secret;
pub(crate) mod prefer_optimized;
pub(crate) mod superseded_field;
pub(crate) mod sync_output_as_text;
pub(crate) mod task_token_not_passed;
pub(crate) mod unknown_integration;
pub(crate) mod unsupported_in_express;
pub(crate) mod unsupported_integration_pattern;
pub(crate) mod untyped_dynamodb_value;

use super::Rule;

/// The rules of this family, by code.
pub(super) const RULES: &[Rule] = &[
    invalid_resource::RULE,
    unknown_integration::RULE,
    unsupported_integration_pattern::RULE,
    invalid_task_parameters::RULE,
    invalid_http_task::RULE,
    unsupported_in_express::RULE,
    invalid_credentials::RULE,
    untyped_dynamodb_value::RULE,
    task_token_not_passed::RULE,
    prefer_optimized::RULE,
    direct_function_call::RULE,
    sync_output_as_text::RULE,
    superseded_field::RULE,
    plain_text_secret::RULE,
    mixed_partitions::RULE,
    parameter_out_of_range::RULE,
];
