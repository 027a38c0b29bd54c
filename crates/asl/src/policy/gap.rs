//! Permissions that cannot be derived exactly.

use super::WildcardReason;
use crate::pointer::JsonPointer;

/// A permission that cannot be derived exactly from a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The name of the state.
    pub state: String,
    /// The field that requires the permission.
    pub at: JsonPointer,
    /// Why it cannot be derived.
    pub kind: GapKind,
}

/// Why a permission cannot be derived exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GapKind {
    /// The permissions of the integration are not known.
    UnknownIntegration {
        /// The `Resource` of the task.
        resource: String,
    },
    /// IAM does not list the action.
    UnlistedAction {
        /// The actions, separated by commas.
        actions: String,
    },
    /// The policy allows the actions on any resource.
    AnyResource {
        /// The actions, separated by commas.
        actions: String,
        /// Why any resource is allowed.
        reason: WildcardReason,
    },
    /// The policy allows assuming any role.
    AnyRole,
}
