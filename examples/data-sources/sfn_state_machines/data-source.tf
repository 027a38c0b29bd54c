data "sfn_state_machines" "orders" {
  name_prefix = "order"
  type        = "STANDARD"
  tags = {
    team = "orders"
  }
}

output "names" {
  value = data.sfn_state_machines.orders.names
}
