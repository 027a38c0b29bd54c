resource "sfn_state_machine" "this" {
  name            = var.name
  start_at        = "ProcessInParallel"
  timeout_seconds = 60

  execution_role {}

  parallel "ProcessInParallel" {
    branch {
      start_at = "ProcessPayment"
    }
    branch {
      start_at = "ReserveInventory"
    }
    result_selector = {
      "payment.$"     = "$[0]"
      "reservation.$" = "$[1]"
    }
    catch {
      error_equals = ["States.ALL"]
      result_path  = "$.error"
      next         = "Failed"
    }
    next = "CombineResults"
  }

  task "ProcessPayment" {
    lambda {
      function_arn = sfn_lambda_function.this["payment"].arn
    }
    timeout_seconds = 15
    end             = true
  }

  task "ReserveInventory" {
    lambda {
      function_arn = sfn_lambda_function.this["inventory"].arn
    }
    timeout_seconds = 15
    end             = true
  }

  pass "CombineResults" {
    parameters = {
      "chargeId.$"      = "$.payment.chargeId"
      "reservationId.$" = "$.reservation.reservationId"
    }
    end = true
  }

  fail "Failed" {
    error = "CheckoutFailed"
    cause = "payment or stock failed"
  }
}
