resource "sfn_state_machine" "orders" {
  name     = "orders"
  start_at = "Greet"
  publish  = true

  execution_role {}

  pass "Greet" {
    end = true
  }
}

# Moves executions to a new version gradually, and back to the old one if executions fail.
resource "sfn_alias" "live" {
  name                  = "live"
  state_machine_version = sfn_state_machine.orders.state_machine_version_arn

  deployment {
    type       = "CANARY"
    percentage = 10
    interval   = "5m"
    bake       = "10m"

    alarms               = [sfn_execution_alarm.failed.name]
    minimum_executions   = 20
    maximum_failure_rate = 0.05

    before_traffic {
      input  = { orderId = "smoke" }
      expect = { status = "SUCCEEDED" }
    }
  }
}

# The ARN of the alias is known before the alias exists.
resource "sfn_execution_alarm" "failed" {
  state_machine_arn = "${sfn_state_machine.orders.arn}:live"
  metric            = "failed"
}

# Points to the newest version at once.
resource "sfn_alias" "test" {
  name                  = "test"
  state_machine_version = sfn_state_machine.orders.state_machine_version_arn
}
