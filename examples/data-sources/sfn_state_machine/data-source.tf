data "sfn_state_machine" "orders" {
  name = "orders"
}

# The definition can be looked into like any value.
output "states" {
  value = keys(data.sfn_state_machine.orders.asl.States)
}
