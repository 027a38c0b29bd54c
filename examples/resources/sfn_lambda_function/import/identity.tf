import {
  to = sfn_lambda_function.charge
  identity = {
    function_name = "charge"
  }
}
