resource "sfn_state_machine" "orders" {
  name     = "orders"
  start_at = "Greet"
  publish  = true

  execution_role {}

  pass "Greet" {
    end = true
  }
}

# The newest version gets all executions.
resource "sfn_alias" "live" {
  name = "live"

  routing_configuration {
    state_machine_version_arn = sfn_state_machine.orders.state_machine_version_arn
    weight                    = 100
  }
}

# A tenth of the executions tries the newest version, the others stay with version 1.
resource "sfn_alias" "canary" {
  name        = "canary"
  description = "Version 1, and a tenth of the newest"

  routing_configuration {
    state_machine_version_arn = "${sfn_state_machine.orders.arn}:1"
    weight                    = 90
  }
  routing_configuration {
    state_machine_version_arn = sfn_state_machine.orders.state_machine_version_arn
    weight                    = 10
  }
}
