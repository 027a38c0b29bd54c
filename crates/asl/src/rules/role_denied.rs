//! Roles that may not call.

rule! {
    /// The role of `role_arn` may not make a call that a state makes, so that it is going to be refused.
    ///
    /// Grant it, or let `execution_role {}` make a role that may. Found while planning, where AWS can be asked.
    "ASL4106" "role-denied" Warning
}
