resource "sfn_state_machine" "this" {
  name            = var.name
  start_at        = "ProcessItems"
  timeout_seconds = 600

  execution_role {}

  map "ProcessItems" {
    items_path      = "$.items"
    max_concurrency = 10
    item_processor {
      start_at = "ProcessItem"
    }
    result_path = "$.results"
    next        = "Done"
  }

  task "ProcessItem" {
    lambda {
      function_arn = sfn_lambda_function.this["process_item"].arn
    }
    timeout_seconds = 15
    catch {
      error_equals = ["States.ALL"]
      result_path  = "$.error"
      next         = "ItemFailed"
    }
    end = true
  }

  pass "ItemFailed" {
    result = { done = false }
    end    = true
  }

  succeed "Done" {}
}
