resource "sfn_state_machine" "payment" {
  name            = "${var.name}-payment"
  start_at        = "IsAmountRight?"
  timeout_seconds = 60

  execution_role {}

  choice "IsAmountRight?" {
    rule {
      variable             = "$.amount"
      numeric_greater_than = 0
      next                 = "Paid"
    }
    default = "Refused"
  }

  pass "Paid" {
    result = { success = true }
    end    = true
  }

  fail "Refused" {
    error = "WrongAmount"
    cause = "the amount has to be more than zero"
  }
}

resource "sfn_state_machine" "this" {
  name            = var.name
  start_at        = "ProcessPayment"
  timeout_seconds = 300

  execution_role {}

  task "ProcessPayment" {
    resource = "arn:aws:states:::states:startExecution.sync:2"
    parameters = {
      StateMachineArn = sfn_state_machine.payment.arn
      Input = {
        "orderId.$" = "$.orderId"
        "amount.$"  = "$.totalAmount"
        # With this ID, the console shows which execution started which.
        "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$" = "$$.Execution.Id"
      }
    }
    result_path     = "$.payment"
    timeout_seconds = 120
    catch {
      error_equals = ["States.ALL"]
      result_path  = "$.error"
      next         = "PaymentFailed"
    }
    next = "CheckPaymentResult"
  }

  choice "CheckPaymentResult" {
    rule {
      variable       = "$.payment.Output.success"
      boolean_equals = true
      next           = "Done"
    }
    default = "PaymentFailed"
  }

  succeed "Done" {}

  fail "PaymentFailed" {
    error = "PaymentFailed"
    cause = "the payment workflow has failed"
  }
}
