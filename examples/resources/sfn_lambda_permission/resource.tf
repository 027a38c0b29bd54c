resource "sfn_lambda_function" "charge" {
  function_name = "charge"
  source_dir    = "${path.module}/functions/charge"
  handler       = "main.handler"
  runtime       = "python3.13"

  execution_role {}
}

# Allows EventBridge to invoke the function for one rule.
resource "sfn_lambda_permission" "nightly" {
  statement_id  = "nightly"
  action        = "lambda:InvokeFunction"
  function_name = sfn_lambda_function.charge.function_name
  principal     = "events.amazonaws.com"
  source_arn    = "arn:aws:events:eu-west-1:123456789012:rule/nightly"
}
