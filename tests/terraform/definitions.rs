//! Definitions as JSON, fragments, and equivalent definitions.

use super::{assert_empty, assert_success, aws, describe, workspace};

fn with_definition(json: &str) -> String {
    format!(
        "resource \"sfn_state_machine\" \"it\" {{\n  name       = \"it\"\n  execution_role {{}}\n  definition = <<-EOT\n{json}\nEOT\n}}\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_in_other_words_is_no_change() {
    let aws = aws().await;
    let first = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Result":{"n":2.0,"s":"\u0041é"},"End":true}}}"#;
    let second = r#"{
  "States": { "A": { "End": true, "Result": { "s": "Aé", "n": 2 }, "Type": "Pass" } },
  "StartAt": "A"
}"#;
    let workspace = workspace(&aws, &with_definition(first));
    assert_success(&workspace.apply().await.unwrap());
    workspace.configure(&with_definition(second)).unwrap();
    assert_empty(&workspace.plan().await.unwrap());
    // AWS keeps the first definition unchanged.
    assert_eq!(
        describe(&aws, "it").await["definition"]
            .as_str()
            .unwrap()
            .trim(),
        first
    );
    workspace
        .configure(&with_definition(&second.replace('2', "3")))
        .unwrap();
    assert_eq!(workspace.plan().await.unwrap().code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_for_a_tuple_is_no_change() {
    let aws = aws().await;
    let configuration = |value: &str| {
        format!(
            "resource \"sfn_state_machine\" \"it\" {{\n  name = \"it\"\n  start_at = \"A\"\n  execution_role {{}}\n  pass \"A\" {{\n    result = {value}\n    end = true\n  }}\n}}\n"
        )
    };
    let workspace = workspace(&aws, &configuration("[\"a\", \"b\"]"));
    assert_success(&workspace.apply().await.unwrap());
    workspace
        .configure(&configuration("tolist([\"a\", \"b\"])"))
        .unwrap();
    assert_empty(&workspace.plan().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fragment_becomes_a_branch() {
    let aws = aws().await;
    let configuration = r#"
data "sfn_definition" "fragment" {
  query_language = "JSONata"
  start_at       = "Inner"
  pass "Inner" {
    output = "{% $states.input %}"
    end    = true
  }
}

resource "sfn_state_machine" "it" {
  name     = "it"
  start_at = "Both"
  execution_role {}
  parallel "Both" {
    branch {
      definition = data.sfn_definition.fragment.json
    }
    branch {
      start_at = "Other"
    }
    end = true
  }
  pass "Other" {
    end = true
  }
}
"#;
    let workspace = workspace(&aws, configuration);
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let definition: serde_json::Value =
        serde_json::from_str(describe(&aws, "it").await["definition"].as_str().unwrap()).unwrap();
    let branches = &definition["States"]["Both"]["Branches"];
    assert_eq!(branches[0]["States"]["Inner"]["QueryLanguage"], "JSONata");
    assert_eq!(branches[0]["QueryLanguage"], serde_json::Value::Null);
    assert_eq!(branches[1]["StartAt"], "Other");
    // A change of the fragment changes the state machine.
    workspace
        .configure(&configuration.replace("$states.input %}", "$states.input.x %}"))
        .unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert!(
        describe(&aws, "it").await["definition"]
            .as_str()
            .unwrap()
            .contains("$states.input.x")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_may_be_dynamic() {
    let aws = aws().await;
    let configuration = r#"
locals {
  steps = { One = "Two", Two = "Three" }
}

resource "sfn_state_machine" "it" {
  name     = "it"
  start_at = "One"
  execution_role {}
  dynamic "wait" {
    for_each = local.steps
    labels   = [wait.key]
    content {
      seconds = 1
      next    = wait.value
    }
  }
  succeed "Three" {}
}
"#;
    let workspace = workspace(&aws, configuration);
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
}
