data "sfn_state_machine" "orders" {
  name = "orders"
}

# The definition can be used like any other object.
output "states" {
  value = keys(data.sfn_state_machine.orders.asl.States)
}
