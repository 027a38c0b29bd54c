//! Derived policies, as reviewed snapshots.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read files, and measure time"
)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

use asl::MachineType;
use asl::linter::Linter;
use asl::policy::{Account, Settings, derive};

/// The policy for one task with this resource and payload, and its findings.
fn policy(resource: &str, payload: &str) -> String {
    let text = format!(
        r#"{{"StartAt":"T","States":{{"T":{{"Type":"Task","Resource":"{resource}","Parameters":{payload},"End":true}}}}}}"#
    );
    of_definition(&text, &settings())
}

fn settings() -> Settings {
    let account = Account::of_arn("arn:aws:states:eu-west-1:123456789012:stateMachine:it");
    Settings {
        account,
        name: "it".into(),
        ..Settings::default()
    }
}

fn of_definition(text: &str, settings: &Settings) -> String {
    let (document, gaps) = derive(&asl::parse(text).unwrap().0.root, settings);
    let findings = Linter::new(MachineType::Standard).check_policy(&gaps);
    let statements = document.statements().map(|statement| {
        let conditions = if statement.conditions.is_empty() {
            String::new()
        } else {
            format!(" if {:?}", statement.conditions)
        };
        format!(
            "{} on {}{conditions}",
            statement.actions.join(" "),
            statement.resources.join(" ")
        )
    });
    let findings = findings.iter().map(|finding| {
        format!(
            "{:?} {}: {}",
            finding.severity, finding.code, finding.message
        )
    });
    statements.chain(findings).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_integration_gets_what_it_needs() {
    let cases = [
        (
            "arn:aws:lambda:eu-west-1:123456789012:function:f:live",
            "{}",
        ),
        ("arn:aws:states:::lambda:invoke", r#"{"FunctionName":"f"}"#),
        (
            "arn:aws:states:::lambda:invoke.waitForTaskToken",
            r#"{"FunctionName":"arn:aws:lambda:eu-west-1:123456789012:function:f:2"}"#,
        ),
        (
            "arn:aws:states:::lambda:invoke",
            r#"{"FunctionName.$":"$.f"}"#,
        ),
        (
            "arn:aws:states:::sns:publish",
            r#"{"TopicArn":"arn:aws:sns:eu-west-1:123456789012:t"}"#,
        ),
        ("arn:aws:states:::sns:publish", r#"{"PhoneNumber":"+1"}"#),
        (
            "arn:aws:states:::sqs:sendMessage",
            r#"{"QueueUrl":"https://sqs.us-east-1.amazonaws.com/210987654321/q"}"#,
        ),
        (
            "arn:aws:states:::sqs:sendMessage",
            r#"{"QueueUrl":"{% $states.input.q %}"}"#,
        ),
        (
            "arn:aws:states:::dynamodb:getItem",
            r#"{"TableName":"orders"}"#,
        ),
        (
            "arn:aws:states:::dynamodb:putItem",
            r#"{"TableName":"arn:aws:dynamodb:eu-west-1:123456789012:table/orders"}"#,
        ),
        (
            "arn:aws:states:::aws-sdk:dynamodb:query",
            r#"{"TableName":"orders","IndexName":"by-date"}"#,
        ),
        (
            "arn:aws:states:::states:startExecution",
            r#"{"StateMachineArn":"arn:aws:states:eu-west-1:123456789012:stateMachine:child"}"#,
        ),
        (
            "arn:aws:states:::states:startExecution.sync:2",
            r#"{"StateMachineArn":"arn:aws:states:eu-west-1:123456789012:stateMachine:child"}"#,
        ),
        (
            "arn:aws:states:::events:putEvents",
            r#"{"Entries":[{"Source":"s"},{"EventBusName":"bus"}]}"#,
        ),
        ("arn:aws:states:eu-west-1:123456789012:activity:a", "{}"),
        ("arn:aws:states:::aws-sdk:sesv2:sendEmail", "{}"),
    ];
    insta::assert_snapshot!(said(&cases));
}

/// The policies of several calls.
fn said(cases: &[(&str, &str)]) -> String {
    let said: Vec<String> = cases
        .iter()
        .map(|(resource, payload)| format!("{resource} {payload}\n{}", policy(resource, payload)))
        .collect();
    said.join("\n\n")
}

#[test]
fn jobs_get_what_they_need_to_be_waited_for() {
    let cases = [
        (
            "arn:aws:states:::batch:submitJob.sync",
            r#"{"JobQueue":"q","JobDefinition":"d","JobName":"j"}"#,
        ),
        (
            "arn:aws:states:::batch:submitJob",
            r#"{"JobQueue":"q","JobDefinition":"d:3","JobName":"j"}"#,
        ),
        (
            "arn:aws:states:::ecs:runTask",
            r#"{"TaskDefinition":"web:4","Overrides":{"TaskRoleArn":"arn:aws:iam::1:role/t","ExecutionRoleArn":"arn:aws:iam::1:role/e"},"Tags":[]}"#,
        ),
        (
            "arn:aws:states:::ecs:runTask.sync",
            r#"{"TaskDefinition":"arn:aws:ecs:eu-west-1:1:task-definition/web"}"#,
        ),
        (
            "arn:aws:states:::glue:startJobRun.sync",
            r#"{"JobName":"load"}"#,
        ),
        (
            "arn:aws:states:::databrew:startJobRun.sync",
            r#"{"Name.$":"$.n"}"#,
        ),
        (
            "arn:aws:states:::sagemaker:createTrainingJob.sync",
            r#"{"TrainingJobName.$":"$.n","RoleArn":"arn:aws:iam::1:role/sm"}"#,
        ),
        (
            "arn:aws:states:::sagemaker:createEndpoint",
            r#"{"EndpointName":"e","EndpointConfigName":"c"}"#,
        ),
        (
            "arn:aws:states:::elasticmapreduce:createCluster.sync",
            r#"{"Name":"c","ServiceRole":"EMR_DefaultRole","JobFlowRole.$":"$.r"}"#,
        ),
        (
            "arn:aws:states:::elasticmapreduce:addStep.sync",
            r#"{"ClusterId":"j-1","Step":{}}"#,
        ),
        ("arn:aws:states:::emr-containers:createVirtualCluster", "{}"),
        (
            "arn:aws:states:::emr-containers:startJobRun.sync",
            r#"{"VirtualClusterId":"v","ExecutionRoleArn":"arn:aws:iam::1:role/x"}"#,
        ),
        (
            "arn:aws:states:::emr-serverless:startJobRun.sync",
            r#"{"ApplicationId":"a","ExecutionRoleArn":"arn:aws:iam::1:role/x"}"#,
        ),
        (
            "arn:aws:states:::codebuild:startBuild.sync",
            r#"{"ProjectName":"p"}"#,
        ),
        ("arn:aws:states:::codebuild:stopBuild", r#"{"Id.$":"$.id"}"#),
        (
            "arn:aws:states:::eks:createNodegroup.sync",
            r#"{"ClusterName":"c","NodegroupName":"n","NodeRole":"arn:aws:iam::1:role/n"}"#,
        ),
        ("arn:aws:states:::eks:runJob.sync", "{}"),
        (
            "arn:aws:states:::athena:startQueryExecution.sync",
            r#"{"QueryString":"q","QueryExecutionContext":{"Database":"d"}}"#,
        ),
        (
            "arn:aws:states:::apigateway:invoke",
            r#"{"ApiEndpoint":"abc.execute-api.eu-west-1.amazonaws.com","Method":"GET","Stage":"prod","Path":"/orders","AuthType":"IAM_ROLE"}"#,
        ),
        (
            "arn:aws:states:::apigateway:invoke",
            r#"{"ApiEndpoint":"abc.execute-api.eu-west-1.amazonaws.com","Method":"GET"}"#,
        ),
        (
            "arn:aws:states:::http:invoke",
            r#"{"ApiEndpoint":"https://bank.example.com/pay","Method":"POST","Authentication":{"ConnectionArn":"arn:aws:events:eu-west-1:1:connection/bank/1"}}"#,
        ),
        (
            "arn:aws:states:::bedrock:invokeModel",
            r#"{"ModelId":"eu.anthropic.claude-v1","Output":{"S3Uri":"s3://out/x"}}"#,
        ),
        (
            "arn:aws:states:::bedrock:createModelCustomizationJob.sync",
            r#"{"BaseModelIdentifier":"amazon.titan","RoleArn":"arn:aws:iam::1:role/b"}"#,
        ),
        (
            "arn:aws:states:::mediaconvert:createJob.sync",
            r#"{"Role":"arn:aws:iam::1:role/m"}"#,
        ),
        (
            "arn:aws:states:::aws-sdk:dynamodb:batchWriteItem",
            r#"{"RequestItems":{"orders":[],"items.$":"$.i"}}"#,
        ),
        (
            "arn:aws:states:::aws-sdk:s3:putObject",
            r#"{"Bucket":"b","Key":"k"}"#,
        ),
        (
            "arn:aws:states:::aws-sdk:eventbridge:putTargets",
            r#"{"Rule":"nightly"}"#,
        ),
        (
            "arn:aws:states:::aws-sdk:scheduler:createSchedule",
            r#"{"Name":"n","Target":{"RoleArn":"arn:aws:iam::1:role/s"}}"#,
        ),
        (
            "arn:aws:states:::aws-sdk:redshiftdata:executeStatement",
            r#"{"ClusterIdentifier":"c","Database":"d","DbUser":"u"}"#,
        ),
        (
            "arn:aws:states:::aws-sdk:glue:startCrawler",
            r#"{"Name":"{% $name %}"}"#,
        ),
    ];
    insta::assert_snapshot!(said(&cases));
}

#[test]
fn every_integration_is_in_the_table() {
    for known in asl::integration::INTEGRATIONS {
        let patterns = known.patterns.iter().map(|pattern| format!(".{pattern}"));
        for pattern in patterns.chain([String::new()]) {
            let resource = format!(
                "arn:aws:states:::{}:{}{pattern}",
                known.service, known.operation
            );
            let said = policy(&resource, "{}");
            assert!(!said.contains("ASL4002"), "{said}");
        }
    }
}

#[test]
fn a_wide_grant_is_narrowed_by_name() {
    let text = r#"{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::ecs:runTask.sync",
        "Parameters":{"TaskDefinition.$":"$.t"},"Credentials":{"RoleArn.$":"$.r"},"End":true}}}"#;
    let named = [
        "arn:aws:iam::123456789012:role/web",
        "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:*",
    ];
    let resources = [("T".to_owned(), named.map(str::to_owned).to_vec())].into();
    let narrowed = of_definition(
        text,
        &Settings {
            resources,
            ..settings()
        },
    );
    insta::assert_snapshot!(format!(
        "{}\n\n{narrowed}",
        of_definition(text, &settings())
    ));
}

#[test]
fn narrowing_keeps_what_was_written_out() {
    let text = r#"{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::batch:submitJob",
        "Parameters":{"JobQueue":"q","JobDefinition.$":"$.d","JobName":"j"},"End":true}}}"#;
    let named = vec!["arn:aws:batch:eu-west-1:123456789012:job-definition/load:3".to_owned()];
    let resources = [("T".to_owned(), named)].into();
    assert_eq!(
        of_definition(
            text,
            &Settings {
                resources,
                ..settings()
            }
        ),
        "batch:SubmitJob on arn:aws:batch:eu-west-1:123456789012:job-definition/load:3 \
         arn:aws:batch:eu-west-1:123456789012:job-queue/q"
    );
}

/// The policies of all valid definitions of the collection, if it exists. Each line of a policy is for a call of
/// the definitions.
#[test]
fn policies_of_real_definitions() {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let Ok(index) = std::fs::read_to_string(corpus.join("index.jsonl")) else {
        eprintln!("skipped: the collection of definitions does not exist");
        return;
    };
    let mut by_policy = std::collections::BTreeMap::<String, Vec<String>>::new();
    for line in index.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        let file = entry["file"].as_str().unwrap();
        let Ok(text) = std::fs::read_to_string(corpus.join(file)) else {
            continue;
        };
        let Ok((document, _)) = asl::parse(&text) else {
            continue;
        };
        if entry["verdict"] == "valid" {
            let (policy, gaps) = derive(&document.root, &settings());
            let findings = Linter::new(MachineType::Standard).check_policy(&gaps);
            let lines = policy.statements().map(|statement| {
                let resources = statement.resources.join(" ");
                let short = resources.replace("eu-west-1:123456789012", "…");
                format!("  {} on {short}", statement.actions.join(" "))
            });
            let unknown = findings
                .iter()
                .filter(|finding| finding.code == "ASL4002")
                .map(|finding| format!("  {}", finding.message));
            let lines: Vec<String> = lines.chain(unknown).collect();
            by_policy
                .entry(lines.join("\n"))
                .or_default()
                .push(file.to_owned());
        }
    }
    let of_one = |(policy, files): (String, Vec<String>)| {
        let policy = if policy.is_empty() {
            "  nothing".to_owned()
        } else {
            policy
        };
        format!("{} and {} more\n{policy}", files[0], files.len() - 1)
    };
    let mut all: Vec<String> = by_policy.into_iter().map(of_one).collect();
    all.sort();
    insta::assert_snapshot!(all.join("\n\n"));
}

#[test]
fn settings_and_maps_add_to_it() {
    let text = r#"{"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"M","States":{"M":{
        "Type":"Map","End":true,
        "ItemReader":{"Resource":"arn:aws:states:::s3:getObject","Parameters":{"Bucket":"in","Key":"list.json"}},
        "ResultWriter":{"Resource":"arn:aws:states:::s3:putObject","Parameters":{"Bucket":"out","Prefix":"results/"}},
        "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"T","States":{"T":{
            "Type":"Task","Resource":"arn:aws:states:::sns:publish","Parameters":{"TopicArn":"arn:aws:sns:eu-west-1:123456789012:t"},
            "Credentials":{"RoleArn":"arn:aws:iam::210987654321:role/other"},"End":true}}}}}}]}}}"#;
    let all = Settings {
        logging: true,
        tracing: true,
        kms_key_id: Some("1234".into()),
        ..settings()
    };
    insta::assert_snapshot!(of_definition(text, &all));
}

#[test]
fn nothing_needs_nothing() {
    let text = r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#;
    let (document, _) = derive(&asl::parse(text).unwrap().0.root, &settings());
    assert!(document.is_empty());
}

/// The actions that IAM lists, as the table of the SDK has them, and those of the integrations with rows of
/// their own.
fn listed() -> std::collections::BTreeSet<String> {
    let mut listed = std::collections::BTreeSet::new();
    for service in asl::integration::services() {
        for operation in asl::integration::operations(service).unwrap() {
            let action = asl::integration::action(service, operation).unwrap();
            if action.is_listed {
                listed.insert(format!("{}:{}", action.prefix, action.name));
            }
        }
    }
    let others = [
        "dynamodb:ConditionCheckItem",
        "iam:PassRole",
        "lakeformation:GetDataAccess",
    ]
    .map(str::to_owned);
    let partiql =
        ["Delete", "Insert", "Select", "Update"].map(|verb| format!("dynamodb:PartiQL{verb}"));
    listed.into_iter().chain(others).chain(partiql).collect()
}

/// A role that is derived for any operation of the SDK has actions that IAM lists, or ASL4002 says that it
/// lists none.
#[test]
fn every_operation_has_an_action_or_a_warning() {
    let (listed, mut wrong, mut unlisted) = (listed(), Vec::new(), 0);
    for service in asl::integration::services() {
        for operation in asl::integration::operations(service).unwrap() {
            let definition = format!(
                r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:{service}:{operation}", "Parameters": {{}}, "End": true}}}}}}"#
            );
            let definition = asl::parse(&definition).unwrap().0.root;
            let (document, gaps) = derive(&definition, &Settings::default());
            let findings = Linter::new(MachineType::Standard).check_policy(&gaps);
            if findings.iter().any(|finding| finding.code == "ASL4002") {
                unlisted += 1;
                continue;
            }
            let actions = document
                .statements()
                .flat_map(|statement| statement.actions);
            wrong.extend(actions.filter(|action| !listed.contains(action)));
        }
    }
    wrong.sort();
    wrong.dedup();
    assert_eq!(wrong, Vec::<String>::new());
    // A table without the list of IAM would cause warnings for all operations.
    assert!(unlisted > 0 && unlisted < 1_000, "{unlisted}");
}
