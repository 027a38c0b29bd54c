//! Integrations whose permissions are not known.

rule! {
    /// A state calls an integration whose permissions the derivation of roles does not know, or an operation whose name is no
    /// action that IAM lists, so that a role derived from the workflow may lack what the call needs.
    ///
    /// Allow it with a `statement` in `execution_role`, or make the role yourself and name it with `role_arn`.
    "ASL4002" "unknown-permissions" Warning
}
