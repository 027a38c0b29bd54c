resource "sfn_state_machine" "orders" {
  name     = "orders"
  start_at = "Greet"
  publish  = true

  execution_role {}

  pass "Greet" {
    end = true
  }
}

# Points to the newest version.
resource "sfn_alias" "live" {
  name = "live"

  routing_configuration {
    state_machine_version_arn = sfn_state_machine.orders.state_machine_version_arn
    weight                    = 100
  }
}
