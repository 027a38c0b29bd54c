//! Modules such as those of terraform-aws-modules pass on every argument. Conflicts are checked once both values are
//! known, and null counts as absent.

use e2e::Workspace;
use local_aws::{ACCOUNT, LocalAws};
use serde_json::json;

use super::inventory::inventory;
use super::runs::plan_errors;
use super::{assert_empty, assert_says, assert_success, aws};

/// The variables of the module. All of them default to null.
const VARIABLES: [(&str, &str); 41] = [
    ("name", "string"),
    ("name_prefix", "string"),
    ("role_arn", "string"),
    ("definition", "string"),
    ("start_at", "string"),
    ("seconds", "number"),
    ("seconds_path", "string"),
    ("timestamp", "string"),
    ("timestamp_path", "string"),
    ("next", "string"),
    ("end", "bool"),
    ("timeout_seconds", "number"),
    ("timeout_seconds_path", "string"),
    ("heartbeat_seconds", "number"),
    ("heartbeat_seconds_path", "string"),
    ("publish", "bool"),
    ("version_description", "string"),
    ("keep_versions", "number"),
    ("log_level", "string"),
    ("log_destination", "string"),
    ("retention_in_days", "number"),
    ("kms_key_id", "string"),
    ("function_name", "string"),
    ("function_role", "string"),
    ("source_dir", "string"),
    ("filename", "string"),
    ("source_code_hash", "string"),
    ("s3_bucket", "string"),
    ("s3_key", "string"),
    ("s3_object_version", "string"),
    ("image_uri", "string"),
    ("package_type", "string"),
    ("handler", "string"),
    ("runtime", "string"),
    ("layers", "list(string)"),
    ("statement_id", "string"),
    ("statement_id_prefix", "string"),
    ("statistic", "string"),
    ("threshold", "number"),
    ("activity_arn", "string"),
    ("activity_name", "string"),
];

const MODULE: &str = r#"
terraform {
  required_providers {
    sfn = {
      source = "terraform-provider-sfn/sfn"
    }
  }
}

resource "sfn_state_machine" "this" {
  count               = var.definition != null || var.start_at != null ? 1 : 0
  name                = var.name
  name_prefix         = var.name_prefix
  role_arn            = var.role_arn
  definition          = var.definition
  start_at            = var.start_at
  publish             = var.publish
  version_description = var.version_description
  keep_versions       = var.keep_versions

  dynamic "execution_role" {
    for_each = var.role_arn == null ? [1] : []
    content {}
  }

  dynamic "logging_configuration" {
    for_each = var.log_level == null ? [] : [var.log_level]
    content {
      level             = logging_configuration.value
      log_destination   = var.log_destination
      retention_in_days = var.retention_in_days
    }
  }

  dynamic "encryption_configuration" {
    for_each = var.kms_key_id == null ? [] : [var.kms_key_id]
    content {
      type       = "CUSTOMER_MANAGED_KMS_KEY"
      kms_key_id = encryption_configuration.value
    }
  }

  dynamic "wait" {
    for_each = var.start_at == null ? [] : [1]
    labels   = ["Wait"]
    content {
      seconds        = var.seconds
      seconds_path   = var.seconds_path
      timestamp      = var.timestamp
      timestamp_path = var.timestamp_path
      next           = var.next
      end            = var.end
    }
  }

  dynamic "task" {
    for_each = var.next == null ? [] : [1]
    labels   = ["Send"]
    content {
      resource               = "arn:aws:states:::sqs:sendMessage"
      parameters             = { "QueueUrl.$" = "$.queue", MessageBody = "m" }
      timeout_seconds        = var.timeout_seconds
      timeout_seconds_path   = var.timeout_seconds_path
      heartbeat_seconds      = var.heartbeat_seconds
      heartbeat_seconds_path = var.heartbeat_seconds_path
      end                    = true
    }
  }
}

resource "sfn_lambda_function" "this" {
  count             = var.function_name == null ? 0 : 1
  function_name     = var.function_name
  role              = var.function_role
  source_dir        = var.source_dir
  filename          = var.filename
  source_code_hash  = var.source_code_hash
  s3_bucket         = var.s3_bucket
  s3_key            = var.s3_key
  s3_object_version = var.s3_object_version
  image_uri         = var.image_uri
  package_type      = var.package_type
  handler           = var.handler
  runtime           = var.runtime
  layers            = var.layers

  dynamic "execution_role" {
    for_each = var.function_role == null ? [1] : []
    content {}
  }

  dynamic "image_config" {
    for_each = var.image_uri == null ? [] : [1]
    content {
      command = ["main.handler"]
    }
  }
}

resource "sfn_lambda_permission" "this" {
  count               = length(sfn_lambda_function.this)
  function_name       = sfn_lambda_function.this[count.index].function_name
  action              = "lambda:InvokeFunction"
  principal           = "123456789012"
  statement_id        = var.statement_id
  statement_id_prefix = var.statement_id_prefix
}

resource "sfn_cloudwatch_log_group" "this" {
  name        = var.name == null ? null : "/module/${var.name}"
  name_prefix = var.name_prefix
}

resource "sfn_execution_alarm" "this" {
  count             = length(sfn_state_machine.this)
  state_machine_arn = sfn_state_machine.this[count.index].arn
  metric            = var.statistic == null ? "failed" : "duration"
  statistic         = var.statistic
  threshold         = var.threshold
}

data "sfn_activity" "this" {
  count = var.activity_arn == null && var.activity_name == null ? 0 : 1
  arn   = var.activity_arn
  name  = var.activity_name
}

data "sfn_definition" "this" {
  count      = var.definition != null || var.start_at != null ? 1 : 0
  definition = var.definition
  start_at   = var.start_at

  dynamic "succeed" {
    for_each = var.start_at == null ? [] : [1]
    labels   = ["Wait"]
    content {}
  }
}
"#;

/// The provider block also passes on its conflicting arguments.
const ROOT: &str = r#"
terraform {
  required_providers {
    sfn = {
      source = "terraform-provider-sfn/sfn"
    }
  }
}

variable "none" {
  type    = string
  default = null
}

variable "accounts" {
  type    = list(string)
  default = null
}

provider "sfn" {
  access_key            = var.none
  secret_key            = var.none
  token                 = var.none
  profile               = var.none
  allowed_account_ids   = ["ALLOWED"]
  forbidden_account_ids = var.accounts
  dynamic "assume_role_with_web_identity" {
    for_each = var.none == null ? [] : [1]
    content {
      role_arn                = "arn:aws:iam::123456789012:role/deployer"
      web_identity_token      = var.none
      web_identity_token_file = var.none
    }
  }
}
"#;

/// A folder with a configuration that calls the module once for each set of arguments.
async fn calls(aws: &LocalAws, arguments: &[&str]) -> Workspace {
    let workspace = super::objects::with_code(aws, "");
    let variables: String = VARIABLES
        .iter()
        .map(|(name, kind)| {
            format!("variable \"{name}\" {{\n  type    = {kind}\n  default = null\n}}\n")
        })
        .collect();
    workspace.write("module/main.tf", MODULE).unwrap();
    workspace.write("module/variables.tf", &variables).unwrap();
    let call = |(number, arguments): (usize, &&str)| {
        format!("\nmodule \"m{number}\" {{\n  source = \"./module\"\n{arguments}\n}}\n")
    };
    let calls: String = arguments.iter().enumerate().map(call).collect();
    workspace
        .write(
            "main.tf",
            &format!("{}{calls}", ROOT.replace("ALLOWED", ACCOUNT)),
        )
        .unwrap();
    assert_success(&workspace.terraform(&["get", "-no-color"]).await.unwrap());
    workspace
}

/// A zip file without files.
const EMPTY_ZIP: &str = "PK\u{5}\u{6}\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// One argument of each pair, and then the other.
const EITHER_SIDE: [&str; 6] = [
    r#"
  name              = "one"
  role_arn          = "arn:aws:iam::123456789012:role/theirs"
  definition        = jsonencode({ StartAt = "A", States = { A = { Type = "Pass", End = true } } })
  log_level         = "ERROR"
  retention_in_days = 7
"#,
    r#"
  name_prefix   = "two-"
  start_at      = "Wait"
  seconds       = 1
  end           = true
  publish       = true
  keep_versions = 2
"#,
    r#"
  name                   = "three"
  role_arn               = "arn:aws:iam::123456789012:role/theirs"
  start_at               = "Wait"
  timestamp_path         = "$.at"
  next                   = "Send"
  timeout_seconds        = 9
  heartbeat_seconds_path = "$.seconds"
  log_level              = "ALL"
  log_destination        = "arn:aws:logs:eu-west-1:123456789012:log-group:/module/one:*"
  statistic              = "p99"
  threshold              = 5
"#,
    r#"
  name          = "four"
  function_name = "four"
  function_role = "arn:aws:iam::123456789012:role/theirs"
  source_dir    = "${path.root}/code"
  handler       = "main.handler"
  runtime       = "python3.13"
  statement_id  = "four"
  activity_name = "there"
"#,
    r#"
  name                = "five"
  function_name       = "five"
  image_uri           = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/five:1"
  package_type        = "Image"
  statement_id_prefix = "five-"
  activity_arn        = "arn:aws:states:eu-west-1:123456789012:activity:there"
"#,
    r#"
  name          = "six"
  function_name = "six"
  function_role = "arn:aws:iam::123456789012:role/theirs"
  s3_bucket     = "code"
  s3_key        = "six.zip"
  handler       = "main.handler"
  runtime       = "python3.13"
"#,
];

#[tokio::test(flavor = "multi_thread")]
async fn a_module_that_hands_everything_through_applies() {
    let aws = aws().await;
    aws.create_bucket("code").await.unwrap();
    aws.put_object("code", "six.zip", EMPTY_ZIP).await.unwrap();
    aws.call(
        "AWSStepFunctions.CreateActivity",
        &json!({ "name": "there" }),
    )
    .await
    .unwrap();
    let workspace = calls(&aws, &EITHER_SIDE).await;
    assert_success(
        &workspace
            .terraform(&["validate", "-no-color"])
            .await
            .unwrap(),
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let found = inventory(&aws).await;
    for line in [
        "state machine one",
        "state machine three",
        "function four",
        "function five",
        "function six",
    ] {
        assert!(found.contains(line), "{line} is not in {found:#?}");
    }
    assert!(
        found
            .iter()
            .any(|line| line.starts_with("state machine two-")),
        "{found:#?}"
    );
    assert_success(&workspace.destroy().await.unwrap());
    assert_eq!(
        inventory(&aws).await.into_iter().collect::<Vec<_>>(),
        ["activity there"]
    );
}

const MACHINE: &str = r#"
  name     = "m"
  start_at = "Wait"
  seconds  = 1
  end      = true
"#;

const FUNCTION: &str = r#"
  name          = "f"
  function_name = "f"
  source_dir    = "${path.root}/code"
  handler       = "main.handler"
  runtime       = "python3.13"
"#;

/// Arguments, conflicting arguments, and the names in the error.
const CONFLICTS: [(&str, &str, [&str; 2]); 8] = [
    (MACHINE, "name_prefix = \"n-\"", ["`name`", "`name_prefix`"]),
    (
        MACHINE,
        "seconds_path = \"$.s\"",
        ["`seconds`", "`seconds_path`"],
    ),
    (
        MACHINE,
        "timestamp = \"2026-01-01T00:00:00Z\"",
        ["`seconds`", "`timestamp`"],
    ),
    (
        MACHINE,
        "definition = \"{}\"",
        ["`definition`", "`start_at`"],
    ),
    (
        FUNCTION,
        "filename = \"code.zip\"",
        ["`source_dir`", "`filename`"],
    ),
    (
        FUNCTION,
        "s3_bucket = \"b\"\n  s3_key = \"k\"",
        ["`source_dir`", "`s3_bucket`"],
    ),
    (
        FUNCTION,
        "statement_id = \"a\"\n  statement_id_prefix = \"b\"",
        ["`statement_id`", "`statement_id_prefix`"],
    ),
    (
        "  activity_arn = \"arn:aws:states:eu-west-1:123456789012:activity:a\"\n",
        "activity_name = \"a\"",
        ["`arn`", "`name`"],
    ),
];

/// Both arguments of a pair are known: a conflict, regardless of their source.
#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_that_is_known_is_an_error() {
    let aws = aws().await;
    let arguments: Vec<String> = CONFLICTS
        .iter()
        .map(|(base, more, _)| format!("{base}{more}"))
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let workspace = calls(&aws, &arguments).await;
    assert_success(
        &workspace
            .terraform(&["validate", "-no-color"])
            .await
            .unwrap(),
    );
    let errors = plan_errors(&workspace).await;
    for (_, more, parts) in &CONFLICTS {
        // Terraform reports identical errors at the same line of a module once.
        let is_reported = errors
            .iter()
            .any(|error| parts.iter().all(|part| error.text.contains(part)));
        assert!(
            is_reported,
            "{parts:?} are not in one error of `{more}`: {errors:#?}"
        );
    }
}

/// Literal values are known to `validate`.
#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_that_is_written_out_is_an_error_in_validate() {
    let aws = aws().await;
    let literal = r#"
resource "sfn_state_machine" "it" {
  name        = "it"
  name_prefix = "it-"
  role_arn    = "arn:aws:iam::123456789012:role/theirs"
  start_at    = "A"
  execution_role {}
  wait "A" {
    seconds      = 1
    seconds_path = "$.s"
    end          = true
    next         = "A"
  }
}
"#;
    let workspace = super::workspace(&aws, literal);
    let validated = workspace
        .terraform(&["validate", "-no-color"])
        .await
        .unwrap();
    assert!(!validated.is_success(), "{}", validated.text);
    assert_says(
        &validated,
        &[
            "`name_prefix`",
            "`role_arn`",
            "`execution_role`",
            "`seconds_path`",
            "`next`",
            "`end`",
        ],
    );
    let provider = e2e::HEADER.replace(
        "provider \"sfn\" {}",
        "provider \"sfn\" {\n  access_key = \"a\"\n  allowed_account_ids = [\"1\"]\n  forbidden_account_ids = [\"2\"]\n}",
    );
    workspace
        .write(
            "main.tf",
            &format!("{provider}resource \"sfn_activity\" \"it\" {{\n  name = \"it\"\n}}\n"),
        )
        .unwrap();
    let validated = workspace
        .terraform(&["validate", "-no-color"])
        .await
        .unwrap();
    assert!(!validated.is_success(), "{}", validated.text);
    assert_says(
        &validated,
        &[
            "`secret_key`",
            "`allowed_account_ids`",
            "`forbidden_account_ids`",
        ],
    );
}
