//! Permissions on any resource.

rule! {
    /// What a state calls is known only at run time, so that a role derived from the workflow may call it on any resource.
    ///
    /// Write the value out where there is only one, such as the name of a table, so that the role can be narrowed to it. Or name
    /// the ARNs that the state may use, by its name, in `execution_role { resources = { … } }`.
    "ASL4001" "any-resource" Warning
}
