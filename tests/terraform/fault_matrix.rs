//! Each writing call of a function and a state machine fails once in every way, from creation to deletion.

use local_aws::Fault;

use super::{assert_empty, assert_success, aws, counts, workspace};

/// The writing calls, with the error codes of their services for throttling and for a conflict with another change.
const OPERATIONS: [(&str, (u16, &str), Option<&str>); 29] = {
    const STATES: (u16, &str) = (400, "ThrottlingException");
    const LAMBDA: (u16, &str) = (429, "TooManyRequestsException");
    const IAM: (u16, &str) = (400, "Throttling");
    const CONFLICT: Option<&str> = Some("ConflictException");
    const BUSY: Option<&str> = Some("ResourceConflictException");
    const CONCURRENT: Option<&str> = Some("ConcurrentModification");
    const ABORTED: Option<&str> = Some("OperationAbortedException");
    [
        ("CreateStateMachine", STATES, CONFLICT),
        ("UpdateStateMachine", STATES, CONFLICT),
        ("DeleteStateMachine", STATES, CONFLICT),
        ("PublishStateMachineVersion", STATES, CONFLICT),
        ("DeleteStateMachineVersion", STATES, None),
        ("TagResource", STATES, None),
        ("UntagResource", STATES, None),
        ("CreateFunction", LAMBDA, BUSY),
        ("UpdateFunctionCode", LAMBDA, BUSY),
        ("UpdateFunctionConfiguration", LAMBDA, BUSY),
        ("PublishVersion", LAMBDA, BUSY),
        ("DeleteFunction", LAMBDA, BUSY),
        ("PutFunctionConcurrency", LAMBDA, BUSY),
        ("DeleteFunctionConcurrency", LAMBDA, BUSY),
        ("CreateRole", IAM, CONCURRENT),
        ("PutRolePolicy", IAM, CONCURRENT),
        ("DeleteRolePolicy", IAM, CONCURRENT),
        ("DeleteRole", IAM, CONCURRENT),
        ("TagRole", IAM, CONCURRENT),
        ("UntagRole", IAM, CONCURRENT),
        ("PutRolePermissionsBoundary", IAM, CONCURRENT),
        ("DeleteRolePermissionsBoundary", IAM, CONCURRENT),
        ("CreateLogGroup", STATES, ABORTED),
        ("PutRetentionPolicy", STATES, ABORTED),
        ("DeleteRetentionPolicy", STATES, ABORTED),
        ("DeleteLogGroup", STATES, ABORTED),
        ("CreateAlias", LAMBDA, BUSY),
        ("UpdateAlias", LAMBDA, BUSY),
        ("DeleteAlias", LAMBDA, BUSY),
    ]
};

const BOUNDARY: &str = "permissions_boundary = \"arn:aws:iam::123456789012:policy/bound\"";

fn configuration(changed: bool) -> String {
    let or = |first: &str, second: &str| {
        if changed {
            second.to_owned()
        } else {
            first.to_owned()
        }
    };
    format!(
        r#"
resource "sfn_lambda_function" "f" {{
  function_name = "f"
  source_dir    = "${{path.module}}/code"
  handler       = "main.handler"
  runtime       = "python3.13"
  publish       = true
  {concurrency}
  description   = "{text}"
  tags          = {{ {tag} }}
  execution_role {{
    {boundary}
  }}
}}

resource "sfn_lambda_alias" "live" {{
  name             = "live"
  function_name    = sfn_lambda_function.f.function_name
  function_version = sfn_lambda_function.f.version
}}

resource "sfn_state_machine" "it" {{
  name          = "it"
  comment       = "{text}"
  start_at      = "Call"
  publish       = true
  keep_versions = 1
  tags          = {{ {tag} }}
  execution_role {{
    {later_boundary}
  }}
  logging_configuration {{
    level = "ERROR"
    {retention}
  }}
  task "Call" {{
    lambda {{
      function_arn = sfn_lambda_alias.live.arn
    }}
    end = true
  }}
}}

# Published as it is.
resource "sfn_state_machine" "late" {{
  name     = "late"
  start_at = "A"
  publish  = {changed}
  role_arn = "arn:aws:iam::123456789012:role/theirs"
  pass "A" {{
    end = true
  }}
}}
"#,
        text = or("one", "two"),
        tag = or("a = \"1\"", "b = \"2\""),
        concurrency = or("reserved_concurrent_executions = 5", ""),
        boundary = or(BOUNDARY, ""),
        later_boundary = or("", BOUNDARY),
        retention = or("retention_in_days = 7", ""),
    )
}

/// Creates, changes and deletes the objects while each call fails once in this way.
async fn check(fault: impl Fn(&(&str, (u16, &str), Option<&str>)) -> Option<Fault>) {
    let aws = aws().await;
    let workspace = workspace(&aws, &configuration(false));
    workspace
        .write(
            "code/main.py",
            "def handler(event, context):\n    return event\n",
        )
        .unwrap();
    for operation in &OPERATIONS {
        if let Some(fault) = fault(operation) {
            aws.proxy().fault(operation.0, 1, fault);
        }
    }
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    workspace
        .write(
            "code/main.py",
            "def handler(event, context):\n    return None\n",
        )
        .unwrap();
    workspace.configure(&configuration(true)).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_success(&workspace.destroy().await.unwrap());
    assert_eq!(counts(&aws).await, (0, 0, 0));
    let uncalled: Vec<&str> = OPERATIONS
        .iter()
        .map(|(name, ..)| *name)
        .filter(|name| aws.proxy().count(name) == 0)
        .collect();
    assert_eq!(
        uncalled,
        Vec::<&str>::new(),
        "a fault of a call that is not made shows nothing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling() {
    check(|(_, (status, code), _)| {
        Some(Fault::Refuse(
            *status,
            (*code).into(),
            "Rate exceeded".into(),
        ))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_error() {
    check(|_| {
        Some(Fault::Refuse(
            503,
            "ServiceUnavailable".into(),
            "busy".into(),
        ))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_connection() {
    check(|_| Some(Fault::Drop)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer() {
    check(|_| Some(Fault::LoseAnswer)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_change_under_way() {
    let message =
        "The operation cannot be performed at this time. An update is in progress for resource";
    check(|(_, _, conflict)| conflict.map(|code| Fault::Refuse(409, code.into(), message.into())))
        .await;
}
