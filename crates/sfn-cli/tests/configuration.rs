//! Checking and rendering of workflows in `.tf` files.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod support;

use std::fs;

use support::{WRONG, folder, sfn};

const CONFIGURATION: &str = r#"locals {
  queue = "orders"
}

resource "sfn_state_machine" "order" {
  name     = "order"
  start_at = "Send"
  execution_role {}

  task "Send" {
    resource = "arn:${data.aws_partition.current.partition}:states:::sqs:sendMessage"
    parameters = {
      QueueUrl    = aws_sqs_queue.orders.url
      MessageBody = { "id.$" = "$.id", note = "to ${local.queue} by ${var.team}" }
    }
    timeout_seconds = 30
    retry {
      error_equals = ["States.ALL"]
      max_attempts = var.attempts
    }
    next = "Done"
  }

  dynamic "succeed" {
    for_each = ["Done"]
    labels   = [succeed.value]
    content {}
  }
}

data "sfn_definition" "part" {
  start_at = "A"
  pass "A" {
    result = { a = 1 }
    end    = true
  }
}
"#;

#[test]
fn workflows_in_configuration_are_checked_and_rendered() {
    let wrong = CONFIGURATION
        .replace("timeout_seconds = 30", "timeout_seconds = 30\n    heartbeat_seconds = 60")
        .replace("\"Done\"\n  }", "\"Dne\"\n  }")
        .replace("  pass \"A\" {", "  ignore_diagnostics = [\"ASL2002\"]\n  suceed \"B\" {}\n  wait \"C\" {\n    secnds = 5\n  }\n  pass \"A\" {");
    let old = r#"resource "aws_sfn_state_machine" "old" {
  name       = "old"
  role_arn   = aws_iam_role.r.arn
  definition = jsonencode({
    StartAt = "A"
    States  = { A = { Type = "Wait", Secnds = 5, End = true }, B = local.unknown }
  })
}

resource "aws_sfn_state_machine" "file" {
  name       = "file"
  definition = file("${path.module}/order.asl.json")
}

resource "aws_sfn_state_machine" "text" {
  name       = "text"
  definition = "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Sucess\"}}}"
}
"#;
    let folder = folder(&[
        ("right/main.tf", CONFIGURATION),
        ("right/other.tf", "variable \"x\" {}\n"),
        ("wrong/main.tf", &wrong),
        ("old/main.tf", old),
        ("old/order.asl.json", WRONG),
        ("broken.tf", "resource \"sfn_state_machine\" \"a\" {\n"),
        ("none.tf", "variable \"x\" {}\n"),
    ]);
    let mut said = String::new();
    for arguments in [
        &["validate", "right"][..],
        &["validate", "wrong"],
        &["validate", "old"],
        &["validate", "broken.tf"],
        &["validate", "none.tf"],
        &["render", "right/main.tf"],
        &["render", "right/main.tf#part"],
        &["render", "right/main.tf#order"],
        &["render", "right/main.tf#nothing"],
        &["render", "old/main.tf#file"],
        &["render", "broken.tf"],
        &["render", "none.tf"],
    ] {
        said += &sfn(folder.path(), arguments, "");
    }
    insta::assert_snapshot!(said);
}

#[test]
fn configuration_is_repaired_where_a_string_is_written() {
    let text = r#"locals {
  shared = "Dne"
}

resource "sfn_state_machine" "a" {
  name     = "a"
  start_at = "Frist"

  pass "First" {
    next = local.shared
  }
  pass "Second" {
    next = "Dne" # the end
  }
  succeed "Done" {}
}
"#;
    let template = "Resources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: |\n        {\"StartAt\": \"A\",\n         \"States\": {\"A\": {\"Type\": \"Pass\", \"Next\": \"B\"}}}\n";
    let folder = folder(&[("main.tf", text), ("template.yaml", template)]);
    let mut said = sfn(folder.path(), &["validate", "--fix", "main.tf"], "");
    said += &fs::read_to_string(folder.path().join("main.tf")).unwrap();
    // In a string of several lines the place is that of the mistake, and nothing is repaired.
    said += &sfn(folder.path(), &["validate", "--fix", "template.yaml"], "");
    assert_eq!(
        fs::read_to_string(folder.path().join("template.yaml")).unwrap(),
        template
    );
    insta::assert_snapshot!(said);
}

#[test]
fn what_is_rendered_means_the_same() {
    let folder = folder(&[("main.tf", CONFIGURATION)]);
    let rendered = sfn(folder.path(), &["render", "main.tf#order"], "");
    let text = &rendered[rendered.find('{').unwrap()..=rendered.rfind('}').unwrap()];
    fs::write(folder.path().join("order.asl.json"), text).unwrap();
    for arguments in [
        &["diff", "order.asl.json", "main.tf#order"][..],
        &["validate", "order.asl.json"],
    ] {
        let said = sfn(folder.path(), arguments, "");
        assert!(said.ends_with("[exit 0]\n"), "{said}");
    }
    let said = sfn(
        folder.path(),
        &["diff", "main.tf#part", "main.tf#order"],
        "",
    );
    assert!(said.ends_with("[exit 1]\n"), "{said}");
}

/// Values that only Terraform can compute are unknown in checks, and are kept as expressions in rendered definitions.
#[test]
fn what_terraform_computes_is_not_guessed() {
    let machine = |body: &str| {
        format!("resource \"sfn_state_machine\" \"m\" {{\n  name = \"m\"\n{body}\n}}\n")
    };
    let pass = "  pass \"A\" {\n    end = true\n  }\n  pass \"B\" {\n    end = true\n  }";
    let branches = "  branch {\n      start_at = \"A\"\n    }\n    dynamic \"branch\" {\n      for_each = var.x\n      content {\n        start_at = branch.value\n      }\n    }";
    let definition =
        r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": ${var.s}, "End": true}}}"#;
    let folder = folder(&[
        (
            "text.tf",
            &machine(&format!("  definition = <<EOT\n{definition}\nEOT")),
        ),
        (
            "next.tf",
            &machine(&format!(
                "  start_at = \"S\"\n  pass \"S\" {{\n    next = var.b ? \"A\" : \"B\"\n  }}\n{pass}"
            )),
        ),
        (
            "branches.tf",
            &machine(&format!(
                "  start_at = \"P\"\n  parallel \"P\" {{\n  {branches}\n    end = true\n  }}\n{pass}"
            )),
        ),
        (
            "keys.tf",
            &machine(
                "  start_at = \"A\"\n  task \"A\" {\n    resource = \"arn:aws:states:::sns:publish\"\n    parameters = { TopicArn = var.t, \"${var.k}.$\" = \"$.x\" }\n    timeout_seconds = 5\n    end = true\n  }",
            ),
        ),
        (
            "escaped.tf",
            &machine(
                "  start_at = \"A\"\n  pass \"A\" {\n    result = { script = \"echo $${var.HOME}\" }\n    end = true\n  }",
            ),
        ),
        (
            "twice.tf",
            &machine(
                "  start_at = \"A\"\n  pass \"A\" {\n    next = \"B\"\n  }\n  pass \"A\" {\n    end = true\n  }\n  pass {\n    end = true\n  }",
            ),
        ),
        (
            "mark.tf",
            &format!(
                "\u{feff}{}",
                machine("  start_at = \"A\"\n  succeed \"A\" {}")
            ),
        ),
    ]);
    let mut said = String::new();
    for file in [
        "text.tf",
        "next.tf",
        "branches.tf",
        "keys.tf",
        "escaped.tf",
        "twice.tf",
        "mark.tf",
    ] {
        said += &sfn(folder.path(), &["validate", file], "");
        said += &sfn(folder.path(), &["render", file], "");
    }
    insta::assert_snapshot!(said);
}

const DEEP: &str = r#"resource "sfn_state_machine" "a" {
  name     = "a"
  start_at = "Run"
  execution_role {}
  task "Run" {
    resource = "arn:aws:states:::ecs:runTask"
    parameters = {
      TaskDefinition = "t"
      NetworkConfiguration = {
        awsVpcConfiguration = {
          Subnets = ["s"]
        }
      }
      "Overrides" = {
        "ContainerOverrides" = [
          { Name = "a", Cpux = 1 }
        ]
      }
    }
    next = "B"
  }
  task "B" {
    resource = "arn:aws:states:::athena:getQueryResults"
    parameters = merge({ MaxResults = 5000 }, { QueryExecutionId = "x" })
    end = true
  }
}
resource "sfn_state_machine" "b" {
  name     = "a"
  execution_role {}
  definition = <<-EOT
    {
      "StartAt": "A",
      "States": {
        "A": {
          "Type": "Task",
          "Resource": "${aws_lambda_function.f.arn}",
          "Comment": "${upper("x")} äöü",
          "Nxt": "B"
        },
        "B": {"Type": "Wait", "Seconds": ${var.x}, "Next": "${local.missing}"},
        "C": {"Type": "Wait", "Seconds": -1, "End": true}
      }
    }
  EOT
}
"#;

/// Findings deep in a value and in a heredoc with interpolations are reported at their own place.
#[test]
fn mistakes_in_configuration_have_their_own_place() {
    let folder = folder(&[("main.tf", DEEP)]);
    insta::assert_snapshot!(sfn(folder.path(), &["validate", "main.tf"], ""));
}
