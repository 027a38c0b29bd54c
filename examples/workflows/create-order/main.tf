resource "sfn_state_machine" "this" {
  name            = var.name
  start_at        = "NameItems"
  timeout_seconds = 60

  execution_role {}

  map "NameItems" {
    items_path = "$.items"
    item_selector = {
      "name.$"     = "$$.Map.Item.Value.name"
      "quantity.$" = "$$.Map.Item.Value.qty"
    }
    item_processor {
      start_at = "Named"
    }
    result_path = "$.named"
    next        = "CreateOrder"
  }

  pass "Named" {
    end = true
  }

  task "CreateOrder" {
    lambda {
      function_arn = sfn_lambda_function.this["create_order"].arn
      payload = {
        "orderId.$"    = "$.id"
        "customerId.$" = "$.customer.id"
        "items.$"      = "$.named"
      }
    }
    timeout_seconds = 15
    result_path     = "$.orderResult"
    end             = true
  }
}
