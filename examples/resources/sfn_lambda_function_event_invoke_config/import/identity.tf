import {
  to = sfn_lambda_function_event_invoke_config.charge
  identity = {
    function_name = "charge"
  }
}
