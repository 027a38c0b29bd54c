# Plans the module without AWS, and runs the workflow.

provider "sfn" {
  offline = true
}

run "payment_and_stock_are_combined" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { card = "valid" }, {
      ProcessPayment   = { payload = { chargeId = "ch-1" } }
      ReserveInventory = { payload = { reservationId = "r-1" } }
    }).output == { chargeId = "ch-1", reservationId = "r-1" }
    error_message = "The output must have the results of both branches."
  }
}

run "declined_card_fails" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { card = "declined" }, {
      ProcessPayment   = { throw = { error = "RuntimeError", cause = "the bank has declined the card" } }
      ReserveInventory = { payload = { reservationId = "r-1" } }
    }).error == "CheckoutFailed"
    error_message = "The checkout must fail when the card is declined."
  }

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { card = "valid" }, {
      ProcessPayment   = { payload = { chargeId = "ch-1" } }
      ReserveInventory = { never = true }
    }).error == "CheckoutFailed"
    error_message = "The checkout must fail when the inventory does not answer."
  }
}
