# Plans the module without AWS, and runs the workflow.

provider "sfn" {
  offline = true
}

run "bank_is_busy_at_first" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { card = "valid" }, {
      Pay = [
        { throw = { error = "ServiceUnavailable" } },
        { throw = { error = "ServiceUnavailable" } },
        { payload = { paid = true } },
      ]
    }).output == { card = "valid", payment = { paid = true } }
    error_message = "The card must be charged at the third attempt."
  }
}

run "declined_card_is_charged_twice" {
  command = plan

  assert {
    condition = length(provider::sfn::run(sfn_state_machine.this.asl, { card = "declined" }, {
      Pay = { throw = { error = "PaymentDeclined" } }
    }).calls.Pay) == 2
    error_message = "The card must be charged twice."
  }
}

run "payment_succeeds_after_two_timeouts" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { card = "valid" }, {
      Pay      = { never = true }
      PayLater = { payload = { paid = true } }
    }).path == tolist(["Pay", "WaitBeforeRetry", "PayLater", "Paid"])
    error_message = "The payment must be made later."
  }
}

run "broken_card_fails" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { card = "broken" }, {
      Pay = { throw = { error = "RuntimeError", cause = "the card cannot be read" } }
    }).cause == "the card cannot be read"
    error_message = "The execution must fail with the cause of the function."
  }
}
