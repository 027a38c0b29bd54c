# Plans the module without AWS, and runs the workflow.

provider "sfn" {
  offline = true
}

run "order_is_accepted" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { orderId = "o-1" }, {}).output == {
      accepted = true
      orderId  = "o-1"
    }
    error_message = "The order must be accepted."
  }

  assert {
    condition     = sfn_state_machine.this.type == "EXPRESS"
    error_message = "The state machine must be an Express workflow."
  }

  assert {
    condition     = sfn_state_machine.this.logging_configuration.level == "ALL"
    error_message = "All events must be logged."
  }
}

run "input_without_order_is_refused" {
  command = plan

  assert {
    condition     = provider::sfn::run(sfn_state_machine.this.asl, {}, {}).error == "NoOrder"
    error_message = "An input without an order must be refused."
  }
}
