//! Walks through the guides: writes their files, runs their commands, and checks their promised output.

mod steps;

use std::fs;
use std::path::PathBuf;

use e2e::terraform::Feature;
use e2e::{Outcome, Workspace, repository};
use local_aws::LocalAws;
use serde_json::{Value, json};

use crate::{assert_empty, assert_says, assert_success, aws, describe, machine_arn};

use steps::{Step, check, fences, steps, walk};

async fn exists(aws: &LocalAws, name: &str) -> bool {
    let body = json!({ "stateMachineArn": machine_arn(name) });
    aws.call("AWSStepFunctions.DescribeStateMachine", &body)
        .await
        .is_ok_and(|found| found["name"] == name)
}

/// Creates the objects that another tool would have deployed.
async fn deployed(
    aws: &LocalAws,
    name: &str,
    definition: &Value,
    role: &str,
    tags: &[(&str, &str)],
) -> bool {
    let tags: Vec<Value> = tags
        .iter()
        .map(|(key, value)| json!({ "key": key, "value": value }))
        .collect();
    let body = json!({ "name": name, "definition": definition.to_string(), "roleArn": role, "tags": tags });
    aws.call("AWSStepFunctions.CreateStateMachine", &body)
        .await
        .is_ok()
}

async fn nobody(_: &str) -> bool {
    false
}

#[tokio::test]
async fn importing() {
    let aws = aws().await;
    let mut workspace = Workspace::new(&aws).unwrap();
    // The last part of the guide uses another folder, which contains its file.
    fs::create_dir(workspace.path().join("by-hand")).unwrap();
    let steps = steps("importing.md");
    assert!(
        steps
            .iter()
            .any(|step| matches!(step, Step::Write(file, _) if file == "main.tf"))
    );
    walk("importing.md", &aws, &mut workspace, nobody).await;
    let generated = fs::read_to_string(workspace.path().join("generated.tf")).unwrap();
    assert!(generated.contains("choice \"InStock\" {"), "{generated}");
}

#[tokio::test]
async fn getting_started() {
    let aws = aws().await;
    let mut workspace = Workspace::new(&aws).unwrap();
    walk("getting-started.md", &aws, &mut workspace, nobody).await;
    assert!(!exists(&aws, "getting-started").await);
}

#[tokio::test]
async fn testing() {
    let aws = aws().await;
    let mut workspace = Workspace::new(&aws).unwrap();
    walk("testing.md", &aws, &mut workspace, nobody).await;
}

#[tokio::test]
async fn ci_cd() {
    let aws = aws().await;
    let mut workspace = Workspace::new(&aws).unwrap();
    walk("ci-cd.md", &aws, &mut workspace, nobody).await;
    // The alias of the guide.
    let canary = fences("ci-cd.md")
        .into_iter()
        .find(|fence| fence.body.contains("variable \"stable_version\""));
    workspace.write("main.tf", &canary.unwrap().body).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let changed = fs::read_to_string(workspace.path().join("main.tf")).unwrap();
    workspace
        .write(
            "main.tf",
            &changed.replace("    end = true", "    result = 1\n    end    = true"),
        )
        .unwrap();
    assert_success(&apply_with(&workspace, &["-var", "stable_version=1"]).await);
    let alias = json!({ "stateMachineAliasArn": machine_arn("orders") + ":live" });
    let routed = aws
        .call("AWSStepFunctions.DescribeStateMachineAlias", &alias)
        .await
        .unwrap();
    let weights: Vec<i64> = routed["routingConfiguration"]
        .as_array()
        .unwrap()
        .iter()
        .map(|route| route["weight"].as_i64().unwrap())
        .collect();
    assert_eq!(weights, [90, 10], "{routed}");
    assert_success(&workspace.apply().await.unwrap());
    let routed = aws
        .call("AWSStepFunctions.DescribeStateMachineAlias", &alias)
        .await
        .unwrap();
    assert_eq!(routed["routingConfiguration"][0]["weight"], 100, "{routed}");
    assert_success(&workspace.destroy().await.unwrap());
}

#[tokio::test]
async fn gradual_deployment() {
    let aws = aws().await;
    let mut workspace = Workspace::new(&aws).unwrap();
    walk("gradual-deployment.md", &aws, &mut workspace, nobody).await;
    assert!(!exists(&aws, "orders").await);
    // A new version, its deployment, a rollback, the same deployment again, and one by the command.
    let updates = aws.proxy().bodies("UpdateStateMachineAlias");
    let weights = |version: &str| {
        let route = format!("{}:{version}\",\"weight\":10}}", machine_arn("orders"));
        updates.iter().filter(|body| body.contains(&route)).count()
    };
    let canaries = ["2", "3", "4"].map(weights);
    assert_eq!(canaries, [1, 2, 1], "{updates:?}");
}

#[tokio::test]
async fn operating() {
    let aws = aws().await;
    let mut workspace = Workspace::new(&aws).unwrap();
    workspace.need(Feature::Action).unwrap();
    walk("operating.md", &aws, &mut workspace, nobody).await;
    assert!(!exists(&aws, "payments").await);
    let redriven = aws.proxy().bodies("RedriveExecution");
    assert!(
        redriven[0].contains("execution:payments:p-2"),
        "{redriven:?}"
    );
}

/// The policies of the guide have just the actions that the reference of the resources lists.
#[test]
fn permissions() {
    let listed = |names: &[&str]| {
        let mut actions: Vec<String> = Vec::new();
        for name in names {
            let table = fs::read_to_string(
                repository().join(format!("examples/resources/{name}/permissions.md")),
            )
            .unwrap();
            let words = table.split('`').filter(|word| {
                word.split_once(':').is_some_and(|(service, action)| {
                    service
                        .chars()
                        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
                        && action.starts_with(|c: char| c.is_ascii_uppercase())
                })
            });
            actions.extend(words.map(str::to_owned));
        }
        actions.sort();
        actions.dedup();
        // A call that needs no permission, and a condition.
        actions.retain(|action| {
            !["sts:GetCallerIdentity", "iam:PassedToService"].contains(&action.as_str())
        });
        actions
    };
    let policies: Vec<Value> = fences("permissions.md")
        .into_iter()
        .filter(|fence| fence.language == "json")
        .map(|fence| serde_json::from_str(&fence.body).expect("a policy is JSON"))
        .collect();
    for (policy, names) in policies.iter().zip([
        &["sfn_state_machine", "sfn_alias", "sfn_cloudwatch_log_group"][..],
        &[
            "sfn_lambda_function",
            "sfn_lambda_alias",
            "sfn_lambda_permission",
            "sfn_lambda_function_event_invoke_config",
        ],
        &["sfn_activity", "sfn_execution_alarm"],
    ]) {
        let mut granted: Vec<String> = Vec::new();
        for statement in policy["Statement"].as_array().unwrap() {
            let action = &statement["Action"];
            let actions = action
                .as_array()
                .map_or(std::slice::from_ref(action), Vec::as_slice)
                .iter();
            granted.extend(actions.map(|action| action.as_str().unwrap().to_owned()));
        }
        granted.sort();
        granted.dedup();
        assert_eq!(granted, listed(names), "{names:?}");
    }
    assert_eq!(policies.len(), 4);
}

#[tokio::test]
async fn coming_from_cloudformation() {
    let aws = aws().await;
    let mut workspace = Workspace::new(&aws).unwrap();
    let sam = async |line: &str| match line {
        "sam deploy --template-file sam/template.yaml --stack-name refunds --capabilities CAPABILITY_IAM --resolve-s3" =>
        {
            let definition = json!({ "StartAt": "Wait", "States": { "Wait": { "Type": "Wait", "Seconds": 1, "End": true } } });
            let role = "arn:aws:iam::123456789012:role/refunds-RefundsRole-1a2b3c";
            let tags = [
                ("team", "orders"),
                ("aws:cloudformation:stack-name", "refunds"),
            ];
            deployed(&aws, "Refunds-1a2b3c", &definition, role, &tags).await
        }
        // The resources of the stack are retained, and the stack has no other resources.
        "aws cloudformation delete-stack --stack-name refunds" => true,
        _ => false,
    };
    walk("coming-from-cloudformation.md", &aws, &mut workspace, sam).await;
    assert!(exists(&aws, "orders-prod").await && exists(&aws, "Refunds-1a2b3c").await);
}

#[tokio::test]
async fn coming_from_the_serverless_framework() {
    let aws = aws().await;
    let mut workspace = Workspace::new(&aws).unwrap();
    let serverless = async |line: &str| match line {
        "serverless deploy" => {
            let charge = "arn:aws:lambda:eu-west-1:123456789012:function:shop-dev-charge";
            let task =
                json!({ "Type": "Task", "Resource": charge, "TimeoutSeconds": 5, "End": true });
            let definition = json!({ "Comment": "Takes orders.", "StartAt": "Charge", "States": { "Charge": task } });
            let role = "arn:aws:iam::123456789012:role/orders";
            deployed(
                &aws,
                "shop-orders-dev",
                &definition,
                role,
                &[("stage", "dev")],
            )
            .await
        }
        "serverless remove" => true,
        _ => false,
    };
    walk(
        "coming-from-serverless-framework.md",
        &aws,
        &mut workspace,
        serverless,
    )
    .await;
    assert!(exists(&aws, "shop-orders-dev").await);
}

#[tokio::test]
async fn coming_from_hashicorp_aws() {
    let aws = aws().await;
    let mut workspace = Workspace::new(&aws).unwrap();
    aws.create_topic("told").await.unwrap();
    // The objects as hashicorp/aws creates them.
    let definition = json!({ "StartAt": "Tell", "States": { "Tell": { "Type": "Task", "Resource": "arn:aws:states:::sns:publish",
        "Parameters": { "TopicArn": "arn:aws:sns:eu-west-1:123456789012:told", "Message.$": "$" }, "TimeoutSeconds": 5, "End": true } } });
    assert!(
        deployed(
            &aws,
            "orders",
            &definition,
            "arn:aws:iam::123456789012:role/orders",
            &[("team", "orders")]
        )
        .await
    );
    let arn = machine_arn("orders");
    let attributes = json!({
        "arn": arn, "id": arn, "name": "orders", "name_prefix": "", "region": "eu-west-1", "creation_date": "2026-01-01T00:00:00Z",
        "definition": definition.to_string(), "description": "", "encryption_configuration": [{ "kms_data_key_reuse_period_seconds": 0, "kms_key_id": "", "type": "AWS_OWNED_KEY" }],
        "logging_configuration": [{ "include_execution_data": false, "level": "OFF", "log_destination": "" }], "publish": false,
        "revision_id": "", "role_arn": "arn:aws:iam::123456789012:role/orders", "state_machine_version_arn": "", "status": "ACTIVE",
        "tags": { "team": "orders" }, "tags_all": { "team": "orders" }, "timeouts": null, "tracing_configuration": [{ "enabled": false }],
        "type": "STANDARD", "version_description": null
    });
    let state = json!({ "version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "00000000-0000-0000-0000-000000000000", "outputs": {},
        "resources": [{ "mode": "managed", "type": "aws_sfn_state_machine", "name": "orders",
            "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]", "instances": [{ "schema_version": 0, "attributes": attributes }] }] });
    workspace
        .write("terraform.tfstate", &state.to_string())
        .unwrap();
    workspace.stand_in("hashicorp/aws").unwrap();
    aws.proxy().forget();
    walk("coming-from-hashicorp-aws.md", &aws, &mut workspace, nobody).await;
    let writes: Vec<_> = aws
        .proxy()
        .calls()
        .into_iter()
        .filter(|call| !call.reads())
        .map(|call| call.operation)
        .collect();
    assert_eq!(writes, Vec::<String>::new(), "nothing is written in AWS");
}

#[tokio::test]
async fn modules() {
    let aws = aws().await;
    let mut workspace = Workspace::new(&aws).unwrap();
    walk("modules.md", &aws, &mut workspace, nobody).await;
    let found = describe(&aws, "orders").await;
    let definition: Value = serde_json::from_str(found["definition"].as_str().unwrap()).unwrap();
    let mut states: Vec<&String> = definition["States"].as_object().unwrap().keys().collect();
    states.sort_unstable();
    assert_eq!(states, ["Done", "Express", "Kind", "Notify", "Standard"]);
}

/// Applies with additional arguments.
async fn apply_with(workspace: &Workspace, arguments: &[&str]) -> Outcome {
    workspace
        .terraform(&[&["apply", "-auto-approve", "-no-color"][..], arguments].concat())
        .await
        .unwrap()
}

#[tokio::test]
async fn lifecycle() {
    check("lifecycle.md", 6, async |number: usize, aws: &LocalAws, workspace: &Workspace| match number {
        // Ignored fields and states.
        0 => {
            let plan = ["plan", "-detailed-exitcode", "-no-color", "-var", "seconds=30"];
            assert_empty(&workspace.terraform(&plan).await.unwrap());
        }
        // The new alias exists before the old one is deleted.
        1 => {
            aws.proxy().forget();
            let applied = apply_with(workspace, &["-var", "type=EXPRESS"]).await;
            assert_says(&applied, &["2 added, 0 changed, 2 destroyed"]);
            let writes: Vec<String> = aws.proxy().writes().into_iter().map(|call| call.operation).collect();
            let place = |name: &str| writes.iter().position(|operation| operation == name).unwrap();
            assert!(place("CreateStateMachineAlias") < place("DeleteStateMachineAlias"), "{writes:?}");
            assert!(place("CreateStateMachineAlias") < place("DeleteStateMachine"), "{writes:?}");
        }
        // Replaced because another resource changes.
        2 => {
            let applied = apply_with(workspace, &["-var", "generation=2"]).await;
            assert_says(&applied, &["sfn_activity.pack: Destroying", "1 added, 1 changed, 1 destroyed"]);
        }
        // An object that is kept is not adopted again.
        3 => {
            let kept = "the log group `/aws/vendedlogs/states/audit` still exists";
            assert_says(&workspace.destroy().await.unwrap(), &["Destroy complete!", kept]);
            let block = "import { to = sfn_cloudwatch_log_group.NAME id = \"/aws/vendedlogs/states/audit\" }";
            assert_says(&workspace.apply().await.unwrap(), &["already exists", block]);
        }
        // The apply must find the code of the plan.
        4 => {
            let plan = ["plan", "-no-color", "-out=tfplan"];
            workspace.write("src/main.py", "def handler(event, context):\n    return 1\n").unwrap();
            assert_success(&workspace.terraform(&plan).await.unwrap());
            workspace.write("src/main.py", "def handler(event, context):\n    return 2\n").unwrap();
            let refused = workspace.terraform(&["apply", "-no-color", "tfplan"]).await.unwrap();
            assert!(!refused.is_success(), "{}", refused.text);
            assert_says(&refused, &["source_code_hash"]);
            assert_success(&workspace.terraform(&plan).await.unwrap());
            assert_success(&workspace.terraform(&["apply", "-no-color", "tfplan"]).await.unwrap());
            assert_empty(&workspace.plan().await.unwrap());
        }
        // Outputs of the build are known after apply.
        _ => {
            workspace.write("src/main.py", "def handler(event, context):\n    return 1\n").unwrap();
            let plan = workspace.plan().await.unwrap();
            let hash = plan.text.lines().find(|line| line.contains("~ source_code_hash")).unwrap_or_default();
            assert!(hash.ends_with("-> (known after apply)"), "{}", plan.text);
            assert_says(&workspace.apply().await.unwrap(), &["1 added, 1 changed, 1 destroyed"]);
            assert_empty(&workspace.plan().await.unwrap());
        }
    })
    .await;
}

#[tokio::test]
async fn sensitive_values() {
    check(
        "sensitive-values.md",
        1,
        async |_: usize, _: &LocalAws, workspace: &Workspace| {
            let shown = workspace.terraform(&["output", "-no-color"]).await.unwrap();
            assert_says(
                &shown,
                &[
                    "start = \"Accept\"",
                    "policy = <sensitive>",
                    "\"StartAt\": \"Accept\"",
                ],
            );
            let tested = workspace.terraform(&["test", "-no-color"]).await.unwrap();
            assert_success(&tested);
            assert_says(&tested, &["1 passed, 0 failed"]);
        },
    )
    .await;
}

#[test]
fn every_guide_that_leads_somewhere_is_walked() {
    let folder = repository().join("docs/guides");
    let with_commands: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| fs::read_to_string(path).unwrap().contains("```shell"))
        .collect();
    let mut names: Vec<_> = with_commands
        .iter()
        .map(|path| path.file_name().unwrap().to_str().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "ci-cd.md",
            "coming-from-cloudformation.md",
            "coming-from-hashicorp-aws.md",
            "coming-from-serverless-framework.md",
            "getting-started.md",
            "gradual-deployment.md",
            "importing.md",
            "modules.md",
            "operating.md"
        ]
    );
}
