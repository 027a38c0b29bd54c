resource "sfn_lambda_function" "charge" {
  function_name = "charge"
  source_dir    = "${path.module}/functions/charge"
  handler       = "main.handler"
  runtime       = "python3.13"
  timeout       = 10

  execution_role {}

  environment {
    variables = {
      BANK = "https://bank.example.com"
    }
  }
}
