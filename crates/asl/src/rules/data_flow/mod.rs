//! Rules about the input and output of states.

pub(crate) mod lost_input;
pub(crate) mod missing_input;
pub(crate) mod replaced_input;
mod unknown_result_member;

use super::Rule;

/// The rules of this family, by code.
pub(super) const RULES: &[Rule] = &[
    missing_input::RULE,
    lost_input::RULE,
    replaced_input::RULE,
    unknown_result_member::RULE,
];
