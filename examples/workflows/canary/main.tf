resource "sfn_state_machine" "this" {
  name            = var.name
  comment         = var.comment
  start_at        = "Greet"
  timeout_seconds = 60
  publish         = true
  keep_versions   = 10

  execution_role {}

  pass "Greet" {
    result = { greeting = "hello" }
    end    = true
  }
}

locals {
  newest = sfn_state_machine.this.state_machine_version_arn
  stable = var.stable_version == null ? null : "${sfn_state_machine.this.arn}:${var.stable_version}"
}

resource "sfn_alias" "live" {
  name = "live"

  routing_configuration {
    state_machine_version_arn = coalesce(local.stable, local.newest)
    weight                    = local.stable == null ? 100 : 90
  }

  dynamic "routing_configuration" {
    for_each = local.stable == null ? [] : [local.newest]
    content {
      state_machine_version_arn = routing_configuration.value
      weight                    = 10
    }
  }
}

# Raises an alarm when executions of the alias fail, whichever version they run.
resource "sfn_execution_alarm" "failed" {
  state_machine_arn = sfn_alias.live.arn
  metric            = "failed"
}
