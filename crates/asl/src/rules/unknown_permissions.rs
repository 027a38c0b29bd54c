//! Integrations whose permissions are not known.

rule! {
    /// A state calls an integration whose permissions the derivation of roles does not know, so that a role derived from
    /// the workflow lacks them and the call is going to be refused.
    ///
    /// Allow it with a `statement` in `execution_role`, or make the role yourself and name it with `role_arn`.
    "ASL4002" "unknown-permissions" Warning
}
