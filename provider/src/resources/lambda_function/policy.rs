//! What a function may do, by what its configuration says.

use asl::policy::{Account, Document, Statement};
use tfplugin::Value;

use super::settings;
use crate::execution_role;

/// The permissions that a function of this state needs (Lambda developer guide, "Execution role"), with those that its
/// role is to have besides.
pub(super) fn policy(state: &Value, account: &Account) -> Document {
    let mut document = Document::default();
    let group = state
        .get("logging_config")
        .get("log_group")
        .as_str()
        .map_or_else(|| format!("/aws/lambda/{}", settings::name(state)), str::to_owned);
    let group = account.arn("logs", &format!("log-group:{group}:*"));
    document.add(Statement::allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], [group]));
    if state.get("tracing_config").get("mode").as_str() == Some("Active") {
        document.add(Statement::allow(["xray:PutTelemetryRecords", "xray:PutTraceSegments"], ["*"]));
    }
    if !state.get("vpc_config").is_null() {
        document.add(Statement::allow(NETWORK, ["*"]));
    }
    if let Some(target) = state.get("dead_letter_config").get("target_arn").as_str() {
        let action = if target.contains(":sns:") { "sns:Publish" } else { "sqs:SendMessage" };
        document.add(Statement::allow([action], [target]));
    }
    if let Some(access_point) = state.get("file_system_config").get("arn").as_str() {
        let actions = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"];
        document.add(Statement::allow(actions, ["*"]).when(
            "StringEquals",
            "elasticfilesystem:AccessPointArn",
            access_point,
        ));
    }
    let role = state.get("execution_role");
    for machine in role.get(execution_role::STARTS).strings() {
        start_executions_of(&machine, &mut document);
    }
    execution_role::add_statements(role, &mut document);
    document
}

/// What the network interfaces of a function need, for which IAM knows no resources (Lambda developer guide, "Giving Lambda
/// functions access to resources in an Amazon VPC").
const NETWORK: [&str; 6] = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
];

/// Starting a state machine, or a version or alias of it, and what belongs to its executions.
fn start_executions_of(machine: &str, document: &mut Document) {
    document.add(Statement::allow(["states:StartExecution", "states:StartSyncExecution"], [machine]));
    let whole: Vec<&str> = machine.split(':').take(7).collect();
    let whole = whole.join(":");
    let executions = format!("{}:*", whole.replacen(":stateMachine:", ":execution:", 1));
    document.add(Statement::allow(["states:DescribeExecution", "states:StopExecution"], [executions]));
    let answers = ["states:SendTaskFailure", "states:SendTaskHeartbeat", "states:SendTaskSuccess"];
    document.add(Statement::allow(answers, [whole]));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy_of(state: Value) -> String {
        let account = Account::of_arn("arn:aws:lambda:eu-west-1:123456789012:function:f");
        let document: serde_json::Value = serde_json::from_str(&policy(&state, &account).to_json()).unwrap();
        serde_json::to_string_pretty(&document).unwrap()
    }

    #[test]
    fn each_flag_grants_what_it_needs() {
        let block = |name: &str, value: &str| Value::object([(name, value.into())]);
        let machines = vec![
            "arn:aws:states:eu-west-1:123456789012:stateMachine:orders",
            "arn:aws:states:eu-west-1:123456789012:stateMachine:mail:live",
        ];
        let statement = Value::object([
            ("actions", vec!["s3:GetObject"].into()),
            ("resources", vec!["arn:aws:s3:::orders/*"].into()),
        ]);
        let role =
            Value::object([(execution_role::STARTS, machines.into()), ("statement", Value::List(vec![statement]))]);
        let state = Value::object([
            ("function_name", "f".into()),
            ("tracing_config", block("mode", "Active")),
            ("vpc_config", block("x", "y")),
            ("dead_letter_config", block("target_arn", "arn:aws:sqs:eu-west-1:123456789012:dead")),
            ("file_system_config", block("arn", "arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/a")),
            ("execution_role", role),
        ]);
        insta::assert_snapshot!(policy_of(state));
    }
}
