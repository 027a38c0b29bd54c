resource "sfn_state_machine" "this" {
  name            = var.name
  start_at        = "Accept"
  timeout_seconds = 60

  execution_role {}

  pass "Accept" {
    parameters = { "accepted.$" = "$.orderId" }
    end        = true
  }
}

resource "sfn_lambda_function" "start" {
  function_name = "${var.name}-start"
  source_dir    = "${path.module}/functions/start"
  handler       = "main.handler"
  runtime       = "python3.13"
  timeout       = 10

  execution_role {
    start_executions_of = [sfn_state_machine.this.arn]
  }

  environment {
    variables = {
      STATE_MACHINE_ARN = sfn_state_machine.this.arn
    }
  }
}
