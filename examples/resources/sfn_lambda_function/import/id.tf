import {
  to = sfn_lambda_function.charge
  id = "charge"
}
