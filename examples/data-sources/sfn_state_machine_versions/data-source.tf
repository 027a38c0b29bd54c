data "sfn_state_machine" "orders" {
  name = "orders"
}

data "sfn_state_machine_versions" "orders" {
  statemachine_arn = data.sfn_state_machine.orders.arn
}

output "newest" {
  value = data.sfn_state_machine_versions.orders.statemachine_versions[0]
}
