resource "sfn_state_machine" "this" {
  name            = var.name
  start_at        = "Pay"
  timeout_seconds = 600

  execution_role {}

  task "Pay" {
    lambda {
      function_arn = sfn_lambda_function.this["pay"].arn
    }
    timeout_seconds = 30
    result_path     = "$.payment"
    retry {
      error_equals     = ["ServiceUnavailable"]
      interval_seconds = 1
      max_attempts     = 3
      backoff_rate     = 2
    }
    retry {
      error_equals     = ["States.ALL"]
      interval_seconds = 5
      max_attempts     = 1
    }
    catch {
      error_equals = ["PaymentDeclined", "InsufficientFunds"]
      result_path  = "$.error"
      next         = "HandlePaymentError"
    }
    catch {
      error_equals = ["States.Timeout"]
      result_path  = "$.error"
      next         = "WaitBeforeRetry"
    }
    catch {
      error_equals = ["States.ALL"]
      result_path  = "$.error"
      next         = "HandleUnexpectedError"
    }
    next = "Paid"
  }

  wait "WaitBeforeRetry" {
    seconds = 5
    next    = "PayLater"
  }

  task "PayLater" {
    lambda {
      function_arn = sfn_lambda_function.this["pay"].arn
    }
    timeout_seconds = 30
    result_path     = "$.payment"
    catch {
      error_equals = ["States.ALL"]
      result_path  = "$.error"
      next         = "HandleUnexpectedError"
    }
    next = "Paid"
  }

  succeed "Paid" {}

  pass "HandlePaymentError" {
    parameters = { "reason.$" = "$.error.Error", paid = false }
    end        = true
  }

  fail "HandleUnexpectedError" {
    error_path = "$.error.Error"
    cause_path = "$.error.Cause"
  }
}
