# Plans the module without AWS, and runs the workflow.

provider "sfn" {
  offline = true
}

run "payment_is_started" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { orderId = "o-1", totalAmount = 42 }, {
      ProcessPayment = { return = { Status = "SUCCEEDED", Output = { success = true } }, validate = "PRESENT" }
    }).calls.ProcessPayment[0].Input.amount == 42
    error_message = "The payment must be started with the amount of the order."
  }

  assert {
    condition     = provider::sfn::run(sfn_state_machine.payment.asl, { amount = 42 }, {}).output == { success = true }
    error_message = "The amount must be paid."
  }

  assert {
    condition = contains(
      jsondecode(sfn_state_machine.this.policy_json).Statement[*].Resource,
      sfn_state_machine.payment.arn,
    )
    error_message = "The role must be able to start the payment."
  }
}

run "failed_payment_fails_order" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { orderId = "o-1", totalAmount = 0 }, {
      ProcessPayment = { throw = { error = "States.TaskFailed" } }
    }).path == tolist(["ProcessPayment", "PaymentFailed"])
    error_message = "The order must fail when the payment fails."
  }

  assert {
    condition     = provider::sfn::run(sfn_state_machine.payment.asl, { amount = 0 }, {}).error == "WrongAmount"
    error_message = "An amount of zero must be refused."
  }
}
