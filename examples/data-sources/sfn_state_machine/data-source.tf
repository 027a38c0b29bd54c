data "sfn_state_machine" "orders" {
  name = "orders"
}

# The definition is a value like any other.
output "states" {
  value = keys(data.sfn_state_machine.orders.asl.States)
}
