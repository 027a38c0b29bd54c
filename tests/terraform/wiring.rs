//! The resources that a workflow calls are verified before it is deployed.

use local_aws::{Fault, LocalAws};

use super::{assert_empty, assert_says, assert_success, aws, workspace};

const CODE: &str = "def handler(event, context):\n    return event\n";

/// A provider block with this value of `wiring`, and a workflow with this task.
fn configuration(wiring: &str, machine: &str, task: &str) -> String {
    format!(
        r#"
resource "sfn_state_machine" "it" {{
  name     = "it"
  start_at = "Call"
  execution_role {{}}
  {machine}
  task "Call" {{
    {task}
    end = true
  }}
}}
{wiring}
"#
    )
}

fn with_checks(aws: &LocalAws, checks: &str, text: &str) -> e2e::Workspace {
    let workspace = e2e::Workspace::new(aws).unwrap();
    let block = format!("provider \"sfn\" {{\n  checks {{\n    {checks}\n  }}\n}}");
    let header = e2e::HEADER.replace("provider \"sfn\" {}", &block);
    workspace
        .write("main.tf", &format!("{header}{text}"))
        .unwrap();
    workspace.write("code/main.py", CODE).unwrap();
    workspace
}

const FUNCTION: &str = r#"
resource "sfn_lambda_function" "f" {
  function_name = "f"
  source_dir    = "${path.module}/code"
  handler       = "main.handler"
  runtime       = "python3.13"
  timeout       = 30
  execution_role {}
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_told_at_its_line() {
    let aws = aws().await;
    let arn =
        |service: &str, rest: &str| format!("arn:aws:{service}:eu-west-1:123456789012:{rest}");
    let call = |resource: &str, parameter: &str, value: &str| {
        format!(
            "resource = \"arn:aws:states:::{resource}\"\n    parameters = {{ {parameter} = \"{value}\" }}"
        )
    };
    for (task, said) in [
        (
            format!(
                "lambda {{\n function_arn = \"{}\"\n }}",
                arn("lambda", "function:no")
            ),
            "calls the function",
        ),
        (
            format!("resource = \"{}\"", arn("lambda", "function:no:live")),
            "calls the function",
        ),
        (
            format!("resource = \"{}\"", arn("states", "activity:no")),
            "calls the activity",
        ),
        (
            call(
                "states:startExecution",
                "StateMachineArn",
                &arn("states", "stateMachine:no"),
            ),
            "calls the state machine",
        ),
        (
            call(
                "states:startExecution",
                "StateMachineArn",
                &arn("states", "stateMachine:no:live"),
            ),
            "calls the state machine",
        ),
        (
            call(
                "sns:publish",
                "Message = \"m\", TopicArn",
                &arn("sns", "no"),
            ),
            "calls the topic",
        ),
        (
            call(
                "sqs:sendMessage",
                "MessageBody = \"m\", QueueUrl",
                "https://sqs.eu-west-1.amazonaws.com/123456789012/no",
            ),
            "calls the queue",
        ),
        (
            call(
                "dynamodb:getItem",
                "Key = {}, TableName",
                &arn("dynamodb", "table/no"),
            ),
            "calls the table",
        ),
    ] {
        let workspace = workspace(&aws, &configuration("", "", &task));
        let plan = workspace.plan().await.unwrap();
        assert_says(
            &plan,
            &[said, "which does not exist", "(ASL4101)", "1 to add"],
        );
    }
    // With `required`, the finding is an error.
    let missing = format!("resource = \"{}\"", arn("lambda", "function:no"));
    let workspace = with_checks(
        &aws,
        "wiring = \"required\"",
        &configuration("", "", &missing),
    );
    let plan = workspace.plan().await.unwrap();
    assert_says(
        &plan,
        &[
            "Error: state `Call` calls the function",
            "in resource \"sfn_state_machine\" \"it\"",
        ],
    );
    let workspace = with_checks(&aws, "wiring = \"off\"", &configuration("", "", &missing));
    assert!(!workspace.plan().await.unwrap().text.contains("ASL4101"));
    let workspace = with_checks(&aws, "wiring = \"of\"", &configuration("", "", &missing));
    assert_says(
        &workspace.plan().await.unwrap(),
        &["unsupported value `of`", "Did you mean `off`?"],
    );
    // Resources of other accounts cannot be read, and are not reported.
    let foreign = missing.replace("123456789012", "210987654321");
    let workspace = with_checks(
        &aws,
        "wiring = \"required\"",
        &configuration("", "", &foreign),
    );
    assert!(
        !workspace
            .plan()
            .await
            .unwrap()
            .text
            .contains("which does not exist")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_this_apply_makes_is_not_missing() {
    let aws = aws().await;
    for task in [
        "lambda {\n function_arn = sfn_lambda_function.f.function_name\n }",
        "resource = sfn_lambda_function.f.arn",
        "resource = \"arn:aws:states:::dynamodb:getItem\"\n    parameters = { TableName = \"made-elsewhere\", Key = {} }",
    ] {
        let workspace = with_checks(
            &aws,
            "wiring = \"auto\"",
            &configuration(FUNCTION, "", task),
        );
        let plan = workspace.plan().await.unwrap();
        assert!(!plan.text.contains("which does not exist"), "{}", plan.text);
    }
    // A function that is created in the same plan is checked with its planned settings.
    let short =
        "lambda {\n function_arn = sfn_lambda_function.f.function_name\n }\n timeout_seconds = 10";
    let workspace = with_checks(
        &aws,
        "wiring = \"auto\"",
        &configuration(FUNCTION, "", short),
    );
    assert_says(
        &workspace.plan().await.unwrap(),
        &["has a timeout of 30 s, and state `Call` has a timeout of 10 s"],
    );
    // A durable function must be called by version or alias, and its execution timeout counts.
    let durable = FUNCTION.replace(
        "timeout       = 30",
        "durable_config {\n execution_timeout = 600\n }",
    );
    let workspace = with_checks(
        &aws,
        "wiring = \"auto\"",
        &configuration(&durable, "", short),
    );
    let said = [
        "Error: state `Call` calls the durable function",
        "(ASL4107)",
        "has a timeout of 600 s",
    ];
    assert_says(&workspace.plan().await.unwrap(), &said);
    let qualified = short
        .replace('}', "  qualifier = \"live\"\n }")
        .replace("10", "700");
    let workspace = with_checks(
        &aws,
        "wiring = \"auto\"",
        &configuration(&durable, "", &qualified),
    );
    let plan = workspace.plan().await.unwrap();
    assert!(
        !plan.text.contains("ASL4107") && !plan.text.contains("may take"),
        "{}",
        plan.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_does_not_fit_is_told() {
    let aws = aws().await;
    let task = "lambda {\n function_arn = sfn_lambda_function.f.arn\n }\n timeout_seconds = 10";
    let workspace = with_checks(&aws, "level = \"lint\"", FUNCTION);
    assert_success(&workspace.apply().await.unwrap());
    let text = std::fs::read_to_string(workspace.path().join("main.tf")).unwrap();
    workspace
        .write(
            "main.tf",
            &text.replace(FUNCTION, &configuration(FUNCTION, "publish = true", task)),
        )
        .unwrap();
    aws.proxy().forget();
    let plan = workspace.plan().await.unwrap();
    assert_says(
        &plan,
        &[
            "has a timeout of 30 s, and state `Call` has a timeout of 10 s",
            "versions of the state machine call the newest code",
            "(ASL4105)",
        ],
    );
    // Changes of the function in the same plan are taken into account.
    let text = std::fs::read_to_string(workspace.path().join("main.tf")).unwrap();
    workspace
        .write(
            "main.tf",
            &text.replace("timeout       = 30", "timeout       = 5"),
        )
        .unwrap();
    let plan = workspace.plan().await.unwrap();
    assert!(!plan.text.contains("ASL4104"), "{}", plan.text);
    workspace.write("main.tf", &text).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    // An unchanged workflow is not verified again.
    aws.proxy().forget();
    assert_empty(&workspace.plan().await.unwrap());
    assert_eq!(
        aws.proxy().count("GetFunction"),
        1,
        "only the function itself is read"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn that_nothing_may_be_looked_at_is_told_once() {
    let aws = aws().await;
    let task = "resource = \"arn:aws:lambda:eu-west-1:123456789012:function:no\"";
    let second = configuration("", "", task).replace("\"it\"", "\"other\"");
    let denied = || Fault::Refuse(403, "AccessDeniedException".into(), "not you".into());
    aws.proxy().fault("GetFunction", usize::MAX, denied());
    let text = format!("{}{second}", configuration("", "", task));
    let plan = workspace(&aws, &text).plan().await.unwrap();
    assert_says(
        &plan,
        &[
            "Warning: could not verify the resources that workflows call",
            "2 to add",
        ],
    );
    assert_eq!(
        plan.text.matches("could not verify the resources").count(),
        1,
        "{}",
        plan.text
    );
    assert_eq!(
        aws.proxy().count("GetFunction"),
        1,
        "one read for one function"
    );
    let workspace = with_checks(&aws, "wiring = \"required\"", &configuration("", "", task));
    assert_says(
        &workspace.plan().await.unwrap(),
        &["Error: could not verify the resources that workflows call"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_not_call_is_told() {
    let aws = aws().await;
    let queue = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders";
    let task = format!(
        "resource = \"arn:aws:states:::sqs:sendMessage\"\n    parameters = {{ QueueUrl = \"{queue}\", MessageBody = \"m\" }}"
    );
    aws.query(
        "sqs",
        "Action=CreateQueue&Version=2012-11-05&QueueName=orders",
    )
    .await
    .unwrap();
    let text = configuration("", "", &task).replace(
        "execution_role {}",
        "role_arn = \"arn:aws:iam::123456789012:role/theirs\"",
    );
    let answer = "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><EvaluationResults><member>\
                  <EvalActionName>sqs:SendMessage</EvalActionName><EvalDecision>implicitDeny</EvalDecision></member>\
                  </EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>";
    aws.proxy()
        .fault("SimulatePrincipalPolicy", 1, Fault::Answer(answer.into()));
    let plan = workspace(&aws, &text).plan().await.unwrap();
    assert_says(
        &plan,
        &[
            "role/theirs` may not call sqs:SendMessage on `arn:aws:sqs:eu-west-1:123456789012:orders`",
            "(ASL4106)",
        ],
    );
    let sent = aws.proxy().bodies("SimulatePrincipalPolicy").join("");
    assert!(
        sent.contains("ActionNames.member.1=sqs%3ASendMessage"),
        "{sent}"
    );
}
