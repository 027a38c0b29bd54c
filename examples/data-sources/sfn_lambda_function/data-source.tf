data "sfn_lambda_function" "charge" {
  function_name = "charge"
}

resource "sfn_state_machine" "charge" {
  name     = "charge"
  start_at = "Charge"

  execution_role {}

  task "Charge" {
    lambda {
      function_arn = data.sfn_lambda_function.charge.arn
    }
    # The timeout of the function.
    timeout_seconds = data.sfn_lambda_function.charge.timeout
    end             = true
  }
}
