list "sfn_lambda_function" "orders" {
  provider = sfn

  config {
    name_prefix = "orders-"
    region      = "eu-west-1"
  }
}
