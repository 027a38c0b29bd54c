//! Rules about fields, their types and their values.

pub(crate) mod catch_all_not_last;
pub(crate) mod conflicting_fields;
pub(crate) mod conflicting_map_input;
pub(crate) mod duplicate_label;
pub(crate) mod field_of_other_query_language;
pub(crate) mod heartbeat_not_shorter_than_timeout;
pub(crate) mod invalid_comparison;
pub(crate) mod invalid_item_batcher;
pub(crate) mod invalid_item_reader;
pub(crate) mod invalid_label;
pub(crate) mod invalid_processor_config;
pub(crate) mod invalid_result_writer;
pub(crate) mod invalid_timestamp;
pub(crate) mod missing_field;
pub(crate) mod out_of_range;
pub(crate) mod query_language_downgrade;
pub(crate) mod state_name_too_long;
pub(crate) mod unknown_error_name;
pub(crate) mod unknown_field;
pub(crate) mod unknown_state_type;
pub(crate) mod unsupported_value;
pub(crate) mod wrong_type;

use super::Rule;

/// The rules of this family, by code.
pub(super) const RULES: &[Rule] = &[
    unknown_field::RULE,
    wrong_type::RULE,
    missing_field::RULE,
    out_of_range::RULE,
    unsupported_value::RULE,
    conflicting_fields::RULE,
    unknown_state_type::RULE,
    state_name_too_long::RULE,
    field_of_other_query_language::RULE,
    query_language_downgrade::RULE,
    invalid_timestamp::RULE,
    invalid_label::RULE,
    duplicate_label::RULE,
    catch_all_not_last::RULE,
    unknown_error_name::RULE,
    invalid_comparison::RULE,
    invalid_processor_config::RULE,
    invalid_item_reader::RULE,
    invalid_result_writer::RULE,
    invalid_item_batcher::RULE,
    heartbeat_not_shorter_than_timeout::RULE,
    conflicting_map_input::RULE,
];
