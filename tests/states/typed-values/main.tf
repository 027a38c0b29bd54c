# Every resource once with few and once with many arguments.
terraform {
  required_providers {
    sfn = {
      source = "terraform-provider-sfn/sfn"
    }
  }
}

provider "sfn" {
  default_tags {
    tags = { team = "shop" }
  }
}

resource "sfn_state_machine" "blocks" {
  name     = "blocks"
  start_at = "Call"
  publish  = true
  tags     = { own = "1" }

  execution_role {}

  logging_configuration {
    level             = "ERROR"
    retention_in_days = 7
  }

  tracing_configuration {
    enabled = true
  }

  task "Call" {
    lambda {
      function_arn = sfn_lambda_alias.live.arn
      payload      = { "id.$" = "$.id" }
    }
    retry {
      error_equals = ["Busy"]
      max_attempts = 3
    }
    next = "Choose"
  }

  choice "Choose" {
    rule {
      variable       = "$.ok"
      boolean_equals = true
      next           = "Done"
    }
    default = "Rest"
  }

  wait "Rest" {
    seconds = 5
    next    = "Done"
  }

  succeed "Done" {}
}

resource "sfn_state_machine" "text" {
  name_prefix = "text-"
  role_arn    = "arn:aws:iam::123456789012:role/theirs"
  definition  = jsonencode({ StartAt = "A", States = { A = { Type = "Pass", Result = { n = 1.5 }, End = true } } })
}

resource "sfn_alias" "live" {
  name        = "live"
  description = "for callers"

  routing_configuration {
    state_machine_version_arn = sfn_state_machine.blocks.state_machine_version_arn
    weight                    = 100
  }
}

resource "sfn_activity" "few" {
  name = "few"
}

resource "sfn_activity" "many" {
  name = "many"
  tags = { own = "1" }
}

resource "sfn_lambda_function" "folder" {
  function_name = "folder"
  source_dir    = "${path.module}/code"
  handler       = "main.handler"
  runtime       = "python3.13"
  publish       = true
  memory_size   = 256
  description   = "many"
  tags          = { own = "1" }

  execution_role {}

  environment {
    variables = { A = "b" }
  }

  tracing_config {
    mode = "Active"
  }

  logging_config {
    log_format = "JSON"
  }

  ephemeral_storage {
    size = 1024
  }

  dead_letter_config {
    target_arn = "arn:aws:sqs:eu-west-1:123456789012:dead"
  }
}

resource "sfn_lambda_function" "few" {
  function_name = "few"
  source_dir    = "${path.module}/code"
  handler       = "main.handler"
  runtime       = "python3.13"
  role          = "arn:aws:iam::123456789012:role/theirs"
}

resource "sfn_lambda_alias" "live" {
  name             = "live"
  function_name    = sfn_lambda_function.folder.function_name
  function_version = sfn_lambda_function.folder.version
}

resource "sfn_lambda_permission" "events" {
  statement_id  = "events"
  action        = "lambda:InvokeFunction"
  function_name = sfn_lambda_function.folder.function_name
  principal     = "events.amazonaws.com"
  source_arn    = "arn:aws:events:eu-west-1:123456789012:rule/nightly"
}

resource "sfn_lambda_permission" "generated" {
  action        = "lambda:InvokeFunction"
  function_name = sfn_lambda_function.folder.arn
  principal     = "123456789012"
}

resource "sfn_lambda_function_event_invoke_config" "folder" {
  function_name          = sfn_lambda_function.folder.function_name
  maximum_retry_attempts = 0

  destination_config {
    on_failure {
      destination = "arn:aws:sqs:eu-west-1:123456789012:dead"
    }
  }
}

resource "sfn_cloudwatch_log_group" "few" {
  name = "/few"
}

resource "sfn_cloudwatch_log_group" "many" {
  name              = "/many"
  retention_in_days = 30
  tags              = { own = "1" }
}

resource "sfn_execution_alarm" "failed" {
  state_machine_arn = sfn_state_machine.blocks.arn
  metric            = "failed"
}

resource "sfn_execution_alarm" "slow" {
  name                = "slow"
  state_machine_arn   = sfn_alias.live.arn
  metric              = "duration"
  threshold           = 1.5
  statistic           = "p99"
  period              = 120
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  description         = "slow"
  alarm_actions       = ["arn:aws:sns:eu-west-1:123456789012:alarms"]
  tags                = { own = "1" }
}
