//! Rules about the price of an execution.

pub(crate) mod could_be_express;

use super::Rule;

/// The rules of this family, by code.
pub(super) const RULES: &[Rule] = &[could_be_express::RULE];
