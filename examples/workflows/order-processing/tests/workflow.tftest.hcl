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
    condition = provider::sfn::run(sfn_state_machine.order.asl, { orderId = "o-1" }, {
      ValidateOrder    = { payload = { orderId = "o-1", amount = 4.5, card = "4242424242424242" } }
      ChargeCard       = [{ throw = { error = "TemporaryFailure" } }, { payload = { success = true, amount = 4.5 } }]
      ReserveInventory = { payload = { reserved = [{ sku = "pen", quantity = 3 }] } }
      CreateShipment   = { payload = { trackingNumber = "TRK1", parcels = 1 } }
      NotifyCustomer   = { return = { MessageId = "m-1" } }
    }).calls.NotifyCustomer[0].Message == "Order o-1 ships as TRK1"
    error_message = "The customer must receive the tracking number."
  }

  assert {
    condition     = sfn_state_machine.order.logging_configuration.level == "ERROR"
    error_message = "Errors must be logged."
  }
}

run "declined_card_is_reported" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.order.asl, { orderId = "o-1" }, {
      ValidateOrder        = { payload = { orderId = "o-1", amount = 4.5, card = "4000000000000002" } }
      ChargeCard           = { throw = { error = "PaymentDeclined" } }
      ReserveInventory     = { payload = { reserved = [{ sku = "pen", quantity = 3 }] } }
      NotifyPaymentFailure = { return = { MessageId = "m-1" } }
    }).error == "OrderFailed"
    error_message = "The order must fail when the card is declined."
  }
}

run "invalid_order_is_reported" {
  command = plan

  assert {
    condition = provider::sfn::run(sfn_state_machine.order.asl, { orderId = "o-1" }, {
      ValidateOrder           = { throw = { error = "ValidationError", cause = "the order has no items" } }
      NotifyValidationFailure = { return = { MessageId = "m-1" } }
    }).calls.NotifyValidationFailure[0].Message == "the order has no items"
    error_message = "The customer must learn why the order is invalid."
  }
}
