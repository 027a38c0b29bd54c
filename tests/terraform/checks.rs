//! Configuration of the checks: levels, ignored rules and validation by AWS.

use local_aws::{Fault, LocalAws};

use e2e::Workspace;

use super::{assert_empty, assert_says, assert_success, aws, workspace};

const MACHINES: &str = r#"
resource "sfn_state_machine" "it" {
  count    = 2
  name     = "it-${count.index}"
  start_at = "A"
  execution_role {}
  task "A" {
    resource   = "arn:aws:states:::sns:publish"
    parameters = { TopicArn = "arn:aws:sns:eu-west-1:123456789012:t", "Message" = "$.message" }
    end        = true
  }
}
"#;

/// A workspace with this provider block.
fn with_provider(aws: &LocalAws, block: &str, configuration: &str) -> Workspace {
    let workspace = Workspace::new(aws).unwrap();
    let header = e2e::HEADER.replace(
        "provider \"sfn\" {}",
        &format!("provider \"sfn\" {{\n{block}\n}}"),
    );
    workspace
        .write("main.tf", &format!("{header}{configuration}"))
        .unwrap();
    workspace
}

#[tokio::test(flavor = "multi_thread")]
async fn levels_and_lists_choose_what_is_shown() {
    let aws = aws().await;
    let one = MACHINES
        .replace("count    = 2\n", "")
        .replace("-${count.index}", "");
    let shown = |plan: &e2e::Outcome| {
        let codes = ["ASL3005", "ASL7001", "ASL7003"]
            .into_iter()
            .filter(|code| plan.text.contains(&format!("({code}")));
        codes.collect::<Vec<_>>()
    };
    let plan = async |block: &str, configuration: &str| {
        let plan = with_provider(&aws, block, configuration)
            .plan()
            .await
            .unwrap();
        assert_eq!(plan.code, 2, "{}", plan.text);
        plan
    };
    assert_eq!(shown(&plan("", &one).await), ["ASL3005"]);
    assert_eq!(
        shown(&plan("checks {\n level = \"error\"\n}", &one).await),
        Vec::<&str>::new()
    );
    assert_eq!(
        shown(&plan("checks {\n level = \"lint\"\n}", &one).await),
        ["ASL3005", "ASL7001", "ASL7003"]
    );
    let ignored = "checks {\n level = \"lint\"\n ignore = [\"missing-timeout\", \"ASL3\"]\n}";
    assert_eq!(shown(&plan(ignored, &one).await), ["ASL7003"]);
    let own = one.replace(
        "execution_role {}",
        "execution_role {}\n  ignore_diagnostics = [\"ASL3005\"]",
    );
    assert_eq!(shown(&plan("", &own).await), Vec::<&str>::new());

    let misspelt = with_provider(
        &aws,
        "checks {\n level = \"lnt\"\n ignore = [\"missing-timout\"]\n}",
        &one,
    );
    let refused = misspelt.plan().await.unwrap();
    assert_says(
        &refused,
        &[
            "unsupported value `lnt`",
            "Did you mean `lint`?",
            "there is no rule `missing-timout`",
            "Did you mean `missing-timeout`?",
        ],
    );
    let own = one.replace(
        "execution_role {}",
        "execution_role {}\n  ignore_diagnostics = [\"ASL9\"]",
    );
    assert_says(
        &with_provider(&aws, "", &own).plan().await.unwrap(),
        &["there is no rule `ASL9`"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_that_is_ignored_is_left_to_aws() {
    let aws = aws().await;
    let newer = MACHINES
        .replace("sns:publish", "aws-sdk:sns:publishLater")
        .replace("count    = 2\n", "count    = 1\n");
    let plan = with_provider(&aws, "", &newer).plan().await.unwrap();
    assert_says(
        &plan,
        &["the service `sns` has no operation `publishLater`"],
    );
    let ignored = with_provider(
        &aws,
        "checks {\n ignore = [\"unknown-integration\"]\n}",
        &newer,
    );
    let plan = ignored.plan().await.unwrap();
    assert_eq!(plan.code, 2, "{}", plan.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn aws_that_cannot_be_asked_is_one_warning() {
    let aws = aws().await;
    let refusal = || {
        Fault::Refuse(
            400,
            "AccessDeniedException".into(),
            "not authorized to perform it".into(),
        )
    };
    aws.proxy()
        .fault("ValidateStateMachineDefinition", usize::MAX, refusal());
    let machines = MACHINES.replace("\"$.message\"", "\"m\"");
    let asking = workspace(&aws, &machines);
    let plan = asking.plan().await.unwrap();
    assert_eq!(plan.code, 2, "{}", plan.text);
    assert_says(
        &plan,
        &[
            "could not validate the workflows in AWS",
            "states:ValidateStateMachineDefinition",
        ],
    );
    assert_eq!(
        plan.text
            .matches("could not validate the workflows in AWS")
            .count(),
        1,
        "{}",
        plan.text
    );
    assert_success(&asking.apply().await.unwrap());
    aws.proxy().forget();
    assert_empty(&asking.plan().await.unwrap());
    assert_eq!(
        aws.proxy().count("ValidateStateMachineDefinition"),
        0,
        "nothing has changed"
    );

    let changed = machines.replace("\"m\"", "\"n\"");
    let silent = with_provider(&aws, "checks {\n remote = false\n}", &changed);
    let plan = silent.plan().await.unwrap();
    assert_eq!(
        (
            plan.code,
            aws.proxy().count("ValidateStateMachineDefinition")
        ),
        (2, 0),
        "{}",
        plan.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_aws_says_is_shown_at_the_attribute() {
    let aws = aws().await;
    let answer = r#"{"result": "FAIL", "truncated": false, "diagnostics": [
        {"severity": "ERROR", "code": "SCHEMA_VALIDATION_FAILED", "message": "something we do not know", "location": "/States/A/Resource"},
        {"severity": "WARNING", "code": "NO_DOLLAR", "message": "something else", "location": "/States/A/Parameters"}
    ]}"#;
    aws.proxy().fault(
        "ValidateStateMachineDefinition",
        usize::MAX,
        Fault::Answer(answer.into()),
    );
    let plan = workspace(&aws, &MACHINES.replace("count    = 2\n", "count    = 1\n"))
        .plan()
        .await
        .unwrap();
    assert_says(
        &plan,
        &[
            "Error: something we do not know",
            "resource = \"arn:aws:states:::sns:publish\"",
            "Reported by AWS at `/States/A/Resource`. (SCHEMA_VALIDATION_FAILED)",
            "Warning: something else",
        ],
    );
    assert_eq!(plan.code, 1);
}

/// Typical mistakes in the example, and the expected messages.
const MISTAKES: [(&str, &str, &str); 10] = [
    (
        "start_at        = \"ValidateOrder\"",
        "start_at        = \"ValidateOder\"",
        "there is no state `ValidateOder`",
    ),
    (
        "timeout_seconds = 20",
        "timeout_seconds = 0",
        "`timeout_seconds` must be between 1 and",
    ),
    (
        "\"amount.$\"  = \"$.amount\"",
        "\"amount.$\"  = \"amount\"",
        "the value of `amount.$` is neither a path",
    ),
    (
        "backoff_rate     = 2",
        "backoff_rate     = 0.2",
        "`backoff_rate` must be at least 1, got 0.2",
    ),
    (
        "variable       = \"$.prepared[0].success\"",
        "variable       = \"prepared[0].success\"",
        "`variable` is not a valid path",
    ),
    (
        "default = \"NotifyPaymentFailure\"",
        "default = \"NotifyPaymentFailed\"",
        "there is no state `NotifyPaymentFailed`",
    ),
    (
        "result_path     = \"$.shipment\"",
        "result_path     = \"$.shipments[*]\"",
        "`result_path` must lead to exactly one place",
    ),
    (
        "States.Format('Order {} ships",
        "States.Fromat('Order {} ships",
        "unknown intrinsic function `States.Fromat`",
    ),
    (
        "Subject     = \"Payment failed\"",
        "Subjct      = \"Payment failed\"",
        "`sns:publish` has no parameter `Subjct`",
    ),
    (
        "resource = \"arn:aws:states:::sns:publish\"\n    parameters = {\n      TopicArn    = var.topic_arn\n      Subject     = \"Invalid order\"",
        "resource = \"arn:aws:states:::sns:publsh\"\n    parameters = {\n      TopicArn    = var.topic_arn\n      Subject     = \"Invalid order\"",
        "unknown integration `sns:publsh`",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn ten_mistakes_are_told_in_one_plan() {
    let aws = aws().await;
    let workspace = Workspace::of_example(&aws, "workflows/order-processing").unwrap();
    let file = workspace.path().join("main.tf");
    let mut text = std::fs::read_to_string(&file).unwrap();
    for (right, wrong, _) in MISTAKES {
        assert_eq!(text.matches(right).count(), 1, "{right}");
        text = text.replace(right, wrong);
    }
    std::fs::write(&file, &text).unwrap();
    let plan = workspace
        .terraform(&[
            "plan",
            "-var",
            "topic_arn=arn:aws:sns:eu-west-1:123456789012:t",
        ])
        .await
        .unwrap();
    assert_eq!(plan.text.matches("Error:").count(), 10, "{}", plan.text);
    for (_, wrong, message) in MISTAKES {
        let start = text[..text.find(wrong).unwrap()].matches('\n').count();
        // A finding in a payload is reported at the line of its member.
        let near = (start.saturating_sub(4)..=start + 2)
            .any(|line| plan.text.contains(&format!("on main.tf line {line},")));
        assert!(
            near,
            "`{message}` is not told near line {start}:\n{}",
            plan.text
        );
        assert_says(&plan, &[message]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finding_tells_the_place_in_the_expression_and_no_secret() {
    let aws = aws().await;
    let expression = MACHINES.replace("\"$.message\"", "\"m\"").replace(
        "TopicArn =",
        "\"Subject.$\" = \"$.order[x].id\", TopicArn =",
    );
    let plan = workspace(&aws, &expression).plan().await.unwrap();
    let place = "at character 9 of the expression";
    assert_says(
        &plan,
        &[
            "the value of `Subject.$` is not a valid path",
            place,
            "(ASL3003, AWS: SCHEMA_VALIDATION_FAILED)",
        ],
    );
    // Terraform shows the line of the configuration, or hides it if it is sensitive. The message must not contain the
    // value.
    assert_eq!(
        plan.text.matches("$.order[x].id").count(),
        1,
        "{}",
        plan.text
    );

    let secret = r#"
resource "sfn_state_machine" "it" {
  name = "it"
  execution_role {}
  definition = <<-EOT
    {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
      "Parameters": {"FunctionName": "f", "Payload": {"password": "hunter2hunter2"}}}}}
  EOT
}
"#;
    let validated = workspace(&aws, secret);
    let plan = validated.plan().await.unwrap();
    assert_says(
        &plan,
        &[
            "`password` may contain a secret",
            "line 2, column 51 of the definition",
        ],
    );
    // The message of the provider follows the lines of the configuration that Terraform shows.
    let told = plan.text.split("Read it in the task").nth(1).unwrap();
    assert!(!told.contains("hunter2"), "{told}");
}
