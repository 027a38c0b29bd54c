//! Aliases of state machines.

use local_aws::{Fault, LocalAws};
use serde_json::{Value, json};

use super::{assert_empty, assert_says, assert_success, aws, machine_arn, workspace};

/// A state machine that publishes versions, and its aliases.
fn configuration(comment: &str, aliases: &str) -> String {
    format!(
        r#"
resource "sfn_state_machine" "it" {{
  name     = "it"
  comment  = "{comment}"
  start_at = "A"
  publish  = true
  execution_role {{}}
  pass "A" {{
    end = true
  }}
}}

{aliases}
"#
    )
}

fn alias(name: &str, extra: &str, routes: &[(&str, i64)]) -> String {
    let routes = routes.iter().map(|(version, weight)| {
        format!("  routing_configuration {{\n    state_machine_version_arn = {version}\n    weight = {weight}\n  }}\n")
    });
    format!(
        "resource \"sfn_alias\" \"{name}\" {{\n  name = \"{name}\"\n{extra}\n{}}}\n",
        routes.collect::<String>()
    )
}

const NEWEST: &str = "sfn_state_machine.it.state_machine_version_arn";
const FIRST: &str = "\"${sfn_state_machine.it.arn}:1\"";

/// The routes of an alias in AWS.
async fn routes(aws: &LocalAws, name: &str) -> Value {
    let arn = format!("{}:{name}", machine_arn("it"));
    let found = aws
        .call(
            "AWSStepFunctions.DescribeStateMachineAlias",
            &json!({ "stateMachineAliasArn": arn }),
        )
        .await;
    let routes = found.unwrap()["routingConfiguration"].clone();
    let number = |route: &Value| {
        route["stateMachineVersionArn"]
            .as_str()
            .unwrap()
            .rsplit(':')
            .next()
            .unwrap()
            .to_owned()
    };
    routes
        .as_array()
        .unwrap()
        .iter()
        .map(|route| json!([number(route), route["weight"]]))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alias_follows_the_versions_in_one_apply() {
    let aws = aws().await;
    let live = alias("live", "", &[(NEWEST, 100)]);
    let workspace = workspace(&aws, &configuration("one", &live));
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let state = workspace.resource("sfn_alias.live").await.unwrap().unwrap();
    assert_eq!(state["arn"], format!("{}:live", machine_arn("it")));
    assert_eq!(state["arn"], state["id"]);
    assert!(
        state["creation_date"].as_str().unwrap().starts_with("20"),
        "{state}"
    );
    assert_eq!(routes(&aws, "live").await, json!([["1", 100]]));
    // A change of the state machine publishes a version, and the same apply updates the alias.
    workspace.configure(&configuration("two", &live)).unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &[
            "-> (known after apply)",
            "0 to add, 2 to change, 0 to destroy",
        ],
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_eq!(routes(&aws, "live").await, json!([["2", 100]]));
    // A canary deployment: most executions use the first version.
    let canary = alias(
        "live",
        "description = \"canary\"",
        &[(FIRST, 90), (NEWEST, 10)],
    );
    workspace.configure(&configuration("two", &canary)).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_eq!(routes(&aws, "live").await, json!([["1", 90], ["2", 10]]));
    // Removing the description clears it in AWS.
    workspace.configure(&configuration("two", &live)).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_success(&workspace.destroy().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alias_is_imported_and_made_again() {
    let aws = aws().await;
    let text = configuration(
        "one",
        &alias("live", "description = \"d\"", &[(NEWEST, 100)]),
    );
    let workspace = workspace(&aws, &text);
    assert_success(&workspace.apply().await.unwrap());
    assert_success(
        &workspace
            .terraform(&["state", "rm", "sfn_alias.live"])
            .await
            .unwrap(),
    );
    let arn = format!("{}:live", machine_arn("it"));
    assert_success(
        &workspace
            .terraform(&["import", "-no-color", "sfn_alias.live", &arn])
            .await
            .unwrap(),
    );
    assert_empty(&workspace.plan().await.unwrap());
    aws.call(
        "AWSStepFunctions.DeleteStateMachineAlias",
        &json!({ "stateMachineAliasArn": arn }),
    )
    .await
    .unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &["1 to add, 0 to change, 0 to destroy"],
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let machine = machine_arn("it");
    let wrong = workspace
        .terraform(&["import", "-no-color", "sfn_alias.other", &machine])
        .await
        .unwrap();
    assert!(!wrong.is_success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_name_replaces_the_alias() {
    let aws = aws().await;
    let workspace = workspace(
        &aws,
        &configuration("one", &alias("live", "", &[(NEWEST, 100)])),
    );
    assert_success(&workspace.apply().await.unwrap());
    let renamed = alias("live", "", &[(NEWEST, 100)]).replace("name = \"live\"", "name = \"main\"");
    workspace
        .configure(&configuration("one", &renamed))
        .unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &[
            "# forces replacement",
            "1 to add, 0 to change, 1 to destroy",
        ],
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_eq!(routes(&aws, "main").await, json!([["1", 100]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_told_before_aws_is_asked() {
    let aws = aws().await;
    let version = "\"arn:aws:states:eu-west-1:123456789012:stateMachine:it:1\"";
    let second = "\"arn:aws:states:eu-west-1:123456789012:stateMachine:it:2\"";
    let other = "\"arn:aws:states:eu-west-1:123456789012:stateMachine:other:2\"";
    let whole = "\"arn:aws:states:eu-west-1:123456789012:stateMachine:it\"";
    for (name, list, said) in [
        (
            "live",
            vec![(version, 50), (second, 40)],
            "weights must add up to 100, got 90",
        ),
        (
            "live",
            vec![(version, 101)],
            "`weight` must be between 0 and 100, got 101",
        ),
        (
            "live",
            vec![(version, 50), (version, 50)],
            "both routes have the same version",
        ),
        (
            "live",
            vec![(version, 50), (other, 50)],
            "the versions belong to different state machines",
        ),
        ("live", vec![(whole, 100)], "is not the ARN of a version"),
        ("live", vec![], "routing_configuration"),
        (
            "live",
            vec![(version, 50), (second, 25), (other, 25)],
            "routing_configuration",
        ),
    ] {
        let workspace = workspace(&aws, &alias(name, "", &list));
        assert_says(&workspace.plan().await.unwrap(), &[said]);
    }
    for name in ["12", "with space"] {
        let text = alias("live", "", &[(version, 100)])
            .replace("name = \"live\"", &format!("name = \"{name}\""));
        assert_says(
            &workspace(&aws, &text).plan().await.unwrap(),
            &[&format!("invalid alias name `{name}`")],
        );
    }
    assert_eq!(aws.proxy().count("CreateStateMachineAlias"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_are_overcome_or_told() {
    let aws = aws().await;
    let workspace = workspace(
        &aws,
        &configuration("one", &alias("live", "", &[(NEWEST, 100)])),
    );
    let conflict = || {
        Fault::Refuse(
            400,
            "ConflictException".into(),
            "another change is under way".into(),
        )
    };
    let busy = || Fault::Refuse(503, "ServiceUnavailable".into(), "busy".into());
    for operation in [
        "CreateStateMachineAlias",
        "UpdateStateMachineAlias",
        "DeleteStateMachineAlias",
    ] {
        for fault in [
            Fault::throttled(),
            busy(),
            Fault::Drop,
            conflict(),
            Fault::LoseAnswer,
        ] {
            aws.proxy().fault(operation, 1, fault);
        }
    }
    assert_success(&workspace.apply().await.unwrap());
    workspace
        .configure(&configuration(
            "two",
            &alias("live", "description = \"d\"", &[(NEWEST, 100)]),
        ))
        .unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_eq!(routes(&aws, "live").await, json!([["2", 100]]));
    workspace.configure(&configuration("two", "")).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    // A creation fails at once if the alias exists, and does not change it.
    workspace
        .configure(&configuration("two", &alias("live", "", &[(NEWEST, 100)])))
        .unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_success(
        &workspace
            .terraform(&["state", "rm", "sfn_alias.live"])
            .await
            .unwrap(),
    );
    aws.proxy().forget();
    let other = configuration(
        "two",
        &alias("live", "description = \"other\"", &[(NEWEST, 100)]),
    );
    workspace.configure(&other).unwrap();
    let start = std::time::Instant::now();
    let arn = format!("{}:live", machine_arn("it"));
    let block = format!("import {{ to = sfn_alias.NAME id = \"{arn}\" }}");
    assert_says(
        &workspace.apply().await.unwrap(),
        &["Error: the alias `live` already exists", &block],
    );
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
    assert!(
        aws.proxy().writes().is_empty(),
        "{:?}",
        aws.proxy().writes()
    );
    // The `import` block of the message imports the alias.
    workspace
        .configure(&format!(
            "{}{other}",
            e2e::terraform::import("sfn_alias.live", &arn)
        ))
        .unwrap();
    assert_says(
        &workspace.apply().await.unwrap(),
        &["1 imported, 0 added, 1 changed, 0 destroyed"],
    );
    assert_empty(&workspace.plan().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_aliases_move_at_once() {
    let aws = aws().await;
    let aliases = |count: usize| {
        let alias = alias("many", "count = %COUNT%", &[(NEWEST, 100)]);
        alias
            .replace("name = \"many\"", "name = \"a${count.index}\"")
            .replace("%COUNT%", &count.to_string())
    };
    let workspace = workspace(&aws, &configuration("one", &aliases(50)));
    let parallel = ["apply", "-auto-approve", "-no-color", "-parallelism=20"];
    assert_success(&workspace.terraform(&parallel).await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    workspace
        .configure(&configuration("two", &aliases(50)))
        .unwrap();
    assert_success(&workspace.terraform(&parallel).await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_eq!(routes(&aws, "a49").await, json!([["2", 100]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn old_versions_go_but_for_those_of_an_alias() {
    let aws = aws().await;
    let text = |comment: &str| {
        configuration(comment, &alias("old", "", &[(FIRST, 100)]))
            .replace("publish  = true", "publish = true\n  keep_versions = 2")
    };
    let workspace = workspace(&aws, &text("one"));
    assert_success(&workspace.apply().await.unwrap());
    for comment in ["two", "three", "four", "five"] {
        workspace.configure(&text(comment)).unwrap();
        assert_success(&workspace.apply().await.unwrap());
    }
    assert_empty(&workspace.plan().await.unwrap());
    let machine = json!({ "stateMachineArn": machine_arn("it") });
    let versions = async || {
        let list = aws
            .call("AWSStepFunctions.ListStateMachineVersions", &machine)
            .await
            .unwrap();
        let arns = list["stateMachineVersions"].as_array().unwrap().clone();
        let number = |version: &Value| {
            version["stateMachineVersionArn"]
                .as_str()
                .unwrap()
                .rsplit(':')
                .next()
                .unwrap()
                .to_owned()
        };
        arns.iter().map(number).collect::<Vec<_>>()
    };
    assert_eq!(versions().await, ["5", "4", "1"]);
    // The update succeeded, so a version that cannot be deleted is only a warning.
    aws.proxy().fault(
        "DeleteStateMachineVersion",
        30,
        Fault::Refuse(400, "AccessDeniedException".into(), "no".into()),
    );
    workspace.configure(&text("six")).unwrap();
    let outcome = workspace.apply().await.unwrap();
    assert_success(&outcome);
    assert_says(&outcome, &["Warning: old versions of `it` still exist"]);
    aws.proxy().forget();
    workspace.configure(&text("seven")).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_eq!(versions().await, ["7", "6", "1"]);
    workspace
        .configure(&text("eight").replace("keep_versions = 2", "keep_versions = 0"))
        .unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &["`keep_versions` must be at least 1, got 0"],
    );
}
