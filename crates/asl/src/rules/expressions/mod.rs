//! Rules about paths, intrinsic functions, JSONata expressions and variables.

pub(crate) mod duplicate_template_key;
pub(crate) mod invalid_intrinsic_arguments;
pub(crate) mod invalid_jsonata;
pub(crate) mod invalid_jsonata_reference;
pub(crate) mod invalid_path;
pub(crate) mod invalid_payload_template;
pub(crate) mod invalid_reference_path;
pub(crate) mod invalid_variable_name;
pub(crate) mod misplaced_jsonata_delimiters;
pub(crate) mod path_passed_as_text;
pub(crate) mod shadowed_variable;
pub(crate) mod unavailable_states_field;
pub(crate) mod undefined_variable;
pub(crate) mod unknown_context_field;
pub(crate) mod unknown_jsonata_function;
pub(crate) mod unused_variable;

use super::Rule;

/// The rules of this family, by code.
pub(super) const RULES: &[Rule] = &[
    invalid_path::RULE,
    invalid_reference_path::RULE,
    invalid_payload_template::RULE,
    duplicate_template_key::RULE,
    path_passed_as_text::RULE,
    invalid_intrinsic_arguments::RULE,
    unknown_context_field::RULE,
    misplaced_jsonata_delimiters::RULE,
    invalid_jsonata::RULE,
    invalid_jsonata_reference::RULE,
    unavailable_states_field::RULE,
    unknown_jsonata_function::RULE,
    invalid_variable_name::RULE,
    shadowed_variable::RULE,
    undefined_variable::RULE,
    unused_variable::RULE,
];
