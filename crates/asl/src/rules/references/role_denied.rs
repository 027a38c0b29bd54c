//! Calls that the role does not allow.

use crate::diagnostic::Diagnostic;
use crate::pointer::JsonPointer;
use crate::references::DeniedAction;

rule! {
    /// ## What it does
    ///
    /// Checks for calls that the role of the state machine does not allow.
    ///
    /// The role is the one that `role_arn` refers to. In the example, the policy allows calls of the function, but
    /// the state calls its alias, which is a different resource for IAM. The check runs during planning, if AWS can
    /// be queried.
    ///
    /// Allow the call in a policy of the role, or use `execution_role {}`, which creates a role that allows it.
    ///
    /// ## Why is this bad?
    ///
    /// AWS denies the call when the state runs, and the state fails.
    ///
    /// ## Example
    ///
    /// ```hcl
    /// resource "sfn_state_machine" "orders" {
    ///   name     = "orders"
    ///   role_arn = aws_iam_role.orders.arn
    ///   # … a state calls the function charge-card:live
    /// }
    ///
    /// resource "aws_iam_role_policy" "orders" {
    ///   role = aws_iam_role.orders.id
    ///
    ///   policy = jsonencode({
    ///     Version = "2012-10-17"
    ///     Statement = [{
    ///       Effect   = "Allow"
    ///       Action   = "lambda:InvokeFunction"
    ///       Resource = "arn:aws:lambda:eu-west-1:123456789012:function:charge-card"
    ///     }]
    ///   })
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```hcl
    /// resource "sfn_state_machine" "orders" {
    ///   name     = "orders"
    ///   role_arn = aws_iam_role.orders.arn
    ///   # … a state calls the function charge-card:live
    /// }
    ///
    /// resource "aws_iam_role_policy" "orders" {
    ///   role = aws_iam_role.orders.id
    ///
    ///   policy = jsonencode({
    ///     Version = "2012-10-17"
    ///     Statement = [{
    ///       Effect   = "Allow"
    ///       Action   = "lambda:InvokeFunction"
    ///       Resource = "arn:aws:lambda:eu-west-1:123456789012:function:charge-card:live"
    ///     }]
    ///   })
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [AWS Step Functions: Creating an IAM role for your state machine in Step Functions](https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html)
    /// - [AWS Step Functions: How Step Functions generates IAM policies for integrated services](https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html)
    "ASL4106" "role-denied" [] Warning
    Denied => check
}

fn check(denied: &DeniedAction<'_>, findings: &mut Vec<Diagnostic>) {
    let DeniedAction {
        role,
        action,
        resource,
    } = denied;
    let message = format!("the role `{role}` may not call {action} on `{resource}`");
    let finding = RULE.finding(JsonPointer::root(), message);
    findings.push(
        finding.help("allow it in a policy of the role, or use `execution_role`, which creates a role that allows it"),
    );
}
