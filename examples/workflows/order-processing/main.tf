# Order processing with payment, inventory and notifications.
#
# The card is charged and the items are reserved in parallel. Both results are stored in `prepared`,
# so that the order is kept for the shipment.

resource "sfn_state_machine" "order" {
  name            = var.name
  comment         = "Order processing with payment, inventory and notifications"
  start_at        = "ValidateOrder"
  timeout_seconds = 3600

  execution_role {}

  tracing_configuration {
    enabled = true
  }

  logging_configuration {
    level                  = "ERROR"
    include_execution_data = true
    retention_in_days      = 30
  }

  task "ValidateOrder" {
    lambda {
      function_arn = sfn_lambda_function.this["validate_order"].arn
    }
    timeout_seconds = 10
    catch {
      error_equals = ["ValidationError"]
      result_path  = "$.error"
      next         = "NotifyValidationFailure"
    }
    next = "ProcessPaymentAndReserveInventory"
  }

  parallel "ProcessPaymentAndReserveInventory" {
    branch {
      start_at = "ChargeCard"
    }
    branch {
      start_at = "ReserveInventory"
    }
    result_path = "$.prepared"
    next        = "CheckPaymentSuccess"
  }

  task "ChargeCard" {
    lambda {
      function_arn = sfn_lambda_function.this["charge_card"].arn
      payload = {
        "orderId.$" = "$.orderId"
        "amount.$"  = "$.amount"
        "card.$"    = "$.card"
      }
    }
    timeout_seconds = 20
    retry {
      error_equals     = ["TemporaryFailure"]
      interval_seconds = 2
      max_attempts     = 3
      backoff_rate     = 2
    }
    catch {
      error_equals = ["PaymentDeclined"]
      result_path  = "$.paymentError"
      next         = "PaymentFailed"
    }
    end = true
  }

  pass "PaymentFailed" {
    result = {
      success = false
      reason  = "Payment declined"
    }
    end = true
  }

  task "ReserveInventory" {
    lambda {
      function_arn = sfn_lambda_function.this["reserve_inventory"].arn
    }
    timeout_seconds = 10
    end             = true
  }

  choice "CheckPaymentSuccess" {
    rule {
      variable       = "$.prepared[0].success"
      boolean_equals = true
      next           = "CreateShipment"
    }
    default = "NotifyPaymentFailure"
  }

  task "CreateShipment" {
    lambda {
      function_arn = sfn_lambda_function.this["create_shipment"].arn
    }
    timeout_seconds = 30
    result_path     = "$.shipment"
    next            = "NotifyCustomer"
  }

  task "NotifyCustomer" {
    resource = "arn:aws:states:::sns:publish"
    parameters = {
      TopicArn    = var.topic_arn
      Subject     = "Your order has been placed"
      "Message.$" = "States.Format('Order {} ships as {}', $.orderId, $.shipment.trackingNumber)"
    }
    timeout_seconds = 10
    result_path     = "null"
    end             = true
  }

  task "NotifyPaymentFailure" {
    resource = "arn:aws:states:::sns:publish"
    parameters = {
      TopicArn    = var.topic_arn
      Subject     = "Payment failed"
      "Message.$" = "States.Format('The payment of order {} failed', $.orderId)"
    }
    timeout_seconds = 10
    result_path     = "null"
    next            = "OrderFailed"
  }

  task "NotifyValidationFailure" {
    resource = "arn:aws:states:::sns:publish"
    parameters = {
      TopicArn    = var.topic_arn
      Subject     = "Invalid order"
      "Message.$" = "$.error.Cause"
    }
    timeout_seconds = 10
    result_path     = "null"
    next            = "OrderFailed"
  }

  fail "OrderFailed" {
    error = "OrderFailed"
    cause = "The order was not carried out; the customer was told why."
  }
}
