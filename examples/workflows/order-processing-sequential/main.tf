resource "sfn_state_machine" "this" {
  name            = var.name
  start_at        = "GetOrder"
  timeout_seconds = 600

  execution_role {}

  task "GetOrder" {
    lambda {
      function_arn = sfn_lambda_function.this["get_order"].arn
    }
    timeout_seconds = 15
    retry {
      error_equals     = ["States.TaskFailed"]
      interval_seconds = 2
      max_attempts     = 3
      backoff_rate     = 2
    }
    next = "ProcessPayment"
  }

  task "ProcessPayment" {
    lambda {
      function_arn = sfn_lambda_function.this["process_payment"].arn
    }
    timeout_seconds = 15
    result_path     = "$.payment"
    catch {
      error_equals = ["PaymentDeclined"]
      result_path  = "$.error"
      next         = "NotifyPaymentFailure"
    }
    next = "PaymentSuccessful?"
  }

  choice "PaymentSuccessful?" {
    rule {
      variable       = "$.payment.approved"
      boolean_equals = true
      next           = "ReserveInventory"
    }
    default = "NotifyPaymentFailure"
  }

  task "ReserveInventory" {
    lambda {
      function_arn = sfn_lambda_function.this["reserve_inventory"].arn
    }
    timeout_seconds = 15
    result_path     = "$.reservation"
    next            = "CreateShipment"
  }

  task "CreateShipment" {
    lambda {
      function_arn = sfn_lambda_function.this["create_shipment"].arn
    }
    timeout_seconds = 15
    result_path     = "$.shipment"
    next            = "NotifyCustomer"
  }

  # The topic is a parameter of the integration, not the resource of the task.
  task "NotifyCustomer" {
    resource = "arn:aws:states:::sns:publish"
    parameters = {
      TopicArn    = var.topic_arn
      "Message.$" = "States.Format('Order {} is on its way: {}', $.orderId, $.shipment.trackingId)"
    }
    timeout_seconds = 15
    end             = true
  }

  task "NotifyPaymentFailure" {
    resource = "arn:aws:states:::sns:publish"
    parameters = {
      TopicArn    = var.topic_arn
      "Message.$" = "States.Format('Order {} could not be paid', $.orderId)"
    }
    timeout_seconds = 15
    end             = true
  }
}
