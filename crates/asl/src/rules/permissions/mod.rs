//! Rules about the permissions that a definition needs.

pub(crate) mod unknown_permissions;
pub(crate) mod wildcard_resource;

use super::Rule;

/// The rules of this family, by code.
pub(super) const RULES: &[Rule] = &[wildcard_resource::RULE, unknown_permissions::RULE];
