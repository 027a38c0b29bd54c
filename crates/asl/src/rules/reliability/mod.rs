//! Rules about timeouts, retries and limits.

pub(crate) mod loop_without_wait;
pub(crate) mod map_exceeds_limits;
pub(crate) mod missing_default;
pub(crate) mod missing_heartbeat;
pub(crate) mod missing_timeout;
pub(crate) mod state_outlasts_execution;
pub(crate) mod unhandled_failure;
pub(crate) mod unreachable_choice_rule;
pub(crate) mod unreachable_error_handler;

use super::Rule;

/// The rules of this family, by code.
pub(super) const RULES: &[Rule] = &[
    missing_timeout::RULE,
    missing_heartbeat::RULE,
    unhandled_failure::RULE,
    unreachable_error_handler::RULE,
    missing_default::RULE,
    unreachable_choice_rule::RULE,
    loop_without_wait::RULE,
    state_outlasts_execution::RULE,
    map_exceeds_limits::RULE,
];
