//! One object of each resource, for tests that apply to all resources.

use e2e::Workspace;
use local_aws::LocalAws;

use super::workspace;

/// An object of one resource.
pub struct Object {
    /// Address of the resource.
    pub address: &'static str,
    /// Argument that the name is generated from, if there is one.
    pub prefix: Option<&'static str>,
    /// Arguments of the resource.
    arguments: &'static str,
}

impl Object {
    /// The configuration of the object, with additional arguments.
    pub fn configuration(&self, extra: &str) -> String {
        let (kind, name) = self.address.split_once('.').unwrap_or_default();
        format!(
            "resource \"{kind}\" \"{name}\" {{{}{extra}\n}}\n\n",
            self.arguments
        )
    }

    /// The configuration of the object with a generated name, if the resource supports one.
    pub fn with_prefix(&self, extra: &str) -> Option<String> {
        let prefix = self.prefix?;
        let argument = prefix.trim_end_matches("_prefix");
        let line = self
            .arguments
            .lines()
            .find(|line| line.trim_start().starts_with(argument))?;
        let generated = line
            .replacen(argument, prefix, 1)
            .replacen("it\"", "it-\"", 1);
        Some(self.configuration(extra).replacen(line, &generated, 1))
    }
}

/// The objects to which aliases, permissions, alarms and event invoke configurations belong.
pub const BASE: &str = r#"
resource "sfn_state_machine" "base" {
  name     = "base"
  start_at = "Rest"
  publish  = true
  role_arn = "arn:aws:iam::123456789012:role/base"
  pass "Rest" {
    end = true
  }
}

resource "sfn_lambda_function" "base" {
  function_name = "base"
  source_dir    = "${path.module}/code"
  handler       = "main.handler"
  runtime       = "python3.13"
  publish       = true
  role          = "arn:aws:iam::123456789012:role/base"
}

"#;

/// Local values with the names of the objects of [`BASE`], for a configuration that contains it.
pub const BASE_HERE: &str = r"
locals {
  machine          = sfn_state_machine.base.arn
  machine_version  = sfn_state_machine.base.state_machine_version_arn
  function         = sfn_lambda_function.base.function_name
  function_version = sfn_lambda_function.base.version
}

";

/// Local values with the names of the objects of [`BASE`], for a configuration with another state.
pub const BASE_ELSEWHERE: &str = r#"
locals {
  machine          = "arn:aws:states:eu-west-1:123456789012:stateMachine:base"
  machine_version  = "arn:aws:states:eu-west-1:123456789012:stateMachine:base:1"
  function         = "base"
  function_version = "1"
}

"#;

/// One object of each resource. All but the first two belong to the objects of [`BASE`].
pub const OBJECTS: [Object; 9] = [
    Object {
        address: "sfn_state_machine.it",
        prefix: Some("name_prefix"),
        arguments: r#"
  name     = "it"
  start_at = "Rest"
  execution_role {}
  logging_configuration {
    level = "ERROR"
  }
  pass "Rest" {
    end = true
  }
"#,
    },
    Object {
        address: "sfn_lambda_function.it",
        prefix: None,
        arguments: r#"
  function_name = "it"
  source_dir    = "${path.module}/code"
  handler       = "main.handler"
  runtime       = "python3.13"
  execution_role {}
"#,
    },
    Object {
        address: "sfn_activity.it",
        prefix: None,
        arguments: r#"
  name = "it"
"#,
    },
    Object {
        address: "sfn_cloudwatch_log_group.it",
        prefix: Some("name_prefix"),
        arguments: r#"
  name = "/it"
"#,
    },
    Object {
        address: "sfn_alias.it",
        prefix: None,
        arguments: r#"
  name = "it"
  routing_configuration {
    state_machine_version_arn = local.machine_version
    weight                    = 100
  }
"#,
    },
    Object {
        address: "sfn_lambda_alias.it",
        prefix: None,
        arguments: r#"
  name             = "it"
  function_name    = local.function
  function_version = local.function_version
"#,
    },
    Object {
        address: "sfn_lambda_permission.it",
        prefix: Some("statement_id_prefix"),
        arguments: r#"
  statement_id  = "it"
  action        = "lambda:InvokeFunction"
  function_name = local.function
  principal     = "events.amazonaws.com"
  source_arn    = "arn:aws:events:eu-west-1:123456789012:rule/it"
"#,
    },
    Object {
        address: "sfn_lambda_function_event_invoke_config.it",
        prefix: None,
        arguments: r"
  function_name          = local.function
  maximum_retry_attempts = 1
",
    },
    Object {
        address: "sfn_execution_alarm.it",
        prefix: None,
        arguments: r#"
  name              = "it"
  state_machine_arn = local.machine
  metric            = "failed"
"#,
    },
];

/// The configurations of all objects, with additional arguments in each.
pub fn all(extra: &str) -> String {
    OBJECTS
        .iter()
        .map(|object| object.configuration(extra))
        .collect()
}

/// A folder with this configuration and with code for functions.
pub fn with_code(aws: &LocalAws, configuration: &str) -> Workspace {
    let workspace = workspace(aws, configuration);
    workspace
        .write(
            "code/main.py",
            "def handler(event, context):\n    return event\n",
        )
        .expect("the code is written");
    workspace
}

/// A state machine and a function, both called `it`, with these arguments.
pub fn owners(machine: &str, function: &str) -> String {
    format!(
        r#"
resource "sfn_state_machine" "it" {{
  name     = "it"
  start_at = "A"
  {machine}
  pass "A" {{
    end = true
  }}
}}

resource "sfn_lambda_function" "it" {{
  function_name = "it"
  source_dir    = "${{path.module}}/code"
  handler       = "main.handler"
  runtime       = "python3.13"
  {function}
}}
"#
    )
}
