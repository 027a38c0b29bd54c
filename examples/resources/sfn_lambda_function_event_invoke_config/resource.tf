resource "sfn_lambda_function" "charge" {
  function_name = "charge"
  source_dir    = "${path.module}/functions/charge"
  handler       = "main.handler"
  runtime       = "python3.13"

  execution_role {
    # The function sends failed events to the destination with its own role.
    statement {
      actions   = ["sqs:SendMessage"]
      resources = [local.dead_letters]
    }
  }
}

locals {
  dead_letters = "arn:aws:sqs:eu-west-1:123456789012:dead-letters"
}

resource "sfn_lambda_function_event_invoke_config" "charge" {
  function_name                = sfn_lambda_function.charge.function_name
  maximum_event_age_in_seconds = 3600
  maximum_retry_attempts       = 1

  destination_config {
    on_failure {
      destination = local.dead_letters
    }
  }
}
