resource "sfn_state_machine" "order" {
  name     = "order"
  start_at = "Validate"

  # Creates a role with only the permissions that the states require.
  execution_role {}

  logging_configuration {
    level = "ERROR"
  }

  task "Validate" {
    lambda {
      function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:validate"
    }
    timeout_seconds = 10
    catch {
      error_equals = ["ValidationError"]
      result_path  = "$.error"
      next         = "Rejected"
    }
    next = "Prepare"
  }

  # All states are at the top level. A branch contains the states that its start_at leads to.
  parallel "Prepare" {
    branch {
      start_at = "Charge"
    }
    branch {
      start_at = "Reserve"
    }
    result_path = "$.prepared"
    next        = "IsPaid"
  }

  task "Charge" {
    lambda {
      function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:charge"
      payload      = { "amount.$" = "$.amount" }
    }
    timeout_seconds = 20
    retry {
      error_equals     = ["TemporaryFailure"]
      interval_seconds = 2
      max_attempts     = 3
      backoff_rate     = 2
    }
    end = true
  }

  task "Reserve" {
    resource = "arn:aws:states:::dynamodb:updateItem"
    parameters = {
      TableName        = "stock"
      Key              = { sku = { "S.$" = "$.sku" } }
      UpdateExpression = "ADD reserved :one"
      ExpressionAttributeValues = {
        ":one" = { N = "1" }
      }
    }
    timeout_seconds = 10
    end             = true
  }

  choice "IsPaid" {
    rule {
      and = [
        { variable = "$.prepared[0].success", is_present = true },
        { variable = "$.prepared[0].success", boolean_equals = true },
      ]
      next = "Accepted"
    }
    default = "Rejected"
  }

  succeed "Accepted" {}

  fail "Rejected" {
    error = "OrderRejected"
  }
}
