//! Creates, changes, imports and destroys objects. Nothing may remain.

use serde_json::{Value, json};

use super::{
    assert_empty, assert_says, assert_success, aws, counts, describe, machine_arn, workspace,
};

fn machine(extra: &str) -> String {
    format!(
        r#"
resource "sfn_state_machine" "it" {{
  name     = "it"
  start_at = "A"
  {extra}
  pass "A" {{
    result = {{ a = [1, "x", null, true], b = {{}} }}
    end    = true
  }}
}}
"#
    )
}

const ALL: &str = r#"
  execution_role {}
  publish = true
  version_description = "first"
  tags = { team = "orders" }
  logging_configuration {
    level             = "ALL"
    retention_in_days = 7
  }
  tracing_configuration {
    enabled = true
  }
  encryption_configuration {
    type       = "CUSTOMER_MANAGED_KMS_KEY"
    kms_key_id = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  }
"#;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_after_destroy() {
    let aws = aws().await;
    let workspace = workspace(&aws, &machine(ALL));
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_eq!(counts(&aws).await, (1, 1, 1));
    let state = workspace
        .resource("sfn_state_machine.it")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        state["state_machine_version_arn"],
        format!("{}:1", machine_arn("it"))
    );
    assert_eq!(state["arn"], machine_arn("it"));
    assert_eq!(state["tags_all"], json!({ "team": "orders" }));
    assert_eq!(state["status"], "ACTIVE");
    assert!(
        state["policy_json"]
            .as_str()
            .unwrap()
            .contains("kms:Decrypt")
    );
    assert_success(&workspace.destroy().await.unwrap());
    assert_eq!(counts(&aws).await, (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn removing_a_block_turns_the_thing_off() {
    let aws = aws().await;
    let workspace = workspace(&aws, &machine(ALL));
    assert_success(&workspace.apply().await.unwrap());
    let on = describe(&aws, "it").await;
    assert_eq!(on["loggingConfiguration"]["level"], "ALL");
    assert_eq!(
        on["encryptionConfiguration"]["type"],
        "CUSTOMER_MANAGED_KMS_KEY"
    );
    assert_eq!(
        workspace
            .resource("sfn_state_machine.it")
            .await
            .unwrap()
            .unwrap()["tracing_configuration"]["enabled"],
        true
    );
    workspace.configure(&machine("execution_role {}")).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    let off = describe(&aws, "it").await;
    assert_eq!(off["loggingConfiguration"]["level"], "OFF");
    assert_eq!(off["encryptionConfiguration"]["type"], "AWS_OWNED_KEY");
    let state = workspace
        .resource("sfn_state_machine.it")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(state["tracing_configuration"], Value::Null);
    // A refresh must not add the blocks either.
    assert_empty(&workspace.plan().await.unwrap());
    assert_eq!(counts(&aws).await, (1, 1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_gives_blocks_and_an_empty_plan() {
    let aws = aws().await;
    let first = workspace(&aws, &machine(ALL));
    assert_success(&first.apply().await.unwrap());
    let second = workspace(
        &aws,
        "import {\n  to = sfn_state_machine.it\n  id = \"ARN\"\n}\n"
            .replace("ARN", &machine_arn("it"))
            .as_str(),
    );
    let plan = second
        .terraform(&["plan", "-no-color", "-generate-config-out=generated.tf"])
        .await
        .unwrap();
    assert_success(&plan);
    assert_says(&plan, &["1 to import, 0 to add, 0 to change, 0 to destroy"]);
    let generated = std::fs::read_to_string(second.path().join("generated.tf")).unwrap();
    assert!(generated.contains("pass \"A\" {"), "{generated}");
    assert!(
        generated.contains("= \"A\"") && !generated.contains("StartAt"),
        "{generated}"
    );
    assert_success(&second.apply().await.unwrap());
    assert_empty(&second.plan().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_in_use_is_not_deleted_for_another_path() {
    let aws = aws().await;
    let workspace = workspace(&aws, &machine("execution_role {}"));
    assert_success(&workspace.apply().await.unwrap());
    let roles = aws.role_names().await.unwrap();
    // Setting the default explicitly is the same path.
    workspace
        .configure(&machine("execution_role {\n path = \"/\"\n }"))
        .unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_eq!(aws.role_names().await.unwrap(), roles);
    assert_empty(&workspace.plan().await.unwrap());
    workspace
        .configure(&machine("execution_role {\n path = \"/app/\"\n }"))
        .unwrap();
    let refusal = "cannot change from `/` to `/app/`";
    assert_says(
        &workspace.plan().await.unwrap(),
        &[refusal, "Set another `name` in `execution_role`"],
    );
    // An unknown path is rejected during apply.
    let unknown = "execution_role {\n path = terraform_data.path.output\n }";
    let path = "resource \"terraform_data\" \"path\" {\n input = \"/app/\"\n }\n";
    workspace
        .configure(&format!("{path}{}", machine(unknown)))
        .unwrap();
    assert_says(&workspace.apply().await.unwrap(), &[refusal]);
    assert_eq!(aws.role_names().await.unwrap(), roles);
    workspace
        .configure(&machine(
            "execution_role {\n path = \"/app/\"\n name = \"other\"\n }",
        ))
        .unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_eq!(aws.role_names().await.unwrap(), ["other"]);
    assert_empty(&workspace.plan().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn importing_something_else_is_refused() {
    let aws = aws().await;
    let workspace = workspace(
        &aws,
        "import {\n  to = sfn_state_machine.it\n  id = \"orders\"\n}\n",
    );
    let plan = workspace
        .terraform(&["plan", "-no-color", "-generate-config-out=generated.tf"])
        .await
        .unwrap();
    assert_says(&plan, &["`orders` is not the ARN of a state machine"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_is_planned_exactly_when_one_is_published() {
    let aws = aws().await;
    let workspace = workspace(&aws, &machine("execution_role {}\npublish = true"));
    assert_success(&workspace.apply().await.unwrap());
    workspace
        .configure(&machine(
            "execution_role {}\npublish = true\ntags = { a = \"b\" }",
        ))
        .unwrap();
    let tags = workspace.plan().await.unwrap();
    assert!(
        !tags.text.contains("state_machine_version_arn"),
        "{}",
        tags.text
    );
    assert_success(&workspace.apply().await.unwrap());
    workspace
        .configure(
            &machine("execution_role {}\npublish = true\ntags = { a = \"b\" }")
                .replace("true, \"", "false, \"")
                .replace("null, true", "null, false"),
        )
        .unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &[":1\" -> (known after apply)"],
    );
    assert_success(&workspace.apply().await.unwrap());
    let state = workspace
        .resource("sfn_state_machine.it")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        state["state_machine_version_arn"],
        format!("{}:2", machine_arn("it"))
    );
    assert_empty(&workspace.plan().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prefix_makes_a_name() {
    let aws = aws().await;
    let configuration =
        machine("execution_role {}").replace("name     = \"it\"", "name_prefix = \"orders-\"");
    let workspace = workspace(&aws, &configuration);
    assert_success(&workspace.apply().await.unwrap());
    let state = workspace
        .resource("sfn_state_machine.it")
        .await
        .unwrap()
        .unwrap();
    let name = state["name"].as_str().unwrap();
    assert!(name.starts_with("orders-") && name.len() == 33, "{name}");
    assert_empty(&workspace.plan().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_and_a_log_group_of_somebody_else_stay() {
    let aws = aws().await;
    let extra = r#"
  role_arn = "arn:aws:iam::123456789012:role/theirs"
  logging_configuration {
    level           = "ERROR"
    log_destination = "arn:aws:logs:eu-west-1:123456789012:log-group:theirs"
  }
"#;
    aws.call(
        "Logs_20140328.CreateLogGroup",
        &json!({ "logGroupName": "theirs" }),
    )
    .await
    .unwrap();
    let workspace = workspace(&aws, &machine(extra));
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let described = describe(&aws, "it").await;
    let destination = &described["loggingConfiguration"]["destinations"][0]["cloudWatchLogsLogGroup"]
        ["logGroupArn"];
    assert_eq!(
        destination,
        "arn:aws:logs:eu-west-1:123456789012:log-group:theirs:*"
    );
    assert_success(&workspace.destroy().await.unwrap());
    assert_eq!(counts(&aws).await, (0, 0, 1));
}

const CALLS: &str = r#"
resource "sfn_state_machine" "it" {
  name     = "it"
  start_at = "Load"
  execution_role {
    ROLE
  }
  task "Load" {
    resource   = "arn:aws:states:::aws-sdk:comprehend:detectSentiment"
    parameters = { "Text.$" = "$.text", LanguageCode = "en" }
    next       = "Send"
  }
  task "Send" {
    resource   = "arn:aws:states:::sqs:sendMessage"
    parameters = { "QueueUrl.$" = "$.queue", MessageBody = "hello" }
    end        = true
  }
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_narrowed_and_widened() {
    let aws = aws().await;
    let queue = "arn:aws:sqs:eu-west-1:123456789012:orders";
    let workspace = workspace(&aws, &CALLS.replace("ROLE", ""));
    let plan = workspace.plan().await.unwrap();
    assert_says(
        &plan,
        &[
            "state `Send` may call sqs:SendMessage on any resource, because `QueueUrl` is known only at run time",
            "state `Load` may call comprehend:DetectSentiment on any resource",
        ],
    );
    let role = format!(
        "path = \"/workflows/\"\n    permissions_boundary = \"arn:aws:iam::123456789012:policy/bound\"\n    resources = {{ Send = [\"{queue}\"], \
         Load = [\"*\"] }}\n    statement {{\n      actions   = [\"kms:Decrypt\"]\n      resources = [\"arn:aws:kms:eu-west-1:123456789012:key/1\"]\n    }}"
    );
    workspace.configure(&CALLS.replace("ROLE", &role)).unwrap();
    let outcome = workspace.apply().await.unwrap();
    assert_success(&outcome);
    assert!(!outcome.text.contains("any resource"), "{}", outcome.text);
    assert_empty(&workspace.plan().await.unwrap());
    let state = workspace
        .resource("sfn_state_machine.it")
        .await
        .unwrap()
        .unwrap();
    let policy = state["policy_json"].as_str().unwrap();
    assert!(
        policy.contains(queue) && policy.contains("kms:Decrypt"),
        "{policy}"
    );
    assert!(
        state["role_arn"]
            .as_str()
            .unwrap()
            .contains(":role/workflows/"),
        "{state}"
    );
    // A change of the resources of the role alone updates the role.
    workspace
        .configure(&CALLS.replace("ROLE", &role.replace("orders", "parcels")))
        .unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let state = workspace
        .resource("sfn_state_machine.it")
        .await
        .unwrap()
        .unwrap();
    assert!(
        state["policy_json"].as_str().unwrap().contains("parcels"),
        "{state}"
    );
    workspace
        .configure(&CALLS.replace("ROLE", &role.replace("Send =", "Sent =")))
        .unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &["there is no state `Sent`", "Did you mean `Send`?"],
    );
}
