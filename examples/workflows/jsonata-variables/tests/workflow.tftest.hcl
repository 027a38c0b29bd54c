# Plans the module without AWS, and runs the workflow.

provider "sfn" {
  offline = true
}

run "large_order_ships_for_free" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, {
      customer = "ada"
      items    = [{ price = 20, quantity = 4 }, { price = 10, quantity = 2 }]
    }, {}).output == { customer = "ada", total = 100, shipping = 0 }
    error_message = "An order of 100 must ship for free."
  }
}

run "small_order_pays_for_shipping" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, {
      customer = "ada"
      items    = [{ price = 20, quantity = 1 }]
    }, {}).output.shipping == 5
    error_message = "A small order must pay for shipping."
  }
}

run "order_without_customer_fails" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, {
      items = [{ price = 20, quantity = 1 }]
    }, {}).error == "States.QueryEvaluationError"
    error_message = "An order without a customer must fail."
  }
}
