import {
  to = sfn_lambda_alias.live
  identity = {
    function_name = "charge"
    name          = "live"
  }
}
