# Plans the module without AWS, and runs the workflow.

provider "sfn" {
  offline = true
}

variables {
  topic_arn = "arn:aws:sns:us-east-1:000000000000:orders"
}

run "order_is_paid_and_shipped" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { orderId = "4711" }, {
      GetOrder         = [{ throw = { error = "ConnectionError" } }, { payload = { orderId = "4711", amount = 42 } }]
      ProcessPayment   = { payload = { approved = true, amount = 42 } }
      ReserveInventory = { payload = { reservationId = "r-4711" } }
      CreateShipment   = { payload = { trackingId = "t-4711" } }
      NotifyCustomer   = { return = { MessageId = "m-1" } }
    }).calls.NotifyCustomer[0].Message == "Order 4711 is on its way: t-4711"
    error_message = "The customer must receive the tracking number."
  }

  assert {
    condition     = contains(jsondecode(sfn_state_machine.this.policy_json).Statement[*].Resource, var.topic_arn)
    error_message = "The role must be able to publish to the topic."
  }
}

run "declined_card_is_reported" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.this.asl, { orderId = "4711" }, {
      GetOrder             = { payload = { orderId = "4711", amount = 42 } }
      ProcessPayment       = { throw = { error = "PaymentDeclined" } }
      NotifyPaymentFailure = { return = { MessageId = "m-1" } }
    }).path == tolist(["GetOrder", "ProcessPayment", "NotifyPaymentFailure"])
    error_message = "The declined payment must be reported."
  }
}

run "order_cannot_be_read" {
  command = plan

  assert {
    condition = length(provider::sfn::run(sfn_state_machine.this.asl, { orderId = "4711" }, {
      GetOrder = { throw = { error = "ConnectionError" } }
    }).calls.GetOrder) == 4
    error_message = "The order must be read four times."
  }
}
