//! Rules about the text of a definition.

pub(crate) mod definition_too_large;
pub(crate) mod duplicate_member;
pub(crate) mod invalid_configuration;
pub(crate) mod syntax_error;

use super::Rule;

/// The rules of this family, by code.
pub(super) const RULES: &[Rule] = &[
    syntax_error::RULE,
    duplicate_member::RULE,
    definition_too_large::RULE,
    invalid_configuration::RULE,
];
