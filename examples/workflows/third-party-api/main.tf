resource "sfn_state_machine" "this" {
  name            = var.name
  start_at        = "Process"
  timeout_seconds = 300

  execution_role {}

  task "Process" {
    resource = "arn:aws:states:::http:invoke"
    parameters = {
      ApiEndpoint     = "https://api.example.com/process"
      Method          = "POST"
      Authentication  = { ConnectionArn = var.connection_arn }
      "RequestBody.$" = "$"
    }
    result_selector = { "answer.$" = "$.ResponseBody" }
    timeout_seconds = 30
    retry {
      error_equals     = ["States.Http.StatusCode.429", "States.Http.StatusCode.503"]
      interval_seconds = 2
      max_attempts     = 4
      backoff_rate     = 2
      jitter_strategy  = "FULL"
    }
    catch {
      error_equals = ["States.ALL"]
      result_path  = "$.error"
      next         = "Refused"
    }
    end = true
  }

  fail "Refused" {
    error_path = "$.error.Error"
    cause_path = "$.error.Cause"
  }
}
