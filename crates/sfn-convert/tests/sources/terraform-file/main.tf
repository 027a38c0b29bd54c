# Owned by the billing team.
terraform {
  required_version = ">= 1.8"
}

locals {
  first   = "Collect"
  network = { AwsvpcConfiguration = { Subnets = var.subnets } }
}

variable "subnets" { type = list(string) }   # odd   spacing stays

/* The monthly run,
   since 2019. */
resource "aws_sfn_state_machine" "invoices" {
  name     = "invoices" # not `billing`
  role_arn = var.role

  # Sends last.
  definition = jsonencode({
    StartAt = local.first
    States = {
      # One page at a time.
      (local.first) = {
        Type       = "Task"
        Resource   = "arn:aws:states:::ecs:runTask.sync"
        Parameters = {
          NetworkConfiguration = local.network
          Query                = <<-SQL
            SELECT *
              FROM ${var.table}
          SQL
        }
        Next = "Send"
      }
      Send = { Type = "Succeed" }
    }
  })

  tags = {
    see                           = "aws_sfn_activity.pack in the docs"
    (aws_sfn_activity.pack.name)  = aws_sfn_state_machine.other.name
    (aws_sfn_state_machine.open.id) = "x"
  }

  lifecycle {
    # Kept by hand.
    prevent_destroy = true
  }
}

moved {
  from = aws_sfn_state_machine.billing
  to   = aws_sfn_state_machine.invoices
}

resource "aws_sfn_state_machine" "indented" {
  name       = "indented"
  role_arn   = var.role
  definition = <<-JSON
    {
      "StartAt": "Wait",
      "States": {
        "Wait": {"Type": "Wait", "Seconds": ${var.seconds}, "Next": "Tell"},
    "Tell": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true,
                 "Parameters": {"TopicArn": "${var.topic}", "Message": ${jsonencode(var.message)}}}
      }
    }
  JSON
}

resource "aws_sfn_state_machine" "open" {
  name       = "open"
  role_arn   = var.role
  definition = <<JSON
{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": ${var.result}, "End": true}}}
JSON
}

resource "aws_sfn_state_machine" "elsewhere" {
  name       = "elsewhere"
  role_arn   = var.role
  definition = jsonencode({ StartAt = "A", States = { A = { Type = "Succeed" } } })
  lifecycle {
    ignore_changes = [definition, tags]
  }
}

resource "aws_sfn_state_machine" "chosen" {
  name     = "chosen"
  role_arn = var.role
  definition = jsonencode({
    StartAt = "A"
    States = {
      A = {
        Type = "Task"
        Resource = (
          var.tell
          ? "arn:aws:states:::sns:publish"
          : var.other
        )
        Parameters = ({ TopicArn = (var.topic), Message = "m" })
        End        = true
      }
    }
  })
}

resource "aws_sfn_state_machine" "touching" {
  name       = "touching"
  role_arn   = var.role
  definition = <<JSON
{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": ${var.minutes}0, "End": true}}}
JSON
}

resource "aws_sfn_state_machine" "named" {
  name       = "named"
  role_arn   = var.role
  definition = <<JSON
{"StartAt": "${var.first}", "States": {"${var.first}": {"Type": "Succeed"}}}
JSON
}

resource "aws_sfn_activity" "pack" { # by hand
  name = "pack"
}

output "arns" {
  value = "${aws_sfn_state_machine.invoices.arn},${join(",", [aws_sfn_activity.pack.id, aws_sfn_state_machine.other.arn])}"
}

locals {
  names = { (aws_sfn_activity.pack.id) = 1, "${aws_sfn_activity.pack.name}" = 2 }
}

resource "aws_cloudwatch_event_target" "monthly" {
  arn   = aws_sfn_state_machine.invoices.arn
  input = <<-EOT
    {"activity": "${aws_sfn_activity.pack.id}"}
  EOT
  depends_on = [aws_sfn_state_machine.indented]
}
