resource "sfn_state_machine" "this" {
  name            = var.name
  start_at        = "Total"
  query_language  = "JSONata"
  timeout_seconds = 60

  execution_role {}

  pass "Total" {
    assign = {
      customer = "{% $states.input.customer %}"
      total    = "{% $sum($states.input.items.(price * quantity)) %}"
    }
    output = { counted = "{% $count($states.input.items) %}" }
    next   = "IsLarge?"
  }

  choice "IsLarge?" {
    rule {
      condition = "{% $total >= 100 %}"
      next      = "Large"
    }
    default = "Small"
  }

  pass "Large" {
    output = { customer = "{% $customer %}", total = "{% $total %}", shipping = 0 }
    end    = true
  }

  pass "Small" {
    output = { customer = "{% $customer %}", total = "{% $total %}", shipping = 5 }
    end    = true
  }
}
