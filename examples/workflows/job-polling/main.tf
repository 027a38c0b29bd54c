resource "sfn_state_machine" "this" {
  name            = var.name
  start_at        = "SubmitJob"
  timeout_seconds = 3600

  execution_role {}

  task "SubmitJob" {
    lambda {
      function_arn = sfn_lambda_function.this["submit_job"].arn
    }
    timeout_seconds = 15
    next            = "WaitForCompletion"
  }

  wait "WaitForCompletion" {
    seconds = 5
    next    = "CheckJobStatus"
  }

  task "CheckJobStatus" {
    lambda {
      function_arn = sfn_lambda_function.this["check_job_status"].arn
    }
    timeout_seconds = 15
    next            = "IsJobDone?"
  }

  choice "IsJobDone?" {
    rule {
      variable      = "$.jobStatus"
      string_equals = "completed"
      next          = "ProcessResults"
    }
    rule {
      variable      = "$.jobStatus"
      string_equals = "failed"
      next          = "JobFailed"
    }
    default = "WaitForCompletion"
  }

  succeed "ProcessResults" {}

  fail "JobFailed" {
    error = "JobFailed"
    cause = "the job has failed"
  }
}
