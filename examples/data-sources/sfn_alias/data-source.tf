data "sfn_state_machine" "orders" {
  name = "orders"
}

data "sfn_alias" "live" {
  name             = "live"
  statemachine_arn = data.sfn_state_machine.orders.arn
}

output "live_version" {
  value = data.sfn_alias.live.routing_configuration[0].state_machine_version_arn
}
