# A worker of your own takes the work with GetActivityTask and reports with SendTaskSuccess.
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
