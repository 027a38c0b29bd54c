//! What a state calls is not there.

rule! {
    /// A state calls a function, version, alias, state machine, activity, queue, topic or table that is not in AWS, so
    /// that it is going
    /// to fail. What the same apply makes is not reported where Terraform knows of it.
    ///
    /// Refer to the resource that makes it, such as `sfn_lambda_function.charge.arn`, or correct the name. Found while
    /// planning, where AWS can be asked.
    "ASL4101" "missing-object" Warning
}
