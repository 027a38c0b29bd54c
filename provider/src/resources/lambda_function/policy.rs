//! Permissions of a function, derived from its configuration.

use asl::policy::{Account, Document, Statement};
use aws_arn::StateMachineArn;

use super::Function;
use super::blocks::LOG_GROUPS;
use crate::shared::execution_role;

/// Permissions for the network interfaces of a function, for which IAM has no resources (Lambda
/// developer guide, "Giving Lambda functions access to resources in an Amazon VPC").
const NETWORK: [&str; 6] = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
];

impl Function {
    /// Permissions that the function needs (Lambda developer guide, "Execution role"), and the
    /// additional ones of its role.
    pub(super) fn policy(&self, account: &Account) -> Document {
        let mut document = Document::default();
        let group = self
            .settings
            .logging_config
            .known()
            .and_then(|logging| logging.log_group.text());
        let group = group.map_or_else(
            || format!("{LOG_GROUPS}{}", self.short_name()),
            str::to_owned,
        );
        let group = account.arn("logs", &format!("log-group:{group}:*"));
        document.add(Statement::allow(
            [
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:PutLogEvents",
            ],
            [group],
        ));
        let configuration = self.settings.configuration();
        if configuration.tracing.as_deref() == Some("Active") {
            document.add(Statement::allow(
                ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
                ["*"],
            ));
        }
        if configuration.vpc.is_some() {
            document.add(Statement::allow(NETWORK, ["*"]));
        }
        if let Some(target) = configuration.dead_letter {
            let action = if target.contains(":sns:") {
                "sns:Publish"
            } else {
                "sqs:SendMessage"
            };
            document.add(Statement::allow([action], [target]));
        }
        if let Some(system) = configuration.file_system {
            let actions = [
                "elasticfilesystem:ClientMount",
                "elasticfilesystem:ClientWrite",
            ];
            let mount = Statement::allow(actions, ["*"]);
            document.add(mount.when(
                "StringEquals",
                "elasticfilesystem:AccessPointArn",
                system.arn,
            ));
        }
        if let Some(role) = self.execution_role.known() {
            let machines = role.start_executions_of.known().into_iter().flatten();
            machines.for_each(|machine| allow_executions(machine, &mut document));
            execution_role::add_statements(&role.statement, &mut document);
        }
        document
    }
}

/// Allows starting a state machine, or a version or alias, and access to its executions.
fn allow_executions(machine: &str, document: &mut Document) {
    document.add(Statement::allow(
        ["states:StartExecution", "states:StartSyncExecution"],
        [machine],
    ));
    let whole =
        StateMachineArn::parse(machine).map_or_else(|| machine.to_owned(), |arn| arn.machine);
    let executions = format!("{}:*", whole.replacen(":stateMachine:", ":execution:", 1));
    document.add(Statement::allow(
        ["states:DescribeExecution", "states:StopExecution"],
        [executions],
    ));
    let answers = [
        "states:SendTaskFailure",
        "states:SendTaskHeartbeat",
        "states:SendTaskSuccess",
    ];
    document.add(Statement::allow(answers, [whole]));
}

#[cfg(test)]
mod tests {
    use tfplugin::Value;
    use tfplugin::model::Model as _;

    use super::*;

    fn policy_of(function: &Function) -> String {
        let account = Account::of_arn("arn:aws:lambda:eu-west-1:123456789012:function:f");
        let document: serde_json::Value =
            serde_json::from_str(&function.policy(&account).to_json()).unwrap();
        serde_json::to_string_pretty(&document).unwrap()
    }

    fn function(entries: &[(&str, Value)]) -> Function {
        let named = [("function_name", Value::from("f"))].into_iter();
        Function::from_value(&Value::object(
            named.chain(entries.iter().map(|(name, value)| (*name, value.clone()))),
        ))
    }

    fn block(name: &str, value: &str) -> Value {
        Value::object([(name, value.into())])
    }

    fn vpc(subnets: Vec<&str>) -> Value {
        Value::object([
            ("subnet_ids", subnets.into()),
            ("security_group_ids", Value::List(Vec::new())),
        ])
    }

    #[test]
    fn each_flag_grants_what_it_needs() {
        let machines = vec![
            "arn:aws:states:eu-west-1:123456789012:stateMachine:orders",
            "arn:aws:states:eu-west-1:123456789012:stateMachine:mail:live",
        ];
        let statement = Value::object([
            ("actions", vec!["s3:GetObject"].into()),
            ("resources", vec!["arn:aws:s3:::orders/*"].into()),
        ]);
        let role = Value::object([
            ("start_executions_of", machines.into()),
            ("statement", Value::List(vec![statement])),
        ]);
        let access_point = "arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/a";
        let function = function(&[
            ("tracing_config", block("mode", "Active")),
            ("vpc_config", vpc(vec!["subnet-1"])),
            (
                "dead_letter_config",
                block("target_arn", "arn:aws:sqs:eu-west-1:123456789012:dead"),
            ),
            ("file_system_config", block("arn", access_point)),
            ("execution_role", role),
        ]);
        insta::assert_snapshot!(policy_of(&function));
    }

    /// Checks that this argument adds no permissions.
    fn check_same(name: &str, value: Value) {
        let plain = [("execution_role", Value::object::<String>([]))];
        let [role] = plain.clone();
        assert_eq!(
            policy_of(&function(&[role, (name, value)])),
            policy_of(&function(&plain)),
            "{name}"
        );
    }

    #[test]
    fn what_is_empty_grants_nothing() {
        check_same("tracing_config", block("mode", "PassThrough"));
        check_same("vpc_config", vpc(Vec::new()));
        check_same("dead_letter_config", block("target_arn", ""));
        check_same("file_system_config", block("arn", ""));
        check_same("logging_config", block("log_group", ""));
        check_same("logging_config", block("log_group", "/aws/lambda/f"));
    }
}
