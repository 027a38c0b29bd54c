import {
  to = sfn_lambda_permission.nightly
  identity = {
    function_name = "charge"
    statement_id  = "nightly"
  }
}
