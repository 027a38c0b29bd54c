locals {
  seconds = 30
  shared = {
    StartAt = "A"
    States  = { A = { Type = "Wait", Seconds = local.seconds, End = true } }
  }
}

resource "aws_lambda_function" "charge" {
  function_name = "charge"
  role          = aws_iam_role.r.arn
}

resource "aws_iam_role" "r" {
  name = "r"
}

# Takes orders.
resource "aws_sfn_state_machine" "heredoc" {
  name     = "orders-${terraform.workspace}"
  role_arn = aws_iam_role.r.arn
  type     = "EXPRESS"
  count    = var.enabled ? 1 : 0
  tags = merge(var.tags, {
    team = "orders"
  })

  definition = <<-EOF
    {
      "Comment": "A \"quoted\" ${var.name}",
      "StartAt": "Wait",
      "States": {
        "Wait": { "Type": "Wait", "Seconds": ${local.seconds * 2}, "Next": "Charge" },
        "Charge": { "Type": "Task", "Resource": "${aws_lambda_function.charge.arn}:live", "End": true }
      }
    }
  EOF

  logging_configuration {
    level                  = "ALL"
    include_execution_data = true
    log_destination        = "${aws_cloudwatch_log_group.logs.arn}:*"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_sfn_state_machine" "encoded" {
  name     = "encoded"
  role_arn = aws_iam_role.r.arn
  provider = aws.west
  publish  = true
  definition = jsonencode({
    StartAt = "Each"
    States = {
      Each = {
        Type           = "Map"
        MaxConcurrency = var.concurrency
        ItemsPath      = "$.items"
        ItemProcessor = {
          StartAt = "Start"
          States = {
            Start = {
              Type     = "Task"
              Resource = "arn:aws:states:::states:startExecution.sync:2"
              Parameters = {
                StateMachineArn = aws_sfn_state_machine.heredoc[0].arn
                "Input.$"       = "$"
              }
              End = true
            }
          }
        }
        End = true
      }
    }
  })
}

resource "aws_sfn_state_machine" "from_template" {
  name     = "from-template"
  role_arn = aws_iam_role.r.arn
  definition = templatefile("${path.module}/orders.asl.json", {
    charge  = aws_lambda_function.charge.arn
    seconds = var.seconds
  })
}

resource "aws_sfn_state_machine" "from_local" {
  name       = "from-local"
  role_arn   = aws_iam_role.r.arn
  definition = jsonencode(local.shared)
}

resource "aws_sfn_state_machine" "from_yaml" {
  name       = "from-yaml"
  role_arn   = aws_iam_role.r.arn
  definition = jsonencode(yamldecode(file("orders.yaml")))
}

resource "aws_sfn_state_machine" "elsewhere" {
  name       = "elsewhere"
  role_arn   = aws_iam_role.r.arn
  definition = data.template_file.definition.rendered
}

resource "aws_sfn_alias" "live" {
  name = "live"
  routing_configuration {
    state_machine_version_arn = aws_sfn_state_machine.encoded.state_machine_version_arn
    weight                    = 100
  }
}

resource "aws_sfn_activity" "pack" {
  name = "pack"
}

output "arn" {
  value = aws_sfn_state_machine.encoded.arn
}
