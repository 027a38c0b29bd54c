resource "sfn_state_machine" "migrate" {
  name     = "migrate"
  start_at = "Migrate"

  execution_role {}

  pass "Migrate" {
    end = true
  }
}

resource "terraform_data" "schema" {
  input = "2026-12"

  # Migrates the data after each change of the schema.
  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.sfn_start_execution.migrate]
    }
  }
}

# Also runs by hand: terraform apply -invoke=action.sfn_start_execution.migrate
action "sfn_start_execution" "migrate" {
  config {
    state_machine_arn = sfn_state_machine.migrate.arn
    input             = { schema = "2026-12" }
    timeout           = "15m"
  }
}
