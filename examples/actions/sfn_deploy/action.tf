resource "sfn_state_machine" "orders" {
  name     = "orders"
  start_at = "Greet"
  publish  = true

  execution_role {}

  pass "Greet" {
    end = true
  }
}

# The first version. The action moves the alias to later ones.
resource "sfn_alias" "live" {
  name                  = "live"
  state_machine_version = sfn_state_machine.orders.state_machine_version_arn

  lifecycle {
    ignore_changes = [state_machine_version, description]
  }
}

# terraform apply -invoke=action.sfn_deploy.orders
action "sfn_deploy" "orders" {
  config {
    alias_arn             = sfn_alias.live.arn
    state_machine_version = sfn_state_machine.orders.state_machine_version_arn

    type       = "LINEAR"
    percentage = 25
    interval   = "5m"
    bake       = "10m"

    maximum_failure_rate = 0.01
    minimum_executions   = 20
  }
}
