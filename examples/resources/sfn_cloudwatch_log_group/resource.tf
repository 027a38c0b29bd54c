# A log group for all workflows of a team. Log groups below /aws/vendedlogs/ need no resource
# policy.
resource "sfn_cloudwatch_log_group" "workflows" {
  name              = "/aws/vendedlogs/states/workflows"
  retention_in_days = 30
}

resource "sfn_state_machine" "logged" {
  name     = "logged"
  start_at = "Wait"

  execution_role {}

  logging_configuration {
    level           = "ERROR"
    log_destination = sfn_cloudwatch_log_group.workflows.arn
  }

  wait "Wait" {
    seconds = 1
    end     = true
  }
}
