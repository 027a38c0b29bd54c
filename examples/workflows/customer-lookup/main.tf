resource "sfn_state_machine" "this" {
  name            = var.name
  start_at        = "GetCustomer"
  timeout_seconds = 60

  execution_role {}

  task "GetCustomer" {
    resource = "arn:aws:states:::dynamodb:getItem"
    parameters = {
      TableName = var.table_name
      Key       = { customerId = { "S.$" = "$.customerId" } }
    }
    result_path     = "$.found"
    timeout_seconds = 15
    next            = "IsKnown?"
  }

  choice "IsKnown?" {
    rule {
      variable   = "$.found.Item"
      is_present = true
      next       = "Known"
    }
    default = "Unknown"
  }

  pass "Known" {
    parameters = { "name.$" = "$.found.Item.name.S" }
    end        = true
  }

  fail "Unknown" {
    error = "UnknownCustomer"
    cause = "there is no customer of this id"
  }
}
