//! Rules about states and the transitions between them.

pub(crate) mod duplicate_state_name;
pub(crate) mod endless_workflow;
pub(crate) mod invalid_transition;
pub(crate) mod missing_transition_target;
pub(crate) mod no_terminal_state;
pub(crate) mod state_in_two_scopes;
pub(crate) mod unreachable_state;

use super::Rule;

/// The rules of this family, by code.
pub(super) const RULES: &[Rule] = &[
    missing_transition_target::RULE,
    unreachable_state::RULE,
    state_in_two_scopes::RULE,
    no_terminal_state::RULE,
    invalid_transition::RULE,
    duplicate_state_name::RULE,
    endless_workflow::RULE,
];
