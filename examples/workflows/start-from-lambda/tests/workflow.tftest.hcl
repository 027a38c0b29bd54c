# Plans the module without AWS, and runs the workflow.

provider "sfn" {
  offline = true
}

run "order_is_accepted" {
  command = plan

  assert {
    condition     = provider::sfn::run(sfn_state_machine.this.asl, { orderId = "o-1" }, {}).output == { accepted = "o-1" }
    error_message = "The order must be accepted."
  }

  assert {
    condition     = sfn_lambda_function.start.environment.variables.STATE_MACHINE_ARN == sfn_state_machine.this.arn
    error_message = "The function must know the state machine."
  }

  assert {
    condition     = contains(sfn_lambda_function.start.execution_role.start_executions_of, sfn_state_machine.this.arn)
    error_message = "The function must be able to start executions."
  }
}

run "input_without_order_fails" {
  command = plan

  assert {
    condition     = provider::sfn::run(sfn_state_machine.this.asl, {}, {}).error == "States.Runtime"
    error_message = "An input without an order must fail."
  }
}
