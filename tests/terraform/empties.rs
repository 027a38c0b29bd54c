//! An empty argument is the same as null: the state keeps the written value, and no plan shows a difference.

use local_aws::LocalAws;

use super::inventory::changes;
use super::objects::{self, BASE, BASE_HERE};
use super::runs::{actions, plan_json};
use super::{assert_empty, assert_success, aws};

/// The objects with their required arguments.
const OBJECTS: [(&str, &str); 10] = [
    (
        "sfn_lambda_function.zip",
        r#"
  function_name = "zip"
  source_dir    = "${path.module}/code"
  handler       = "main.handler"
  runtime       = "python3.13"
  role          = "arn:aws:iam::123456789012:role/theirs"
"#,
    ),
    (
        "sfn_lambda_function.image",
        r#"
  function_name = "image"
  image_uri     = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/image:1"
  role          = "arn:aws:iam::123456789012:role/theirs"
"#,
    ),
    (
        "sfn_state_machine.it",
        r#"
  name     = "it"
  start_at = "A"
  pass "A" {
    end = true
  }
"#,
    ),
    ("sfn_activity.it", "\n  name = \"it\"\n"),
    ("sfn_cloudwatch_log_group.it", "\n  name = \"/it\"\n"),
    (
        "sfn_alias.it",
        r#"
  name = "it"
  routing_configuration {
    state_machine_version_arn = local.machine_version
    weight                    = 100
  }
"#,
    ),
    (
        "sfn_lambda_alias.it",
        r#"
  name             = "it"
  function_name    = local.function
  function_version = local.function_version
"#,
    ),
    (
        "sfn_lambda_permission.it",
        r#"
  statement_id  = "it"
  action        = "lambda:InvokeFunction"
  function_name = local.function
  principal     = "arn:aws:iam::123456789012:role/caller"
"#,
    ),
    (
        "sfn_lambda_function_event_invoke_config.it",
        "\n  function_name = local.function\n  maximum_retry_attempts = 1\n",
    ),
    (
        "sfn_execution_alarm.it",
        r#"
  name              = "it"
  state_machine_arn = local.machine
  metric            = "failed"
"#,
    ),
];

/// An argument of an object: empty, null, and with a value. For a block with required arguments, `null` is an empty
/// block, because Terraform plans a change if a block is removed.
struct Argument {
    address: &'static str,
    empty: &'static str,
    null: &'static str,
    value: &'static str,
}

const fn argument(
    address: &'static str,
    empty: &'static str,
    null: &'static str,
    value: &'static str,
) -> Argument {
    Argument {
        address,
        empty,
        null,
        value,
    }
}

const ZIP: &str = "sfn_lambda_function.zip";
const IMAGE: &str = "sfn_lambda_function.image";
const MACHINE: &str = "sfn_state_machine.it";
const GROUP: &str = "sfn_cloudwatch_log_group.it";
const ALARM: &str = "sfn_execution_alarm.it";
const PERMISSION: &str = "sfn_lambda_permission.it";
const INVOKE: &str = "sfn_lambda_function_event_invoke_config.it";

const NO_NETWORK: &str = "vpc_config {\n subnet_ids = []\n security_group_ids = []\n }";
const NO_TARGET: &str = "dead_letter_config {\n target_arn = \"\"\n }";
const NO_DESTINATION: &str = "destination_config {\n on_failure {\n destination = \"\"\n }\n on_success {\n destination = \"\"\n }\n }";

const ARGUMENTS: [Argument; 36] = [
    argument(
        ZIP,
        NO_NETWORK,
        NO_NETWORK,
        "vpc_config {\n subnet_ids = [\"subnet-1\"]\n security_group_ids = [\"sg-1\"]\n }",
    ),
    argument(
        ZIP,
        "kms_key_arn = \"\"",
        "kms_key_arn = null",
        "kms_key_arn = \"arn:aws:kms:eu-west-1:123456789012:key/1\"",
    ),
    argument(
        ZIP,
        "architectures = []",
        "architectures = null",
        "architectures = [\"arm64\"]",
    ),
    argument(
        ZIP,
        NO_TARGET,
        NO_TARGET,
        "dead_letter_config {\n target_arn = \"arn:aws:sqs:eu-west-1:123456789012:dead\"\n }",
    ),
    argument(
        ZIP,
        "logging_config {\n log_format = \"Text\"\n log_group = \"\"\n application_log_level = \"\"\n system_log_level = \"\"\n }",
        "logging_config {\n log_format = \"Text\"\n log_group = null\n application_log_level = null\n system_log_level = null\n }",
        "logging_config {\n log_format = \"Text\"\n log_group = \"/theirs\"\n }",
    ),
    argument(ZIP, "layers = []", "layers = null", "layers = []"),
    argument(
        ZIP,
        "environment {\n variables = {}\n }",
        "environment {\n variables = null\n }",
        "environment {\n variables = { A = \"b\" }\n }",
    ),
    argument(
        ZIP,
        "description = \"\"",
        "description = null",
        "description = \"d\"",
    ),
    argument(
        ZIP,
        "source_code_hash = \"\"",
        "source_code_hash = null",
        "",
    ),
    argument(ZIP, "filename = \"\"", "filename = null", ""),
    argument(ZIP, "s3_bucket = \"\"", "s3_bucket = null", ""),
    argument(ZIP, "image_uri = \"\"", "image_uri = null", ""),
    argument(ZIP, "tags = {}", "tags = null", "tags = { a = \"b\" }"),
    argument(
        IMAGE,
        "image_config {\n command = []\n entry_point = []\n working_directory = \"\"\n }",
        "image_config {\n command = null\n entry_point = null\n working_directory = null\n }",
        "image_config {\n command = [\"main.handler\"]\n }",
    ),
    argument(IMAGE, "handler = \"\"", "handler = null", ""),
    argument(
        IMAGE,
        "runtime = \"\"",
        "runtime = null",
        "description = \"d\"",
    ),
    argument(
        MACHINE,
        "execution_role {\n name = \"\"\n path = \"\"\n permissions_boundary = \"\"\n resources = {}\n }",
        "execution_role {\n name = null\n path = null\n permissions_boundary = null\n resources = null\n }",
        "execution_role {\n permissions_boundary = \"arn:aws:iam::123456789012:policy/bound\"\n }",
    ),
    argument(MACHINE, "role_arn = \"\"", "role_arn = null", ""),
    argument(MACHINE, "name_prefix = \"\"", "name_prefix = null", ""),
    argument(
        MACHINE,
        "definition = \"\"",
        "definition = null",
        "comment = \"c\"",
    ),
    argument(
        MACHINE,
        "logging_configuration {\n level = \"ERROR\"\n log_destination = \"\"\n }",
        "logging_configuration {\n level = \"ERROR\"\n log_destination = null\n }",
        "logging_configuration {\n level = \"ALL\"\n }",
    ),
    argument(
        MACHINE,
        "encryption_configuration {\n type = \"AWS_OWNED_KEY\"\n kms_key_id = \"\"\n }",
        "encryption_configuration {\n type = \"AWS_OWNED_KEY\"\n kms_key_id = null\n }",
        "encryption_configuration {\n type = \"CUSTOMER_MANAGED_KMS_KEY\"\n kms_key_id = \"arn:aws:kms:eu-west-1:123456789012:key/1\"\n }",
    ),
    argument(
        "sfn_activity.it",
        "tags = {}",
        "tags = null",
        "tags = { a = \"b\" }",
    ),
    argument(
        "sfn_activity.it",
        "encryption_configuration {\n type = \"AWS_OWNED_KEY\"\n kms_key_id = \"\"\n }",
        "encryption_configuration {\n type = \"AWS_OWNED_KEY\"\n kms_key_id = null\n }",
        "encryption_configuration {\n type = \"AWS_OWNED_KEY\"\n }",
    ),
    argument(
        GROUP,
        "kms_key_id = \"\"",
        "kms_key_id = null",
        "kms_key_id = null",
    ),
    argument(
        GROUP,
        "retention_in_days = 0",
        "retention_in_days = null",
        "retention_in_days = 7",
    ),
    argument(
        GROUP,
        "log_group_class = \"\"",
        "log_group_class = null",
        "",
    ),
    argument(
        "sfn_alias.it",
        "description = \"\"",
        "description = null",
        "description = \"d\"",
    ),
    argument(
        "sfn_lambda_alias.it",
        "description = \"\"",
        "description = null",
        "description = \"d\"",
    ),
    argument(
        "sfn_lambda_alias.it",
        "routing_config {\n additional_version_weights = {}\n }",
        "routing_config {\n additional_version_weights = null\n }",
        "",
    ),
    argument(
        PERMISSION,
        "qualifier = \"\"\n source_arn = \"\"\n source_account = \"\"\n principal_org_id = \"\"",
        "qualifier = null\n source_arn = null\n source_account = null\n principal_org_id = null",
        "",
    ),
    argument(
        PERMISSION,
        "statement_id_prefix = \"\"\n event_source_token = \"\"\n function_url_auth_type = \"\"",
        "statement_id_prefix = null\n event_source_token = null\n function_url_auth_type = null",
        "",
    ),
    argument(
        INVOKE,
        "qualifier = \"\"",
        "qualifier = null",
        "maximum_event_age_in_seconds = 60",
    ),
    argument(
        INVOKE,
        NO_DESTINATION,
        NO_DESTINATION,
        "destination_config {\n on_failure {\n destination = \"arn:aws:sqs:eu-west-1:123456789012:dead\"\n }\n }",
    ),
    argument(
        ALARM,
        "description = \"\"\n alarm_actions = []\n ok_actions = []\n statistic = \"\"",
        "description = null\n alarm_actions = null\n ok_actions = null\n statistic = null",
        "description = \"d\"\n alarm_actions = [\"arn:aws:sns:eu-west-1:123456789012:alarms\"]",
    ),
    argument(ALARM, "tags = {}", "tags = null", "tags = { a = \"b\" }"),
];

/// The configuration of all objects with their arguments in one of the forms.
fn configuration(form: impl Fn(&Argument) -> &'static str) -> String {
    let object = |(address, needed): &(&str, &str)| {
        let (kind, name) = address.split_once('.').unwrap_or_default();
        let arguments = ARGUMENTS
            .iter()
            .filter(|argument| argument.address == *address)
            .map(&form);
        let arguments: String = arguments.map(|text| format!("  {text}\n")).collect();
        format!("resource \"{kind}\" \"{name}\" {{{needed}{arguments}}}\n\n")
    };
    format!(
        "{BASE}{BASE_HERE}{}",
        OBJECTS.iter().map(object).collect::<String>()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_argument_is_an_absent_one() {
    let aws = aws().await;
    let workspace = objects::with_code(&aws, &configuration(|argument| argument.empty));
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    aws.proxy().forget();
    // Terraform shows null in place of an empty string as a change of the state. Nothing changes in AWS.
    for form in [
        |argument: &Argument| argument.null,
        |argument: &Argument| argument.empty,
    ] {
        workspace.configure(&configuration(form)).unwrap();
        assert_success(&workspace.apply().await.unwrap());
        assert_eq!(changes(&aws), Vec::<String>::new());
        assert_empty(&workspace.plan().await.unwrap());
    }
    // A value updates the existing object.
    workspace
        .configure(&configuration(|argument| argument.value))
        .unwrap();
    let plan = plan_json(&workspace).await;
    for (address, _) in OBJECTS {
        assert_eq!(actions(&plan, address), ["update"], "{address}");
    }
    assert_success(
        &workspace
            .terraform(&["apply", "-no-color", "planned"])
            .await
            .unwrap(),
    );
    assert_empty(&workspace.plan().await.unwrap());
    // Removing the value updates it again.
    workspace
        .configure(&configuration(|argument| argument.empty))
        .unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_success(&workspace.destroy().await.unwrap());
}

/// A configuration of one function with this argument.
fn function(aws: &LocalAws, argument: &str) -> e2e::Workspace {
    let (_, needed) = OBJECTS[0];
    objects::with_code(
        aws,
        &format!("resource \"sfn_lambda_function\" \"zip\" {{{needed}{argument}\n}}\n"),
    )
}

/// Modules pass a list of optional values as a list of empty strings.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_word_in_a_list_is_absent() {
    let aws = aws().await;
    let workspace = function(&aws, "  layers = [\"\"]");
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
}

/// AWS removes the key of a function that has no environment variables to encrypt.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_without_variables_stays_as_it_is_written() {
    let aws = aws().await;
    let key = "  kms_key_arn = \"arn:aws:kms:eu-west-1:123456789012:key/1\"";
    let workspace = function(&aws, key);
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let variables = "\n  environment {\n    variables = { A = \"b\" }\n  }";
    let (_, needed) = OBJECTS[0];
    let text = format!("resource \"sfn_lambda_function\" \"zip\" {{{needed}{key}{variables}\n}}\n");
    workspace.configure(&text).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let found = super::inventory::lambda(&aws, "/2015-03-31/functions/zip/configuration").await;
    assert_eq!(
        found["KMSKeyArn"],
        "arn:aws:kms:eu-west-1:123456789012:key/1"
    );
}

/// `source_code_hash` can be any value that changes with the code, such as a commit or an ETag.
#[tokio::test(flavor = "multi_thread")]
async fn a_hash_is_any_text() {
    let aws = aws().await;
    let workspace = function(&aws, "  source_code_hash = \"commit-1\"");
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    aws.proxy().forget();
    let (_, needed) = OBJECTS[0];
    let text = format!(
        "resource \"sfn_lambda_function\" \"zip\" {{{needed}  source_code_hash = \"commit-2\"\n}}\n"
    );
    workspace.configure(&text).unwrap();
    let plan = plan_json(&workspace).await;
    assert_eq!(actions(&plan, ZIP), ["update"]);
    assert_success(
        &workspace
            .terraform(&["apply", "-no-color", "planned"])
            .await
            .unwrap(),
    );
    assert_eq!(aws.proxy().count("UpdateFunctionCode"), 1);
    let state = workspace.resource(ZIP).await.unwrap().unwrap();
    assert_eq!(state["source_code_hash"], "commit-2");
    assert_empty(&workspace.plan().await.unwrap());
}
