import {
  to = sfn_lambda_alias.live
  id = "charge/live"
}
