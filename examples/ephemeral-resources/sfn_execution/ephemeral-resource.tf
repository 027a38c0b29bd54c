resource "sfn_state_machine" "token" {
  name     = "token"
  type     = "EXPRESS"
  start_at = "Issue"

  execution_role {}

  pass "Issue" {
    result = { token = "t-4711" }
    end    = true
  }
}

# The token is stored neither in the plan nor in the state.
ephemeral "sfn_execution" "token" {
  state_machine_arn = sfn_state_machine.token.arn
  input             = { user = "deployer" }
}

# Use it where Terraform accepts ephemeral values, such as in a provider block or a write-only argument.
locals {
  token = jsondecode(ephemeral.sfn_execution.token.output).token
}
