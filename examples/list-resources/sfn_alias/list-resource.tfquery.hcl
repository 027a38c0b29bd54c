list "sfn_alias" "orders" {
  provider = sfn

  config {
    state_machine_arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders"
  }
}
