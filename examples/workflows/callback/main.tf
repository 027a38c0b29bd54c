resource "sfn_state_machine" "this" {
  name            = var.name
  start_at        = "StartJob"
  timeout_seconds = 86400

  execution_role {}

  task "StartJob" {
    lambda {
      function_arn        = sfn_lambda_function.this["start_async_job"].arn
      wait_for_task_token = true
      payload = {
        "taskToken.$" = "$$.Task.Token"
        "job.$"       = "$.job"
      }
    }
    timeout_seconds   = 3600
    heartbeat_seconds = 600
    catch {
      error_equals = ["States.ALL"]
      result_path  = "$.error"
      next         = "Refused"
    }
    next = "ProcessResults"
  }

  succeed "ProcessResults" {}

  fail "Refused" {
    error_path = "$.error.Error"
    cause_path = "$.error.Cause"
  }
}
