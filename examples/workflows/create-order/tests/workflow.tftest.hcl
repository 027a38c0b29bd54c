# Plans the module without AWS, and runs the workflow.

provider "sfn" {
  offline = true
}

run "items_are_renamed_and_ordered" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, {
      id       = "o-1"
      customer = { id = "c-1" }
      items    = [{ name = "pen", qty = 3 }, { name = "pad", qty = 2 }]
      }, {
      CreateOrder = { payload = { orderId = "o-1", pieces = 5 } }
    }).calls.CreateOrder[0].items == [{ name = "pen", quantity = 3 }, { name = "pad", quantity = 2 }]
    error_message = "The order must have the renamed items."
  }
}

run "order_without_items_fails" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { id = "o-1", customer = { id = "c-1" }, items = [] }, {
      CreateOrder = { throw = { error = "ValueError", cause = "an order has items" } }
    }).cause == "an order has items"
    error_message = "The execution must fail with the cause of the function."
  }
}
