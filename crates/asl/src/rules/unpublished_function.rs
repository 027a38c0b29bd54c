//! Versions that call what is not one.

rule! {
    /// A state machine that publishes versions calls a Lambda function without version or alias, so that an old version
    /// of the workflow
    /// calls the newest code.
    ///
    /// Call a version or an alias, such as `sfn_lambda_function.charge.qualified_arn`. Found while planning, where AWS
    /// can be asked.
    "ASL4105" "unpublished-function" Lint
}
