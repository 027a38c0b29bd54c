# A worker polls for tasks with GetActivityTask and reports results with SendTaskSuccess.
resource "sfn_activity" "pack" {
  name = "pack"
}

resource "sfn_state_machine" "packing" {
  name     = "packing"
  start_at = "Pack"

  execution_role {}

  task "Pack" {
    resource          = sfn_activity.pack.arn
    timeout_seconds   = 3600
    heartbeat_seconds = 60
    end               = true
  }
}
