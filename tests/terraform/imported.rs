//! `sfn import` writes existing objects as files. A plan of the files must contain only imports.

use std::fs;
use std::time::{Duration, Instant};

use e2e::{HEADER, Workspace, outcome};
use local_aws::{Fault, LocalAws};
use serde_json::json;

use crate::{assert_empty, assert_says, assert_success, aws, machine_arn};

const ROLE: &str = "arn:aws:iam::123456789012:role/theirs";

/// A folder for the imported files.
fn folder(aws: &LocalAws) -> Workspace {
    Workspace::new(aws).expect("the provider is built")
}

/// Creates a state machine as a user of the console does.
async fn create(aws: &LocalAws, name: &str, definition: &serde_json::Value) {
    let body = json!({ "name": name, "definition": definition.to_string(), "roleArn": ROLE });
    aws.call("AWSStepFunctions.CreateStateMachine", &body)
        .await
        .expect("it is created");
}

fn refused(code: &str) -> Fault {
    Fault::Refuse(400, code.into(), "No.".into())
}

fn waits() -> serde_json::Value {
    json!({ "StartAt": "Wait", "States": { "Wait": { "Type": "Wait", "Seconds": 1, "End": true } } })
}

/// Asserts that a plan of the imported files contains only this number of imports, then applies it and plans again.
async fn check(workspace: &Workspace, imports: usize) {
    let formatted = workspace
        .terraform(&["fmt", "-check", "-diff"])
        .await
        .unwrap();
    assert!(
        formatted.is_success(),
        "terraform fmt would write it otherwise:\n{}",
        formatted.text
    );
    let planned = workspace.plan().await.unwrap();
    let sum = format!("Plan: {imports} to import, 0 to add, 0 to change, 0 to destroy.");
    assert!(
        planned.text.contains(&sum),
        "not `{sum}`:\n{}",
        planned.text
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
}

fn read(workspace: &Workspace, file: &str) -> String {
    fs::read_to_string(workspace.path().join(file))
        .unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn files(workspace: &Workspace) -> Vec<String> {
    let entries = fs::read_dir(workspace.path()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names
        .filter(|name| name != "terraform.rc" && !name.starts_with(".terraform"))
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_state_machine_comes_with_its_aliases_and_functions() {
    let aws = aws().await;
    let theirs = folder(&aws);
    theirs
        .write(
            "code/main.py",
            "def handler(event, context):\n    return event\n",
        )
        .unwrap();
    theirs
        .configure(
            r#"
resource "sfn_lambda_function" "f" {
  for_each      = toset(["charge", "ship"])
  function_name = each.key
  role          = "arn:aws:iam::123456789012:role/theirs"
  runtime       = "python3.13"
  handler       = "main.handler"
  source_dir    = "${path.module}/code"
  environment {
    variables = { STAGE = "prod" }
  }
}

resource "sfn_cloudwatch_log_group" "theirs" {
  name              = "/aws/vendedlogs/states/theirs"
  retention_in_days = 14
}

resource "sfn_state_machine" "orders" {
  name     = "orders"
  type     = "STANDARD"
  publish  = true
  role_arn = "arn:aws:iam::123456789012:role/theirs"
  comment  = "Takes orders."
  start_at = "Charge"
  tags     = { team = "orders" }

  logging_configuration {
    level           = "ERROR"
    log_destination = sfn_cloudwatch_log_group.theirs.arn
  }

  tracing_configuration {
    enabled = true
  }

  task "Charge" {
    lambda {
      function_arn = sfn_lambda_function.f["charge"].arn
      qualifier    = "live"
      payload      = { order = "$.order" }
    }
    next = "Both"
  }

  parallel "Both" {
    branch {
      start_at = "Ship"
    }
    branch {
      start_at = "Tell"
    }
    end = true
  }

  task "Ship" {
    resource = "arn:aws:states:::lambda:invoke"
    parameters = { FunctionName = "ship", "Payload.$" = "$" }
    end      = true
  }

  task "Tell" {
    resource   = "arn:aws:states:::states:startExecution"
    parameters = { StateMachineArn = "arn:aws:states:eu-west-1:123456789012:stateMachine:audit", "Input.$" = "$" }
    end        = true
  }
}

resource "sfn_state_machine" "audit" {
  name     = "audit"
  role_arn = "arn:aws:iam::123456789012:role/theirs"
  definition = jsonencode({
    StartAt = "A"
    States  = { A = { Type = "Task", Resource = "arn:aws:states:::lambda:invoke", Retry = [], End = true
      Parameters = { FunctionName = sfn_lambda_function.f["ship"].arn, ClientContext = "arn:aws:states:eu-west-1:123456789012:stateMachine:audit" } } }
  })
}

resource "sfn_alias" "live" {
  name = "live"
  routing_configuration {
    state_machine_version_arn = sfn_state_machine.orders.state_machine_version_arn
    weight                    = 100
  }
}
"#,
        )
        .unwrap();
    assert_success(&theirs.apply().await.unwrap());

    let ours = folder(&aws);
    aws.proxy().forget();
    let imported = ours
        .sfn(&["import", "--all", "--with", "aliases,log-groups,functions"])
        .await
        .unwrap();
    assert_success(&imported);
    let writes: Vec<String> = aws
        .proxy()
        .calls()
        .into_iter()
        .filter(|call| !call.reads())
        .map(|call| call.operation)
        .collect();
    assert_eq!(writes, Vec::<String>::new(), "an import only reads");
    insta::assert_snapshot!("told", imported.text);
    assert_eq!(
        files(&ours),
        ["audit.tf", "functions", "orders.tf", "versions.tf"]
    );
    insta::assert_snapshot!("versions", read(&ours, "versions.tf"));
    insta::assert_snapshot!("orders", read(&ours, "orders.tf"));
    insta::assert_snapshot!("audit", read(&ours, "audit.tf"));
    check(&ours, 6).await;

    // A second import has nothing to do.
    let again = ours
        .sfn(&["import", "--all", "--with", "aliases,log-groups,functions"])
        .await
        .unwrap();
    assert_success(&again);
    assert_says(
        &again,
        &[
            "0 state machines written to .",
            "2 state machines skipped: already declared in the folder",
        ],
    );
}

#[tokio::test]
async fn what_is_meant_is_said_by_name_prefix_or_tag() {
    let aws = aws().await;
    for name in ["orders-a", "orders-b", "other"] {
        create(&aws, name, &waits()).await;
    }
    let tags =
        json!({ "resourceArn": machine_arn("other"), "tags": [{ "key": "team", "value": "x" }] });
    aws.call("AWSStepFunctions.TagResource", &tags)
        .await
        .unwrap();
    let arn = machine_arn("other");
    for (arguments, expected) in [
        (
            &["--prefix", "orders-"][..],
            &["orders-a.tf", "orders-b.tf"][..],
        ),
        (&["--tag", "team=x"], &["other.tf"]),
        (&["orders-b"], &["orders-b.tf"]),
        (&[arn.as_str()], &["other.tf"]),
        (
            &["--all", "--with", "nothing"],
            &["orders-a.tf", "orders-b.tf", "other.tf"],
        ),
    ] {
        let workspace = folder(&aws);
        let arguments = [&["import", "--out", "."][..], arguments].concat();
        assert_success(&workspace.sfn(&arguments).await.unwrap());
        assert_eq!(
            files(&workspace),
            [expected, &["versions.tf"]].concat(),
            "{arguments:?}"
        );
        check(&workspace, expected.len()).await;
    }
    let nothing = folder(&aws).sfn(&["import"]).await.unwrap();
    assert_eq!(nothing.code, 2);
    assert_says(&nothing, &["--all", "--prefix"]);
}

#[tokio::test]
async fn an_expression_takes_the_place_of_an_arn() {
    let aws = aws().await;
    let topic = "arn:aws:sns:eu-west-1:123456789012:told";
    let tell = json!({ "Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true,
        "Parameters": { "TopicArn": topic, "Message.$": "$" } });
    create(
        &aws,
        "tell",
        &json!({ "StartAt": "Tell", "States": { "Tell": tell } }),
    )
    .await;
    aws.create_topic("told").await.unwrap();
    let workspace = folder(&aws);
    let map = format!("{topic}=var.topic");
    assert_success(
        &workspace
            .sfn(&["import", "tell", "--map", &map])
            .await
            .unwrap(),
    );
    assert!(
        read(&workspace, "tell.tf").contains("TopicArn = var.topic"),
        "{}",
        read(&workspace, "tell.tf")
    );
    workspace
        .write(
            "variables.tf",
            &format!("variable \"topic\" {{\n  default = \"{topic}\"\n}}\n"),
        )
        .unwrap();
    check(&workspace, 1).await;
}

#[tokio::test]
async fn what_cannot_be_imported_is_said_and_the_rest_is_done() {
    let aws = aws().await;
    for name in ["a", "b"] {
        create(&aws, name, &waits()).await;
    }
    let workspace = folder(&aws);
    let (a, gone) = (machine_arn("a"), machine_arn("gone"));
    let activity = "arn:aws:states:eu-west-1:123456789012:activity:x";
    let imported = workspace
        .sfn(&["import", &a, activity, &gone, "nobody", "b"])
        .await
        .unwrap();
    assert_eq!(imported.code, 2);
    insta::assert_snapshot!("refused", imported.text);
    assert_eq!(files(&workspace), ["a.tf", "b.tf", "versions.tf"]);
    check(&workspace, 2).await;

    // The state machine is deleted after it was listed.
    let workspace = folder(&aws);
    aws.proxy().fault(
        "DescribeStateMachine",
        1,
        refused("StateMachineDoesNotExist"),
    );
    let imported = workspace.sfn(&["import", "--all"]).await.unwrap();
    assert_eq!(imported.code, 2);
    assert_says(
        &imported,
        &[
            "there is no state machine",
            "1 state machine written",
            "1 could not be imported",
        ],
    );
    assert_eq!(files(&workspace).len(), 2);

    // The credentials cannot list. State machines are still imported by ARN.
    let workspace = folder(&aws);
    aws.proxy()
        .fault("ListStateMachines", 50, refused("AccessDeniedException"));
    let imported = workspace.sfn(&["import", &a, "b"]).await.unwrap();
    assert_eq!(imported.code, 2);
    assert_says(
        &imported,
        &[
            "error: eu-west-1: cannot list the state machines",
            "1 state machine written",
        ],
    );
    assert_eq!(files(&workspace), ["a.tf", "versions.tf"]);

    // An endpoint that does not respond is reported at once.
    let mut workspace = folder(&aws);
    workspace.set_env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    let start = Instant::now();
    let imported = workspace.sfn(&["import", "--all"]).await.unwrap();
    assert_eq!((imported.code, files(&workspace).len()), (2, 0));
    assert_says(
        &imported,
        &[
            "cannot use the credentials",
            "connection refused by 127.0.0.1:9",
        ],
    );
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "it took {:?}",
        start.elapsed()
    );

    // A state machine that another provider manages in the folder is not imported.
    aws.proxy().forget();
    let workspace = folder(&aws);
    workspace
        .write(
            "theirs.tf",
            "resource \"aws_sfn_state_machine\" \"it\" {\n  name = \"a\"\n}\n",
        )
        .unwrap();
    let imported = workspace.sfn(&["import", "--all"]).await.unwrap();
    assert_eq!(imported.code, 2);
    assert_says(
        &imported,
        &[
            "already managed by `aws_sfn_state_machine.it`",
            "1 state machine written",
        ],
    );
    assert_eq!(files(&workspace), ["b.tf", "theirs.tf", "versions.tf"]);

    let workspace = folder(&aws);
    workspace.write("broken.tf", "resource {{").unwrap();
    let imported = workspace.sfn(&["import", &a]).await.unwrap();
    assert_eq!(imported.code, 2);
    assert_says(&imported, &["broken.tf is not valid configuration"]);
    assert_eq!(files(&workspace), ["broken.tf"]);
}

#[tokio::test]
async fn any_name_that_aws_takes_is_imported() {
    let aws = aws().await;
    // Two of the names differ only in case, which some file systems ignore.
    for name in ["Orders", "orders", "2nd.try", "über+alles@home='x'!", "for"] {
        create(&aws, name, &waits()).await;
    }
    let workspace = folder(&aws);
    assert_success(&workspace.sfn(&["import", "--all"]).await.unwrap());
    let lower: std::collections::BTreeSet<String> = files(&workspace)
        .iter()
        .map(|name| name.to_lowercase())
        .collect();
    assert_eq!((lower.len(), files(&workspace).len()), (6, 6), "{lower:?}");
    check(&workspace, 5).await;
}

#[tokio::test]
async fn several_regions_go_into_one_folder() {
    let aws = aws().await;
    create(&aws, "orders", &waits()).await;
    let theirs = folder(&aws);
    let there = "resource \"sfn_state_machine\" \"a\" {\n  region = \"us-east-1\"\n  name = \"orders\"\n  start_at = \"A\"\n  role_arn = \"arn:aws:iam::123456789012:role/theirs\"\n  succeed \"A\" {}\n}\n";
    theirs.configure(there).unwrap();
    assert_success(&theirs.apply().await.unwrap());
    let workspace = folder(&aws);
    let regions = ["import", "--all", "--region", "eu-west-1,us-east-1"];
    assert_success(&workspace.sfn(&regions).await.unwrap());
    assert_eq!(
        files(&workspace),
        ["orders.tf", "orders_2.tf", "versions.tf"]
    );
    assert!(
        read(&workspace, "orders_2.tf").contains("region   = \"us-east-1\""),
        "{}",
        read(&workspace, "orders_2.tf")
    );
    check(&workspace, 2).await;
    let again = workspace.sfn(&regions).await.unwrap();
    assert_says(
        &again,
        &[
            "0 state machines written",
            "2 state machines skipped: already declared in the folder",
        ],
    );

    // The folder keeps the region of its provider block, regardless of later `--region` arguments.
    let workspace = folder(&aws);
    assert_success(&workspace.sfn(&["import", "--all"]).await.unwrap());
    assert_success(
        &workspace
            .sfn(&["import", "--all", "--region", "us-east-1"])
            .await
            .unwrap(),
    );
    assert_eq!(
        files(&workspace),
        ["orders.tf", "orders_2.tf", "versions.tf"]
    );
    check(&workspace, 2).await;
}

#[tokio::test]
async fn an_import_that_was_killed_goes_on_where_it_was() {
    let aws = aws().await;
    for number in 0..60 {
        create(&aws, &format!("m{number:02}"), &waits()).await;
    }
    let workspace = folder(&aws);
    aws.proxy().fault(
        "DescribeStateMachine",
        1000,
        Fault::Delay(Duration::from_millis(300)),
    );
    let mut child = workspace.start_sfn(&["import", "--all"]).unwrap();
    tokio::time::timeout(Duration::from_secs(30), async {
        while files(&workspace).len() < 5 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .expect("files appear");
    child.start_kill().unwrap();
    child.wait().await.unwrap();
    // A file has a temporary name until it is complete.
    let written = files(&workspace)
        .iter()
        .filter(|file| !file.ends_with(".partial"))
        .count();
    assert!(written < 61, "it was through");
    aws.proxy().forget();
    let rest = workspace.sfn(&["import", "--all"]).await.unwrap();
    assert_success(&rest);
    assert_says(
        &rest,
        &[&format!(
            "{} state machines skipped: already declared in the folder",
            written - 1
        )],
    );
    assert_eq!(files(&workspace).len(), 61);
    check(&workspace, 60).await;
}

#[tokio::test]
async fn ctrl_c_ends_an_import_between_two_files() {
    let aws = aws().await;
    for number in 0..40 {
        create(&aws, &format!("m{number:02}"), &waits()).await;
    }
    let workspace = folder(&aws);
    aws.proxy().fault(
        "DescribeStateMachine",
        1000,
        Fault::Delay(Duration::from_millis(300)),
    );
    let child = workspace.start_sfn(&["import", "--all"]).unwrap();
    let pid = rustix::process::Pid::from_raw(child.id().unwrap().try_into().unwrap()).unwrap();
    while files(&workspace).len() < 5 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let stopped = outcome(child).await.unwrap();
    assert_eq!(stopped.code, 2, "{}", stopped.text);
    assert_says(&stopped, &["stopped: run the command again to continue"]);
    assert!(
        files(&workspace)
            .iter()
            .all(|file| !file.ends_with(".partial"))
    );
    aws.proxy().forget();
    assert_success(&workspace.sfn(&["import", "--all"]).await.unwrap());
    assert_eq!(files(&workspace).len(), 41);
}

#[tokio::test]
async fn a_thousand_are_imported_in_one_go() {
    let aws = aws().await;
    let definition = json!({ "Comment": "One of many.", "StartAt": "Choose", "States": {
        "Choose": { "Type": "Choice", "Choices": [{ "Variable": "$.n", "NumericGreaterThan": 3, "Next": "Many" }], "Default": "Few" },
        "Many": { "Type": "Map", "ItemsPath": "$.items", "ItemProcessor": { "StartAt": "Each", "States": {
            "Each": { "Type": "Pass", "Result": { "a": [1, 2, 3] }, "End": true } } }, "Next": "Done" },
        "Few": { "Type": "Wait", "Seconds": 1, "Next": "Done" },
        "Done": { "Type": "Succeed" } } });
    let text = definition.to_string();
    for number in 0..1000 {
        let body =
            json!({ "name": format!("machine-{number:04}"), "definition": text, "roleArn": ROLE });
        aws.call("AWSStepFunctions.CreateStateMachine", &body)
            .await
            .expect("it is created");
    }
    let workspace = folder(&aws);
    let start = Instant::now();
    assert_success(&workspace.sfn(&["import", "--all"]).await.unwrap());
    let took = start.elapsed();
    assert_eq!(files(&workspace).len(), 1001);
    let start = Instant::now();
    let planned = workspace.plan().await.unwrap();
    println!("imported in {took:?}, planned in {:?}", start.elapsed());
    assert_says(
        &planned,
        &["Plan: 1000 to import, 0 to add, 0 to change, 0 to destroy."],
    );
}

#[tokio::test]
async fn a_file_stays_as_it_is_when_it_cannot_be_replaced() {
    let aws = aws().await;
    create(&aws, "a", &waits()).await;
    let workspace = folder(&aws);
    workspace.write("versions.tf", HEADER).unwrap();
    fs::create_dir(workspace.path().join("a.tf.partial")).unwrap();
    let imported = workspace.sfn(&["import", "a"]).await.unwrap();
    assert_eq!(imported.code, 2);
    assert_says(
        &imported,
        &["cannot write ./a.tf", "0 state machines written"],
    );
    assert_eq!(files(&workspace), ["a.tf.partial", "versions.tf"]);
    assert_eq!(read(&workspace, "versions.tf"), HEADER);
}

#[tokio::test]
async fn a_folder_with_other_providers_and_files_plans() {
    let aws = aws().await;
    let theirs = folder(&aws);
    theirs
        .write(
            "code/main.py",
            "def handler(event, context):\n    return event\n",
        )
        .unwrap();
    let function = r#"
resource "sfn_lambda_function" "f" {
  function_name = "charge"
  role          = "arn:aws:iam::123456789012:role/theirs"
  runtime       = "python3.13"
  handler       = "main.handler"
  source_dir    = "${path.module}/code"
}
"#;
    theirs.configure(function).unwrap();
    assert_success(&theirs.apply().await.unwrap());
    let task = json!({ "StartAt": "Charge", "States": { "Charge": {
        "Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:charge", "End": true } } });
    for name in ["orders_override", "override"] {
        create(&aws, name, &task).await;
    }
    let workspace = folder(&aws);
    let versions = "terraform {\n  required_version = \">= 1.5\"\n\n  required_providers {\n    other = {\n      source = \"example/other\"\n    }\n  } # ours\n}\n";
    workspace.write("versions.tf", versions).unwrap();
    workspace.write("functions/charge.zip", "ours").unwrap();
    let imported = workspace
        .sfn(&["import", "--all", "--with", "functions"])
        .await
        .unwrap();
    assert_success(&imported);
    assert_says(
        &imported,
        &["versions.tf: `sfn` was added to `required_providers`"],
    );
    let now = read(&workspace, "versions.tf");
    let (before, after) = now.split_once("    sfn = {").unwrap();
    assert!(
        versions.starts_with(before) && after.ends_with("  } # ours\n}\n"),
        "{now}"
    );
    assert_eq!(read(&workspace, "functions/charge.zip"), "ours");
    assert!(workspace.path().join("functions/charge_2.zip").exists());
    let names = files(&workspace);
    assert!(
        names.iter().all(|name| !name.ends_with("override.tf")),
        "{names:?}"
    );
    // `example/other` is not installed in the tests.
    workspace
        .write(
            "versions.tf",
            &now.replace(
                "    other = {\n      source = \"example/other\"\n    }\n",
                "",
            ),
        )
        .unwrap();
    check(&workspace, 3).await;
}
