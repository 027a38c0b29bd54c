import {
  to = sfn_lambda_permission.nightly
  id = "charge/nightly"
}
