resource "sfn_state_machine" "this" {
  name     = var.name
  type     = "EXPRESS"
  start_at = "Check"

  execution_role {}

  logging_configuration {
    level                  = "ALL"
    include_execution_data = true
    retention_in_days      = 7
  }

  tracing_configuration {
    enabled = true
  }

  choice "Check" {
    rule {
      variable   = "$.orderId"
      is_present = true
      next       = "Accepted"
    }
    default = "Refused"
  }

  pass "Accepted" {
    parameters = { accepted = true, "orderId.$" = "$.orderId" }
    end        = true
  }

  fail "Refused" {
    error = "NoOrder"
    cause = "there is no orderId"
  }
}
